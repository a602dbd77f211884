"""Workers: who is there, and what each can do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Connection, Executable, bindparam, delete, insert, select, update

from db import blocks, posts, rows
from db.codec import profile_digest, profile_from_text, profile_to_text
from db.engine import place_of
from db.fitness import takes_work
from db.ledger import Ledger
from db.prepared import run
from db.siting import Machine
from db.states import Stage, capability_of
from db.tables import skills, workers
from db.values import Skill
from farm.policy.pools import alike
from pipeline.plan.errors import InputError
from pipeline.plan.job import RenderProfile


@dataclass(frozen=True, kw_only=True)
class WorkerView:
    """A worker that is alive; its skills are what it can do, and what of them it is kept from just now.

    One that takes no work is draining, tells so of itself, or has a card that is ill.
    """

    name: str
    host: str
    device: str
    skills: frozenset[Skill]
    draining: bool
    takes_work: bool
    kept_from: frozenset[str]
    registered_at: int
    seen_at: int


def _registering(inserter: rows.Inserter) -> Executable:
    entered = inserter(workers)
    new = entered.excluded
    return entered.on_conflict_do_update(
        index_elements=[workers.c.name],
        set_={
            "host": new.host,
            "boot": new.boot,
            "device": new.device,
            # Going on from where it stood, no counter can be mistaken for one that was read before.
            "counter": workers.c.counter + 1,
            "alive": 1,
            "draining": 0,
            "registered_at": new.registered_at,
            "seen_at": new.seen_at,
        },
    )


_REGISTER = rows.per_dialect(_registering)
_UNLEARN = delete(skills).where(skills.c.worker == bindparam("who"))
_LEARN = insert(skills)
_IS_KNOWN = select(workers.c.alive).where(workers.c.name == bindparam("who")).with_for_update()
_TELL = update(workers).where(workers.c.name == bindparam("who")).values(device=bindparam("on"))
# Who has left takes nothing new; who was lost without a word never said so.
_LEAVE = update(workers).where(workers.c.name == bindparam("who")).values(alive=0, draining=1)
_DRAIN = update(workers).where(workers.c.name == bindparam("who")).values(draining=bindparam("now"))
# Whoever is just coming back holds its row; it is left for the next time.
_GONE = (
    select(workers.c.name)
    .where(workers.c.alive == 0, workers.c.seen_at < bindparam("before"))
    .order_by(workers.c.name)
    .with_for_update(skip_locked=True)
)
_UNLEARN_THESE = delete(skills).where(skills.c.worker.in_(bindparam("gone", expanding=True)))
_FORGET = delete(workers).where(workers.c.name.in_(bindparam("gone", expanding=True)))
_LIVING = (
    select(workers, takes_work().label("takes_work")).where(workers.c.alive == 1).order_by(workers.c.name)
)
_SKILLS = (
    select(skills.c.worker, skills.c.capability, skills.c.profile)
    .join_from(skills, workers, skills.c.worker == workers.c.name)
    .where(workers.c.alive == 1)
)

_RENDERS = f"{Stage.RENDER}."
_NO_KITS: Mapping[str, Collection[str]] = MappingProxyType({})
#: A worker that has not told of itself for so long, by the clock, is not taken for one of another machine.
_LATELY_MS = 60_000
_HONOURED = (
    select(skills.c.profile_text)
    .join_from(skills, workers, skills.c.worker == workers.c.name)
    .where(workers.c.alive == 1, workers.c.draining == 0, skills.c.capability == bindparam("capability"))
    .order_by(workers.c.name, skills.c.profile)
)


def register(
    ledger: Ledger,
    name: str,
    *,
    host: str,
    device: str,
    capabilities: Collection[str],
    profiles: Collection[RenderProfile],
    kits: Mapping[str, Collection[str]] = _NO_KITS,
    boot: str = "",
) -> None:
    """Tell of a worker that begins; one of the same name that was there before is replaced.

    Args:
        ledger: the ledger.
        name: unique in the farm.
        host: where it is.
        device: what it computes with.
        capabilities: what it can do.
        profiles: how it renders, any number for each engine; a capability to render without any is none.
        kits: by capability, how it does what it does with other engines, as `kit_of` tells.
        boot: the id of the kernel that it runs under, as `db.siting.Machine` has it; empty: not known.

    Raises:
        InputError: ``ledger-many-machines``: workers of another machine live, and the ledger is a file.
        AwayError: ``ledger-away``.
    """
    with ledger.write("register") as connection:
        now = ledger.clock()
        _check_alone(ledger, connection, Machine(host=host, boot=boot), now)
        begun = {"name": name, "host": host, "device": device, "registered_at": now, "seen_at": now}
        begun |= {"counter": 0, "alive": 1, "draining": 0, "boot": boot}
        connection.execute(rows.spoken(connection, _REGISTER), begun)
        posts.heed(connection, name)
        connection.execute(_UNLEARN, {"who": name})
        if learned := _learned(name, capabilities, profiles, kits):
            connection.execute(_LEARN, learned)


def check_alone(ledger: Ledger, machine: Machine) -> None:
    """Return if no worker of another machine lives on a ledger that is a file; PostgreSQL serves any number.

    Raises:
        InputError: ``ledger-many-machines``.
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        _check_alone(ledger, connection, machine, ledger.clock())


def _check_alone(ledger: Ledger, connection: Connection, machine: Machine, now: int) -> None:
    if not ledger.is_sqlite:
        return
    for row in run(connection, _LIVING, {}):
        # Who fell silent lately is called alive until a dispatcher finds out, who may be the one that asks.
        lately = abs(now - row.seen_at) < _LATELY_MS
        if lately and machine.is_other(Machine(host=row.host, boot=row.boot)):
            raise InputError(
                "ledger-many-machines", place=place_of(ledger.engine), host=machine.host, other=row.host
            )


def _learned(
    name: str,
    capabilities: Collection[str],
    profiles: Collection[RenderProfile],
    kits: Mapping[str, Collection[str]],
) -> list[dict[str, str]]:
    able = sorted(set(capabilities))
    # What nobody has begun yet has no kit, and is begun by anybody.
    told = {
        (each, kit): "" for each in able if not each.startswith(_RENDERS) for kit in ("", *kits.get(each, ()))
    }
    for profile in profiles:
        for capability in alike(capability_of(Stage.RENDER, profile.engine), able):
            told[capability, profile_digest(profile)] = profile_to_text(profile)
    return [
        {"worker": name, "capability": capability, "profile": digest, "profile_text": text}
        for (capability, digest), text in told.items()
    ]


def read_honoured(ledger: Ledger, capability: str) -> tuple[RenderProfile, ...]:
    """The profiles that living workers who take work honour, each as often as somebody does.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return honoured_in(connection, capability)


def honoured_in(connection: Connection, capability: str) -> tuple[RenderProfile, ...]:
    """The same within a transaction."""
    found = [
        profile_from_text(row.profile_text or None)
        for row in run(connection, _HONOURED, {"capability": capability})
    ]
    return tuple(profile for profile in found if profile is not None)


def relearn(
    ledger: Ledger,
    name: str,
    *,
    device: str,
    capabilities: Collection[str],
    profiles: Collection[RenderProfile],
    kits: Mapping[str, Collection[str]] = _NO_KITS,
) -> None:
    """Tell that a worker can do otherwise than it told when it began; whether it is drained stays as it is.

    Args:
        ledger: the ledger.
        name: as when it began.
        device: what it computes with now: with a model that was added since, that may be a card.
        capabilities: as in `register`.
        profiles: likewise.
        kits: likewise.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.write("relearn") as connection:
        known = run(connection, _IS_KNOWN, {"who": name}).scalar()
        connection.execute(_UNLEARN, {"who": name})
        if known:
            connection.execute(_TELL, {"who": name, "on": device})
            if learned := _learned(name, capabilities, profiles, kits):
                connection.execute(_LEARN, learned)


def leave(ledger: Ledger, name: str) -> None:
    """Tell of a worker that ends in good order.

    Raises:
        AwayError: ``ledger-away``.
    """
    ledger.change("leave", _LEAVE, {"who": name})


def drain(ledger: Ledger, name: str, *, draining: bool) -> bool:
    """Tell that a worker takes nothing new, since it is about to end, or that it does. False: unknown.

    What an operator orders is another matter (`db.posts.order`), and outlives the worker.

    Raises:
        AwayError: ``ledger-away``.
    """
    return ledger.change("drain", _DRAIN, {"who": name, "now": int(draining)}).rowcount == 1


def drop_gone(ledger: Ledger, *, before: int) -> int:
    """Forget workers that were last seen before a time and are not alive; how many.

    One that comes back all the same hears that it is unknown, and tells of itself anew.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.write("drop-gone") as connection:
        gone = [row.name for row in run(connection, _GONE, {"before": before})]
        for start in range(0, len(gone), rows.MANY):
            some = {"gone": gone[start : start + rows.MANY]}
            run(connection, _UNLEARN_THESE, {}, some)
            run(connection, _FORGET, {}, some)
        return len(gone)


def read_workers(ledger: Ledger) -> tuple[WorkerView, ...]:
    """Every worker that is alive.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        known: dict[str, set[Skill]] = {}
        for row in run(connection, _SKILLS, {}):
            skill = Skill(capability=row.capability, profile=row.profile)
            known.setdefault(row.worker, set()).add(skill)
        kept: dict[str, set[str]] = {}
        for row in run(connection, blocks.LIVE, {"now": ledger.clock()}):
            kept.setdefault(row.worker, set()).add(row.capability)
        return tuple(
            WorkerView(
                name=row.name,
                host=row.host,
                device=row.device,
                skills=frozenset(known.get(row.name, ())),
                draining=bool(row.draining),
                takes_work=bool(row.takes_work),
                kept_from=frozenset(kept.get(row.name, ())),
                registered_at=row.registered_at,
                seen_at=row.seen_at,
            )
            for row in run(connection, _LIVING, {})
        )
