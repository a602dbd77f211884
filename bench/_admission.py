"""The quota of a played farm: as many films of a department begin a day as it may, in order of submission."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence

from _arrivals import ZONE, House
from _records import Job

from farm.policy.days import Calendar
from farm.policy.quota import Standing, admit


class Admission:
    """Keeps what waits for its quota, and lets it in.

    Args:
        houses: the departments.
    """

    def __init__(self, houses: Sequence[House]) -> None:
        self._films = {house.id: house.films for house in houses}
        self._calendar = Calendar(zone=ZONE)
        self._lines: dict[int, deque[Job]] = defaultdict(deque)
        self._charges: Counter[tuple[int, int]] = Counter()

    @property
    def houses(self) -> Sequence[int]:
        """The departments that have submitted anything."""
        return tuple(self._lines)

    @property
    def held(self) -> int:
        """How many films wait for a quota."""
        return sum(len(line) for line in self._lines.values())

    def next_day_ms(self, now_ms: int) -> int:
        """When the next day of quotas begins."""
        return self._calendar.begins_at(self._calendar.day_of(now_ms) + 1)

    def submit(self, job: Job) -> None:
        """Have a film wait behind those of its department."""
        self._lines[job.film.house].append(job)

    def release(self, house: int, now_ms: int) -> Iterator[Job]:
        """Those films of a department that its day lets in now, charged."""
        line = self._lines[house]
        if not line:
            return
        day = self._calendar.day_of(now_ms)
        standing = Standing(films=self._films[house], used=self._charges[house, day])
        starts = admit(standing, [""] * len(line), day, now_ms)
        self._lines[house] = deque(job for job, start in zip(line, starts, strict=True) if start is None)
        for job, start in zip(line, starts, strict=True):
            if start is not None:
                self._charges[house, day] += 1
                job.charged_day, job.admitted_ms = day, now_ms
                yield job
