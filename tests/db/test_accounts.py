"""The totals of accounts are the sum of the attempts, exactly, over a random ledger on either database."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from db import accounts
from db.codec import spec_to_text
from db.ledger import Ledger
from db.plans import new_step
from db.states import Stage
from db.tables import artifacts, attempts, batches, departments, jobs, results, steps, uses
from farm.policy.accounts import TICKS, By, account
from farm.policy.periods import Period, between, month
from pipeline.plan.job import Format
from tests.db.values import digest, spec

_ZONE = "Australia/Lord_Howe"
_YEAR = between("2026-01-01", "2026-12-31", now_ms=0, zone=_ZONE)
_DEVICES = ("cpu", "GPU-1", "GPU-2")
_ENGINES = {Stage.SPEAK: ("speak", "speak.coqui"), Stage.RENDER: ("render.warp", "render.warp@studio")}


@dataclass(frozen=True)
class Truth:
    """An attempt as it was entered, by all that accounts go by."""

    keys: dict[By, str]
    ended: int | None
    held: int
    good: int
    machine: int
    times: int


def _fill(ledger: Ledger, chance: random.Random) -> tuple[list[Truth], list[dict[str, Any]]]:
    """Three departments with batches of two members, and attempts of every kind all over a year."""
    told: list[Truth] = []
    films: list[dict[str, Any]] = []
    with ledger.write("test") as connection:
        # Id 1 is the department that every ledger has.
        names = ["default", "sales", "training"]
        connection.execute(insert(departments), [{"name": name} for name in names[1:]])
        source = {"kind": "source", "digest": "d", "size": 1, "suffix": "", "made_at": 1, "struck": 0}
        connection.execute(
            insert(artifacts), [{**source, "key": digest(str(n)), "size": n} for n in range(1, 41)]
        )
        number = 0
        for batch in range(1, 7):
            place = chance.randrange(3)
            entered = {"department_id": place + 1, "content": f"c{batch}", "edition": 0}
            entered |= {"name": f"b{batch}", "user": "anna", "created_at": 1}
            connection.execute(insert(batches).values(entered))
            for position in range(4):
                number += 1
                fps = chance.choice([24, 25, 30, 50, 60])
                ended = chance.choice([None, chance.randrange(_YEAR.since, _YEAR.until)])
                job = {
                    "batch_id": batch, "position": position, "row_name": f"r{position}", "title": "",
                    "user": "", "archive": "none", "precedence": 1, "script_id": 1 + number % 40,
                    "portrait_id": 1, "traceparent": "", "warnings": "", "submitted_at": 1,
                    "state": "active" if ended is None else "completed", "ended_at": ended,
                    "essence": None if ended is None else "e",
                    "frames": None if ended is None else chance.randrange(1, 5000),
                    "project": chance.choice(["", "spring"]), "member": chance.choice(["", "bob"]),
                    "spec": spec_to_text(replace(spec("r"), format=Format(width=720, height=720, fps=fps))),
                }  # fmt: skip
                connection.execute(insert(jobs).values(job))
                keys = {
                    By.DEPARTMENT: names[place], By.MEMBER: job["member"] or "anna",
                    By.PROJECT: job["project"], By.BATCH: str(batch),
                }  # fmt: skip
                films.append({**job, "keys": keys, "fps": fps})
                for stage, engines in _ENGINES.items():
                    step = new_step(
                        job=number, batch=batch, department=place + 1, rank=0, stage=stage,
                        capability=chance.choice(engines),
                    )  # fmt: skip
                    told += _try(connection, chance, step, keys)
    return told, films


def _try(
    connection: Connection, chance: random.Random, step: dict[str, Any], keys: dict[By, str]
) -> list[Truth]:
    """A step and some attempts at it."""
    number = connection.execute(insert(steps).values(step).returning(steps.c.id)).scalar_one()
    made = []
    for fence in range(1, chance.randrange(2, 7)):
        ended = None if chance.random() < 0.1 else chance.randrange(_YEAR.since - 10**9, _YEAR.until + 10**9)
        held = 0 if ended is None else chance.choice([0, 1, chance.randrange(10**7)])
        row = {
            "step_id": number, "number": fence, "worker": "w", "device": chance.choice(_DEVICES),
            "started_at": 1, "ended_at": ended,
            "outcome": None if ended is None else chance.choice(["ok", "lost"]),
            "held_ms": held, "good_ms": chance.randint(0, held), "machine_ms": chance.randrange(10**6),
            "folded": chance.choice([0, 0, 3]),
        }  # fmt: skip
        connection.execute(insert(attempts).values(row))
        mine = {**keys, By.CARD: row["device"], By.ENGINE: step["capability"].partition("@")[0]}
        mine[By.DAY] = "" if ended is None else _YEAR.day_of(ended)
        made.append(
            Truth(
                keys=mine,
                ended=ended,
                held=held,
                good=row["good_ms"],
                machine=row["machine_ms"],
                times=1 + row["folded"],
            )
        )
    return made


@pytest.fixture
def told(ledger: Ledger) -> tuple[list[Truth], list[dict[str, Any]]]:
    """What was entered into a ledger: attempts and films."""
    return _fill(ledger, random.Random(8))  # noqa: S311 - no secret


def _within(period: Period, at: int | None) -> bool:
    return at is not None and period.since <= at < period.until


def test_the_totals_are_the_sum_of_the_attempts(
    ledger: Ledger, told: tuple[list[Truth], list[dict[str, Any]]]
) -> None:
    """However they are grouped, and over each month as over the year; each line is the sum of its own."""
    months = [month(f"2026-{number:02}", _ZONE) for number in range(1, 13)]
    for by in By:
        for period in (_YEAR, months[9]):
            mine = [each for each in told[0] if _within(period, each.ended)]
            expected: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
            for each in mine:
                for place, value in enumerate((each.held, each.good, each.machine, each.times)):
                    expected[each.keys[by]][place] += value
            found = account(by, accounts.read_held(ledger, by, period))
            lines = {
                line.key: [line.held_ms, line.held_ms - line.wasted_ms, line.machine_ms, line.attempts]
                for line in found.lines
            }
            assert lines == expected, by
            assert found.total.held_ms == sum(each.held for each in mine) > 0
            on_cards = sum(each.held for each in mine if each.keys[By.CARD] != "cpu")
            assert found.total.card_ms == on_cards
    parts = [account(By.DAY, accounts.read_held(ledger, By.DAY, each)).total.held_ms for each in months]
    assert sum(parts) == sum(each.held for each in told[0] if _within(_YEAR, each.ended))


def test_films_and_their_seconds_are_those_that_were_finished(
    ledger: Ledger, told: tuple[list[Truth], list[dict[str, Any]]]
) -> None:
    """Of each line, to the frame, whatever their frame rates."""
    for by in (By.DEPARTMENT, By.MEMBER, By.PROJECT, By.BATCH, By.DAY):
        expected: dict[str, tuple[int, int]] = {}
        for film in told[1]:
            if film["state"] == "completed":
                key = _YEAR.day_of(film["ended_at"]) if by is By.DAY else film["keys"][by]
                films, ticks = expected.get(key, (0, 0))
                expected[key] = films + 1, ticks + film["frames"] * TICKS // film["fps"]
        found = account(by, [], accounts.read_films(ledger, by, _YEAR))
        assert {line.key: (line.films, line.ticks) for line in found.lines} == expected


def test_one_department_alone_is_what_its_line_says(
    ledger: Ledger, told: tuple[list[Truth], list[dict[str, Any]]]
) -> None:
    """Narrowed down to a department, an account has that department's total."""
    assert told
    every = account(By.DEPARTMENT, accounts.read_held(ledger, By.DEPARTMENT, _YEAR))
    for line in every.lines:
        alone = accounts.read_held(ledger, By.CARD, _YEAR, department=line.key)
        assert account(By.CARD, alone).total.held_ms == line.held_ms


def test_what_several_films_share_is_stored_once(
    ledger: Ledger, told: tuple[list[Truth], list[dict[str, Any]]]
) -> None:
    """It counts for the film that asked for it first; all lines and what belongs to nobody are the store."""
    with ledger.write("test") as connection:
        step = {"step_id": 1, "job_id": 1}
        connection.execute(insert(uses), [{**step, "artifact_id": 30}, {**step, "artifact_id": 31}])
        connection.execute(insert(uses).values({"step_id": 47, "job_id": 24, "artifact_id": 31}))
        connection.execute(insert(results).values({"job_id": 24, "role": "film", "artifact_id": 32}))
    of_job = {1 + number % 40: number for number in range(24, 0, -1)} | {1: 1, 30: 1, 31: 1, 32: 24}
    for by in (By.DEPARTMENT, By.BATCH):
        expected: dict[str, int] = defaultdict(int)
        for artifact, job in of_job.items():
            expected[told[1][job - 1]["keys"][by]] += artifact
        found = account(by, [], [], accounts.read_stored(ledger, by))
        assert {line.key: line.store_bytes for line in found.lines} == expected
        assert found.total.store_bytes == sum(range(1, 41))
        assert found.unowned_bytes == sum(range(1, 41)) - sum(expected.values())
