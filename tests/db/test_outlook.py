"""Promises of the outlook: who stands before a job, and how much work that is."""

from __future__ import annotations

from dataclasses import replace

from db import commits, operations, submission, workers
from db.ledger import Ledger
from db.outlook import read_outlook
from db.values import Submission
from farm.policy.eta import EtaInputs, estimate_ms
from tests.db.acting import desk_of, render, speak, take
from tests.db.values import CAPABILITIES, NEXT_PROFILE, OTHER, PROFILE, WORKER, digest, draft, submit


def test_jobs_ahead_and_what_an_eta_rests_on(ledger: Ledger) -> None:
    """A job knows how many stand before it, held ones not counted, and at which measured pace they go."""
    submit(ledger, ["a", "b", "c"])
    workers.register(ledger, WORKER, host="h", device="cpu", capabilities=CAPABILITIES, profiles=[PROFILE])
    assert {job: place.ahead for job, place in read_outlook(ledger).items()} == {1: 0, 2: 1, 3: 2}
    for _ in range(3):
        speak(ledger, take(ledger, "speak"))
    render(ledger, take(ledger, "render.warp"))
    eta = read_outlook(ledger)[2].eta
    assert eta == EtaInputs(frames_left=75, frames_ahead=25, us_per_frame=2000, workers=1)
    assert estimate_ms(eta) == 200
    operations.pause(ledger, [1], by="anna")
    assert {job: place.ahead for job, place in read_outlook(ledger).items()} == {2: 0, 3: 1}


def test_what_a_running_chunk_has_rendered_is_no_work_ahead(ledger: Ledger) -> None:
    """Neither for its own job nor for those behind it; and it stands when its worker is lost."""
    submit(ledger, ["a", "b"])
    for _ in range(2):
        speak(ledger, take(ledger, "speak"))
    claim = take(ledger, "render.warp")
    before = {job: place.eta for job, place in read_outlook(ledger).items()}
    desk_of(ledger, claim).advance(1, 2)
    begun = {job: place.eta for job, place in read_outlook(ledger).items()}
    assert (before[1].frames_left, before[2].frames_ahead) == (75, 75)
    assert (begun[1].frames_left, begun[2].frames_ahead) == (50, 50)
    commits.release(ledger, claim, delay_ms=0)
    assert {job: place.eta for job, place in read_outlook(ledger).items()} == begun


def test_what_waits_for_a_version_that_nobody_has_holds_up_nobody(ledger: Ledger) -> None:
    """It is no work ahead of others, and the end of its batch is that of the films that can go on."""
    old = {"host": "h", "device": "cpu", "capabilities": CAPABILITIES, "profiles": [PROFILE]}
    workers.register(ledger, WORKER, **old)
    submit(ledger, ["a", "b", "c"])
    speak(ledger, take(ledger, "speak"))
    render(ledger, take(ledger, "render.warp"))
    speak(ledger, take(ledger, "speak"))
    assert not any(place.stuck for place in read_outlook(ledger).values())
    workers.leave(ledger, WORKER)
    assert not any(place.stuck for place in read_outlook(ledger).values()), "nobody is there at all"
    workers.register(ledger, OTHER, **old | {"profiles": [NEXT_PROFILE]})
    places = read_outlook(ledger)
    assert [(place.stuck, place.eta.frames_ahead) for place in places.values()] == [
        (True, 0),
        (True, 0),
        (False, 0),
    ]
    assert places.last_of(1) is places[3]
    operations.cancel(ledger, [3], by="anna")
    assert read_outlook(ledger).last_of(1) is None
    operations.requeue(ledger, [3], by="anna")
    workers.register(ledger, OTHER, **old | {"profiles": [replace(PROFILE, encoder="x265")]})
    assert not any(place.stuck for place in read_outlook(ledger).values()), "it is planned anew by itself"


def test_films_of_one_pool_are_no_work_ahead_of_anothers(ledger: Ledger) -> None:
    """Each pool has its own work and hands; a batch ends when the slower one does, if anybody can tell."""
    entry = Submission(content=digest("pools"), name="demo", user="anna")
    rows = [draft("a", pool="studio"), draft("b", pool="studio"), draft("c"), draft("d", pool="night")]
    submission.submit(ledger, entry, rows)
    told = {"host": "h", "device": "cpu", "profiles": [PROFILE]}
    plain, pooled = ("speak", "render.warp"), ("render.warp@studio",)
    workers.register(ledger, WORKER, **told, capabilities=plain)  # type: ignore[arg-type]
    workers.register(ledger, OTHER, **told, capabilities=(*plain, *pooled))  # type: ignore[arg-type]
    for _ in range(4):
        speak(ledger, take(ledger, "speak"))
    render(ledger, take(ledger, "render.warp"))
    places = read_outlook(ledger)
    assert {
        job: (place.eta.frames_ahead, place.eta.workers, place.kept) for job, place in places.items()
    } == {
        1: (0, 1, False),
        2: (75, 1, False),
        3: (0, 2, False),
        4: (0, 0, True),
    }
    assert places.last_of(1) is places[2]
