"""A connection is kept between two borrowers, and nothing of the first one reaches the second."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, select, text, update

from db import lending
from db.engine import connect
from db.lending import Lender, lender
from db.tables import leaders


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An engine of each database in turn."""
    made = connect(url)
    yield made
    made.dispose()


def test_all_who_ask_share_one_lender(engine: Engine) -> None:
    """An engine has one lender, and another engine another one."""
    other = connect(engine.url.render_as_string(hide_password=False))
    assert lender(engine) is lender(engine)
    assert lender(other) is not lender(engine)
    other.dispose()


def test_a_connection_is_lent_again(engine: Engine) -> None:
    """The connection that came back last is lent next; two borrowers at once have two."""
    loans = Lender(engine)
    with loans.lend() as first:
        pass
    with loans.lend() as again, loans.lend() as second:
        assert again is first
        assert second is not first
    with loans.lend() as last:
        assert last is first, "the outer block ended last"
    loans.close()


def test_each_statement_stands_by_itself(engine: Engine) -> None:
    """What one borrower has changed, another sees at once: no transaction is left open."""
    loans = Lender(engine)
    with loans.lend() as one, loans.lend() as two:
        one.execute(update(leaders).values(holder="one"))
        assert two.execute(select(leaders.c.holder)).scalar_one() == "one"
    with loans.lend() as connection:
        assert not connection.in_transaction()
    loans.close()


def test_a_block_that_raises_loses_its_connection(engine: Engine) -> None:
    """Whatever went wrong, its connection is not lent again, and what it had begun is undone."""
    loans = Lender(engine)
    lent: list[Connection] = []

    def break_down() -> None:
        with loans.lend() as connection:
            lent.append(connection)
            if engine.dialect.name == "postgresql":
                connection.execute(text("BEGIN"))
                connection.execute(update(leaders).values(holder="nobody"))
            raise KeyError

    with pytest.raises(KeyError):
        break_down()
    assert lent[0].closed
    with loans.lend() as connection:
        assert connection is not lent[0]
        assert connection.execute(select(leaders.c.holder)).scalar_one() == ""
    loans.close()


def test_an_old_connection_goes_back_to_the_pool(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that nobody has used for a while is not lent: it may be dead, and the pool tries its own."""
    loans = Lender(engine)
    with loans.lend() as old:
        pass
    monkeypatch.setattr(lending, "_IDLE_S", 0.0)
    with loans.lend() as fresh:
        assert old.closed
        assert fresh is not old
    loans.close()


def test_disposing_of_the_engine_closes_what_is_kept(engine: Engine) -> None:
    """After an engine was disposed of, its lender's connections are closed, and new ones work."""
    loans = lender(engine)
    with loans.lend() as before:
        pass
    engine.dispose()
    assert before.closed
    with loans.lend() as after:
        assert after.execute(select(leaders.c.id)).scalar_one() == 1


def test_no_connection_is_lent_twice_at_once(engine: Engine) -> None:
    """Four threads that borrow and give back in haste never hold the same connection."""
    loans = Lender(engine)
    held: set[int] = set()
    faults: list[str] = []
    lock = threading.Lock()

    def borrow() -> None:
        for _ in range(50):
            with loans.lend() as connection:
                with lock:
                    if id(connection) in held:
                        faults.append("lent twice")
                    held.add(id(connection))
                connection.execute(select(leaders.c.id)).scalar_one()
                with lock:
                    held.remove(id(connection))

    threads = [threading.Thread(target=borrow) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loans.close()
    assert not faults
    assert not held
