"""Who works on a host: one worker for each card, or slice or share of one, and workers on its processors."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

from farm.policy.pools import ANY, in_pools, plain_of, pools_in
from pipeline.plan.errors import InputError

#: Which cards a process sees. By UUID, which stays when a card fails and the others' numbers move up.
VISIBLE = "CUDA_VISIBLE_DEVICES"
#: What `Layout.devices` says when no card is meant, and when all of them are.
NONE, AUTO = "none", "auto"
#: Stages that a card may be used for, the one first that names a card's worker.
STAGES = ("render", "speak", "listen", "write")
_CUDA = "cuda"
_MOST_SHARES = 16
_LEAST_WORKERS = 2
#: As many as the ledger keeps of a worker's pools.
_MOST_CHARACTERS = 64
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Device:
    """A card, or a slice of one that counts as a card of its own.

    Attributes:
        uuid: as CUDA takes it, such as ``GPU-8f6a...`` or ``MIG-1b2c...``.
        label: short and unique on its host: ``0``, or ``0.1`` for the second slice of card 0.
        name: what it is sold as.
    """

    uuid: str
    label: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What an operator wants of a host's devices. Of each tuple the last entry stands for all further cards.

    Attributes:
        devices: ``auto``: all cards; ``none``; or some, each by number or by the beginning of its UUID.
        stages: what each card is used for.
        shares: how many workers share each card.
        pools: the pools of each card's workers; the last entry is also that of processors.
        count: workers on processors; 0: one for two of the processors that cards leave over, at least two.
        cores: processors of the host.
    """

    devices: tuple[str, ...]
    stages: tuple[frozenset[str], ...]
    shares: tuple[int, ...]
    pools: tuple[str, ...]
    count: int
    cores: int


@dataclass(frozen=True, kw_only=True)
class Post:
    """A place to work at, for one worker.

    Attributes:
        name: unique on its host.
        capabilities: what is done there; everything that the host can unless given.
        device: UUID of its card or slice; empty where processors work.
        pool: the pools whose films it renders, with spaces between (`farm.policy.pools.pools_in`).
        visible: the cards that its processes see, by UUID; None: whatever there is.
    """

    name: str
    capabilities: tuple[str, ...] = ()
    device: str = ""
    pool: str = ""
    visible: str | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """What its processes' environment holds besides everybody's."""
        return {} if self.visible is None else {VISIBLE: self.visible}

    def to_text(self) -> str:
        """All of it but the name, on one line."""
        told = {"device": self.device, "pool": self.pool, "visible": self.visible}
        return json.dumps({**told, "capabilities": self.capabilities})

    @classmethod
    def from_text(cls, name: str, text: str) -> Self:
        """The post of that name that told of itself by `to_text`."""
        told = json.loads(text)
        return cls(name=name, **{**told, "capabilities": tuple(told["capabilities"])})


def layout_of(
    *, devices: str, card_stages: str, card_shares: str, pools: str, count: int, cores: int
) -> Layout:
    """What the settings mean: entries with commas between, one for each card.

    Raises:
        InputError: ``worker-stages-wrong``, ``worker-shares-wrong``, ``worker-pools-long`` or
            ``pool-name-wrong``.
    """
    return Layout(
        devices=_entries(devices) or (AUTO,),
        stages=tuple(_stages(entry) for entry in _entries(card_stages)) or (frozenset(STAGES),),
        shares=tuple(_share(entry) for entry in _entries(card_shares)) or (1,),
        pools=tuple(_pools(entry) for entry in _entries(pools)) or ("",),
        count=count,
        cores=cores,
    )


def place(
    found: Sequence[Device], *, able: Sequence[str], on_cards: Collection[str], layout: Layout
) -> tuple[Post, ...]:
    """The posts of a host: its cards' in their order, then its processors'.

    Cards do what is faster on them, as far as the layout lets them. Everything else is done by processors:
    joining and archiving never wait for a card, and no card waits for them.

    Args:
        found: the host's cards and slices, in their order.
        able: what the host can do.
        on_cards: what of it is faster on a card.
        layout: what the operator wants.

    Raises:
        InputError: ``worker-device-unknown`` or ``worker-nothing-to-do``.
    """
    meant = _meant(found, layout.devices)
    posts = tuple(_on_cards(meant, [each for each in able if each in on_cards], layout))
    taken = {plain_of(each) for post in posts for each in post.capabilities}
    rest = tuple(each for each in able if plain_of(each) not in taken)
    hidden = "" if found or layout.devices == (NONE,) else None
    if not rest:
        if not posts:
            raise InputError("worker-nothing-to-do")
        return posts
    count = layout.count or max(_LEAST_WORKERS, (layout.cores - len(posts)) // 2)
    pool = layout.pools[-1]
    done = in_pools(rest, pools_in(pool))
    return posts + tuple(
        Post(name=f"cpu{number}", capabilities=done, pool=pool, visible=hidden) for number in range(count)
    )


def check_numbers(posts: Sequence[Post], wishes: Mapping[str, str]) -> None:
    """Return if every worker of a card finds the card that engines are set to compute on.

    Args:
        posts: who works on a host.
        wishes: for each stage what it is computed on: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.

    Raises:
        InputError: ``worker-device-numbered``: a worker that is bound to one card sees it as the first one.
    """
    for post in posts:
        for stage in {each.partition(".")[0] for each in post.capabilities} if post.device else ():
            kind, _, number = wishes.get(stage, AUTO).partition(":")
            if kind == _CUDA and number not in {"", "0"}:
                raise InputError(
                    "worker-device-numbered", stage=stage, device=f"{kind}:{number}", worker=post.name
                )


def find_post(posts: Sequence[Post], name: str) -> Post:
    """The post of that name.

    Raises:
        InputError: ``worker-post-unknown``.
    """
    for post in posts:
        if post.name == name:
            return post
    raise InputError("worker-post-unknown", name=name, known=", ".join(post.name for post in posts))


def _on_cards(meant: Sequence[Device], able: Sequence[str], layout: Layout) -> Iterator[Post]:
    for number, device in enumerate(meant):
        stages = _of(layout.stages, number)
        capabilities = tuple(each for each in able if each.partition(".")[0] in stages)
        if not capabilities:
            continue
        done = {each.partition(".")[0] for each in capabilities}
        first = next(stage for stage in STAGES if stage in done)
        shares, pool = _of(layout.shares, number), _of(layout.pools, number)
        for share in range(shares):
            yield Post(
                name=f"{first}-{device.label}" + (f"-{share}" if shares > 1 else ""),
                capabilities=in_pools(capabilities, pools_in(pool)),
                device=device.uuid,
                pool=pool,
                visible=device.uuid,
            )


def _meant(found: Sequence[Device], wishes: tuple[str, ...]) -> tuple[Device, ...]:
    if wishes == (NONE,):
        return ()
    if wishes == (AUTO,):
        return tuple(found)
    chosen: list[Device] = []
    for wish in wishes:
        # The beginning of a UUID means one card; with slices, a card's number means each of them.
        fits = [each for each in found if wish in {each.label, each.label.partition(".")[0]}]
        fits = fits or [each for each in found if each.uuid.startswith(wish)]
        if not fits or (len(fits) > 1 and not wish.isdecimal()):
            known = ", ".join(f"{each.label} ({each.uuid})" for each in found)
            raise InputError("worker-device-unknown", device=wish, known=known or "-")
        chosen += [each for each in fits if each not in chosen]
    return tuple(chosen)


def _entries(text: str) -> tuple[str, ...]:
    return tuple(entry.strip() for entry in text.split(",")) if text.strip() else ()


def _stages(entry: str) -> frozenset[str]:
    stages = frozenset(entry.split())
    if wrong := sorted(stages - frozenset(STAGES)):
        raise InputError("worker-stages-wrong", stage=wrong[0], known=", ".join(STAGES))
    return stages


def _share(entry: str) -> int:
    number = int(entry) if entry.isdecimal() else 0
    if not 1 <= number <= _MOST_SHARES:
        raise InputError("worker-shares-wrong", value=entry, most=_MOST_SHARES)
    return number


def _pools(entry: str) -> str:
    """The pools of an entry as they are told; films without a pool alone are nothing to tell."""
    pools = pools_in(entry)
    told = " ".join(pool or ANY for pool in pools) if pools != ("",) else ""
    if len(told) > _MOST_CHARACTERS:
        raise InputError("worker-pools-long", value=entry, most=_MOST_CHARACTERS)
    return told


def _of(entries: Sequence[_T], number: int) -> _T:
    return entries[min(number, len(entries) - 1)]
