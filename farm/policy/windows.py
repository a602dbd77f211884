"""Windows of time: when work that is kept for the night may begin, by the clock on a wall.

A window is written as people say it: ``22:00-07:00 Asia/Shanghai, weekends all day``. Its parts stand with
commas between, and it is open while any of them is. A part is days, then times:

- days: ``mon`` to ``sun``, ``mon-fri``, ``sat sun``, ``weekdays``, ``weekends``, ``daily``; none means daily;
- times: ``22:00-07:00`` or ``all day``. Times whose end is not after their beginning go on into the next day,
  and belong to the day on which they begin: ``fri 22:00-07:00`` ends on Saturday. ``24:00`` is a day's end;
- a zone of the IANA database, once, after the times of any part; it is that of the whole window.

**Wall time decides, and nothing else.** A window is open at an instant if the wall clock of its zone, with
its weekday, shows a time within it then. So when clocks go forward, times that no clock shows are nobody's:
``02:30-05:00`` opens at 03:00 if 02:00 to 03:00 is left out, and ``02:10-02:50`` not at all on that day. When
they go back, times that are shown twice count twice: ``22:00-02:30`` shuts at 02:30, opens again when the
clock is put back from 03:00 to 02:00, and shuts at the second 02:30. A night of nine hours is eight or ten
hours long then. The times at which it opens and shuts are whole minutes of the wall.
"""

from __future__ import annotations

import difflib
import itertools
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from pipeline.plan.errors import InputError
from pipeline.plan.switches import yes_or_no

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_GROUPS = {"daily": range(7), "weekdays": range(5), "weekends": range(5, 7)}
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SYNONYMS = {
    **{name: name[:3] for name in _DAY_NAMES},
    "tues": "tue",
    "thur": "thu",
    "thurs": "thu",
    "everyday": "daily",
    "weekday": "weekdays",
    "weekend": "weekends",
}
_TIMES = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
#: Words that look like times and are none, such as ``22-7`` and ``22:00``.
_LIKE_TIMES = re.compile(r"[\d:.]+(-[\d:.]*)?")
_ALL_DAY = ("all", "day")
_DAY, _WEEK = 1440, 7 * 1440
_LONGEST = 1000
# Days from today on, looked at in these steps. A part comes again within a week; a day that its zone leaves
# out, or an hour of it, makes that two.
_AHEAD = (-1, 2, 9, 23)
# Clocks are not put forward and back within half a day.
_STEP = timedelta(hours=12)
#: Cities by which people call a zone that bears another one's name.
_CITIES = {"beijing": "Asia/Shanghai", "guangzhou": "Asia/Shanghai", "shenzhen": "Asia/Shanghai"}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,23}")
#: What may stand where a window's name does, as yes and no may, and means another thing.
_NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a window.

    Attributes:
        days: the weekdays on which it begins, Monday is 0.
        first: the minute of the day at which it begins.
        end: the minute after its last one; beyond 1440 it goes on into the next day.
    """

    days: tuple[int, ...]
    first: int
    end: int

    @property
    def text(self) -> str:
        """As people write it."""
        all_day = (self.first, self.end) == (0, _DAY)
        times = "all day" if all_day else f"{_clock(self.first)}-{_clock_end(self.end)}"
        days = _days_text(self.days)
        return times if days == "daily" and not all_day else f"{days} {times}"


@dataclass(frozen=True, kw_only=True)
class Window:
    """When work of a kind may begin, as the module's page tells; times are milliseconds since the Unix epoch.

    Attributes:
        parts: it is open while any of them is.
        zone: whose wall clock decides, by its name in the IANA database.
    """

    parts: tuple[Part, ...]
    zone: str

    @property
    def text(self) -> str:
        """As people write it, with its zone: parsed again, it is the same window under any default."""
        first, *others = (part.text for part in self.parts)
        return ", ".join((f"{first} {self.zone}", *others))

    @property
    def is_always(self) -> bool:
        """Whether it never shuts."""
        return _spans(self.parts) == ((0, _WEEK),)

    def is_open(self, ms: int) -> bool:
        """Whether a wall clock of its zone shows a time within it at `ms`."""
        wall = _at(ms).astimezone(ZoneInfo(self.zone))
        minute = wall.weekday() * _DAY + wall.hour * 60 + wall.minute
        spans = _spans(self.parts)
        place = bisect_right(spans, (minute, _WEEK)) - 1
        return place >= 0 and minute < spans[place][1]

    def next_change(self, ms: int) -> int | None:
        """The first instant after `ms` at which it opens or shuts; None: it never does."""
        if self.is_always:
            return None
        now = self.is_open(ms)
        return next(each for each in self._edges(ms) if self.is_open(each) != now)

    def next_opening(self, ms: int) -> int:
        """The first instant from `ms` on at which it is open: `ms` itself while it is."""
        return ms if self.is_open(ms) else next(each for each in self._edges(ms) if self.is_open(each))

    def next_closing(self, ms: int) -> int | None:
        """The first instant from `ms` on at which it is shut: `ms` itself while it is; None: it never is."""
        return self.next_change(ms) if self.is_open(ms) else ms

    def spans(self, since: int, until: int) -> Iterator[tuple[int, int]]:
        """The times of [`since`, `until`) at which it is open, in order: from when, and when no longer."""
        at = since
        while at < until and (opens := self.next_opening(at)) < until:
            shuts = self.next_closing(opens)
            at = until if shuts is None else min(shuts, until)
            yield opens, at

    def open_ms(self, since: int, until: int) -> int:
        """For how many milliseconds of [`since`, `until`) it is open."""
        return sum(shuts - opens for opens, shuts in self.spans(since, until))

    def after(self, ms: int, open_ms: int) -> int:
        """The instant at which it has been open for `open_ms` milliseconds since `ms`."""
        at, left = ms, open_ms
        while True:
            opens = self.next_opening(at)
            shuts = self.next_closing(opens)
            if shuts is None or opens + left <= shuts:
                return opens + left
            at, left = shuts, left - (shuts - opens)

    def _edges(self, ms: int) -> Iterator[int]:
        """Every instant after `ms`, in order, at which it may open or shut, for three weeks."""
        zone = ZoneInfo(self.zone)
        walls = sorted({minute % _DAY for part in self.parts for minute in (part.first, part.end)} | {0})
        today = _at(ms).astimezone(zone).date()
        for first, end in itertools.pairwise(_AHEAD):
            days = [today + timedelta(days=each) for each in range(first, end)]
            found = {instant for day in days for wall in walls for instant in _instants(day, wall, zone)}
            found |= set(_turns(days[0], days[-1], zone))
            yield from sorted(each for each in found if each > ms)


def parse(text: str, default_zone: str) -> Window:
    """The window that a text describes.

    Args:
        text: as the module's page tells; case, width and surplus spaces do not matter.
        default_zone: whose wall clock decides where the text names none.

    Raises:
        InputError: ``window-times-missing``, ``window-time-wrong``, ``window-empty``,
            ``window-day-unknown``, ``window-days-last``, ``window-zone-unknown``,
            ``window-zones-two`` or ``window-long``.
    """
    if len(text) > _LONGEST:
        raise InputError("window-long", limit=_LONGEST)
    return _parsed(text, default_zone)


@lru_cache(maxsize=256)
def _parsed(text: str, default_zone: str) -> Window:
    plain = unicodedata.normalize("NFKC", text).replace("、", ",").replace(";", ",")
    plain = re.sub(r"\s*[-‐‑‒–—―~]\s*", "-", plain)
    parts: list[Part] = []
    zones: list[str] = []
    for told in plain.split(","):
        if words := told.split():
            part, zone = _part(words, " ".join(words))
            parts.append(part)
            zones += [zone] if zone else []
    if not parts:
        raise InputError("window-times-missing", part=text.strip())
    named = tuple(dict.fromkeys(zone_named(zone) for zone in zones)) or (zone_named(default_zone),)
    if len(named) > 1:
        raise InputError("window-zones-two", first=named[0], second=named[1])
    return Window(parts=tuple(dict.fromkeys(parts)), zone=named[0])


def zone_named(word: str) -> str:
    """The name of a time zone as the IANA database writes it.

    Raises:
        InputError: ``window-zone-unknown``, with names that are near.
    """
    known = _zones()
    found = known.get(word.strip().casefold())
    if found is not None:
        return found
    raise InputError("window-zone-unknown", zone=word.strip(), near=", ".join(_near(word)))


def window_named(word: str) -> str:
    """The name of a window in plain form.

    Raises:
        InputError: ``window-name-wrong``: no name, or a word that means another thing in its place.
    """
    name = word.strip().casefold()
    if name == _NONE or yes_or_no(name) is not None or not _NAME.fullmatch(name):
        raise InputError("window-name-wrong", name=word)
    return name


def _part(words: Sequence[str], part: str) -> tuple[Part, str]:
    """A part of a window, and the zone that stands after its times; empty: none does."""
    lower = [word.casefold() for word in words]
    for place, word in enumerate(lower):
        if found := _TIMES.fullmatch(word):
            first, end = (_minute(each, part) for each in word.split("-"))
            if first == _DAY:
                raise InputError("window-time-wrong", time="24:00", part=part)
            if first == end:
                raise InputError("window-empty", part=found[0])
            times, after = (first, end if end > first else end + _DAY), place + 1
            break
        if tuple(lower[place : place + 2]) == _ALL_DAY:
            times, after = (0, _DAY), place + 2
            break
        if _LIKE_TIMES.fullmatch(word):
            raise InputError("window-time-wrong", time=word, part=part)
    else:
        _days(lower)
        raise InputError("window-times-missing", part=part)
    if len(words) > after and _are_days(lower[after:]):
        told, mended = " ".join(words[after:]), " ".join((*words[after:], *words[:after]))
        raise InputError("window-days-last", days=told, part=part, mended=mended)
    if len(words) > after + 1:
        raise InputError(
            "window-zone-unknown", zone=" ".join(words[after:]), near=", ".join(_near(words[-1]))
        )
    days = _days(lower[:place])
    return Part(days=days, first=times[0], end=times[1]), " ".join(words[after:])


def _minute(clock: str, part: str) -> int:
    found = _TIME.fullmatch(clock)
    hours, minutes = (int(each) for each in found.groups()) if found else (99, 0)
    minute = hours * 60 + minutes
    if minutes > 59 or minute > _DAY:  # noqa: PLR2004 - an hour's last minute
        raise InputError("window-time-wrong", time=clock, part=part)
    return minute


def _days(words: Iterable[str]) -> tuple[int, ...]:
    found: set[int] = set()
    for word in words:
        if word in {"and", "+", "&"}:
            continue
        ends = [_SYNONYMS.get(each, each) for each in word.split("-")]
        if len(ends) == 1 and ends[0] in _GROUPS:
            found |= set(_GROUPS[ends[0]])
        elif len(ends) <= 2 and all(end in _DAYS for end in ends):  # noqa: PLR2004 - from and to
            first, last = _DAYS.index(ends[0]), _DAYS.index(ends[-1])
            found |= {each % 7 for each in range(first, last + 1 if last >= first else last + 8)}
        else:
            raise InputError("window-day-unknown", word=word, near=_near_days(word))
    return tuple(sorted(found)) or tuple(range(7))


def _are_days(words: Sequence[str]) -> bool:
    try:
        return bool(_days(words))
    except InputError:
        return False


def _near_days(word: str) -> str:
    known = (*_DAYS, *_GROUPS)
    return ", ".join(difflib.get_close_matches(word, known, n=2, cutoff=0.5) or known)


def _days_text(days: tuple[int, ...]) -> str:
    for name, group in _GROUPS.items():
        if days == tuple(group):
            return name
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    told: list[str] = []
    for run in runs:
        is_range = len(run) > 2  # noqa: PLR2004 - two days are shorter by name
        told += [f"{_DAYS[run[0]]}-{_DAYS[run[-1]]}"] if is_range else [_DAYS[day] for day in run]
    return " ".join(told)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _clock_end(minute: int) -> str:
    return _clock(minute if minute <= _DAY else minute - _DAY)


@lru_cache(maxsize=256)
def _spans(parts: tuple[Part, ...]) -> tuple[tuple[int, int], ...]:
    """The minutes of a week, from Monday's first, of some parts together: ordered, apart from each other."""
    found: list[tuple[int, int]] = []
    for part in parts:
        for day in part.days:
            first, end = day * _DAY + part.first, day * _DAY + part.end
            found += [(first, min(end, _WEEK))] + ([(0, end - _WEEK)] if end > _WEEK else [])
    merged: list[tuple[int, int]] = []
    for first, end in sorted(found):
        if merged and first <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((first, end))
    return tuple(merged)


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms // 1000, UTC)


def _ms(at: datetime) -> int:
    return round(at.timestamp()) * 1000


def _instants(day: date, minute: int, zone: ZoneInfo) -> tuple[int, ...]:
    """When the wall clock of a zone shows a time of a day: once, twice when clocks go back.

    Of a time that it leaves out these are instants around, at which nothing need change.
    """
    wall = datetime.combine(day, time(minute // 60, minute % 60), zone)
    return tuple(_ms(wall.replace(fold=fold)) for fold in (0, 1))


def _turns(first: date, last: date, zone: ZoneInfo) -> Iterator[int]:
    """When the clocks of a zone are put forward or back between two days."""
    at, end = (datetime.combine(day, time(), UTC) for day in (first, last + timedelta(days=2)))
    while at < end:
        then = at + _STEP
        if at.astimezone(zone).utcoffset() != then.astimezone(zone).utcoffset():
            before, after = _ms(at) // 1000, _ms(then) // 1000
            offset = at.astimezone(zone).utcoffset()
            while after - before > 1:
                middle = (before + after) // 2
                if datetime.fromtimestamp(middle, UTC).astimezone(zone).utcoffset() == offset:
                    before = middle
                else:
                    after = middle
            yield after * 1000
        at = then


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    """Every zone that there is, by its name without regard to case."""
    return {name.casefold(): name for name in sorted(available_timezones())}


def _near(word: str) -> tuple[str, ...]:
    """Names of zones that a wrong one may mean, by the whole of it or by its place alone."""
    known, asked = _zones(), word.strip().casefold().replace(" ", "_")
    place = asked.rpartition("/")[2]
    if place in _CITIES:
        return (_CITIES[place],)
    by_place = [name for plain, name in known.items() if place and plain.rpartition("/")[2] == place]
    alike = difflib.get_close_matches(asked, known, n=3, cutoff=0.6)
    places = {plain.rpartition("/")[2]: name for plain, name in known.items() if "/" in plain}
    alike_places = difflib.get_close_matches(place, places, n=3, cutoff=0.6)
    found = dict.fromkeys(
        (*by_place, *(known[each] for each in alike), *(places[each] for each in alike_places))
    )
    return tuple(found)[:3] or ("Asia/Shanghai", "Europe/Berlin", "UTC")
