"""What the leading dispatcher tells Prometheus of the farm: read now and then, and told from memory.

Whoever asks for it touches no database: what was read last is kept as it will be told. It is told by the
leader alone, and only for as long as nobody else can have taken over, so that sums over dispatchers hold.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from threading import Lock

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from db import storage
from db.backups import read_last_backup
from db.budgets import read_budgets
from db.cardtime import CardTime
from db.census import read_card_states, read_dead_letters, read_pending, read_workforce
from db.depths import read_depths, read_running
from db.overview import read_oldest
from db.states import Outcome, Stage, Urgency
from db.totals import Sums, Totals
from db.windows import read_windows
from farm import disks, meters
from farm.bootstrap import Farm
from farm.meters import Bounds, Form, Meter
from farm.nightfall import foresee
from farm.policy.pools import ANY
from farm.views.screen import DiskView

#: Numbers by the values of a metric's labels.
_Told = Mapping[tuple[str, ...], float]
_MEGABYTE = 1_000_000
_LEDGER, _REDIS, _STORE, _ARCHIVE = "ledger", "redis", "store", "archive"


class Gauges:
    """The farm in numbers, as far as this dispatcher may tell of it.

    Args:
        farm: the farm.
        expiry_s: for so long a leader that says nothing is taken for one that leads.
        monotonic: the time that this is measured by, in seconds.
    """

    def __init__(
        self, farm: Farm, *, expiry_s: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._farm = farm
        self._expiry_s = expiry_s
        self._monotonic = monotonic
        self._version = metadata.version("lectern")
        self._totals = Totals(farm.ledger)
        self._cards = CardTime(farm.ledger)
        self._bounds = Bounds()
        self._lock = Lock()
        self._led_at: float | None = None
        self._up: dict[str, bool] = {}
        #: The same of store and archive, which are looked at less often.
        self._places_up: dict[str, bool] = {}
        self._near = self._places = self._far = b""

    # What the dispatcher itself knows.

    def stands(self, trouble: str, *, leading: bool) -> None:
        """Hear how a dispatcher's last look went.

        Args:
            trouble: what kept it from its work: an error's code, or begins with ``redis``; empty: nothing.
            leading: whether it leads, as far as it knows.
        """
        with self._lock:
            self._up |= (up := parts_in(trouble, leading=leading))
            if leading and up[_LEDGER]:
                self._led_at = self._monotonic()
            elif not leading:
                self._led_at = None
                self._near = self._places = self._far = b""

    @property
    def leads(self) -> bool:
        """Whether this dispatcher leads, and nobody can have taken over yet."""
        led_at = self._led_at
        return led_at is not None and self._monotonic() - led_at < self._expiry_s

    def exposition(self) -> bytes:
        """What Prometheus is told, in its text format; nothing is read for it."""
        with self._lock:
            leads = self.leads
            farm = self._near + self._places + self._far if leads else b""
            # Who does not lead has nothing to do with anything but the ledger.
            every = self._up | self._places_up
            up = {part: is_up for part, is_up in every.items() if leads or part == _LEDGER}
        own = [
            self._family(meters.BUILD, {(self._version,): 1.0}),
            self._family(meters.LEADING, {(): float(leads)}),
            self._family(meters.UP, {(part,): float(is_up) for part, is_up in up.items()}),
        ]
        return _text(own) + farm

    # What the leader reads.

    def look(self) -> None:
        """Read what changes by the second; to be done every few seconds.

        Raises:
            AwayError: ``ledger-away``; what was read before is told on, with the time of that.
        """
        began, ledger = self._monotonic(), self._farm.ledger
        now = ledger.clock()
        families = [self._family(meter, told) for meter, told in self._near_numbers(now)]
        families += [
            self._family(meters.READ_AT, {(): now / 1000}),
            self._family(meters.READ_S, {(): self._monotonic() - began}),
        ]
        text = _text(families)
        with self._lock:
            self._near = text

    def look_at_places(self) -> None:
        """Read what room there is on the farm's disks; a share that hangs holds up nothing else."""
        seen = [(place, disk) for disk in disks.look(self._farm) for place in disk.of]
        text = _text([self._family(meter, told) for meter, told in _rooms(seen)])
        with self._lock:
            self._places = text
            self._places_up = {
                place: disk.error is None for place, disk in seen if place in {_STORE, _ARCHIVE}
            }

    def look_far(self) -> None:
        """Read what takes longer and changes slowly: windows' prospects, stores, and the last backup.

        Raises:
            AwayError: as `look`.
        """
        text = _text([self._family(meter, told) for meter, told in self._far_numbers()])
        with self._lock:
            self._far = text

    def _near_numbers(self, now: int) -> Iterator[tuple[Meter, _Told]]:
        ledger = self._farm.ledger
        stages = {(stage.value, ANY if stage is Stage.RENDER else ""): 0.0 for stage in Stage}
        depths = {(at.stage, at.pool, at.tier, at.hold): n for at, n in read_depths(ledger).items()}
        none = {(*where, Urgency.NORMAL.value, ""): 0.0 for where in stages}
        yield meters.QUEUE, _added([*none.items(), *depths.items()])
        oldest = {(stage.value, pool): (now - at) / 1000 for (stage, pool), at in read_oldest(ledger).items()}
        yield meters.OLDEST, _added([*stages.items(), *oldest.items()])
        running = {(stage.value, pool): float(n) for (stage, pool), n in read_running(ledger).items()}
        yield meters.RUNNING, _added([*stages.items(), *running.items()])
        dead = read_dead_letters(ledger)
        yield meters.DEAD, {(stage.value,): dead.get(stage, 0) for stage in Stage}
        yield meters.WORKERS, _added(read_workforce(ledger).items())
        yield meters.CARDS, {(state.value,): n for state, n in read_card_states(ledger).items()}
        pending = read_pending(ledger)
        yield meters.ARCHIVE_PENDING, {(): pending.films}
        yield meters.ARCHIVE_OLDEST, {(): 0 if pending.since is None else max(0, now - pending.since) / 1000}
        yield from self._of_departments()
        yield from self._of_windows(now)

    def _of_departments(self) -> Iterator[tuple[Meter, _Told]]:
        """What departments used, and what attempts came to."""
        # Attempts first: whose department they were is there by then.
        sums = self._totals.read()
        budgets = read_budgets(self._farm.ledger, self._cards)
        names = {each.id: each.name for each in budgets}
        yield meters.ATTEMPTS, _added(((of.stage, of.outcome, of.code), n) for of, n in sums.times.items())
        lost = [((of.stage,), n) for of, n in sums.times.items() if of.outcome == Outcome.LOST.value]
        yield meters.LOST, _added([*(((stage.value,), 0) for stage in Stage), *lost])
        yield meters.FILMS, _films(sums, names)
        yield meters.GPU_SECONDS, _on_cards(sums, names)
        filmed = [each for each in budgets if each.films is not None]
        yield meters.QUOTA_LEFT, {(each.name,): each.films_left for each in filmed}
        yield meters.QUOTA_USED, {(each.name,): each.films_used for each in filmed}
        timed = [(each, each.card_ms) for each in budgets if each.card_ms is not None]
        yield (
            meters.CARD_LEFT,
            {(each.name,): max(0, most - each.card_used_ms) / 1000 for each, most in timed},
        )
        yield meters.CARD_USED, {(each.name,): each.card_used_ms / 1000 for each, _ in timed}

    def _of_windows(self, now: int) -> Iterator[tuple[Meter, _Told]]:
        windows = read_windows(self._farm.ledger)
        yield meters.WINDOW_OPEN, {(each.name,): float(each.window.is_open(now)) for each in windows}
        changes = {(each.name,): each.window.next_change(now) for each in windows}
        yield (
            meters.WINDOW_CHANGE,
            {name: (at - now) / 1000 for name, at in changes.items() if at is not None},
        )

    def _far_numbers(self) -> Iterator[tuple[Meter, _Told]]:
        ledger = self._farm.ledger
        names = [each.name for each in read_windows(ledger)]
        yield meters.WINDOW_LATE, {(name,): len(foresee(self._farm, name).unfinished) for name in names}
        budgets = read_budgets(ledger, self._cards)
        stored = storage.read_used(ledger, [each.name for each in budgets])
        yield meters.STORED, {(name,): size for name, size in stored.items()}
        yield meters.BACKUP, {(): read_last_backup(ledger) / 1000}

    def _family(self, meter: Meter, told: _Told) -> Metric:
        """A metric with its numbers, as Prometheus's library has it; what is beyond a bound is added up."""
        kind = CounterMetricFamily if meter.form is Form.COUNTER else GaugeMetricFamily
        family = kind(meter.name, meter.help, labels=meter.label_names)
        numbers = _added((self._bounds.within(meter, labels), number) for labels, number in told.items())
        for labels, number in sorted(numbers.items()):
            family.add_metric(labels, number)
        return family


def parts_in(trouble: str, *, leading: bool) -> dict[str, bool]:
    """Whether what a dispatcher's look has met can be reached; who stands by meets the ledger alone.

    Args:
        trouble: as in `Gauges.stands`.
        leading: likewise.
    """
    redis_away = trouble.startswith(_REDIS)
    up = {_LEDGER: not trouble or redis_away}
    return {**up, _REDIS: not redis_away} if leading and up[_LEDGER] else up


def _rooms(seen: Sequence[tuple[str, DiskView]]) -> Iterator[tuple[Meter, _Told]]:
    """The room at the places that can be seen."""
    there = [(place, disk) for place, disk in seen if disk.error is None]
    yield meters.SPACE_USED, {(place,): (disk.size_mb - disk.free_mb) * _MEGABYTE for place, disk in there}
    yield meters.SPACE_FREE, {(place,): disk.free_mb * _MEGABYTE for place, disk in there}
    yield meters.SPACE_FLOOR, {(place,): disk.floor_mb * _MEGABYTE for place, disk in there}


def _films(sums: Sums, names: Mapping[int, str]) -> _Told:
    """Films that were joined, by department."""
    joined = ((of, n) for of, n in sums.times.items() if of.stage == Stage.JOIN.value)
    made = [((names[of.department],), n) for of, n in joined if of.outcome == Outcome.OK.value]
    return _added([*(((name,), 0) for name in names.values()), *made])


def _on_cards(sums: Sums, names: Mapping[int, str]) -> _Told:
    """Seconds for which attempts kept cards, by department."""
    held = [((names[of.department],), ms / 1000) for of, ms in sums.held_ms.items() if of.on_card]
    return _added([*(((name,), 0) for name in names.values()), *held])


def _added(numbers: Iterable[tuple[tuple[str, ...], float]]) -> dict[tuple[str, ...], float]:
    """The same, with what stands under one name added up."""
    found: dict[tuple[str, ...], float] = {}
    for labels, number in numbers:
        found[labels] = found.get(labels, 0) + number
    return found


class _Kept:
    """Families that are told once."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        """All of them."""
        return self._families


def _text(families: Sequence[Metric]) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Kept(families))
    return generate_latest(registry)
