"""Dispatchers that lead or watch, a turn of the farm's own dispatcher at a time, on a clock of the test's."""

from __future__ import annotations

from dataclasses import dataclass, field

from db import leases, operations, queue
from db.leases import Leadership, Watch
from tests.db.world import World

_EXPIRY_S = 1.0
#: Readings may lie as far apart as they like: the clock runs only when somebody looks.
_GAP_S = 1e9
#: So many turns show that a counter stands still.
TURNS = int(_EXPIRY_S) + 1


def _watch() -> Watch:
    return Watch(expiry_s=_EXPIRY_S, gap_s=_GAP_S)


@dataclass
class Dispatcher:
    """A dispatcher process.

    Attributes:
        world: where it dispatches.
        name: its own name.
        leading: whether it holds itself to be the leader.
        seconds: its own monotonic clock.
    """

    world: World
    name: str
    leading: bool = False
    seconds: float = 0.0
    _leaders: Watch = field(default_factory=_watch)
    _pulses: Watch = field(default_factory=_watch)

    def turn(self) -> None:
        """A second later: lead on, or take the lead of one who is silent; who leads does what is due."""
        self.seconds += 1
        if self.leading:
            self.leading = self.lead_on()
        if not self.leading:
            seen = self.look()
            if seen is not None:
                self.take(seen)
        if self.leading:
            self._bury_the_silent()
            queue.unmark_sent(self.world.ledger, before_ms=self.world.now() - 30_000)
            operations.end_holds(self.world.ledger)

    def lead_on(self) -> bool:
        """Say that it still leads; False: it does not, and hears so."""
        before = leases.read_leadership(self.world.ledger)
        led = leases.lead_on(self.world.ledger, self.name)
        assert led == (before.holder == self.name), "only who leads leads on"
        return led

    def watch(self) -> Leadership | None:
        """Look for as long as a silent leader needs to be found out."""
        seen = None
        for _ in range(TURNS):
            self.seconds += 1
            seen = self.look()
        return seen

    def look(self) -> Leadership | None:
        """Whom the lead may be taken from, if anybody or nobody."""
        seen = leases.read_leadership(self.world.ledger)
        silent = self._leaders.observe([(seen.holder, seen.counter)], self.seconds)
        return seen if not seen.holder or seen.holder in silent else None

    def take(self, seen: Leadership) -> bool:
        """Take the lead, as it was seen; whether it could be had."""
        before = leases.read_leadership(self.world.ledger)
        self.leading = leases.take_lead(self.world.ledger, self.name, seen)
        assert self.leading == (before == seen), "the lead was taken from somebody who had moved, or was not"
        return self.leading

    def resign(self) -> None:
        """Leave the lead; of one who does not hold it, nobody takes notice."""
        before = leases.read_leadership(self.world.ledger)
        leases.resign(self.world.ledger, self.name)
        after = leases.read_leadership(self.world.ledger)
        assert after.holder == ("" if before.holder == self.name else before.holder)
        self.leading = False

    def die(self) -> None:
        """Forget everything; another process comes in its place."""
        self.name, self.leading = f"{self.name}'", False
        self._leaders, self._pulses = _watch(), _watch()

    def _bury_the_silent(self) -> None:
        pulses = leases.read_pulses(self.world.ledger)
        silent = self._pulses.observe([(each.worker, each.counter) for each in pulses], self.seconds)
        for pulse in pulses:
            if pulse.worker in silent:
                assert leases.bury(self.world.ledger, pulse), "nobody else has spoken in between"
