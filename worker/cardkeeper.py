"""Takes cards whose readings are bad out of work, and puts them back: the watchdog's eye on cards."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from db import cards
from db.ledger import Ledger
from db.posts import read_users
from db.siting import this_machine
from db.states import CardState
from farm.policy.health import CardFault, CardReading, Finding, Weight, judge
from worker.beside import Beside
from worker.nvml import Look
from worker.probing import Probe
from worker.proof import proofs_in

_EVERY_S = 10.0
_TICK_S = 0.5
_MEGABYTE = 1_000_000
_STATES = {Weight.WHILE: CardState.OUT, Weight.UNTIL_CLEARED: CardState.SICK}


class CardKeeper:
    """Looks at the cards again and again in a thread of its own; a context manager.

    Args:
        ledger: where it stands which cards work.
        proofs: folder in which the farm's processes on this host prove their life: what they hold of a card's
            memory is no stranger's.
        probe: who asks NVML.
    """

    def __init__(self, ledger: Ledger, proofs: Path, *, probe: Probe | None = None) -> None:
        self._ledger = ledger
        self._proofs = proofs
        self._probe = probe or Probe(every_s=_EVERY_S)
        self._host = this_machine().host
        self._first: dict[str, CardReading] = {}
        #: Who worked with each card while its driver was as it was first.
        self._users: dict[str, frozenset[int]] = {}
        #: What was told of each card by its last look, the gravest first.
        self._told: dict[str, Sequence[Finding]] = {}
        #: What was read of each card last; it is replaced whole, so that any thread may look.
        self._readings: tuple[CardReading, ...] = ()
        self._thread = Beside("cards", self._look, every_s=_TICK_S)
        self._log = structlog.get_logger()

    def __enter__(self) -> Self:
        self._thread.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.__exit__(kind, error, trace)
        self._probe.close()

    @property
    def readings(self) -> tuple[CardReading, ...]:
        """What was read of each card at the last look."""
        return self._readings

    @property
    def gauges(self) -> tuple[cards.Gauge, ...]:
        """What each card told at the last look, without those that tell nothing."""
        return tuple(_gauge(card) for card in self._readings if not card.fault)

    def _look(self) -> bool:
        look = self._probe.look()
        return look is None or self.turn(look)

    def turn(self, look: Look) -> bool:
        """Judge every card by a look; False: this host has none, and nobody need look again.

        Raises:
            AwayError: ``ledger-away``; the next look says the same again.
        """
        now = {card.uuid: card for card in look.cards}
        self._readings = look.cards
        for card in look.cards:
            if not card.fault:
                self._first.setdefault(card.uuid, card)
        if look.error:
            now = {uuid: replace(card, fault=CardFault.SILENT) for uuid, card in self._first.items()}
        # The second part of a proof's name is its process id.
        ours = frozenset(int(path.name.split("-")[1]) for path in proofs_in(self._proofs))
        users = read_users(self._ledger, self._host)
        for first in tuple(self._first.values()):
            self._begin_anew(now.get(first.uuid), first, users.get(first.uuid, frozenset()) & ours, ours)
            self._judge(now, self._first[first.uuid], ours)
        return bool(self._first or look.cards or look.error)

    def _begin_anew(
        self, now: CardReading | None, first: CardReading, users: Collection[int], ours: Collection[int]
    ) -> None:
        """Take a card's reading for its first one where nobody is left who began under another driver."""
        if now is None or now.fault:
            return
        if now.driver == first.driver:
            self._users[first.uuid] = frozenset(users)
        elif self._users.get(first.uuid, frozenset()).isdisjoint(ours):
            self._first[first.uuid], self._users[first.uuid] = now, frozenset(users)

    def _judge(self, now: Mapping[str, CardReading], first: CardReading, ours: Collection[int]) -> None:
        before = self._told.get(first.uuid, ())
        was_hot = any(finding.code == "card-hot" for finding in before)
        findings = judge(now.get(first.uuid), first, ours=ours, was_hot=was_hot)
        for finding in findings:
            if finding.code not in {each.code for each in before}:
                self._log.warning("card", code=finding.code, facts=dict(finding.facts))
        grave = [each for each in findings if each.weight is not Weight.TOLD]
        if not grave:
            # Also at the first look: whoever watched before may have ended in between.
            if first.uuid not in self._told or any(each.weight is Weight.WHILE for each in before):
                cards.put_back(self._ledger, self._host, first.uuid)
        elif grave[0].weight is Weight.WHILE or grave[0] not in before:
            # What an operator has cleared is not said again before something new has happened.
            self._take_out(first, grave[0])
        self._told[first.uuid] = findings

    def _take_out(self, card: CardReading, why: Finding) -> None:
        state = _STATES[why.weight]
        cards.take_out(
            self._ledger,
            cards.Card(
                host=self._host,
                device=card.uuid,
                name=card.name,
                state=state,
                reason=why.code,
                facts=why.facts,
            ),
        )


def _gauge(card: CardReading) -> cards.Gauge:
    used, total = card.memory_used, card.memory_total
    return cards.Gauge(
        device=card.uuid,
        name=card.name,
        temperature_c=card.temperature_c,
        used_mb=None if used is None else used // _MEGABYTE,
        total_mb=None if total is None else total // _MEGABYTE,
    )
