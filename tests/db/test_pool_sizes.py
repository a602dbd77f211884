"""Promises of how many workers a pool is given: the question that KEDA asks is the ledger's own count."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import Connection, insert, text

from db import operations, roles, submission
from db.commits import release
from db.depths import read_depths, read_running
from db.ledger import Ledger
from db.states import Stage
from db.tables import windows
from db.values import Submission
from db.windows import add_window
from farm.policy.retry import LONGEST_WAIT_MS
from farm.policy.windows import Window, parse
from tests.db.acting import speak, take
from tests.db.test_overview import begin
from tests.db.values import digest, draft

_KUBERNETES = Path(__file__).parents[2] / "config" / "kubernetes"
_SCALED = yaml.safe_load((_KUBERNETES / "components/scaling/scaledobject.yaml").read_text("utf-8"))
_QUERY: str = _SCALED["spec"]["triggers"][0]["metadata"]["query"]
_CLOCK = "clock_timestamp()"
_NOON = 1_795_348_800_000
_HOUR_MS = 3_600_000


def _at(query: str, ms: int) -> str:
    """The question, asked at another time than now."""
    assert query.count(_CLOCK) == 1
    return query.replace(_CLOCK, f"to_timestamp({ms} / 1000.0)")


def _asked(ledger: Ledger, pool: str) -> int:
    query = _at(_QUERY.replace("'any'", f"'{pool}'", 1), ledger.clock())
    with ledger.read() as connection:
        connection.execute(text(f"SET LOCAL ROLE {roles.VIEWER}"))
        return int(connection.execute(text(query.replace(":", r"\:"))).scalar_one())


def _counted(ledger: Ledger, pool: str) -> int:
    """What `lectern_queue_steps` and `lectern_running_steps` tell of the pool."""
    depths, running = read_depths(ledger), read_running(ledger)
    waiting = sum(n for at, n in depths.items() if (at.stage, at.pool, at.hold) == (Stage.RENDER, pool, ""))
    return waiting + running.get((Stage.RENDER, pool), 0)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_pool_s_work_is_counted_as_the_farm_counts_it(ledger: Ledger) -> None:
    """What runs and what waits for its turn: nothing held, shut in by a window, put off or another pool's."""
    assert f"not_before - {LONGEST_WAIT_MS} > ms" in _QUERY
    ledger.clock = lambda: _NOON
    roles.apply(ledger.engine, {})
    begin(ledger)
    add_window(ledger, "night", parse("22:00-07:00", "Asia/Shanghai"), by="anna")
    drafts = [
        *(draft(row) for row in ("turn", "runs", "held", "fails", "canceled")),
        draft("studio", pool="studio"),
        replace(draft("night"), window="night"),
    ]
    submission.submit(ledger, Submission(content=digest("c"), name="demo", user="anna"), drafts)
    # Noon of Greenwich is eight in the evening there: who is to be spoken at all is, once the window opens.
    ledger.clock = lambda: _NOON + 3 * _HOUR_MS
    for _ in drafts:
        speak(ledger, take(ledger, "speak"))
    assert _asked(ledger, "any") == _counted(ledger, "any") == 12
    assert _asked(ledger, "studio") == _counted(ledger, "studio") == 2
    assert _asked(ledger, "nobody") == 0
    operations.pause(ledger, [3], by="anna")
    operations.cancel(ledger, [5], by="anna")
    take(ledger, "render.warp")
    release(ledger, take(ledger, "render.warp"), delay_ms=60_000, reason="farm-interrupted", machine_ms=1)
    assert _asked(ledger, "any") == _counted(ledger, "any") == 7
    # In the morning the window shuts; and what waited after an error is due.
    ledger.clock = lambda: _NOON + 12 * _HOUR_MS
    assert _asked(ledger, "any") == _counted(ledger, "any") == 6


def _windows() -> dict[str, Window]:
    """Windows of every form, in zones that change their clocks and in such as do not."""
    chance = random.Random(12)  # noqa: S311 - the same ones each time
    days = ("", "weekdays ", "weekends ", "mon ", "fri sat ", "mon-fri ", "sat-mon ", "mon wed-fri sun ")
    zones = ("UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata")

    def part() -> str:
        first, end = chance.sample(range(0, 1440, 15), 2)
        times = f"{first // 60:02}:{first % 60:02}-{end // 60:02}:{end % 60:02}"
        return chance.choice(days) + chance.choice((times, times, times, "20:00-24:00", "all day"))

    return {
        f"w{number}": parse(", ".join(part() for _ in range(chance.randint(1, 3))), chance.choice(zones))
        for number in range(40)
    }


def _open(connection: Connection, ms: int) -> set[str]:
    told, _, _ = _at(_QUERY, ms).partition("SELECT count(*)::float8")
    question = told.replace(":", r"\:") + "SELECT name FROM opened"  # noqa: S608 - the file's own
    return set(connection.execute(text(question)).scalars())


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_window_is_open_to_the_database_when_it_is_to_the_farm(ledger: Ledger) -> None:
    """Every form of a window, all through two weeks in which clocks are put forward and back."""
    known = _windows()
    rows = [{"name": name, "times": each.text, "by": "anna", "at": 0} for name, each in known.items()]
    with ledger.write("add-window") as connection:
        connection.execute(insert(windows), rows)
    begins = (datetime(2026, 3, 23, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC))
    moments = [begin + timedelta(minutes=47 * step) for begin in begins for step in range(0, 210, 21)]
    with ledger.read() as connection:
        for moment in moments:
            ms = round(moment.timestamp() * 1000)
            told = {name for name, each in known.items() if each.is_open(ms)}
            assert _open(connection, ms) == told, moment
