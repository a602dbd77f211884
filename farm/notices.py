"""Notices: news of films and batches, posted to the operator's own program, signed, until it has taken them.

A piece of news is in the ledger since the film ended, and is due until the other side has answered that it
has it. So it is told at least once; after a crash between its answer and our note of it, twice, under the
same key. One in each leading dispatcher tells them, one after the other, apart from all dispatching.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from db import news
from db.ledger import Ledger
from db.news import Delivery, Try
from db.states import DeliveryState, Event
from farm.bootstrap import Farm, Settings
from farm.caller import caller
from farm.policy.notices import Decision, Fate, decide
from farm.post import Answer, check_address, post
from pipeline.plan.errors import Fact, InputError, LecternError
from pipeline.plan.messages import CATALOGUE, remembered
from pipeline.plan.moments import iso_exact
from pipeline.plan.names import link_for

SIGNATURE, DELIVERY, EVENT = "Lectern-Signature", "Lectern-Delivery", "Lectern-Event"
#: What a notice says that nothing has happened for: `lectern notices test`.
TEST = "test"
#: A secret that is shorter could be guessed.
SHORTEST_SECRET = 16
#: How long an answer is waited for, in seconds.
PATIENCE_S = 10.0
#: How long what was told is remembered, and how often what is older is dropped.
_KEPT_MS, _DROP_EVERY_S = 30 * 24 * 3_600_000, 3600.0
#: How many are told in one turn, and for how long nobody asks a program that was just found away.
_MOST, _AWAY_S = 100, 10.0


@dataclass(frozen=True, kw_only=True, repr=False)
class Address:
    """Where notices are posted to, and how they are signed.

    Attributes:
        url: where to.
        secrets: what they are signed with, all of them; the first one is the newest.
        events: what is told.
        allow_http: also without encryption to another machine.
        prefix: what stands before a film's path in the archive in links that open it; empty: there are none.
    """

    url: str
    secrets: tuple[str, ...]
    events: frozenset[Event]
    allow_http: bool
    prefix: str


def address_of(settings: Settings) -> Address | None:
    """Where notices are posted to; None: nowhere.

    Raises:
        InputError: ``post-address-wrong`` or ``post-address-plain``; ``notice-secret-short``: there is no
            secret of at least 16 signs; ``notice-event-unknown``.
    """
    knobs = settings.notices
    if not knobs.url:
        return None
    check_address(knobs.url, allow_http=knobs.allow_http)
    secrets = tuple(knobs.secret.split())
    if not secrets or min(map(len, secrets)) < SHORTEST_SECRET:
        raise InputError("notice-secret-short", least=SHORTEST_SECRET)
    known = {event.value: event for event in Event}
    for word in (words := knobs.events.replace(",", " ").split()):
        if word not in known:
            raise InputError("notice-event-unknown", event=word, known=", ".join(known))
    return Address(
        url=knobs.url,
        secrets=secrets,
        events=frozenset(known[word] for word in words),
        allow_http=knobs.allow_http,
        prefix=settings.archive.public_prefix,
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


def signed(address: Address, body: bytes, *, key: str, event: str, at_s: int) -> dict[str, str]:
    """The headers above a body.

    The signature is ``t=SECONDS,v1=HEX``, with one ``v1`` for each secret: HMAC-SHA256 (RFC 2104) over the
    seconds, a full stop and the body, so that neither can be changed, nor an old one be sent again.
    """
    text = f"{at_s}.".encode() + body
    marks = [hmac.new(secret.encode(), text, hashlib.sha256).hexdigest() for secret in address.secrets]
    return {
        "Content-Type": "application/json; charset=utf-8",
        SIGNATURE: ",".join([f"t={at_s}", *(f"v1={mark}" for mark in marks)]),
        DELIVERY: key,
        EVENT: event,
    }


class Herald:
    """Tells what there is to tell; one in each leading dispatcher.

    Any number may work at once: what is told twice has the same key.

    Args:
        ledger: the ledger.
        address: where to; None: nothing is told, and nothing entered from now on.
        wall_s: the time of signatures, in seconds since the epoch.
    """

    def __init__(
        self, ledger: Ledger, address: Address | None, *, wall_s: Callable[[], float] = time.time
    ) -> None:
        self._ledger = ledger
        self._address = address
        self._wall_s = wall_s
        self._silent = False
        self._not_before = 0.0
        self._drop_at = 0.0
        self._away = False
        self._log = structlog.get_logger()

    def turn(self) -> None:
        """Tell what is due; a program that does not answer is left alone for a while, and so is the rest.

        Raises:
            AwayError: ``ledger-away``.
        """
        address = self._address
        if address is None:
            if not self._silent:
                news.subscribe(self._ledger, ())
                self._silent = True
            return
        news.subscribe(self._ledger, address.events)
        self._drop()
        if time.monotonic() < self._not_before:
            return
        for delivery in news.read_due(self._ledger, most=_MOST):
            if not self._tell(address, delivery):
                self._not_before = time.monotonic() + _AWAY_S
                return

    def _tell(self, address: Address, delivery: Delivery) -> bool:
        """Try to tell a piece of news; False: nobody answers there."""
        status, detail, retry_after_s = _posted(
            address, body_of(delivery, address.prefix), delivery.key, delivery.event, int(self._wall_s())
        )
        tries = delivery.tries + 1 - delivery.forgiven
        decision = decide(status=status, tries=tries, retry_after_s=retry_after_s)
        news.tried(
            self._ledger,
            delivery,
            status=status,
            detail=detail,
            state=_STATES[decision.fate],
            wait_ms=decision.wait_ms,
        )
        self._note(delivery, decision, detail)
        return status != 0

    def _note(self, delivery: Delivery, decision: Decision, detail: str) -> None:
        """Tell of trouble when it begins and when it is over, not at each try; and of what is given up."""
        if decision.fate is Fate.GIVEN_UP:
            self._log.warning("notice given up", notice=delivery.id, kind=delivery.event.value, reason=detail)
        elif decision.fate is Fate.AGAIN and not self._away:
            self._log.warning(
                "notice not taken", notice=delivery.id, kind=delivery.event.value, reason=detail
            )
        elif decision.fate is Fate.SENT and self._away:
            self._log.info("notices are taken again")
        self._away = decision.fate is not Fate.SENT

    def _drop(self) -> None:
        if time.monotonic() >= self._drop_at:
            self._drop_at = time.monotonic() + _DROP_EVERY_S
            news.drop_old(self._ledger, before=self._ledger.clock() - _KEPT_MS)


_STATES = {
    Fate.SENT: DeliveryState.SENT,
    Fate.AGAIN: DeliveryState.DUE,
    Fate.GIVEN_UP: DeliveryState.GIVEN_UP,
}


def _posted(address: Address, body: bytes, key: str, event: str, at_s: int) -> tuple[int, str, int]:
    """Post once: the status, why it was not taken if it was not, and how long to wait if that was said."""
    headers = signed(address, body, key=key, event=event, at_s=at_s)
    try:
        answer = post(address.url, body, headers, allow_http=address.allow_http, deadline_s=PATIENCE_S)
    except LecternError as error:
        # Nothing of the address but its host is in there.
        return 0, str(error.facts.get("reason", error.code)), 0
    return answer.status, "" if answer.ok else f"HTTP {answer.status}", _seconds(answer)


def _seconds(answer: Answer) -> int:
    """What Retry-After asks for, where it counts seconds."""
    told = answer.retry_after
    return int(told) if told.isascii() and told.isdigit() and len(told) < 9 else 0  # noqa: PLR2004 - years


def send_test(farm: Farm) -> tuple[str, int, str]:
    """Post one signed notice that says nothing, now: its key, the status, and why it was not taken if so.

    Raises:
        InputError: ``notice-nowhere``: no address is set; or as `address_of`.
    """
    address = address_of(farm.settings)
    if address is None:
        raise InputError("notice-nowhere")
    key, now = str(uuid.uuid4()), farm.ledger.clock()
    body = _json({"event": TEST, "id": key, "time": iso_exact(now)})
    status, detail, _ = _posted(address, body, key, TEST, now // 1000)
    return key, status, detail


def read_latest(farm: Farm, *, most: int, state: DeliveryState | None = None) -> tuple[Delivery, ...]:
    """The latest notices, the newest first.

    Raises:
        AwayError: ``ledger-away``.
    """
    return news.read_newest(farm.ledger, most=most, state=state)


def read_one(farm: Farm, which: int) -> tuple[Delivery, tuple[Try, ...], bytes]:
    """A notice, every try to tell it, and what is posted.

    Raises:
        InputError: ``notice-unknown``.
        AwayError: ``ledger-away``.
    """
    delivery, tries = news.read_one(farm.ledger, which)
    return delivery, tries, body_of(delivery, farm.settings.archive.public_prefix)


def replay(farm: Farm, numbers: tuple[int, ...], *, given_up: bool) -> tuple[int, ...]:
    """Have notices told anew by whoever leads, under their keys: those of the numbers, or all given up.

    Raises:
        InputError: ``notice-unknown``; ``notice-nowhere``: no address is set; or as `address_of`.
        AwayError: ``ledger-away``.
    """
    if address_of(farm.settings) is None:
        raise InputError("notice-nowhere")
    chosen = set(numbers)
    if given_up:
        found = news.read_newest(farm.ledger, most=_ALL, state=DeliveryState.GIVEN_UP)
        chosen |= {delivery.id for delivery in found}
    news.replay(farm.ledger, sorted(chosen), by=caller())
    return tuple(sorted(chosen))


_ALL = 1_000_000
