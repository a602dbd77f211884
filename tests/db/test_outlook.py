"""Promises of the outlook: when films begin and end, as the ledger tells of everything that decides it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from db import departments as offices
from db import operations, stops, submission, workers
from db.casting import Newcomers
from db.ledger import Ledger
from db.outlook import Place, foretell, read_outlook
from db.states import StopKind, StopScope, Urgency
from db.tables import departments
from db.values import Submission
from db.windows import add_window
from farm.policy.costs import Basis
from farm.policy.order import Standing, rank
from farm.policy.windows import parse
from tests.db.acting import join, render, speak, take
from tests.db.values import CAPABILITIES, NEXT_PROFILE, OTHER, PROFILE, WORKER, digest, draft, submit

_NOON, _HOUR = 1_700_049_600_000, 3_600_000
#: Of rows of these names the scripts are just as long as their films are said to be: of forty seconds' work.
_ROWS = [32 * each for each in "abcdefgh"]


def _at(ledger: Ledger, now: int) -> None:
    ledger.clock = lambda: now  # type: ignore[method-assign]


def _worker(ledger: Ledger, name: str = WORKER, *capabilities: str) -> None:
    told = {"host": "h", "device": "cpu", "profiles": [PROFILE]}
    workers.register(ledger, name, **told, capabilities=capabilities or CAPABILITIES)  # type: ignore[arg-type]


def _measured(ledger: Ledger) -> None:
    """A film was made, each of its four steps in ten seconds."""
    _at(ledger, _NOON - 50_000)
    submit(ledger, ["x" * 32], content="measured")
    _worker(ledger)
    for skill, end in (("speak", speak), ("render.warp", render), ("render.warp", render), ("join", join)):
        claim = take(ledger, skill)
        _at(ledger, ledger.clock() + 10_000)
        end(ledger, claim)
    operations.cancel(ledger, [claim.job], by="anna")
    _at(ledger, _NOON)


def _places(ledger: Ledger, *jobs: int) -> list[Place]:
    places = read_outlook(ledger).places(jobs)
    return [places[job] for job in jobs]


def _in_s(ledger: Ledger, *jobs: int) -> list[tuple[int | None, int | None]]:
    """In how many seconds jobs begin and end."""
    return [
        tuple(None if at is None else round((at - _NOON) / 1000) for at in (place.begins, place.ends))  # type: ignore[misc]
        for place in _places(ledger, *jobs)
    ]


def test_films_begin_and_end_one_after_the_other(ledger: Ledger) -> None:
    """At the measured pace, on the workers that there are; held ones stand in nobody's way."""
    _measured(ledger)
    submit(ledger, _ROWS[:4])
    assert _in_s(ledger, 2, 3, 4, 5) == [(0, 40), (40, 80), (80, 120), (120, 160)]
    (place,) = _places(ledger, 4)
    # The film that was made is yet to be archived.
    assert (place.ahead, place.own, place.others, place.workers) == (2, 3, 0, 1)
    assert (place.basis, place.attempts, place.pace_ms // 10) == (Basis.MEASURED, 2, 1333)
    outlook = read_outlook(ledger)
    assert outlook.ends_of(2) == pytest.approx(_NOON + 160_000, abs=1_000)
    assert outlook.ends_of(3) is None
    operations.pause(ledger, [2], by="anna")
    assert _in_s(ledger, 3, 5) == [(0, 40), (80, 120)]
    _worker(ledger, OTHER)
    assert _in_s(ledger, 5)[0][0] in range(20, 41)
    # What is begun is as far as it is, and its film is still to come.
    operations.release(ledger, [2], by="anna")
    claim = take(ledger, "speak")
    _at(ledger, _NOON + 5_000)
    begins, ends = _in_s(ledger, claim.job)[0]
    assert (begins, ends) == (5, 40)


def test_departments_share_what_there_is(ledger: Ledger) -> None:
    """By their weights; urgent films before all; and what is submitted now is foretold by the same rule."""
    _measured(ledger)
    offices.add(ledger, "training", {"weight": 300, "urgent": 1}, by="anna")
    submit(ledger, _ROWS)
    entry = Submission(content=digest("theirs"), name="demo", user="anna", department="training")
    submission.submit(ledger, entry, [draft(row) for row in _ROWS])
    (last_own,), (last_theirs,) = _in_s(ledger, 9), _in_s(ledger, 17)
    # Ours had forty seconds for the film before; theirs had nothing, and three quarters of all from then on.
    assert last_own == (600, 640)
    assert last_theirs is not None
    # Three films until they have caught up, and four at three quarters of the worker.
    assert last_theirs[0] == pytest.approx(120 + 160 * 4 / 3, abs=2)
    (place,) = _places(ledger, 10)
    assert (place.begins, place.own, place.rivals) == (_NOON, 0, frozenset({1}))
    asked = {"department": "training", "pool": "", "face": "warp", "window": "", "since": 0, "films": 2}
    films = {**asked, "film_ms": 40_000.0, "width": 1.0}
    ends = {}
    for urgency in Urgency:
        place_ = rank(Standing(submitted_ms=_NOON, urgency=urgency.value))
        ends[urgency], others = foretell(ledger, [Newcomers(**films, rank=place_)])  # type: ignore[arg-type]
        assert (others == 0) == (urgency is Urgency.URGENT)
    assert ends[Urgency.URGENT] == pytest.approx(_NOON + 80_000, abs=1_000)
    assert ends[Urgency.BULK] == pytest.approx(_NOON + 18 * 40_000, abs=1_000)
    tomorrow = Newcomers(**{**films, "since": _NOON + 24 * _HOUR}, rank=_NOON)  # type: ignore[arg-type]
    assert foretell(ledger, [tomorrow])[0] == pytest.approx(_NOON + 24 * _HOUR + 80_000, abs=1_000)


def test_what_lets_work_through_is_foreseen(ledger: Ledger) -> None:
    """Windows, stops and their ends, films at once, hours on cards, and films that a quota lets begin."""
    _measured(ledger)
    add_window(ledger, "night", parse("13:00-23:00", "UTC"), by="anna")
    entry = Submission(content=digest("night"), name="demo", user="anna")
    submission.submit(ledger, entry, [replace(draft(row), window="night") for row in _ROWS[:2]])
    assert _in_s(ledger, 2, 3) == [(3600, 3640), (3640, 3680)]
    submit(ledger, _ROWS[2:4])
    assert _in_s(ledger, 4, 5) == [(0, 40), (40, 80)]
    pause = {"by": "bob", "until": _NOON + 2 * _HOUR}
    stops.stop(ledger, StopScope.DEPARTMENT, "default", StopKind.PAUSE, **pause)  # type: ignore[arg-type]
    # By then ours are the first of all, since they were submitted first.
    assert _in_s(ledger, 2, 4) == [(7200, 7240), (7280, 7320)]
    stops.stop(ledger, StopScope.DEPARTMENT, "default", StopKind.PAUSE, by="bob")
    assert _in_s(ledger, 4) == [(None, None)]
    stops.lift(ledger, StopScope.DEPARTMENT, "default", [StopKind.PAUSE], by="bob")
    _worker(ledger, OTHER)
    assert _in_s(ledger, 5)[0][0] == 0
    with ledger.write("set") as connection:
        connection.execute(update(departments).values(running=1))
    assert _in_s(ledger, 5)[0][0] == 40
    with ledger.write("set") as connection:
        connection.execute(update(departments).values(running=None, card_ms=40_000))
    day = ledger.calendar.begins_at(ledger.calendar.day_of(_NOON) + 1)
    (place,) = _places(ledger, 3)
    assert place.begins is not None
    assert place.begins >= day


def test_who_waits_for_a_quota_comes_when_its_day_does(ledger: Ledger) -> None:
    """And goes before what was submitted after it."""
    _measured(ledger)
    offices.add(ledger, "training", {"films": 1}, by="anna")
    entry = Submission(content=digest("theirs"), name="demo", user="anna", department="training")
    submission.submit(ledger, entry, [draft(row) for row in _ROWS[:3]])
    submit(ledger, _ROWS[:1])
    assert _in_s(ledger, 2, 5) == [(0, 40), (40, 80)]
    day = ledger.calendar.begins_at(ledger.calendar.day_of(_NOON) + 1)
    asked = {"department": "default", "pool": "", "face": "warp", "window": "", "width": 1.0}
    late = rank(Standing(submitted_ms=_NOON, urgency="normal"))
    told = Newcomers(**asked, rank=late, since=day, films=2, film_ms=40_000.0)  # type: ignore[arg-type]
    # Both have had as good as nothing by then: one film of theirs goes first, or between ours.
    assert foretell(ledger, [told])[0] == pytest.approx(day + 120_000, abs=2_000)


def test_each_pool_has_its_own_workers(ledger: Ledger) -> None:
    """Films of one are no work ahead of another's; what nobody can do has no end, and holds up nobody."""
    _measured(ledger)
    entry = Submission(content=digest("pools"), name="demo", user="anna")
    rows = [
        draft(_ROWS[0], pool="studio"),
        draft(_ROWS[1], pool="studio"),
        draft(_ROWS[2]),
        draft(_ROWS[3], pool="night"),
    ]
    submission.submit(ledger, entry, rows)
    _worker(ledger, OTHER, "speak", "join", "render.warp@studio")
    assert _in_s(ledger, 2, 3, 4) == [(0, 40), (40, 80), (0, 40)]
    assert _in_s(ledger, 5)[0][1] is None, "it is spoken, and then nobody is there"
    assert [(place.workers, place.kept) for place in _places(ledger, 2, 4, 5)] == [
        (1, False),
        (1, False),
        (0, True),
    ]
    assert read_outlook(ledger).ends_of(2) == pytest.approx(_NOON + 80_000, abs=1_000)
    operations.cancel(ledger, [2, 3, 5], by="anna")
    speak(ledger, take(ledger, "speak"))
    submit(ledger, _ROWS[4:5])
    workers.leave(ledger, WORKER)
    told = {"host": "h", "device": "cpu", "capabilities": CAPABILITIES, "profiles": [NEXT_PROFILE]}
    workers.register(ledger, OTHER, **told)  # type: ignore[arg-type]
    assert _in_s(ledger, 4) == [(None, None)], "nobody has the versions that it was begun with"
    assert _in_s(ledger, 6)[0][0] == 0
