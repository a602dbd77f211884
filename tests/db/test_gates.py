"""What stands open decides what may begin: at the head of each line, and once more when a step is claimed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import delete, insert, select, update

from db import heads, queue, submission
from db.gates import read_gates
from db.lanes import read_lines
from db.ledger import Ledger
from db.states import Stage
from db.tables import departments, jobs, steps, stops, windows
from db.values import JobDraft, Submission
from farm.policy.gates import Gates
from tests.db.acting import head, speak, take, try_step
from tests.db.values import SKILLS, digest, draft, submit

_NIGHT = {"name": "night", "times": "22:00-07:00 UTC", "by": "anna", "at": 0}
#: Noon and midnight, in UTC.
_NOON, _MIDNIGHT = 1_700_049_600_000, 1_700_092_800_000


def _enter(ledger: Ledger, drafts: Sequence[JobDraft], department: str = "default") -> None:
    words = "/".join(each.spec.row for each in drafts)
    submitted = Submission(content=digest(words), name="demo", user="anna", department=department)
    submission.submit(ledger, submitted, drafts)


def _at(ledger: Ledger, now: int) -> None:
    ledger.clock = lambda: now  # type: ignore[method-assign]


def _nights(ledger: Ledger) -> None:
    with ledger.write("window") as connection:
        connection.execute(insert(windows).values(_NIGHT))


def _stop(ledger: Ledger, scope: str, name: str, kind: str, until: int | None = None) -> None:
    told = {"scope": scope, "name": name, "kind": kind, "until": until, "reason": "", "by": "anna", "at": 0}
    with ledger.write("stop") as connection:
        connection.execute(delete(stops))
        connection.execute(insert(stops).values(told))


def _rows(ledger: Ledger, skill: str = "speak", *, limit: int = 9, gates: Gates | None = None) -> list[str]:
    found = queue.heads(ledger, SKILLS[skill], limit=limit, gates=gates)
    return [each.label.rpartition("/")[2] for each in found]


def test_a_window_opens_and_shuts_by_the_clock(ledger: Ledger) -> None:
    """Outside of its window nothing of a job is sent or claimed."""
    _at(ledger, _NOON)
    _nights(ledger)
    _enter(ledger, [draft("day"), replace(draft("night"), window="night")])
    assert _rows(ledger) == ["day"]
    (lane,) = (each for each in read_lines(ledger)[SKILLS["speak"]].lanes if each.window == "night")
    _at(ledger, _MIDNIGHT)
    assert _rows(ledger) == ["day", "night"]
    (step,) = (each.step for each in queue.heads(ledger, lane.skill, limit=9, lanes=[lane]))
    assert queue.mark_sent(ledger, [step]) == {step}
    _at(ledger, _NOON)
    assert try_step(ledger, step) is None
    assert lane in read_lines(ledger)[SKILLS["speak"]].lanes, "a message that was late counts no more"
    _at(ledger, _MIDNIGHT)
    assert try_step(ledger, step) is not None


def test_what_is_stopped_does_not_begin(ledger: Ledger) -> None:
    """Of what is held no film begins and begun ones go on; of what is paused nothing begins at all."""
    _at(ledger, _NOON)
    _enter(ledger, [draft("begun"), draft("new"), replace(draft("theirs"), pool="studio")])
    speak(ledger, take(ledger, "speak"))
    _stop(ledger, "department", "default", "hold", until=_MIDNIGHT)
    assert (_rows(ledger), _rows(ledger, "render.warp")) == ([], ["begun", "begun"])
    _stop(ledger, "department", "default", "pause", until=_MIDNIGHT)
    assert (_rows(ledger), _rows(ledger, "render.warp")) == ([], [])
    assert try_step(ledger, _step_of(ledger, "new")) is None
    _at(ledger, _MIDNIGHT)
    assert (_rows(ledger), _rows(ledger, "render.warp")) == (["new", "theirs"], ["begun", "begun"])
    _stop(ledger, "pool", "studio", "hold")
    assert _rows(ledger) == ["new"]
    assert try_step(ledger, _step_of(ledger, "theirs")) is None
    _stop(ledger, "pool", "elsewhere", "pause")
    assert try_step(ledger, _step_of(ledger, "theirs")) is not None


def _step_of(ledger: Ledger, row: str) -> int:
    with ledger.read() as connection:
        found = select(steps.c.id).join(jobs, jobs.c.id == steps.c.job_id)
        step: int = connection.execute(
            found.where(jobs.c.row_name == row, steps.c.stage == Stage.SPEAK)
        ).scalar_one()
        return step


@pytest.mark.parametrize("leaps", [1, 64])
def test_members_are_left_out_of_a_lane(ledger: Ledger, leaps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may begin nothing does not stop the others of the department, however far in front he stands.

    So it is when more is leapt over than is at once, and when those behind wait before they are tried again.
    """
    monkeypatch.setattr(heads, "_LEAPS", leaps)
    for number in range(9):
        who = ("bob", "bob", "eve")[number % 3]
        rows = [replace(draft(f"{who}{number}{each}"), priority=-number % 2) for each in range(3)]
        words = Submission(content=digest(f"{number}"), name="demo", user=who, department="default")
        submission.submit(ledger, words, rows)
    everybody = [row[:3] for row in _rows(ledger, limit=32, gates=Gates())]
    assert everybody.index("eve") > 2, "bob stands in front"
    stands = replace(read_gates(ledger), full_members=frozenset({(1, "bob")}))
    eves = [row for row in _rows(ledger, limit=32, gates=Gates()) if row.startswith("eve")]
    assert len(eves) == 9
    assert _rows(ledger, limit=4, gates=stands) == eves[:4]
    assert _rows(ledger, limit=16, gates=stands) == eves
    with ledger.write("member") as connection:
        later = select(jobs.c.id).where(jobs.c.row_name.in_(eves[:5]))
        connection.execute(
            update(steps).where(steps.c.job_id.in_(later)).values(not_before=ledger.clock() + 60_000)
        )
    assert _rows(ledger, limit=2, gates=stands) == eves[5:7]
    elsewhere = replace(stands, full_members=frozenset({(2, "bob")}))
    assert _rows(ledger, limit=1, gates=elsewhere)[0].startswith("bob")
    out = replace(stands, full_members=frozenset({(1, "bob"), (1, "eve")}))
    assert _rows(ledger, limit=4, gates=out) == []


@pytest.mark.parametrize("number", [1, 5])
def test_every_department_has_its_heads(ledger: Ledger, number: int) -> None:
    """The first of each lane come, in the order of their ranks; whose lanes are long is told."""
    names = [f"department{each}" for each in range(number)]
    with ledger.write("department") as connection:
        connection.execute(insert(departments), [{"name": name} for name in names])
    for name in names:
        drafts = [replace(draft(f"{name} {row}"), priority=-row) for row in range(3)]
        _enter(ledger, drafts, name)
    _nights(ledger)
    _enter(ledger, [replace(draft("night"), window="night")], names[0])
    lanes = read_lines(ledger)[SKILLS["speak"]].lanes
    assert len(lanes) == number + 1
    expected = [f"{name} {row}" for row in range(2) for name in names]
    assert _rows(ledger, limit=2, gates=Gates()) == expected
    every = {lane.department for lane in lanes}
    (night,) = (lane for lane in lanes if lane.window == "night")
    assert len(every) == number
    assert queue.longer(ledger, lanes, most=2) == every
    assert queue.longer(ledger, [night], most=0) == {night.department}
    assert not queue.longer(ledger, lanes, most=3)
    assert not queue.longer(ledger, [night], most=1)


def test_a_job_is_opened_once(ledger: Ledger) -> None:
    """What a job begins with is no opening any more once it was begun, and one again when it is requeued."""
    from db import operations

    submit(ledger, ["a"])
    step = head(ledger, "speak")
    assert _openings(ledger) == {step}
    take(ledger, "speak")
    assert _openings(ledger) == set()
    operations.cancel(ledger, [1], by="anna")
    operations.requeue(ledger, [1], by="anna")
    assert step in _openings(ledger)
    take(ledger, "speak")
    assert _openings(ledger) == set()


def _openings(ledger: Ledger) -> set[int]:
    with ledger.read() as connection:
        return set(connection.execute(select(steps.c.id).where(steps.c.opening == 1)).scalars())
