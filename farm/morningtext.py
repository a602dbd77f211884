"""A morning report as plain text that fits a terminal, as a few lines for chats, and as a table."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from farm.morningwords import MorningWords
from farm.policy.accounts import TICKS, Line
from farm.policy.prices import adds_up, rounded
from farm.tally import header_of, hours, row_of
from farm.views.films import Told
from farm.views.morning import HeldView, MorningView, ReasonView, SlowView
from pipeline.plan.cells import Cell, to_csv
from pipeline.plan.clean import clean
from pipeline.plan.errors import Fact
from pipeline.plan.messages import Language, remembered
from pipeline.plan.moments import on_wall

#: Terminals and mails are at least so wide.
WIDTH = 80
_INDENT = "  "
#: What no line is broken within: opening marks with what follows, and closing ones with what goes before.
_PARTS = re.compile(r"[（《“「]*(?:[!-~]+|.)[，。；：、！？）》”」…]* *", re.DOTALL)
#: So many workers that were lost are named.
_MOST_LOST = 8
#: The columns of the table: what `number` and `second` count depends on the part.
_HEAD = ("part", "what", "number", "second", "detail")


def text_of(view: MorningView, language: Language) -> str:
    """The whole report, no line of it wider than `WIDTH` letters."""
    words = MorningWords(language)
    lines = [heading(view, words), "", *_wrapped(summary(view, words)), ""]
    for head, body in _sections(view, words):
        lines += [head, *body, ""]
    return "\n".join([*lines, words("made", made=view.made)]) + "\n"


def heading(view: MorningView, words: MorningWords) -> str:
    """What it is, and of which time."""
    return f"{words('title')}{words('colon')}{period_of(view, words)}"


def period_of(view: MorningView, words: MorningWords) -> str:
    """The time that it is over."""
    period = view.period
    since, until = (on_wall(at, period.zone) for at in (period.since, period.until))
    return words("period", since=since, until=until, zone=period.zone)


def summary(view: MorningView, words: MorningWords) -> str:
    """All of it in one sentence."""
    return words(
        "summary",
        completed=view.completed,
        failed=view.failures,
        canceled=view.canceled,
        left=view.left.now,
        held=view.waiting,
    )


def brief_of(view: MorningView, language: Language) -> tuple[str, ...]:
    """What whoever reads it on the way to work wants to know, each a line: what matters most comes first."""
    words, total = MorningWords(language), view.account.total
    lines = [summary(view, words)]
    for reason in view.failed:
        what, cure = told(reason.error, language)
        lines.append(
            f"{words('films-failed')}{words('colon')}{films_of(reason, words)}{words('comma')}{what}"
        )
        lines += [f"{_INDENT}{cure}"] if cure else []
    lines += [f"{words('held')}{words('colon')}{line}" for line in held_lines(view, words)]
    lines += trouble_lines(view, words)
    used = [(words("card-hours"), total.card_ms), (words("processor-hours"), total.processor_ms)]
    lines += [f"{name}{words('colon')}{hours(time)}" for name, time in used if time]
    if view.prices.told:
        lines.append(f"{words('cost')}{words('colon')}{money(total, view)}")
    return (*lines, *left_lines(view, words))


def table_of(view: MorningView, language: Language) -> bytes:
    """The report as one table: a line for each thing, what it is in the first two columns."""
    words, period = MorningWords(language), view.period
    rows: list[Sequence[Cell]] = [
        ("report", "since", on_wall(period.since, period.zone), "", ""),
        ("report", "until", on_wall(period.until, period.zone), "", ""),
        ("films", "completed", view.completed, "", ""),
        ("films", "failed", view.failures, "", ""),
        ("films", "canceled", view.canceled, "", ""),
        *(("ended", part.label, part.completed, part.failed, "") for part in view.rhythm),
        *(
            (
                "failed",
                reason.error.code,
                reason.films,
                _numbers(reason.jobs),
                " ".join(told(reason.error, language)),
            )
            for reason in view.failed
        ),
        *(("held", held.reason, held.films, held.until, _beside(held)) for held in view.held),
        *(
            (stop.kind, f"{stop.scope} {stop.name}", "", stop.until, f"{stop.by} {stop.reason}".strip())
            for stop in view.stops
        ),
        *(
            ("slow", step_of(slow, words), slow.took_s, slow.film_s, f"{slow.job} {slow.row} {slow.worker}")
            for slow in view.slow
        ),
        ("saved", "clips", view.saved.clips, "", view.saved.basis),
        ("saved", "sentences", view.saved.sentences, "", view.saved.basis),
        ("saved", "worker_ms", view.saved.saved_ms, "", view.saved.basis),
        *(("lost", lost.worker, lost.times, lost.wasted_ms, "") for lost in view.lost),
        *(("out", out.card, out.host, out.since, " ".join(told(out.error, language))) for out in view.out),
        ("left", "films", view.left.films, view.left.finish, view.left.basis),
        ("left", "worker_ms", view.left.work_ms, view.left.hands, view.left.basis),
        *(
            ("window", night.window, night.films, night.unfinished, f"{night.opens} - {night.shuts}")
            for night in view.nights
        ),
    ]
    header = header_of(view.account.by, view.prices)
    lines = [row_of(line, view.prices, total=False) for line in view.account.lines]
    lines.append(row_of(view.account.total, view.prices, total=True))
    # The accounts of departments follow below a line of their own, with heads of their own.
    beside = ("",) * (len(header) - len(_HEAD))
    apart = ("",) * len(header)
    return to_csv((*_HEAD, *beside), [*((*row, *beside) for row in rows), apart, header, *lines])


def told(error: Told, language: Language) -> tuple[str, str]:
    """An error's what and cure, safe to show."""
    facts = {name: clean(fact) if isinstance(fact, str) else fact for name, fact in error.facts.items()}
    what, cure = remembered(clean(error.code), facts, language)
    return what, cure


def films_of(reason: ReasonView, words: MorningWords) -> str:
    """How many films failed for a reason."""
    return words("failed-film") if reason.films == 1 else words("failed-films", films=reason.films)


def jobs_of(reason: ReasonView, words: MorningWords) -> str:
    """Which ones, and the command that tells more."""
    return words(
        "failed-jobs", jobs=_numbers(reason.jobs, more=reason.films > len(reason.jobs)), first=reason.jobs[0]
    )


def held_lines(view: MorningView, words: MorningWords) -> Iterator[str]:
    """How many films are held for what, and who stands still, each in a line."""
    for held in view.held:
        reason = words.known(f"hold-{held.reason}", clean(held.reason))
        name = "held-until" if held.until else "held-line"
        also = [
            words("held-also", films=films, reason=words.known(f"hold-{other}", clean(other)))
            for other, films in held.also.items()
        ]
        if held.department:
            reason = words("quota-of", reason=reason, department=clean(held.department))
        cure = words("held-cure", command=clean(held.command)) if held.command else ""
        line = words(name, films=held.films, reason=reason, until=held.until)
        yield line + (words("held-of-these", also=words("comma").join(also)) if also else "") + cure
    yield from stop_lines(view, words)


def _beside(held: HeldView) -> str:
    """Whose quota films wait for, and for what else they are held, for a machine."""
    also = (f"{reason}:{films}" for reason, films in held.also.items())
    return " ".join(filter(None, (held.department, *also)))


def stop_lines(view: MorningView, words: MorningWords) -> Iterator[str]:
    """Departments and pools that are stopped, each in a line."""
    for stop in view.stops:
        until = words("stop-until", until=stop.until) if stop.until else ""
        reason = f"{words('colon')}{clean(stop.reason)}" if stop.reason else ""
        what = words(f"{stop.scope}-{stop.kind}", name=clean(stop.name), by=clean(stop.by), until=until)
        yield f"{what}{reason}"


def trouble_lines(view: MorningView, words: MorningWords) -> list[str]:
    """Workers that were lost and cards that are out, each in a line."""
    lost = [
        words("lost", worker=clean(each.worker), times=each.times, span=words.span(each.wasted_ms // 1000))
        for each in view.lost[:_MOST_LOST]
    ]
    if (more := len(view.lost) - _MOST_LOST) > 0:
        lost.append(words("more-lost", number=more))
    out = [
        words(
            "out",
            card=clean(each.card),
            host=clean(each.host),
            since=each.since,
            what=told(each.error, words.language)[0],
        )
        for each in view.out
    ]
    return [*lost, *out]


def saved_line(view: MorningView, words: MorningWords) -> str:
    """What did not have to be made."""
    saved = view.saved
    if not saved.clips and not saved.sentences:
        return words("saved-none")
    basis = words(f"basis-{saved.basis}")
    return words(
        "saved", clips=saved.clips, sentences=saved.sentences, hours=hours(saved.saved_ms), basis=basis
    )


def left_line(view: MorningView, words: MorningWords) -> str:
    """What is left to do, and until when."""
    left = view.left
    if not left.films:
        return words("left-none")
    told_: dict[str, Fact] = {
        "films": left.films,
        "hours": hours(left.work_ms),
        "basis": words(f"basis-{left.basis}"),
    }
    if not left.finish:
        return words("left-nobody", **told_)
    return words("left-finish", **told_, hands=left.hands, finish=left.finish)


def left_lines(view: MorningView, words: MorningWords) -> Iterator[str]:
    """The same, and what will become of it in the windows that films wait for, each in a line."""
    yield left_line(view, words)
    for night in view.nights:
        told_: dict[str, Fact] = {"window": clean(night.window), "films": night.films, "opens": night.opens}
        if not night.shuts:
            yield words("night-endless", **told_)
        elif not night.unfinished:
            yield words("night-whole", **told_, shuts=night.shuts)
        else:
            jobs = _numbers(night.jobs, more=night.unfinished > len(night.jobs))
            late: dict[str, Fact] = {"shuts": night.shuts, "unfinished": night.unfinished, "jobs": jobs}
            yield words("night-late", **told_, **late)


def step_of(slow: SlowView, words: MorningWords) -> str:
    """A step in few words."""
    stage = words.known(slow.stage, slow.stage)
    return words("chunk", stage=stage, chunk=slow.chunk) if slow.stage == "render" else stage


def money(line: Line, view: MorningView) -> str:
    """What a line costs, rounded at last."""
    return f"{rounded(line.cost)} {clean(view.prices.currency)}".strip()


def rounding(view: MorningView, words: MorningWords) -> Iterator[str]:
    """That lines add up to another amount than the total, where they do."""
    found = view.account
    if view.prices.told and not adds_up((line.cost for line in found.lines), found.total.cost):
        yield words("rounded")


def share_of(line: Line) -> int:
    """How much of a line's time was wasted, in per cent."""
    return round(100 * line.wasted_ms / line.held_ms) if line.held_ms else 0


def account_cells(view: MorningView, words: MorningWords) -> list[Sequence[str]]:
    """The table of departments: its head, a line for each, the total."""
    priced = view.prices.told
    head = ("department", "films", "film-length", "card-hours", "processor-hours", "wasted-head")
    rows: list[Sequence[str]] = [(*map(words, head), *([words("cost")] if priced else []))]
    for line in (*view.account.lines, view.account.total):
        name = words("total") if line is view.account.total else clean(line.key)
        rows.append(
            (
                name,
                str(line.films),
                words.span(line.ticks // TICKS),
                hours(line.card_ms),
                hours(line.processor_ms),
                f"{share_of(line)} %",
                *([money(line, view)] if priced else []),
            )
        )
    return rows


def slow_cells(view: MorningView, words: MorningWords) -> list[Sequence[str]]:
    """The table of steps that took long."""
    rows: list[Sequence[str]] = [tuple(map(words, ("job", "row", "step", "took", "film-length", "worker")))]
    for slow in view.slow:
        spans = words.span(slow.took_s), words.span(slow.film_s)
        rows.append((str(slow.job), clean(slow.row), step_of(slow, words), *spans, clean(slow.worker)))
    return rows


def _sections(view: MorningView, words: MorningWords) -> Iterator[tuple[str, list[str]]]:
    yield words("failed-head"), _failed(view, words)
    yield words("held-head"), _listed(held_lines(view, words), words("held-none"))
    body = _aligned(account_cells(view, words), right=range(1, 7)) if view.account.lines else []
    body += [line for each in rounding(view, words) for line in _wrapped(each)]
    if view.account.unpriced:
        cards = words("comma").join(map(clean, view.account.unpriced))
        body += _wrapped(words("unpriced", cards=cards))
    yield words("hours-by-department"), body or [f"{_INDENT}{words('no-hours')}"]
    slow = _aligned(slow_cells(view, words), right=(0, 3, 4)) if view.slow else []
    yield words("slow-head"), slow or [f"{_INDENT}{words('slow-none')}"]
    yield words("saved-head"), _wrapped(saved_line(view, words), _INDENT)
    yield words("trouble-head"), _listed(trouble_lines(view, words), words("trouble-none"))
    left = left_lines(view, words)
    yield words("left-head"), [part for line in left for part in _wrapped(line, _INDENT)]


def _failed(view: MorningView, words: MorningWords) -> list[str]:
    lines = []
    for reason in view.failed:
        what, cure = told(reason.error, words.language)
        lines += _wrapped(f"{films_of(reason, words)}{words('colon')}{what}", "- ", "  ")
        lines += [*_wrapped(cure, "  "), *_wrapped(jobs_of(reason, words), "  ")]
    return lines or [f"{_INDENT}{words('failed-none')}"]


def _listed(lines: Iterable[str], none: str) -> list[str]:
    return [part for line in lines for part in _wrapped(line, "- ", "  ")] or [f"{_INDENT}{none}"]


def _numbers(jobs: Sequence[int], *, more: bool = False) -> str:
    return ", ".join(map(str, jobs)) + (" …" if more else "")


def _wide(text: str) -> int:
    """How many columns a terminal takes for a text."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def _wrapped(text: str, first: str = "", rest: str | None = None) -> list[str]:
    """A text in lines of `WIDTH` columns.

    Chinese, which has no spaces, is broken between any letters; not within what is written in Latin ones,
    such as an option, and so that no line begins with a full stop.
    """
    further = first if rest is None else rest
    if _wide(text) == len(text):
        return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=further)
    lines, line = [], first
    for part in _PARTS.findall(text):
        if _wide(line + part.rstrip()) > WIDTH and line.strip():
            lines.append(line.rstrip())
            line, part = further, part.lstrip()  # noqa: PLW2901 - a line begins with no space
        for letter in part:
            # A path or a number that is longer than a line is broken after all.
            if _wide(line + letter) > WIDTH and letter != " ":
                lines.append(line)
                line = further
            line += letter
    return [*lines, line] if line.strip() else lines


def _aligned(rows: Sequence[Sequence[str]], *, right: Iterable[int]) -> list[str]:
    """A table in columns; what is too wide for the terminal gives way in the widest column."""
    numbers = frozenset(right)
    widths = [max(_wide(row[place]) for row in rows) for place in range(len(rows[0]))]
    widest = max(range(len(widths)), key=lambda place: (place not in numbers, widths[place]))
    spare = WIDTH - len(_INDENT) - sum(widths) - 2 * (len(widths) - 1)
    widths[widest] = max(4, widths[widest] + min(0, spare))
    lines = []
    for row in rows:
        cells = []
        for place, text in enumerate(row):
            cell = cut(text, widths[place])
            gap = " " * (widths[place] - _wide(cell))
            cells.append(gap + cell if place in numbers else cell + gap)
        lines.append(f"{_INDENT}{'  '.join(cells)}".rstrip())
    return lines


def cut(text: str, width: int) -> str:
    """So much of a text as fits into some columns."""
    if _wide(text) <= width:
        return text
    kept = ""
    for letter in text:
        if _wide(kept + letter) > width - 1:
            break
        kept += letter
    return f"{kept}…"
