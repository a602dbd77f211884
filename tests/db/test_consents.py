"""A consent that ends stops its jobs with that reason, and no others; a new one lets them go on."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from db import commits, consents, operations, profiles, reads
from db.ledger import Ledger
from db.states import HoldReason, JobState, Outcome
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import SupersededError
from pipeline.plan.people import ProfileKind
from tests.db.acting import desk_of, join, ready, render, speak, take, try_step, until
from tests.db.persons import YEAR_MS, consent_of, draft_with, order, pass_time, profile
from tests.db.values import artifact

HELD = (HoldReason.CONSENT,)


def test_a_withdrawal_stops_a_batch_in_its_midst(ledger: Ledger) -> None:
    """What runs is taken from its worker, what waits is held, what others ordered goes on."""
    anna = profile(ledger)
    order(ledger, draft_with("one", anna), draft_with("two", anna), draft_with("free"))
    speak(ledger, take(ledger, "speak"))
    running = take(ledger, "render.warp")
    clip = artifact(Kind.CLIP, "clip")
    desk = desk_of(ledger, running)
    assert desk.take(clip.kind, clip.key)
    desk.put(clip, 40)
    done = consents.withdraw(ledger, anna, by="anna")
    assert done.changed == (1, 2)
    assert [reads.read_job(ledger, job).line.held for job in (1, 2, 3)] == [HELD, HELD, ()]
    with pytest.raises(SupersededError):
        render(ledger, running)
    (attempt,) = reads.read_job(ledger, 1).steps[1].attempts
    assert (attempt.outcome, attempt.machine_ms) == (Outcome.SUPERSEDED, 40), "what is proven is paid for"
    assert take(ledger, "speak").job == 3
    assert ready(ledger) == set(), "nothing else of the two is dispatched"
    assert try_step(ledger, running.step) is None


def test_a_consent_expires_by_the_ledgers_clock(ledger: Ledger) -> None:
    """Until then nothing is held; then its jobs are, once, and what runs of them is finished."""
    anna = profile(ledger)
    order(ledger, draft_with("one", anna), draft_with("two", anna), draft_with("free"))
    running = take(ledger, "speak")
    pass_time(ledger, YEAR_MS - 60_000)
    assert consents.hold_lapsed(ledger) == 0
    pass_time(ledger, 60_000)
    assert consents.hold_lapsed(ledger) == 2
    assert consents.hold_lapsed(ledger) == 0
    assert [reads.read_job(ledger, job).line.held for job in (1, 2, 3)] == [HELD, HELD, ()]
    speak(ledger, running)
    assert take(ledger, "speak").job == 3
    assert ready(ledger) == set()


def test_a_new_consent_lets_jobs_go_on_and_their_films_tell_of_it(ledger: Ledger) -> None:
    """Those that are held for another reason, or lack another consent, wait on."""
    anna, voice = profile(ledger), profile(ledger, kind=ProfileKind.VOICE)
    order(ledger, draft_with("one", anna), draft_with("both", anna, voice), draft_with("three", anna))
    operations.pause(ledger, [3], by="bert")
    consents.withdraw(ledger, anna, by="anna")
    consents.withdraw(ledger, voice, by="anna")
    document, consent = consent_of(ledger, "again")
    done = consents.renew(ledger, anna, document, consent, by="bert")
    assert done.changed == (1, 3)
    held = [reads.read_job(ledger, job).line.held for job in (1, 2, 3)]
    assert held == [(), HELD, (HoldReason.OPERATOR,)]
    renewed = profiles.find(ledger, ProfileKind.PORTRAIT, "Anna")
    assert renewed is not None
    assert (renewed.consent, renewed.withdrawn, renewed.owner) == (consent, False, "carl")
    told = [use.consent for use in reads.read_job(ledger, 2).spec.people]
    assert told == [consent, voice.consent]
    assert take(ledger, "speak").spec.people[0].consent == consent


def test_a_film_that_is_done_keeps_the_consent_that_it_was_made_under(ledger: Ledger) -> None:
    """A later consent does not change what its manifest says; on its way to the archive it is held."""
    anna = profile(ledger)
    order(ledger, draft_with("one", anna))
    join(ledger, until(ledger, "join"))
    running = take(ledger, "archive")
    assert consents.withdraw(ledger, anna, by="anna").changed == (1,)
    with pytest.raises(SupersededError):
        commits.finish_archive(ledger, running, path="day/film.mp4", machine_ms=1)
    view = reads.read_job(ledger, 1)
    assert (view.line.state, view.line.held) == (JobState.COMPLETED, HELD)
    assert ready(ledger) == set()
    document, consent = consent_of(ledger, "again")
    consents.renew(ledger, anna, document, consent, by="bert")
    assert ready(ledger) == {"archive"}
    assert reads.read_job(ledger, 1).spec.people[0].consent == anna.consent


def test_a_job_that_is_retried_without_a_consent_is_held_at_the_next_look(ledger: Ledger) -> None:
    """Whatever brings a job back, its consent is asked for again."""
    anna = profile(ledger)
    order(ledger, draft_with("one", anna))
    operations.cancel(ledger, [1], by="bert")
    consents.withdraw(ledger, anna, by="anna")
    operations.requeue(ledger, [1], by="bert")
    assert consents.hold_lapsed(ledger) == 1
    assert ready(ledger) == set()


def test_a_look_for_ended_consents_asks_each_job_for_its_own_profiles(ledger: Ledger) -> None:
    """By that of profiles, each of 20,000 jobs would read all that a profile ever had: for a minute."""
    asked = consents.TO_HOLD.params(ids=[1, 2])
    with ledger.read() as connection:
        words = asked.compile(connection, compile_kwargs={"literal_binds": True, "render_postcompile": True})
        explain = "EXPLAIN QUERY PLAN " if ledger.is_sqlite else "EXPLAIN "
        plan = " ".join(str(row) for row in connection.execute(text(explain + str(words))))
    assert "job_profiles" in plan
    assert "profile_id" not in plan.replace("profile_id + 0", ""), plan
