"""A change is one transaction, between two points at which a process may die."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, bindparam, select, update

from db.engine import connect
from db.ledger import Ledger
from db.tables import leaders
from pipeline.plan.errors import AwayError

_HOLD = update(leaders).where(leaders.c.id == 1).values(holder=bindparam("who")).returning(leaders.c.counter)
_HOLD_IF = (
    update(leaders).where(leaders.c.holder.in_(bindparam("old", expanding=True))).values(holder="by list")
)


class KilledError(Exception):
    """The process died."""


def dying_at(point: str, passed: list[str]) -> Callable[[str], None]:
    """A crash point that notes where it was, and dies at one place."""

    def crash(here: str) -> None:
        passed.append(here)
        if here == point:
            raise KilledError

    return crash


def holder(ledger: Ledger) -> str:
    """What is in the ledger."""
    with ledger.read() as connection:
        return str(connection.execute(select(leaders.c.holder)).scalar_one())


def test_a_change_is_written_at_once(ledger: Ledger) -> None:
    """One statement is a transaction by itself, and answers with its rows and how many it changed."""
    answer = ledger.change("hold", _HOLD, {"who": "me"})
    assert (answer.scalar(), answer.rowcount) == (0, 1)
    assert holder(ledger) == "me"
    assert ledger.change("hold", _HOLD_IF, {}, {"old": ["you", "they"]}).rowcount == 0
    assert ledger.change("hold", _HOLD_IF, {}, {"old": ["you", "me"]}).rowcount == 1
    assert holder(ledger) == "by list"


@pytest.mark.parametrize(("point", "written"), [("hold-before-commit", ""), ("hold-after-commit", "me")])
def test_a_death_beside_a_change_is_before_or_after_it(url: str, point: str, written: str) -> None:
    """Who dies before a change has written nothing, who dies after it everything."""
    passed: list[str] = []
    ledger = Ledger(connect(url), crash=dying_at(point, passed))
    with pytest.raises(KilledError):
        ledger.change("hold", _HOLD, {"who": "me"})
    assert passed[-1] == point
    assert holder(ledger) == written
    ledger.close()


@pytest.mark.parametrize(("point", "written"), [("hold-before-commit", ""), ("hold-after-commit", "me")])
def test_a_death_beside_a_commit_is_before_or_after_it(url: str, point: str, written: str) -> None:
    """The same for a transaction of several statements; the next one finds no lock that is left over."""
    passed: list[str] = []
    ledger = Ledger(connect(url), crash=dying_at(point, passed))
    with pytest.raises(KilledError), ledger.write("hold") as connection:
        connection.execute(_HOLD, {"who": "me"})
    assert holder(ledger) == written
    assert passed == ["hold-before-commit", "hold-after-commit"][: len(passed)]
    with ledger.write("again") as connection:
        connection.execute(_HOLD, {"who": "again"})
    assert holder(ledger) == "again"
    ledger.close()


def test_what_is_not_committed_is_seen_by_nobody(ledger: Ledger) -> None:
    """A reader beside a writer sees what was there before, until the commit."""
    with ledger.write("hold") as connection:
        connection.execute(_HOLD, {"who": "me"})
        assert holder(ledger) == ""
    assert holder(ledger) == "me"


def test_one_connection_serves_readers_and_writers(ledger: Ledger) -> None:
    """Who reads after writing has the writer's connection, which still knows what it has written."""
    used: list[Connection] = []
    with ledger.write("hold") as connection:
        used.append(connection)
    with ledger.read() as connection:
        used.append(connection)
    assert used[0] is used[1]


def test_a_change_to_a_ledger_that_is_away_says_so() -> None:
    """Nothing but `ledger-away` comes of a database that does not answer."""
    ledger = Ledger(connect("postgresql://nobody@127.0.0.1:1/none"))
    with pytest.raises(AwayError) as told:
        ledger.change("hold", _HOLD, {"who": "me"})
    assert told.value.code == "ledger-away"
    ledger.close()


def test_a_lost_connection_is_replaced(make_postgresql: Callable[[], str]) -> None:
    """A connection that the server ended makes one change fail as away; the next one works."""
    ledger = Ledger(connect(make_postgresql()))
    with ledger.read() as connection:
        mine = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    other = Ledger(connect(ledger.engine.url.render_as_string(hide_password=False)))
    with other.read() as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({mine}, 5000)")
    with pytest.raises(AwayError):
        ledger.change("hold", _HOLD, {"who": "lost"})
    ledger.change("hold", _HOLD, {"who": "found"})
    assert holder(other) == "found"
    ledger.close()
    other.close()
