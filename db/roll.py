"""The roll of the workers: each as it told of itself, what it is at, and how it has fared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, or_, select

from db.blocks import LIVE
from db.cards import Gauge
from db.codec import facts_from_text
from db.ledger import Ledger
from db.posts import Post, read_posts
from db.prepared import Found, run
from db.states import CardState, Outcome, Stage
from db.tables import IS_RUNNING, attempts, cards, jobs, makings, skills, steps, workers
from db.views import Problem

#: A worker that is gone is told of for so long, since somebody may look for it.
_GONE_MS = 24 * 3_600_000
_FARED_MS = 3_600_000
#: What a card told is worth telling for so long.
_READ_MS = 120_000
_BAD = [Outcome.ERROR.value, Outcome.TIMEOUT.value, Outcome.LOST.value]


@dataclass(frozen=True, kw_only=True)
class InWork:
    """A step that a worker is at.

    Attributes:
        job: the job's id.
        row: the row's id in its batch.
        stage: its stage.
        capability: what it needs.
        index: which step of its stage, counted from 0.
        clips: how many clips the step is made of; 0 where it is no rendering.
        made: how many clips this attempt has made.
        done: how much of it is done, in the stage's own units.
        total: of how much; 0 while it has not told.
        since: when it began.
        advanced: when it made something last, or began.
    """

    job: int
    row: str
    stage: Stage
    capability: str
    index: int
    clips: int
    made: int
    done: int
    total: int
    since: int
    advanced: int


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A worker of the roll.

    Attributes:
        name: its name.
        host: where it is.
        device: what it computes with.
        alive: whether it is held to be alive.
        draining: whether it takes nothing new.
        seen_at: when its heart beat last.
        capabilities: what it can do.
        post: what it told besides, and what it was ordered.
        works: what it is at; None: nothing.
        failures: attempts that failed or were lost with it in the last hour.
        last: what the last of them met, if that is known.
        card: what is wrong with its card; None: nothing.
        card_state: how the card stands.
        gauge: what the card told lately; None: nothing.
        memory_mb: what its process held at its last beat; 0: not known.
        blocked: what it is kept from just now, and until when.
    """

    name: str
    host: str
    device: str
    alive: bool
    draining: bool
    seen_at: int
    capabilities: tuple[str, ...]
    post: Post
    works: InWork | None
    failures: int
    last: Problem | None
    card: Problem | None
    card_state: CardState
    gauge: Gauge | None
    memory_mb: int
    blocked: Mapping[str, int]


_WORKERS = (
    select(workers)
    .where(or_(workers.c.alive == 1, workers.c.seen_at > bindparam("gone_since")))
    .order_by(workers.c.alive.desc(), workers.c.host, workers.c.name)
)
_SKILLS = select(skills.c.worker, skills.c.capability).distinct().order_by(skills.c.capability)
_made = (
    select(func.count())
    .where(makings.c.step_id == steps.c.id, makings.c.number == steps.c.fence, makings.c.kind == "clip")
    .scalar_subquery()
)
_advanced = (
    select(func.max(makings.c.made_at))
    .where(makings.c.step_id == steps.c.id, makings.c.number == steps.c.fence)
    .scalar_subquery()
)
_IN_WORK = (
    select(
        steps.c.worker,
        steps.c.job_id,
        jobs.c.row_name,
        steps.c.stage,
        steps.c.capability,
        steps.c.index.label("place"),
        steps.c.first,
        steps.c.end,
        steps.c.progress_done,
        steps.c.progress_total,
        attempts.c.started_at,
        _made.label("made"),
        _advanced.label("advanced"),
    )
    .join_from(steps, jobs, steps.c.job_id == jobs.c.id)
    .join(attempts, (attempts.c.step_id == steps.c.id) & (attempts.c.number == steps.c.fence))
    .where(IS_RUNNING)
)
_FARED = (
    select(attempts.c.worker, attempts.c.error_code, attempts.c.error_facts)
    .where(attempts.c.ended_at > bindparam("since"), attempts.c.outcome.in_(_BAD))
    .order_by(attempts.c.ended_at)
)
_CARDS = select(cards)


def read_roll(ledger: Ledger) -> tuple[Entry, ...]:
    """Every worker that is alive or was a day ago: by host and name, those that are gone last.

    Raises:
        AwayError: ``ledger-away``.
    """
    posts = read_posts(ledger)
    now = ledger.clock()
    with ledger.read() as connection:
        found = run(connection, _WORKERS, {"gone_since": now - _GONE_MS}).rows
        able: dict[str, list[str]] = {}
        for row in run(connection, _SKILLS, {}):
            able.setdefault(row.worker, []).append(row.capability)
        works = {row.worker: row for row in run(connection, _IN_WORK, {})}
        fared: dict[str, list[Problem | None]] = {}
        for row in run(connection, _FARED, {"since": now - _FARED_MS}):
            fared.setdefault(row.worker, []).append(_problem(row.error_code, row.error_facts))
        known = {(row.host, row.device): row for row in run(connection, _CARDS, {})}
        kept: dict[str, dict[str, int]] = {}
        for row in run(connection, LIVE, {"now": now}):
            kept.setdefault(row.worker, {})[row.capability] = row.until
    return tuple(
        _entry(
            row,
            capabilities=able.get(row.name, ()),
            post=posts.get(row.name, Post(worker=row.name)),
            at=works.get(row.name),
            bad=fared.get(row.name, ()),
            card=known.get((row.host, row.device)),
            now=now,
            blocked=kept.get(row.name, {}),
        )
        for row in found
    )


def _entry(
    row: Found,
    *,
    capabilities: Sequence[str],
    post: Post,
    at: Found | None,
    bad: Sequence[Problem | None],
    card: Found | None,
    now: int,
    blocked: Mapping[str, int],
) -> Entry:
    return Entry(
        name=row.name,
        host=row.host,
        device=row.device,
        alive=row.alive == 1,
        draining=row.draining == 1,
        seen_at=row.seen_at,
        capabilities=tuple(capabilities),
        post=post,
        works=None if at is None else _in_work(at),
        failures=len(bad),
        last=next((problem for problem in reversed(bad) if problem is not None), None),
        card=None if card is None else _problem(card.reason, card.facts),
        card_state=CardState.WELL if card is None else CardState(card.state),
        gauge=None if card is None or now - card.read_at > _READ_MS else _gauge(card),
        memory_mb=row.memory_mb,
        blocked=blocked,
    )


def _gauge(card: Found) -> Gauge:
    return Gauge(
        device=card.device,
        name=card.name,
        temperature_c=card.temperature_c,
        used_mb=card.used_mb,
        total_mb=card.total_mb,
    )


def _in_work(at: Found) -> InWork:
    return InWork(
        job=at.job_id,
        row=at.row_name,
        stage=Stage(at.stage),
        capability=at.capability,
        index=at.place,
        clips=at.end - at.first,
        made=at.made,
        done=at.progress_done,
        total=at.progress_total,
        since=at.started_at,
        advanced=max(at.started_at, at.advanced or 0),
    )


def _problem(code: str | None, facts: str | None) -> Problem | None:
    return Problem(code=code, facts=facts_from_text(facts)) if code else None
