"""A morning report as one page for a browser: self-contained, without scripts, with charts, fit for paper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from farm.morningtext import (
    account_cells,
    cut,
    films_of,
    held_lines,
    jobs_of,
    left_lines,
    money,
    period_of,
    rounding,
    saved_line,
    slow_cells,
    told,
    trouble_lines,
)
from farm.morningwords import MorningWords
from farm.policy.accounts import TICKS, Line
from farm.tally import hours
from farm.views.morning import MorningView, RhythmView
from pipeline.plan.clean import clean
from pipeline.plan.messages import Language

_STYLE = """
:root{--ink:#1c2430;--soft:#5c6878;--line:#e3e8ee;--good:#2a7f62;--mid:#7fb8a4;--bad:#c2453d;--warn:#c98a1b;
--paper:#fff;--ground:#f4f6f8}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);
font:15px/1.5 -apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans","Helvetica Neue",Arial,"PingFang SC",
"Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC",
"WenQuanYi Micro Hei","WenQuanYi Zen Hei",SimHei,sans-serif}
main{max-width:1000px;margin:0 auto;padding:32px 24px 48px}
h1{font-size:26px;margin:0;letter-spacing:-.01em}
.when{color:var(--soft);margin:2px 0 22px}
h2{font-size:16px;margin:0 0 12px}
section{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:18px 20px;
margin:0 0 16px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:0 0 16px}
.tile{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:14px 16px}
.tile b{display:block;font-size:28px;line-height:1.2;font-variant-numeric:tabular-nums}
.tile span{color:var(--soft);font-size:13px}
.tile small{display:block;color:var(--soft);font-size:12px;min-height:1.5em}
.tile.bad b{color:var(--bad)}.tile.warn b{color:var(--warn)}.tile.good b{color:var(--good)}
.table{overflow-x:auto}.table svg{min-width:640px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{font-weight:600;color:var(--soft);font-size:13px;text-align:left}
th,td{padding:6px 14px 6px 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:break-word}
td:not(.n){min-width:4.5em;max-width:32em}td:not(.n):nth-child(-n+2){min-width:8em}
th.n,td.n{text-align:right;white-space:nowrap}th:last-child,td:last-child{padding-right:0}
tr.total td{font-weight:600;border-bottom:0}
ul{margin:0;padding:0;list-style:none}li{padding:8px 0;border-bottom:1px solid var(--line)}
li:last-child{border-bottom:0;padding-bottom:0}li:first-child{padding-top:0}
li p{margin:2px 0 0;color:var(--soft)}
code{font:13px Menlo,Consolas,"DejaVu Sans Mono","Noto Sans Mono CJK SC",monospace;color:var(--soft);
overflow-wrap:anywhere}
.count{display:inline-block;
background:#fbeceb;color:var(--bad);border-radius:6px;padding:0 8px;margin-right:8px;
font-size:13px;font-weight:600}
p.none{margin:0;color:var(--soft)}p{margin:0}p+p,.table+p{margin-top:8px}
svg{display:block;width:100%;height:auto}svg text{font-size:11px;fill:#5c6878}
svg .name{font-size:13px;fill:#1c2430}
.key{color:var(--soft);font-size:13px;margin:0 0 8px}.key i{display:inline-block;width:10px;height:10px;
border-radius:2px;margin:0 6px 0 14px}.key i:first-child{margin-left:0}
footer{color:var(--soft);font-size:13px;margin-top:20px}
@media (max-width:600px){main{padding:20px 12px 32px}section{padding:14px}}
@media print{body{background:#fff;font-size:12px}main{max-width:none;padding:0}
section,.tile{border-color:#ccc;break-inside:avoid}h2{break-after:avoid}tr,li{break-inside:avoid}
.table svg{min-width:0}td:not(.n):nth-child(-n+2){min-width:4.5em}
section.long{break-inside:auto}.tiles{grid-template-columns:repeat(5,1fr)}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}@page{margin:16mm 14mm}}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_GOOD, _MID, _BAD, _PALE = "#2a7f62", "#7fb8a4", "#c2453d", "#e6b3af"
_WIDTH = 960
_COMMAND = re.compile("`([^`]+)`")
_TAGS: Mapping[Language, str] = {"en": "en", "zh": "zh-CN"}
#: More departments than these are added up in one bar; room for a name, in columns: Chinese letters take two.
_MOST_BARS, _NAME = 12, 22
_REST = "#b9c2cd"


def page_of(view: MorningView, language: Language) -> str:
    """The whole page, as HTML; it asks for nothing from anywhere, and runs nothing."""
    words = MorningWords(language)
    title, when = _text(words("title")), _text(period_of(view, words))
    body = "".join(
        (
            _tiles(view, words),
            _rhythm(view, words),
            _section(words("failed-head"), _failed(view, words), long=True),
            _section(words("held-head"), _lines(held_lines(view, words), words("held-none")), long=True),
            _section(words("hours-by-department"), _hours(view, words), long=True),
            _section(words("slow-head"), _slow(view, words)),
            _section(words("saved-head"), _paragraph(saved_line(view, words))),
            _section(words("trouble-head"), _lines(trouble_lines(view, words), words("trouble-none"))),
            _section(words("left-head"), "".join(map(_paragraph, left_lines(view, words)))),
        )
    )
    return (
        f'<!doctype html>\n<html lang="{_TAGS[language]}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{title} {when}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{title}</h1>\n<p class="when">{when}</p>\n{body}'
        f"<footer>{_text(words('made', made=view.made))}</footer>\n</main>\n</body>\n</html>\n"
    )


def _text(text: str) -> str:
    """Text of anybody's as a page shows it, and nothing else."""
    return escape(clean(text))


def _told(line: str) -> str:
    """A line in words, with its commands as such."""
    return _COMMAND.sub(r"<code>\1</code>", _text(line))


def _section(head: str, body: str, *, long: bool = False) -> str:
    kind = ' class="long"' if long else ""
    return f"<section{kind}>\n<h2>{_text(head)}</h2>\n{body}</section>\n"


def _paragraph(line: str) -> str:
    return f"<p>{_told(line)}</p>\n"


def _tiles(view: MorningView, words: MorningWords) -> str:
    total = view.account.total
    film = words("of-film", span=words.span(total.ticks // TICKS)) if total.films else ""
    canceled = words("and-canceled", canceled=view.canceled) if view.canceled else ""
    share = round(100 * total.wasted_ms / total.held_ms) if total.held_ms else 0
    wasted = words("wasted-of", share=share) if share else ""
    used = ("card-hours", total.card_ms) if total.card_ms else ("processor-hours", total.processor_ms)
    cost = money(total, view) if view.prices.told else ""
    tiles = [
        ("good" if view.completed else "", view.completed, "films-done", film),
        ("bad" if view.failures else "", view.failures, "films-failed", canceled),
        ("", hours(used[1]), used[0], " · ".join(filter(None, (wasted, cost)))),
        ("warn" if view.waiting else "", view.waiting, "held", ""),
        ("", view.left.now, "left", view.left.finish if view.left.now else ""),
    ]
    made = "".join(
        f'<div class="tile {kind}"><b>{_text(str(number))}</b><span>{_text(words(name))}</span>'
        f"<small>{_text(more)}</small></div>\n"
        for kind, number, name, more in tiles
    )
    return f'<div class="tiles">\n{made}</div>\n'


def _key(pairs: Iterable[tuple[str, str]]) -> str:
    shown = "".join(f'<i style="background:{colour}"></i>{_text(name)}' for colour, name in pairs)
    return f'<p class="key">{shown}</p>\n'


def _rhythm(view: MorningView, words: MorningWords) -> str:
    most = max((part.completed + part.failed for part in view.rhythm), default=0)
    if not most:
        return ""
    key = _key([(_GOOD, words("done")), (_BAD, words("failed"))])
    head = words("rhythm-hours" if view.hourly else "rhythm-days")
    return _section(head, key + _columns(view.rhythm, most, head))


def _columns(parts: Sequence[RhythmView], most: int, title: str) -> str:
    """A column for each part of the time; what failed stands upon what was done."""
    left, top, height, below = 34, 14, 150, 20
    step = (_WIDTH - left) / len(parts)
    wide = min(34.0, step * 0.72)
    every = max(1, -(-len(parts) * 26 // (_WIDTH - left)))
    drawn = []
    for line in _ticks(most):
        y = top + height - height * line / most
        drawn.append(f'<line x1="{left}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e3e8ee"/>')
        drawn.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{line}</text>')
    for place, part in enumerate(parts):
        x = left + step * place + (step - wide) / 2
        y = float(top + height)
        for number, colour in ((part.completed, _GOOD), (part.failed, _BAD)):
            if number:
                tall = max(1.5, height * number / most)
                y -= tall
                drawn.append(_box(x, y, wide, tall, colour))
        if place % every == 0:
            middle, foot = x + wide / 2, top + height + 15
            drawn.append(f'<text x="{middle:.1f}" y="{foot}" text-anchor="middle">{_short(part)}</text>')
    return _svg(top + height + below, title, drawn)


def _short(part: RhythmView) -> str:
    """The hour of a column, or the day where one begins."""
    date, _, hour = part.label.partition(" ")
    return _text(date[5:] if hour in {"", "00:00"} else hour[:2])


def _box(x: float, y: float, wide: float, tall: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" rx="2" fill="{colour}"/>'


def _ticks(most: int) -> list[int]:
    """Two to five round numbers up to the highest."""
    step = next(
        size for power in range(12) for size in (10**power, 2 * 10**power, 5 * 10**power) if most <= 5 * size
    )
    return list(range(0, most + 1, step))


def _hours(view: MorningView, words: MorningWords) -> str:
    if not view.account.lines:
        return f'<p class="none">{_text(words("no-hours"))}</p>\n'
    used = [line for line in view.account.lines if line.held_ms]
    chart = _bars(_bars_of(used), words) if used else ""
    unpriced = view.account.unpriced
    note = _paragraph(words("unpriced", cards=words("comma").join(unpriced))) if unpriced else ""
    note = "".join(map(_paragraph, rounding(view, words))) + note
    return chart + _table(account_cells(view, words), numbers=range(1, 7), total=True) + note


@dataclass(frozen=True, kw_only=True)
class _Bar:
    """A bar: its name, its parts with their colours in order, and its whole, in milliseconds."""

    name: str
    parts: tuple[tuple[int, str], ...]
    whole: int


def _bars_of(lines: Iterable[Line]) -> list[_Bar]:
    """A bar for each line, the longest first; what is good, then what is wasted; few of many."""
    longest = sorted(lines, key=lambda line: -line.held_ms)
    bars = [
        _Bar(
            name=clean(line.key),
            parts=(
                (line.card_good_ms, _GOOD),
                (line.processor_good_ms, _MID),
                (line.card_ms - line.card_good_ms, _BAD),
                (line.processor_ms - line.processor_good_ms, _PALE),
            ),
            whole=line.held_ms,
        )
        for line in longest[:_MOST_BARS]
    ]
    if rest := longest[_MOST_BARS:]:
        held = sum(line.held_ms for line in rest)
        bars.append(_Bar(name=f"+ {len(rest)}", parts=((held, _REST),), whole=held))
    return bars


def _bars(bars: Sequence[_Bar], words: MorningWords) -> str:
    """Bars with their names and hours; cards darker than processors."""
    left, row, tall, right = 170, 30, 16, 80
    most = max(bar.whole for bar in bars)
    drawn = []
    for place, bar in enumerate(bars):
        y, x = 4 + row * place, float(left)
        name = cut(bar.name, _NAME)
        drawn.append(
            f'<text class="name" x="{left - 12}" y="{y + 13}" text-anchor="end">{_text(name)}</text>'
        )
        for time, colour in bar.parts:
            if time:
                wide = (_WIDTH - left - right) * time / most
                drawn.append(_box(x, y, wide, tall, colour))
                x += wide
        drawn.append(f'<text x="{x + 8:.1f}" y="{y + 12}">{hours(bar.whole)}</text>')
    cards, processors = words("card-hours"), words("processor-hours")
    names = (
        (_GOOD, f"{cards}{words('comma')}{words('good')}"),
        (_MID, f"{processors}{words('comma')}{words('good')}"),
        (_BAD, f"{cards}{words('comma')}{words('wasted')}"),
        (_PALE, f"{processors}{words('comma')}{words('wasted')}"),
    )
    there = {colour for bar in bars for time, colour in bar.parts if time}
    key = _key([(colour, name) for colour, name in names if colour in there])
    return key + _svg(8 + row * len(bars), words("hours-by-department"), drawn)


def _svg(height: float, title: str, drawn: Iterable[str]) -> str:
    return (
        f'<div class="table"><svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{_text(title)}</title>{''.join(drawn)}</svg></div>\n"
    )


def _slow(view: MorningView, words: MorningWords) -> str:
    if not view.slow:
        return f'<p class="none">{_text(words("slow-none"))}</p>\n'
    return _table(slow_cells(view, words), numbers=(0, 3, 4))


def _table(rows: Sequence[Sequence[str]], *, numbers: Iterable[int], total: bool = False) -> str:
    right = frozenset(numbers)

    def cells(row: Sequence[str], tag: str) -> str:
        kinds = (' class="n"' if place in right else "" for place in range(len(row)))
        return "".join(f"<{tag}{kind}>{_text(cell)}</{tag}>" for cell, kind in zip(row, kinds, strict=True))

    last = len(rows) - 1 if total else -1
    body = "".join(
        f"<tr{' class=total' * (place == last)}>{cells(row, 'td')}</tr>\n"
        for place, row in enumerate(rows)
        if place
    )
    head = f"<thead><tr>{cells(rows[0], 'th')}</tr></thead>"
    return f'<div class="table"><table>\n{head}\n<tbody>\n{body}</tbody></table></div>\n'


def _failed(view: MorningView, words: MorningWords) -> str:
    items = []
    for reason in view.failed:
        what, cure = told(reason.error, words.language)
        count = f'<span class="count">{_text(films_of(reason, words))}</span>'
        where = f"<p>{_text(jobs_of(reason, words))} <code>{_text(reason.error.code)}</code></p>"
        items.append(f"<li>{count}{_text(what)}<p>{_text(cure)}</p>{where}</li>\n")
    return (
        f"<ul>\n{''.join(items)}</ul>\n" if items else f'<p class="none">{_text(words("failed-none"))}</p>\n'
    )


def _lines(lines: Iterable[str], none: str) -> str:
    items = "".join(f"<li>{_told(line)}</li>\n" for line in lines)
    return f"<ul>\n{items}</ul>\n" if items else f'<p class="none">{_text(none)}</p>\n'
