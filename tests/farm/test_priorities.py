"""Promises about urgency and priority: what is asked for is what a department may have, and goes first."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from db import queue, reads
from db.departments import add
from db.states import Urgency
from db.tables import departments
from db.values import Skill
from farm.bootstrap import Farm
from farm.precheck import BatchRefusedError, admit, check
from farm.submit import Manner
from farm.submit import queue as queue_films
from pipeline.plan.errors import InputError
from tests.farm.submitting import ROW, manifest, submit

pytestmark = pytest.mark.usefixtures("looked_once")

_ROW = {**ROW, "script": "Hello."}


def test_a_higher_number_goes_first(farm: Farm, batch_folder: Path) -> None:
    """The number of a row decides among its like; with another one it is the same batch."""
    numbers = {"a": "", "b": "-3", "c": " 12 "}
    rows = [{**_ROW, "id": name, "priority": number} for name, number in numbers.items()]
    submit(farm, manifest(batch_folder, *rows))
    lines = reads.list_jobs(farm.ledger, batch=1)
    assert {line.row: line.priority for line in lines} == {"a": 0, "b": -3, "c": 12}
    heads = queue.heads(farm.ledger, Skill(capability="speak"), limit=9)
    assert [head.label.rpartition("/")[2] for head in heads] == ["c", "a", "b"]
    assert submit(farm, manifest(batch_folder, *rows)).batch == 1
    rows[0]["priority"] = "1"
    assert submit(farm, manifest(batch_folder, *rows)).batch == 1


def test_what_a_department_may_not_have_is_refused(farm: Farm, batch_folder: Path) -> None:
    """Each such cell is told with its column; what the department may have, it gets."""
    with farm.ledger.write("department") as connection:
        connection.execute(update(departments).values(urgent=0, priority_limit=10))
    rows = [
        {**_ROW, "id": name, "urgency": urgency, "priority": number}
        for name, urgency, number in (
            ("a", "urgent", ""),
            ("b", "", "11"),
            ("c", "bulk", "10"),
            ("d", "", "51"),
            ("e", "", "1.5"),
        )
    ]
    with pytest.raises(BatchRefusedError) as refused:
        submit(farm, manifest(batch_folder, *rows))
    assert [(problem.column, problem.code) for problem in refused.value.problems] == [
        ("urgency", "submit-urgent-right"),
        ("priority", "submit-priority-limit"),
        ("priority", "submit-priority-wrong"),
        ("priority", "submit-priority-wrong"),
    ]
    # What it may have instead.
    assert refused.value.problems[0].facts["limit"] == 10
    submit(farm, manifest(batch_folder, rows[2]))
    (line,) = reads.list_jobs(farm.ledger, batch=1)
    assert (line.urgency, line.priority) == (Urgency.BULK, 10)


def test_a_right_that_is_taken_away_before_the_films_are_queued_is_none(
    farm: Farm, batch_folder: Path
) -> None:
    """Whoever looks at a forecast for an hour gets what may be had then, and not what might have been."""
    checked = check(farm, manifest(batch_folder, {**_ROW, "urgency": "urgent"}))
    with farm.ledger.write("department") as connection:
        connection.execute(update(departments).values(urgent=0))
    with pytest.raises(InputError, match="submit-urgent-right"):
        queue_films(farm, admit(checked), Manner())
    assert reads.list_jobs(farm.ledger) == ()


def test_a_batch_is_of_one_department(farm: Farm, batch_folder: Path) -> None:
    """Else another one's films would be made on the first one's quota, rights and share."""
    add(farm.ledger, "sales", {}, by="anna")
    sheet = manifest(
        batch_folder,
        {**_ROW, "id": "a", "script": "?", "department": ""},
        {**_ROW, "id": "b", "department": "sales"},
        {**_ROW, "id": "c", "department": "default"},
        {**_ROW, "id": "d", "department": "sales"},
    )
    found = check(farm, sheet)
    mixed = [each for each in found.problems if each.code == "submit-department-mixed"]
    # The first row that is good says whose batch it is.
    assert [(each.row, each.column, each.facts["row"]) for each in mixed] == [(4, "department", 3)]
    admitted = admit(found, skip_invalid=True)
    assert [film.row.id for film in admitted.films] == ["b", "d"]
