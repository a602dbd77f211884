"""`lectern why`: why a job is where it is, in a sentence or two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import typer

from cli.clean import clean
from cli.exits import Exit
from cli.lines import hold_line, stop_line
from cli.options import JobNumber, terminal_of
from cli.terminal import Terminal, sentence
from farm.bootstrap import open_farm
from farm.policy.pools import ANY
from farm.views.films import WhyView
from farm.why import of_job

_SET_BY_PEOPLE = ("operator", "start_after")
#: What is told with the words that lists have for it.
_AS_IN_LISTS = ("no-worker", "no-version", "no-profile", "shared")
#: Reasons that end by themselves; when the film then begins is foreseen.
_FORESEEN = frozenset({"window", "running-limit", "card-time", "stopped"})
_ARCHIVE = "archive"
#: What is nearer than this is told without a time.
_SOON_S = 10


def why(context: typer.Context, job: JobNumber) -> Exit:
    """Tell why a job is where it is, and when it will likely begin or go on.

    What matters most is told, and the command that changes it; once that is done, ask again. When its turn
    comes is an estimate: for what is queued now, at the pace of the last hours.
    """
    terminal = terminal_of(context)
    with open_farm() as farm:
        view = of_job(farm, job)
    said = why_line(terminal, view)
    terminal.answer({"kind": "why", **asdict(view), "told": said}, [said])
    return Exit.OK


def why_line(terminal: Terminal, view: WhyView) -> str:
    """Why a job is where it is, in a sentence or two."""
    said = (*_sentences(terminal, view), *_helped(terminal, view))
    return ("" if terminal.language == "zh" else " ").join(said)


def _sentences(terminal: Terminal, view: WhyView) -> Iterator[str]:
    words, reason = terminal.words, view.reason
    if reason in {"done", "undelivered", "failed", "canceled"}:
        yield _ended(terminal, view)
    elif reason == "running":
        yield _running(terminal, view)
        if view.then:
            yield words("why-then", what=_kept(terminal, view, view.then))
    elif reason == "sent":
        yield words(
            "why-sent",
            job=view.job,
            stage=_stage(terminal, view),
            since=terminal.second(view.since),
            hands=view.hands,
            verb=words("why-go-on" if view.begun else "why-begin"),
        )
    elif reason == "turn":
        yield from _turn(terminal, view)
    else:
        name = "why-waits-archive" if view.stage == _ARCHIVE else "why-waits"
        yield words(name, job=view.job, what=_kept(terminal, view, reason))
        if reason in _FORESEEN and view.begins_s is not None and view.stage != _ARCHIVE:
            yield _begins(terminal, view)


def _helped(terminal: Terminal, view: WhyView) -> Iterator[str]:
    """Which other pool renders it, and why."""
    words = terminal.words
    if view.rendered_by:
        name = "any-rendered-by" if view.pool == ANY else "pool-rendered-by"
        yield words(name, pool=view.pool, standby=view.rendered_by)
    elif view.lender:
        yield words("why-lent", worker=clean(view.lent), pool=view.pool, lender=view.lender)


def _ended(terminal: Terminal, view: WhyView) -> str:
    words = terminal.words
    error = "" if view.error is None else sentence(view.error.code, view.error.facts, terminal.language)
    film = clean(view.film) or words("in-store", job=view.job)
    return words(f"why-{view.reason}", job=view.job, error=error, film=film)


def _stage(terminal: Terminal, view: WhyView) -> str:
    return terminal.words.state(view.stage) + (f" {view.part}" if view.part else "")


def _running(terminal: Terminal, view: WhyView) -> str:
    words = terminal.words
    return words(
        "why-running",
        job=view.job,
        stage=_stage(terminal, view),
        more=words("why-more", more=view.more) if view.more else "",
        worker=clean(view.worker),
        device=clean(view.device),
        since=terminal.second(view.since),
        percent=view.per_cent,
        left="" if view.left_s is None else words("why-left", span=words.span(view.left_s)),
    )


def _kept(terminal: Terminal, view: WhyView, reason: str) -> str:
    """What keeps a job, and the command that lifts it."""
    words = terminal.words
    if reason in _SET_BY_PEOPLE:
        holds = (hold for hold in view.held if hold.reason == reason)
        return words("semicolon").join(
            hold_line(terminal, hold, job=view.job, begun=view.begun) for hold in holds
        )
    if reason == "stopped":
        return words("semicolon").join(stop_line(terminal, stop, brief=True) for stop in view.stops)
    if reason == "window":
        opens = terminal.moment(view.until) if view.until else words("unknown")
        return words("waiting-window", window=clean(view.window), opens=opens)
    if reason == "quota":
        return _quota(terminal, view)
    if reason in {"running-limit", "card-time"}:
        until = terminal.moment(view.until) if view.until else ""
        name = f"why-{reason}-member" if view.by_member else f"why-{reason}"
        return words(name, name=clean(view.department), limit=f"{view.limit:g}", until=until)
    return _unable(terminal, view, reason)


def _unable(terminal: Terminal, view: WhyView, reason: str) -> str:
    """Why nobody can do it just now."""
    words = terminal.words
    if reason in {"no-pool", *_AS_IN_LISTS, "consent"}:
        name = "waiting-all-kept" if reason == "no-pool" and not view.needs else f"waiting-{reason}"
        return words(name, job=view.job, batch=view.batch, needs=clean(view.needs), pool=clean(view.needs))
    if reason == "retry" and view.error is not None:
        error = sentence(view.error.code, view.error.facts, terminal.language).rstrip(".。")
        span = words.span(view.left_s or 0)
        return words("why-retry", span=span, until=terminal.second(view.until), error=error)
    return words(f"why-{reason}", job=view.job)


def _quota(terminal: Terminal, view: WhyView) -> str:
    """Whose quota it waits for, its place, the day, and who can raise it."""
    words, name = terminal.words, clean(view.department)
    begins = (
        words("why-quota-begins", begins=terminal.moment(view.until))
        if view.until
        else words("why-quota-never")
    )
    cure = (
        words("why-quota-members", name=name)
        if view.by_member
        else words("why-quota-grant", name=name, films=view.ahead + 1, until=view.grant)
    )
    whose = words("quota-of-members" if view.by_member else "quota-of", name=name)
    return words(
        "why-quota", whose=whose, limit=f"{view.limit:g}", ahead=view.ahead, begins=begins, cure=cure
    )


def _turn(terminal: Terminal, view: WhyView) -> Iterator[str]:
    """Who goes before it, how its department stands, and when its turn comes."""
    words, department = terminal.words, clean(view.department)
    if not view.stage:
        yield words("why-between", job=view.job)
        return
    others = words("why-others" if view.ahead else "why-others-alone", others=view.others)
    share = words("why-share", department=department, share=view.share, weight=view.weight)
    yield words(
        "why-turn" if view.ahead else "why-next",
        job=view.job,
        tier=words(f"urgency-{view.tier}"),
        ahead=view.ahead,
        department=department,
        others=others if view.others else "",
        hands=view.hands,
        free=view.free,
        share=share if view.weight else "",
    )
    yield _begins(terminal, view)


def _begins(terminal: Terminal, view: WhyView) -> str:
    """When it will likely begin or go on, and what that rests on."""
    words = terminal.words
    verb = words("why-go-on" if view.begun else "why-begin")
    if view.begins_s is None:
        return words("why-unknown", verb=verb)
    if view.begins_s < _SOON_S:
        return words("why-begins-now", verb=verb)
    return words(
        "why-begins",
        verb=verb,
        begins=terminal.moment(view.begins),
        span=words.span(view.begins_s),
        within=words.span(view.within_s),
        basis=words(f"basis-{view.basis}"),
        pace=f"{view.pace_s:g}",
        attempts=view.attempts,
    )
