"""The dashboard "Job" asks a ledger on PostgreSQL, and is told what `lectern trace` draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import make_url, text

from db import commits, operations, roles
from db.engine import connect
from db.ledger import Ledger
from db.states import Outcome
from db.values import Failure
from farm.bootstrap import Farm
from farm.course import course
from farm.policy.retry import RetrySettings, decide
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import TransientError
from tests.db.acting import desk_of, join, render, speak, take
from tests.db.values import OTHER, TRACE, artifact, submit
from tests.support.dashboards import as_sql, dashboards, questions

ASKED = dict(questions(dashboards()["job"], "rawSql"))
_Rows = list[Mapping[str, Any]]
_Told = tuple[Ledger, Callable[..., _Rows]]


@pytest.fixture
def told(make_postgresql: Callable[[], str], postgresql_server: str) -> Iterator[_Told]:
    """A ledger, and the answers to a panel about a film as the one who may only look gets them."""
    made = make_postgresql()
    engine = connect(made)
    roles.apply(engine, {})
    viewer = connect(make_url(made).set(username=roles.VIEWER).render_as_string(hide_password=False))
    ledger = Ledger(engine)

    def ask(title: str, film: str) -> _Rows:
        with viewer.connect() as connection:
            question = as_sql(ASKED[title], film).replace("%", "%%")
            return [dict(row) for row in connection.exec_driver_sql(question).mappings()]

    yield ledger, ask
    viewer.dispose()
    engine.dispose()
    admin = connect(postgresql_server.replace("postgresql:", "postgresql+psycopg:", 1))
    with admin.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"DROP DATABASE {make_url(made).database} WITH (FORCE)"))
    admin.dispose()


def _at(ledger: Ledger, now: int) -> None:
    ledger.clock = lambda: now  # type: ignore[method-assign]


def _bars(ledger: Ledger) -> list[tuple[object, ...]]:
    """What `lectern trace` tells, in the dashboard's words."""
    view = course(cast(Farm, SimpleNamespace(ledger=ledger)), TRACE)
    return [
        (
            f"{bar.stage} {bar.part}/{bar.parts}" if bar.parts > 1 else bar.stage,
            bar.number or None,
            bar.waits,
            bar.begins,
            bar.ends,
            bar.worker,
            bar.outcome or ("waits" if bar.begins is None else "running"),
            bar.code,
            bar.folded,
        )
        for bar in view.bars
    ]


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)


def _lines(rows: _Rows) -> list[tuple[object, ...]]:
    return [
        (
            row["part"],
            row["attempt"],
            _ms(row["waits since"]),
            _ms(row["began"]),
            _ms(row["ended"]),
            *(row[name] for name in ("worker", "outcome", "code", "waits folded")),
        )
        for row in rows
    ]


def test_a_film_is_told_as_lectern_trace_tells_it(told: _Told) -> None:
    """While it waits, runs, fails, is tried again and is done: its waits and attempts are the same."""
    ledger, ask = told
    _at(ledger, 1_000)
    submit(ledger, ["a"])
    assert _lines(ask("Attempts", "1")) == _bars(ledger)
    _at(ledger, 2_000)
    speak(ledger, take(ledger, "speak"))
    assert _lines(ask("Attempts", "1")) == _bars(ledger)
    _at(ledger, 3_000)
    claim, clip = take(ledger, "render.warp", worker=OTHER), artifact(Kind.CLIP, "clip 0 of 1")
    assert desk_of(ledger, claim).take(clip.kind, clip.key)
    _at(ledger, 4_000)
    desk_of(ledger, claim).put(clip, 40)
    assert _lines(ask("Attempts", "J1")) == _bars(ledger)
    _at(ledger, 5_000)
    error = TransientError("media-failed", reason="gone")
    settled = decide(error, failures=0, waits=0, settings=RetrySettings(attempts=3, backoff_ms=1_000))
    commits.fail(
        ledger,
        claim,
        Failure(outcome=Outcome.ERROR, code=error.code, facts={}, machine_ms=50, log_tail=""),
        settled,
    )
    assert _lines(ask("Attempts", "1")) == _bars(ledger)
    _at(ledger, 60_000)
    for _ in range(2):
        render(ledger, take(ledger, "render.warp"))
    join(ledger, take(ledger, "join"))
    operations.pause(ledger, [1], by="anna")

    for asked in ("1", " j1 ", "a" * 32, "A" * 32, TRACE):
        assert _lines(ask("Attempts", asked)) == _bars(ledger)
    bars = {(bar["part"]): bar for bar in ask("Waterfall", "1")}
    columns = ("before", "waited", "worked", "in vain")
    assert [float(bars["render 1/2 #1"][name] or 0) for name in columns] == [
        1.0, 1.0, 0.0, 2.0,
    ]  # fmt: skip
    assert [float(bars["render 1/2 #2"][name]) for name in ("before", "waited")] == [4.0, 55.0]
    [film] = ask("Where it stands", "1")
    assert (film["job"], film["state"], film["trace"], _ms(film["submitted"])) == (
        1,
        "completed",
        "a" * 32,
        1_000,
    )
    changes = [(_ms(row["time"]), row["state"]) for row in ask("Where the time went, by the clock", "1")
               if row["part"] == "render 1/2"]  # fmt: skip
    assert changes == [
        (2_000, "waits"), (3_000, "error"), (5_000, "waits"), (60_000, "ok"), (60_001, None),
    ]  # fmt: skip
    assert [(row["kind"], row["made"]) for row in ask("What was made", "1")]
    assert [row["reason"] for row in ask("What holds it", "1")] == ["operator"]
    assert [row["job"] for row in ask("Films", "")] == [1]


def test_whatever_is_written_into_the_field_is_a_word(told: _Told) -> None:
    """Nothing, nonsense, quotation marks and numbers beyond all films find no film, and are no error."""
    ledger, ask = told
    submit(ledger, ["a"])
    for film in ("", "x", "'; DROP TABLE jobs; --", "9" * 18, "9" * 40, "0" * 32, "$1", "%"):
        found = {title for title in ASKED if ask(title, film)}
        assert found == {"Films"}, film
