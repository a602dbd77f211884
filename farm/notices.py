"""Notices: news of films and batches, posted to the operator's own program, signed, until it has taken them.

A piece of news is in the ledger since the film ended, and is due until the other side has answered that it
has it. So it is told at least once; after a crash between its answer and our note of it, twice, under the
same key. One in each leading dispatcher tells them, one after the other, apart from all dispatching. Where
there are several programs, each is told by itself: it has its own log, its own tries, and its own end.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from db import news, outbox
from db.ledger import Ledger
from db.outbox import Delivery, Try
from db.states import DeliveryState, Event
from farm.bootstrap import Farm, Settings
from farm.caller import caller
from farm.policy.notices import Decision, Fate, decide
from farm.post import Answer, check_address, post
from farm.signing import secrets_in, signed
from pipeline import spans
from pipeline.plan import trace
from pipeline.plan.errors import Fact, InputError, LecternError
from pipeline.plan.messages import CATALOGUE, remembered
from pipeline.plan.moments import iso_exact
from pipeline.plan.names import link_for

#: What a notice says that nothing has happened for: `lectern notices test`.
TEST = "test"
#: How long an answer is waited for, in seconds.
PATIENCE_S = 10.0
#: How long what was told is remembered, and how often what is older is dropped.
_KEPT_MS, _DROP_EVERY_S = 30 * 24 * 3_600_000, 3600.0
#: How many are told in one turn, and for how long nobody asks a program that was just found away.
_MOST, _AWAY_S = 100, 10.0
_NO_SUCH = "no such address is set"


@dataclass(frozen=True, kw_only=True, repr=False)
class Address:
    """Where notices are posted to, and how they are signed.

    Attributes:
        url: where to.
        name: what it is called: its host, which tells no secret, with a number where there are several there.
        secrets: what they are signed with, all of them; the first one is the newest.
        events: what is told.
        allow_http: also without encryption to another machine.
        prefix: what stands before a film's path in the archive in links that open it; empty: there are none.
    """

    url: str
    name: str
    secrets: tuple[str, ...]
    events: frozenset[Event]
    allow_http: bool
    prefix: str


def addresses_of(settings: Settings) -> tuple[Address, ...]:
    """Where notices are posted to, in the order of the settings.

    Raises:
        InputError: ``post-address-wrong`` or ``post-address-plain``; ``notice-secret-short``: there is no
            secret of at least 16 signs; ``notice-secrets-differ``: neither one for all addresses nor one for
            each; ``notice-event-unknown``.
    """
    knobs = settings.notices
    urls = knobs.url.split()
    if not urls:
        return ()
    hosts = [check_address(url, allow_http=knobs.allow_http) for url in urls]
    # A comma may be a part of the one secret of one address.
    groups = knobs.secret.split(",") if len(urls) > 1 else [knobs.secret]
    if len(groups) not in {1, len(urls)}:
        raise InputError("notice-secrets-differ", addresses=len(urls), secrets=len(groups))
    secrets = [secrets_in(group) for group in groups]
    known = {event.value: event for event in Event}
    for word in (words := knobs.events.replace(",", " ").split()):
        if word not in known:
            raise InputError("notice-event-unknown", event=word, known=", ".join(known))
    return tuple(
        Address(
            name=f"{host}#{before + 1}" if (before := hosts[:place].count(host)) else host,
            url=url,
            secrets=secrets[place % len(secrets)],
            events=frozenset(known[word] for word in words),
            allow_http=knobs.allow_http,
            prefix=settings.archive.public_prefix,
        )
        for place, (url, host) in enumerate(zip(urls, hosts, strict=True))
    )


def body_of(delivery: Delivery, prefix: str) -> bytes:
    """What is posted: the same bytes at each try. JSON in UTF-8; nothing of any script is in it."""
    told = dict(delivery.body)
    film = _film(delivery, told, prefix) if delivery.job is not None else {}
    batch = (
        {}
        if film
        else {"name": told["name"], "submitted": iso_exact(told["submitted_at"]), "films": told["films"]}
    )
    return _json(
        {
            "event": delivery.event.value,
            "id": delivery.key,
            "time": iso_exact(delivery.created_at),
            "batch": delivery.batch,
            **film,
            **batch,
        }
    )


def _film(delivery: Delivery, told: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    path, frames, error = told["path"], told["frames"], told["error"]
    trace = told["trace"].split("-")
    return {
        "job": delivery.job,
        "row": told["row"],
        "state": told["state"],
        "archive": told["archive"],
        "path": path,
        "link": (link_for(path, prefix) or None) if path else None,
        "length_ms": round(1000 * frames / told["fps"]) if frames is not None else None,
        "error": {"code": error["code"], "message": _words(error["code"], error["facts"])} if error else None,
        "trace": trace[1] if len(trace) > 1 else None,
    }


def _words(code: str, facts: Mapping[str, Fact]) -> str:
    """An error in words; of one that only another engine knows, nothing but its code."""
    return " ".join(remembered(code, facts, "en")) if code in CATALOGUE else code


def _json(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


class Herald:
    """Tells what there is to tell; one in each leading dispatcher.

    Any number may work at once: what is told twice has the same key. Whoever does not answer keeps nobody
    else waiting for more than one answer.

    Args:
        ledger: the ledger.
        addresses: where to; none: nothing is told, and nothing entered from now on.
        wall_s: the time of signatures, in seconds since the epoch.
    """

    def __init__(self, ledger: Ledger, *addresses: Address, wall_s: Callable[[], float] = time.time) -> None:
        self._ledger = ledger
        self._addresses = addresses
        self._wall_s = wall_s
        self._silent = False
        self._not_before: dict[str, float] = {}
        self._drop_at = 0.0
        self._away: set[str] = set()
        self._log = structlog.get_logger()

    def turn(self) -> None:
        """Tell what is due; a program that does not answer is left alone for a while, with all that is its.

        Raises:
            AwayError: ``ledger-away``.
        """
        if not self._addresses:
            if not self._silent:
                news.subscribe(self._ledger, ())
                self._silent = True
            return
        news.subscribe(self._ledger, self._addresses[0].events)
        self._drop()
        names = [address.name for address in self._addresses]
        if len(names) > 1:
            outbox.address(self._ledger, names)
        for place, address in enumerate(self._addresses):
            if time.monotonic() >= self._not_before.get(address.name, 0.0):
                self._tell_all(address, self._due(place, names))

    def _due(self, place: int, names: list[str]) -> tuple[Delivery, ...]:
        """What is due for an address; for the first one, also what is for nobody who is known."""
        if len(names) == 1:
            return outbox.read_due(self._ledger, most=_MOST)
        known = names if place == 0 else ()
        return outbox.read_due(self._ledger, most=_MOST, to=names[place], known=known)

    def _tell_all(self, address: Address, due: tuple[Delivery, ...]) -> None:
        for delivery in due:
            if delivery.to not in {"", address.name}:
                outbox.tried(self._ledger, delivery, status=0, detail=_NO_SUCH, state=DeliveryState.GIVEN_UP)
            elif not self._tell(address, delivery):
                self._not_before[address.name] = time.monotonic() + _AWAY_S
                return

    def _tell(self, address: Address, delivery: Delivery) -> bool:
        """Try to tell a piece of news; False: nobody answers there."""
        with _told(address, delivery):
            status, detail, retry_after_s = _posted(
                address, body_of(delivery, address.prefix), delivery.key, delivery.event, int(self._wall_s())
            )
        tries = delivery.tries + 1 - delivery.forgiven
        decision = decide(status=status, tries=tries, retry_after_s=retry_after_s)
        outbox.tried(
            self._ledger,
            delivery,
            status=status,
            detail=detail,
            state=_STATES[decision.fate],
            wait_ms=decision.wait_ms,
        )
        self._note(address, delivery, decision, detail)
        return status != 0

    def _note(self, address: Address, delivery: Delivery, decision: Decision, detail: str) -> None:
        """Tell of trouble when it begins and when it is over, not at each try; and of what is given up."""
        told = {"to": address.name, "notice": delivery.id, "kind": delivery.event.value, "reason": detail}
        if decision.fate is Fate.GIVEN_UP:
            self._log.warning("notice given up", **told)
        elif decision.fate is Fate.AGAIN and address.name not in self._away:
            self._log.warning("notice not taken", **told)
        elif decision.fate is Fate.SENT and address.name in self._away:
            self._log.info("notices are taken again", to=address.name)
        if decision.fate is Fate.SENT:
            self._away.discard(address.name)
        else:
            self._away.add(address.name)

    def _drop(self) -> None:
        if time.monotonic() >= self._drop_at:
            self._drop_at = time.monotonic() + _DROP_EVERY_S
            outbox.drop_old(self._ledger, before=self._ledger.clock() - _KEPT_MS)


_STATES = {
    Fate.SENT: DeliveryState.SENT,
    Fate.AGAIN: DeliveryState.DUE,
    Fate.GIVEN_UP: DeliveryState.GIVEN_UP,
}


@contextmanager
def _told(address: Address, delivery: Delivery) -> Iterator[None]:
    """Have a try told in the trace of its film; of a batch's news nobody is told."""
    traceparent = delivery.body.get("trace") if delivery.job is not None else None
    if not isinstance(traceparent, str):
        yield
        return
    facts: dict[str, str | int] = {"http.request.method": "POST", "http.request.resend_count": delivery.tries}
    facts |= {"server.address": address.name.partition("#")[0], "lectern.notice": delivery.id}
    with spans.below(trace.parse(traceparent), "POST notice", facts):
        yield


def _posted(address: Address, body: bytes, key: str, event: str, at_s: int) -> tuple[int, str, int]:
    """Post once: the status, why it was not taken if it was not, and how long to wait if that was said."""
    headers = signed(address.secrets, body, key=key, event=event, at_s=at_s)
    try:
        answer = post(address.url, body, headers, allow_http=address.allow_http, deadline_s=PATIENCE_S)
    except LecternError as error:
        spans.failed(error.code)
        # Nothing of the address but its host is in there.
        return 0, str(error.facts.get("reason", error.code)), 0
    spans.tell("http.response.status_code", answer.status)
    if not answer.ok:
        spans.failed(str(answer.status))
    return answer.status, "" if answer.ok else f"HTTP {answer.status}", _seconds(answer)


def _seconds(answer: Answer) -> int:
    """What Retry-After asks for, where it counts seconds."""
    told = answer.retry_after
    return int(told) if told.isascii() and told.isdigit() and len(told) < 9 else 0  # noqa: PLR2004 - years


@dataclass(frozen=True, kw_only=True)
class Tested:
    """What came of a notice that says nothing.

    Attributes:
        to: the program's name.
        key: the notice's.
        status: what HTTP's status was; 0: there was no answer.
        detail: why it was not taken; empty where it was.
    """

    to: str
    key: str
    status: int
    detail: str


def send_test(farm: Farm) -> tuple[Tested, ...]:
    """Post one signed notice that says nothing to each address, now.

    Raises:
        InputError: ``notice-nowhere``: no address is set; or as `addresses_of`.
    """
    addresses = addresses_of(farm.settings)
    if not addresses:
        raise InputError("notice-nowhere")
    return tuple(_tested(address, farm.ledger.clock()) for address in addresses)


def _tested(address: Address, now: int) -> Tested:
    key = str(uuid.uuid4())
    body = _json({"event": TEST, "id": key, "time": iso_exact(now)})
    status, detail, _ = _posted(address, body, key, TEST, now // 1000)
    return Tested(to=address.name, key=key, status=status, detail=detail)


def read_latest(farm: Farm, *, most: int, state: DeliveryState | None = None) -> tuple[Delivery, ...]:
    """The latest notices, the newest first.

    Raises:
        AwayError: ``ledger-away``.
    """
    return outbox.read_newest(farm.ledger, most=most, state=state)


def read_one(farm: Farm, which: int) -> tuple[Delivery, tuple[Try, ...], bytes]:
    """A notice, every try to tell it, and what is posted.

    Raises:
        InputError: ``notice-unknown``.
        AwayError: ``ledger-away``.
    """
    delivery, tries = outbox.read_one(farm.ledger, which)
    return delivery, tries, body_of(delivery, farm.settings.archive.public_prefix)


def replay(farm: Farm, numbers: tuple[int, ...], *, given_up: bool) -> tuple[int, ...]:
    """Have notices told anew by whoever leads, under their keys: those of the numbers, or all given up.

    Raises:
        InputError: ``notice-unknown``; ``notice-nowhere``: no address is set; or as `addresses_of`.
        AwayError: ``ledger-away``.
    """
    if not addresses_of(farm.settings):
        raise InputError("notice-nowhere")
    chosen = set(numbers)
    if given_up:
        found = outbox.read_newest(farm.ledger, most=_ALL, state=DeliveryState.GIVEN_UP)
        chosen |= {delivery.id for delivery in found}
    outbox.replay(farm.ledger, sorted(chosen), by=caller())
    return tuple(sorted(chosen))


_ALL = 1_000_000
