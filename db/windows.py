"""Named windows of time as the ledger keeps them: who set them, who uses them, which are shut just now.

Whether a window is open is told by the clock and its words alone, whenever it is asked: what is changed about
one takes effect at the next decision, and nothing has to be awake for one to open or shut.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Executable, bindparam, delete, func, insert, select, update

from db import rows
from db.ledger import Ledger
from db.prepared import run
from db.states import JobState
from db.tables import audit, departments, jobs, steps, windows
from farm.policy.windows import Window, parse
from pipeline.plan.errors import InputError
from pipeline.plan.keys import canonical


@dataclass(frozen=True, kw_only=True)
class NamedWindow:
    """A window of the farm.

    Attributes:
        name: what people call it.
        window: when it is open.
        by: who set it last.
        at: when, by the ledger's clock.
    """

    name: str
    window: Window
    by: str
    at: int


# Whoever waits for a window while it is removed finds it gone, and the other way round.
_ONE = select(windows.c.times).where(windows.c.name == bindparam("of"))
_KEPT = _ONE.with_for_update(read=True, key_share=True)
_CHANGED = _ONE.with_for_update(key_share=True)
_GOING = _ONE.with_for_update()
_ALL = select(windows).order_by(windows.c.name)
_SET = (
    update(windows)
    .where(windows.c.name == bindparam("of"))
    .values(times=bindparam("new"), by=bindparam("who"), at=bindparam("now"))
)
_TIMES = select(windows.c.name, windows.c.times)
_REMOVE = delete(windows).where(windows.c.name == bindparam("of"))
# Whoever failed or was canceled may be tried again, and then begins whenever it may.
_UNDER_WAY = [JobState.QUEUED.value, JobState.ACTIVE.value, JobState.REVIEW.value]
_WAITING = (
    select(func.count())
    .select_from(jobs)
    .where(jobs.c.state.in_(_UNDER_WAY), jobs.c.window == bindparam("of"))
)
_STOPPED = [JobState.FAILED.value, JobState.CANCELED.value]
_ENDED = select(jobs.c.id).where(jobs.c.window == bindparam("of"), jobs.c.state.in_(_STOPPED))
_ENDED = _ENDED.order_by(jobs.c.id).with_for_update(key_share=True)
_FREE = update(jobs).where(jobs.c.id.in_(bindparam("jobs", expanding=True))).values(window="")
_FREE_STEPS = update(steps).where(steps.c.job_id.in_(bindparam("jobs", expanding=True))).values(window="")
_DEFAULTING = (
    select(departments.c.name).where(departments.c.window == bindparam("of")).order_by(departments.c.name)
)
_DEFAULTS = select(departments.c.name, departments.c.window).where(departments.c.window != "")
_AUDIT = insert(audit)


def _adding(inserter: rows.Inserter) -> Executable:
    return inserter(windows).on_conflict_do_nothing().returning(windows.c.name)


_ADD = rows.per_dialect(_adding)


def read_windows(ledger: Ledger) -> tuple[NamedWindow, ...]:
    """Every window of the farm, by name.

    Raises:
        InputError: as `farm.policy.windows.parse`: one was written by a newer version.
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return tuple(
            NamedWindow(name=row.name, window=parse(row.times, ""), by=row.by, at=row.at)
            for row in connection.execute(_ALL)
        )


def is_open_at(times: str, now: int) -> bool:
    """Whether a window that is kept as these words is open at a time; one that nobody can read is shut.

    A machine whose tables do not know a zone begins nothing outside the window.
    """
    try:
        return parse(times, "").is_open(now)
    except InputError:
        return False


def shut_at(connection: Connection, now: int) -> Mapping[str, int]:
    """The windows that are shut at a time, and when each opens next; 0: this machine cannot tell."""
    shut: dict[str, int] = {}
    for row in run(connection, _TIMES, {}):
        if not is_open_at(row.times, now):
            try:
                shut[row.name] = parse(row.times, "").next_opening(now)
            except InputError:
                shut[row.name] = 0
    return shut


def read_default_windows(ledger: Ledger) -> Mapping[str, str]:
    """The window that films of a department wait for unless they say otherwise, by the department's name.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        return {row.name: row.window for row in connection.execute(_DEFAULTS)}


def keep_window(connection: Connection, name: str) -> None:
    """Have a window stay until this transaction ends, in which somebody begins to use it.

    Raises:
        InputError: ``window-unknown``, with those that there are.
    """
    if connection.execute(_KEPT, {"of": name}).first() is None:
        raise _unknown(connection, name)


def add_window(ledger: Ledger, name: str, window: Window, *, by: str) -> None:
    """Enter a window; written into the audit.

    Raises:
        InputError: ``window-there``; nothing was changed.
        AwayError: ``ledger-away``.
    """
    with ledger.write("add-window") as connection:
        now = ledger.clock()
        added = {"name": name, "times": window.text, "by": by, "at": now}
        if connection.execute(rows.spoken(connection, _ADD), added).first() is None:
            there = connection.execute(_ONE, {"of": name}).scalar_one()
            raise InputError("window-there", window=name, times=there)
        _tell(connection, "window-added", {"window": name, "after": window.text}, by=by, at=now)


def set_window(ledger: Ledger, name: str, window: Window, *, by: str) -> Window:
    """Have a window open and shut at other times from now on; how it was. Written into the audit.

    Raises:
        InputError: ``window-unknown``; nothing was changed.
        AwayError: ``ledger-away``.
    """
    with ledger.write("set-window") as connection:
        before = connection.execute(_CHANGED, {"of": name}).scalar()
        if before is None:
            raise _unknown(connection, name)
        if before != window.text:
            now = ledger.clock()
            connection.execute(_SET, {"of": name, "new": window.text, "who": by, "now": now})
            told = {"window": name, "before": before, "after": window.text}
            _tell(connection, "window-set", told, by=by, at=now)
        return parse(before, "")


def remove_window(ledger: Ledger, name: str, *, by: str) -> None:
    """Forget a window that nobody uses; films that failed or were canceled wait for it no more. Audited.

    Raises:
        InputError: ``window-unknown``, or ``window-used`` with who uses it; nothing was changed.
        AwayError: ``ledger-away``.
    """
    with ledger.write("remove-window") as connection:
        before = connection.execute(_GOING, {"of": name}).scalar()
        if before is None:
            raise _unknown(connection, name)
        films = connection.execute(_WAITING, {"of": name}).scalar_one()
        of = ", ".join(connection.execute(_DEFAULTING, {"of": name}).scalars())
        if films or of:
            raise InputError("window-used", window=name, films=films, departments=of or "-")
        ended = list(connection.execute(_ENDED, {"of": name}).scalars())
        for start in range(0, len(ended), rows.MANY):
            some = {"jobs": ended[start : start + rows.MANY]}
            connection.execute(_FREE, some)
            connection.execute(_FREE_STEPS, some)
        connection.execute(_REMOVE, {"of": name})
        _tell(connection, "window-removed", {"window": name, "before": before}, by=by, at=ledger.clock())


def _unknown(connection: Connection, name: str) -> InputError:
    known = ", ".join(row.name for row in connection.execute(_ALL)) or "-"
    return InputError("window-unknown", window=name, known=known)


def _tell(connection: Connection, verb: str, told: Mapping[str, str], *, by: str, at: int) -> None:
    entry = {"at": at, "by": by, "verb": verb, "batch_id": None, "job_id": None}
    connection.execute(_AUDIT, {**entry, "detail": canonical(dict(told))})
