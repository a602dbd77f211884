"""Windows of time as people set and see them: when each is open, and whether it is now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from db import windows
from farm.bootstrap import Farm
from farm.caller import caller
from farm.policy.windows import Window, parse, window_named
from farm.rowcheck import Film
from pipeline.plan.moments import iso


@dataclass(frozen=True, kw_only=True)
class WindowView:
    """A window, and how it stands just now.

    Attributes:
        name: what people call it.
        times: when it is open, with its time zone.
        open: whether it is now.
        until: when that changes, ISO 8601; empty: never.
        zone: the time zone that its times are told in.
    """

    name: str
    times: str
    open: bool
    until: str
    zone: str


def listed(farm: Farm) -> tuple[WindowView, ...]:
    """Every window of the farm, by name.

    Raises:
        AwayError: ``ledger-away``.
    """
    now = farm.ledger.clock()
    return tuple(_view(each.name, each.window, now) for each in windows.read_windows(farm.ledger))


def add(farm: Farm, name: str, times: str) -> WindowView:
    """Enter a window under a name that is free; it goes by the farm's time zone unless `times` names one.

    Raises:
        InputError: ``window-there``, ``window-name-wrong``, or as `farm.policy.windows.parse`.
        AwayError: ``ledger-away``.
    """
    plain, window = window_named(name), parse(times, farm.ledger.calendar.zone)
    windows.add_window(farm.ledger, plain, window, by=caller())
    return _view(plain, window, farm.ledger.clock())


def change(farm: Farm, name: str, times: str) -> tuple[WindowView, str]:
    """Have a window open at other times, and how it was; unless `times` names a time zone, it keeps its own.

    Raises:
        InputError: ``window-unknown``, or as `add`.
        AwayError: ``ledger-away``.
    """
    plain = window_named(name)
    zones = {each.name: each.window.zone for each in windows.read_windows(farm.ledger)}
    window = parse(times, zones.get(plain, farm.ledger.calendar.zone))
    before = windows.set_window(farm.ledger, plain, window, by=caller())
    return _view(plain, window, farm.ledger.clock()), before.text


def remove(farm: Farm, name: str) -> str:
    """Forget a window that nobody uses; its name.

    Raises:
        InputError: ``window-unknown``, ``window-used``, ``window-name-wrong``.
        AwayError: ``ledger-away``.
    """
    plain = window_named(name)
    windows.remove_window(farm.ledger, plain, by=caller())
    return plain


@dataclass(frozen=True, kw_only=True)
class WaitedFor:
    """A window, and how many films of a batch are made in it alone.

    Attributes:
        window: the window.
        films: how many.
        held: how many of them wait for their department's quota besides.
    """

    window: WindowView
    films: int
    held: int = 0


def waited_for(farm: Farm, films: Sequence[Film], begin: int | None = None) -> tuple[WaitedFor, ...]:
    """The windows that films are made in, by name; none of films that may begin at any time.

    Args:
        farm: the farm.
        films: the films, in the order in which the quota lets them begin.
        begin: so many of them the quota lets begin today; None: all.

    Raises:
        AwayError: ``ledger-away``.
    """
    held = Counter(film.window for film in films[begin:]) if begin is not None else Counter[str]()
    found = waits(farm, Counter(film.window for film in films if film.window))
    return tuple(replace(each, held=held[each.window.name]) for each in found)


def waits(farm: Farm, counts: Mapping[str, int]) -> tuple[WaitedFor, ...]:
    """The windows that so many films each are made in, by name.

    Raises:
        AwayError: ``ledger-away``.
    """
    found = listed(farm) if counts else ()
    return tuple(
        WaitedFor(window=each, films=films) for each in found if (films := counts.get(each.name, 0)) > 0
    )


def _view(name: str, window: Window, now: int) -> WindowView:
    change = window.next_change(now)
    return WindowView(
        name=name,
        times=window.text,
        open=window.is_open(now),
        until=iso(change),
        zone=window.zone,
    )
