"""What stands open just now, as the ledger tells: read in one question, by the clock of this moment."""

from __future__ import annotations

from sqlalchemy import BigInteger, Connection, bindparam, cast, literal, null, or_, select, union_all

from db.cardtime import CardTime
from db.ledger import Ledger
from db.limits import with_limits
from db.prepared import run
from db.states import StopKind, StopScope
from db.tables import departments, stops, windows
from db.windows import is_open_at
from farm.policy.gates import Gates

_WINDOW = "window"
_STANDING = or_(stops.c.until.is_(None), stops.c.until > bindparam("now"))
# A pool is known by its name, a department by its id.
_READ = union_all(
    select(
        literal(_WINDOW).label("what"),
        literal("").label("kind"),
        windows.c.name,
        windows.c.times,
        cast(null(), BigInteger).label("department"),
    ),
    select(stops.c.scope, stops.c.kind, stops.c.name, literal(""), departments.c.id)
    .select_from(
        stops.outerjoin(
            departments, (departments.c.name == stops.c.name) & (stops.c.scope == StopScope.DEPARTMENT.value)
        )
    )
    .where(_STANDING),
)


def read_gates(ledger: Ledger, cards: CardTime | None = None) -> Gates:
    """What stands open now.

    Args:
        ledger: the ledger.
        cards: what departments have spent of their card time, for whoever asks often.

    Raises:
        AwayError: ``ledger-away``.
    """
    spending = cards or CardTime(ledger)
    with ledger.read() as connection:
        now = ledger.clock()
        return with_limits(connection, gates_in(connection, now), now, spending.spent)


def gates_in(connection: Connection, now: int) -> Gates:
    """What stands open at a time, limits of departments aside, inside a transaction."""
    opened: set[str] = set()
    stopped: dict[tuple[str, str], set[str]] = {}
    stopped_ids: dict[str, set[int]] = {}
    for row in run(connection, _READ, {"now": now}):
        if row.what == _WINDOW:
            if is_open_at(row.times, now):
                opened.add(row.name)
        elif row.department is not None:
            stopped_ids.setdefault(row.kind, set()).add(row.department)
        else:
            stopped.setdefault((row.what, row.kind), set()).add(row.name)
    pool, hold, pause = StopScope.POOL.value, StopKind.HOLD.value, StopKind.PAUSE.value
    return Gates(
        open=frozenset(opened),
        paused=frozenset(stopped_ids.get(pause, ())),
        paused_pools=frozenset(stopped.get((pool, pause), ())),
        held=frozenset(stopped_ids.get(hold, ())),
        held_pools=frozenset(stopped.get((pool, hold), ())),
    )
