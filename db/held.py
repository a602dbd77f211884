"""Why films may not go on now: holds and windows that are shut, each film told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import case, func, or_, select

from db.ledger import Ledger
from db.states import ArchiveState, HoldReason, JobState
from db.tables import departments, holds, jobs
from db.windows import read_windows

_UNDER_WAY = [JobState.QUEUED.value, JobState.ACTIVE.value]
_may_go_on = or_(jobs.c.state.in_(_UNDER_WAY), jobs.c.archive == ArchiveState.PENDING.value)
#: Why a film is held, the first reason first, as `farm.policy.why` tells it.
REASONS = (
    HoldReason.OPERATOR,
    HoldReason.CONSENT,
    HoldReason.APPROVAL,
    HoldReason.QUOTA,
    HoldReason.OFF_PEAK,
    HoldReason.START_AFTER,
)
_bit = case(*((holds.c.reason == reason.value, 1 << place) for place, reason in enumerate(REASONS)), else_=0)
#: Each film that is held, and all of why: one bit for each reason.
_each = (
    select(
        holds.c.job_id,
        func.sum(_bit).label("reasons"),
        func.max(case((holds.c.reason == HoldReason.QUOTA.value, holds.c.department_id))).label("whose"),
        *(
            func.min(case((holds.c.reason == reason.value, holds.c.until))).label(f"until_{reason.value}")
            for reason in REASONS
        ),
    )
    .group_by(holds.c.job_id)
    .subquery("each")
)
_film = (
    select(
        func.coalesce(_each.c.reasons, 0).label("reasons"),
        _each.c.whose,
        case((jobs.c.state.in_(_UNDER_WAY), jobs.c.window), else_="").label("window"),
        *(_each.c[f"until_{reason.value}"].label(reason.value) for reason in REASONS),
    )
    .select_from(jobs.outerjoin(_each, _each.c.job_id == jobs.c.id))
    .where(_may_go_on, _each.c.job_id.is_not(None) | (jobs.c.window != ""))
    .subquery("film")
)
_HELD = select(
    _film.c.reasons,
    _film.c.window,
    _film.c.whose,
    func.count().label("films"),
    *(func.min(_film.c[reason.value]).label(reason.value) for reason in REASONS),
).group_by(_film.c.reasons, _film.c.window, _film.c.whose)
_DEPARTMENTS = select(departments.c.id, departments.c.name, departments.c.films)


@dataclass(frozen=True, kw_only=True)
class Held:
    """Films that may not go on, each told once: under the first of the reasons that keep it.

    Attributes:
        reason: the word of a hold.
        films: how many.
        until: when the first of them may go on; None: nobody knows, or by hand.
        also: how many of them are held for other reasons besides, by their words.
        department: whose quota they wait for; empty where that is not the reason.
        own: whether that is the quota of the department itself, and not of its members alone.
    """

    reason: str
    films: int
    until: int | None
    also: Mapping[str, int] = field(default_factory=dict)
    department: str = ""
    own: bool = False


def read_holds(ledger: Ledger) -> tuple[Held, ...]:
    """Why films may not go on now: holds, quotas by department, and windows that are shut; each film once.

    Raises:
        AwayError: ``ledger-away``.
    """
    now = ledger.clock()
    windows = {each.name: each.window for each in read_windows(ledger)}
    found: dict[tuple[HoldReason, int | None], Held] = {}
    with ledger.read() as connection:
        for row in connection.execute(_HELD):
            reasons = [reason for place, reason in enumerate(REASONS) if row.reasons >> place & 1]
            until = {reason: getattr(row, reason.value) for reason in reasons}
            window = windows.get(row.window)
            # A window that nobody knows is shut.
            if row.window and (window is None or not window.is_open(now)):
                reasons = sorted({*reasons, HoldReason.OFF_PEAK}, key=REASONS.index)
                until[HoldReason.OFF_PEAK] = None if window is None else window.next_opening(now)
            if reasons:
                first = reasons[0]
                key = first, row.whose if first is HoldReason.QUOTA else None
                found[key] = _with(found.get(key), first, row.films, until[first], reasons[1:])
        names = {row.id: (row.name, row.films is not None) for row in connection.execute(_DEPARTMENTS)}
    told = (
        replace(held, department=name, own=own)
        for (_, whose), held in found.items()
        for name, own in [names.get(whose, ("", False))]
    )
    return tuple(sorted(told, key=lambda held: (-held.films, held.reason, held.department)))


def _with(
    before: Held | None, reason: HoldReason, films: int, until: int | None, others: Sequence[HoldReason]
) -> Held:
    """What is held for a reason, with some more films."""
    held = before or Held(reason=reason.value, films=0, until=None)
    also = Counter(held.also)
    also.update({other.value: films for other in others})
    times = [each for each in (held.until, until) if each is not None]
    return Held(reason=held.reason, films=held.films + films, until=min(times, default=None), also=dict(also))
