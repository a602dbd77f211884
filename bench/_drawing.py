"""Charts as SVG, of a few plain parts: areas on one another, lines, shaded bands, words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

#: Told apart also by whoever does not see all colours.
COLOURS = ("#2f6db3", "#e39b35", "#4c9a6a", "#8a6bb1")
_INK, _SOFT, _RULE, _BAND, _CAP = "#22272e", "#667080", "#dfe3e9", "#eef1f7", "#5a6b8c"
_FONT = "font-family=\"system-ui,-apple-system,'Segoe UI','Noto Sans','DejaVu Sans',sans-serif\""
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 24, 46, 30


@dataclass(frozen=True, kw_only=True)
class Series:
    """Values over the chart's places, one at each, under a name."""

    name: str
    colour: str
    values: Sequence[float]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart of a sheet.

    Attributes:
        title: what it shows.
        unit: of its values, as it stands beside the title.
        places: where its values are on the x axis, rising.
        areas: drawn on one another, the first one at the bottom.
        lines: drawn over them.
        bands: shaded parts of the x axis, from and to.
        span: from where to where the x axis goes.
        marks: ticks of the x axis, each with its words.
        names: words of its parts, without a tick.
        rules: dashed lines at values, with what they say.
        least: where the y axis begins.
        most: where it ends; None: above the largest value.
        height: of its plane, in pixels.
    """

    title: str
    places: Sequence[float]
    span: tuple[float, float]
    marks: Sequence[tuple[float, str]]
    names: Sequence[tuple[float, str]] = ()
    unit: str = ""
    areas: Sequence[Series] = ()
    lines: Sequence[Series] = ()
    bands: Sequence[tuple[float, float]] = ()
    rules: Sequence[tuple[float, str]] = field(default=())
    least: float = 0.0
    most: float | None = None
    height: int = 190


def sheet(charts: Sequence[Chart], *, title: str, width: int = 1120) -> str:
    """Charts below one another, as one SVG file with a white ground; `title` is for whoever cannot see it."""
    parts: list[str] = []
    top = 8.0
    for chart in charts:
        parts.append(_drawn(chart, top, width))
        top += chart.height + _TOP + _BOTTOM
    height = round(top + 4)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" {_FONT} font-size="13">'
    )
    ground = f'<rect width="{width}" height="{height}" fill="#fff"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", ground, *parts, "</svg>", ""])


def _drawn(chart: Chart, top: float, width: int) -> str:
    plane = _Plane(chart, top + _TOP, width)
    parts = [_words(_LEFT, top + 20, chart.title, weight=600, size=15, anchor="start")]
    if chart.unit:
        parts.append(
            _words(_LEFT + 9.0 * len(chart.title), top + 20, chart.unit, colour=_SOFT, anchor="start")
        )
    parts += [plane.band(*band) for band in chart.bands]
    parts += [plane.level(value) for value in plane.ticks]
    below = [0.0] * len(chart.places)
    for series in chart.areas:
        above = [low + value for low, value in zip(below, series.values, strict=True)]
        parts.append(plane.area(below, above, series.colour))
        below = above
    parts += [plane.line(series.values, series.colour) for series in chart.lines]
    parts += [plane.rule(value, text) for value, text in chart.rules]
    parts += [plane.tick(place) + plane.name(place, text) for place, text in chart.marks]
    parts += [plane.name(place, text) for place, text in chart.names]
    parts.append(_legend([*chart.areas, *chart.lines], top + 20, width))
    return "\n".join(parts)


class _Plane:
    """Where values are on the sheet."""

    def __init__(self, chart: Chart, top: float, width: int) -> None:
        self._places = chart.places
        self._top, self._height = top, chart.height
        self._right = width - _RIGHT
        self._first, self._last = chart.span
        sums = [sum(values) for values in zip(*(each.values for each in chart.areas), strict=True)]
        largest = max([*sums, *(max(each.values) for each in chart.lines), chart.least])
        step = _step((chart.most if chart.most is not None else largest) - chart.least)
        self._least = chart.least
        self._most = chart.most if chart.most is not None else math.ceil(largest / step) * step
        count = math.floor((self._most - self._least) / step + 1e-9)
        self.ticks = [self._least + step * number for number in range(count + 1)]

    def x(self, place: float) -> float:
        inside = (place - self._first) / (self._last - self._first)
        return _LEFT + inside * (self._right - _LEFT)

    def y(self, value: float) -> float:
        inside = (min(max(value, self._least), self._most) - self._least) / (self._most - self._least)
        return self._top + self._height * (1 - inside)

    def band(self, since: float, until: float) -> str:
        since, until = max(since, self._first), min(until, self._last)
        if until <= since:
            return ""
        place = f'x="{self.x(since):.1f}" width="{self.x(until) - self.x(since):.1f}"'
        # Seen also where areas cover all of it.
        cap = f'<rect {place} y="{self._top - 9:.1f}" height="6" fill="{_CAP}"/>'
        return f'<rect {place} y="{self._top:.1f}" height="{self._height}" fill="{_BAND}"/>{cap}'

    def level(self, value: float) -> str:
        y = self.y(value)
        rule = f'<path d="M{_LEFT} {y:.1f}H{self._right}" stroke="{_RULE}" fill="none"/>'
        return rule + _words(_LEFT - 8, y + 4.5, f"{value:g}", colour=_SOFT, anchor="end")

    def area(self, below: Sequence[float], above: Sequence[float], colour: str) -> str:
        there = [(self.x(place), self.y(value)) for place, value in zip(self._places, above, strict=True)]
        back = [(self.x(place), self.y(value)) for place, value in zip(self._places, below, strict=True)]
        return f'<path d="{_path(there)}L{_path(back[::-1])[1:]}Z" fill="{colour}"/>'

    def line(self, values: Sequence[float], colour: str) -> str:
        points = [(self.x(place), self.y(value)) for place, value in zip(self._places, values, strict=True)]
        return f'<path d="{_path(points)}" fill="none" stroke="{colour}" stroke-width="2"/>'

    def rule(self, value: float, text: str) -> str:
        y = self.y(value)
        rule = (
            f'<path d="M{_LEFT} {y:.1f}H{self._right}" stroke="{_SOFT}" stroke-dasharray="5 4" fill="none"/>'
        )
        return rule + _words(self._right - 4, y - 5, text, colour=_SOFT, anchor="end", size=12)

    def tick(self, place: float) -> str:
        x, y = self.x(place), self._top + self._height
        return f'<path d="M{x:.1f} {y:.1f}v5" stroke="{_SOFT}" fill="none"/>'

    def name(self, place: float, text: str) -> str:
        y = self._top + self._height + 20
        return _words(self.x(place), y, text, colour=_SOFT, anchor="middle") if text else ""


def _legend(shown: Sequence[Series], y: float, width: int) -> str:
    """What the colours mean, at the right of the title."""
    parts: list[str] = []
    x = float(width - _RIGHT)
    for series in reversed(shown):
        x -= 7.0 * len(series.name)
        parts.append(_words(x, y, series.name, anchor="start"))
        x -= 18
        parts.append(
            f'<rect x="{x:.1f}" y="{y - 10:.1f}" width="12" height="12" rx="2" fill="{series.colour}"/>'
        )
        x -= 18
    return "".join(parts)


def _words(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str,
    colour: str = _INK,
    size: int = 13,
    weight: int = 400,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _step(span: float) -> float:
    """A round step of which about four make up a span."""
    rough = max(span, 1e-9) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * each for each in (1, 2, 2.5, 5, 10) if power * each >= rough * 0.999)
