"""Who is forgotten is gone from the ledger: profiles, name, and whatever shows or sounds like them alone."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select

from db import collect, commits, consents, forgetting, operations, profiles, reads
from db.desk import LedgerDesk
from db.ledger import Ledger
from db.states import JobState
from db.tables import artifacts, audit, holds, job_profiles, jobs
from db.values import Claim
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import InputError, SupersededError
from pipeline.plan.people import ProfileKind, is_forgotten
from tests.db.acting import CHUNKS, desk_of, join, listen, ready, render, speak, take, until
from tests.db.persons import PICTURE, draft_with, order, profile
from tests.db.values import PROFILE, artifact, draft

BOTH = artifact(Kind.SOURCE, "one consent of two people")


def struck(ledger: Ledger) -> set[tuple[str, str]]:
    """Kind and key of everything that was struck out."""
    with ledger.read() as connection:
        found = connection.execute(select(artifacts.c.kind, artifacts.c.key).where(artifacts.c.struck == 1))
        return {(row.kind, row.key) for row in found}


def names(files: tuple[Artifact, ...]) -> set[tuple[str, str]]:
    """The same of files."""
    return {(each.kind.value, each.key) for each in files}


def spoken(ledger: Ledger, *words: str) -> None:
    """Speak the next job's sentences, each of which is found if it is there."""
    claim = take(ledger, "speak")
    desk = desk_of(ledger, claim)
    for word in words:
        speech = artifact(Kind.SPEECH, word)
        if desk.find(speech.kind, speech.key) is None:
            assert desk.take(speech.kind, speech.key)
            desk.put(speech, 5)
    finish_speaking(ledger, claim, desk)


def finish_speaking(ledger: Ledger, claim: Claim, desk: LedgerDesk) -> None:
    """Finish a speak step that rests on what its desk found and put."""
    timeline = artifact(Kind.TIMELINE, f"timeline of {claim.job}")
    commits.finish_speak(
        ledger,
        claim,
        timeline=timeline,
        chunks=CHUNKS,
        profile=PROFILE,
        used=desk.used.values(),
        machine_ms=10,
    )


def test_a_person_is_forgotten_whole(ledger: Ledger) -> None:
    """Profiles, picture, consent and clips go; jobs that are not over are canceled; films are told of."""
    anna = profile(ledger)
    order(ledger, draft_with("made", anna), draft_with("running", anna), draft_with("free"))
    join(ledger, until(ledger, "join"))
    running = take(ledger, "speak")
    gone = forgetting.begin(ledger, "anna  LEE", by="bert")
    assert gone.canceled == (2,)
    assert [(film.row, film.film is not None, film.shows, film.sounds) for film in gone.films] == [
        ("made", True, True, False),
        ("running", False, True, False),
    ]
    clips = {("clip", artifact(Kind.CLIP, f"clip {number} of 1").key) for number in range(3)}
    sources = {("source", anna.reference.key), ("source", anna.consent.digest)}
    assert names(gone.files) == struck(ledger) == clips | sources
    with pytest.raises(SupersededError):
        speak(ledger, running)
    assert [reads.read_job(ledger, job).line.state for job in (1, 2, 3)] == [
        JobState.COMPLETED,
        JobState.CANCELED,
        JobState.QUEUED,
    ]
    forgetting.finish(ledger, gone, by="bert")
    assert profiles.read_all(ledger, ProfileKind.PORTRAIT) == ()
    with pytest.raises(InputError) as refused:
        forgetting.begin(ledger, "Anna Lee", by="bert")
    assert refused.value.code == "person-unknown"


def test_the_name_of_who_is_forgotten_stands_nowhere(ledger: Ledger) -> None:
    """Neither in what jobs were promised nor in the audit, which tells how much there was, in one line."""
    anna = profile(ledger)
    bert = profile(ledger, "Bert", person="Bert", reference=artifact(Kind.SOURCE, "b"))
    order(ledger, draft_with("one", bert, anna))
    forgetting.finish(ledger, forgetting.begin(ledger, "Anna Lee", by="op"), by="op")
    people = reads.read_job(ledger, 1).spec.people
    assert [(use.name, use.person, use.consent.owner) for use in people] == [
        ("Bert", "Bert", "bert"),
        ("", "", ""),
    ]
    with ledger.read() as connection:
        specs = connection.execute(select(jobs.c.spec)).scalars().all()
        promised = connection.execute(select(job_profiles.c.name)).scalars().all()
        told = connection.execute(select(audit.c.detail).where(audit.c.verb == "forgotten")).scalars().all()
    assert "Anna" not in "".join(specs)
    assert promised == ["Bert"]
    (line,) = (json.loads(each) for each in told)
    assert len(line.pop("person")) == 64
    assert line == {"profiles": 1, "files": 2, "films": 0, "canceled": 1}


def test_what_is_somebody_elses_too_stays(ledger: Ledger) -> None:
    """A consent that two people signed, and sentences of films in which only others are heard."""
    sample = artifact(Kind.SOURCE, "sample of anna")
    anna = profile(ledger, kind=ProfileKind.VOICE, reference=sample, document=BOTH)
    profile(ledger, "Bert", person="Bert", document=BOTH)
    order(ledger, draft_with("anna", anna), draft_with("free"))
    spoken(ledger, "hers", "shared")
    spoken(ledger, "shared")
    gone = forgetting.begin(ledger, "Anna Lee", by="op")
    assert names(gone.files) == {
        ("source", anna.reference.key),
        ("speech", artifact(Kind.SPEECH, "hers").key),
        ("timeline", artifact(Kind.TIMELINE, "timeline of 1").key),
    }
    assert [film.sounds for film in gone.films] == [True]


def test_what_a_model_made_of_a_voice_outlives_its_films_and_not_the_person(ledger: Ledger) -> None:
    """The next film finds it, however old it is; a newer one of the same model takes its place."""
    anna = profile(ledger, kind=ProfileKind.VOICE)
    for number, word in enumerate(("old", "new", "new")):
        promised = draft_with(f"row{number}", anna)
        voice = replace(promised.spec.voice, model="ab" * 32)
        order(ledger, replace(promised, spec=replace(promised.spec, voice=voice)))
        claim = take(ledger, "speak")
        desk, latents = desk_of(ledger, claim), artifact(Kind.LATENTS, word)
        if desk.find(latents.kind, latents.key) is None:
            assert desk.take(latents.kind, latents.key)
            desk.put(latents, 5)
        finish_speaking(ledger, claim, desk)
        deliver(ledger)
        collect.drop_unneeded(ledger, before=ledger.clock() + 1)
    with ledger.read() as connection:
        kept = select(artifacts.c.key).where(artifacts.c.kind == Kind.LATENTS.value)
        assert connection.execute(kept).scalars().all() == [artifact(Kind.LATENTS, "new").key]
    gone = forgetting.begin(ledger, "Anna Lee", by="op")
    assert ("latents", artifact(Kind.LATENTS, "new").key) in names(gone.files)
    forgetting.finish(ledger, gone, by="op")
    collect.drop_unneeded(ledger, before=ledger.clock() + 1)
    with ledger.read() as connection:
        assert connection.execute(kept).scalars().all() == []


def test_a_recording_goes_with_its_words_and_the_film_stays(ledger: Ledger) -> None:
    """What was said is the person's, whichever film says whose it is; what is shown is the film's."""
    anna, recording = profile(ledger, kind=ProfileKind.VOICE), artifact(Kind.SOURCE, "recording")
    drafts = (draft_with("row", anna), draft("unnamed"))
    order(ledger, *(replace(each, spec=replace(each.spec, recording=recording)) for each in drafts))
    listen(ledger, take(ledger, "listen"))
    for _ in CHUNKS:
        render(ledger, take(ledger, "render.warp"))
    join(ledger, take(ledger, "join"))
    gone = forgetting.begin(ledger, "Anna Lee", by="op")
    kinds = Counter(each.kind for each in gone.files)
    assert recording in gone.files
    assert kinds == {Kind.SOURCE: 3, Kind.CLIP: 3, Kind.SPEECH: 1, Kind.HEARD: 1, Kind.TIMELINE: 1}
    assert [(each.row, each.sounds, each.recorded) for each in gone.films] == [
        ("row", True, True),
        ("unnamed", True, True),
    ]
    assert gone.canceled == (2,)
    assert names(forgetting.begin(ledger, "Anna Lee", by="op").files) == names(gone.files)
    film = take(ledger, "archive").film
    assert film is not None
    assert not {*names(film.companions), *names((film.film,))} & struck(ledger)
    assert Kind.HEARD not in {each.kind for each in film.companions}


def test_a_film_of_somebody_who_was_forgotten_is_not_tried_again(ledger: Ledger) -> None:
    """It is told why; with others, it is left out."""
    anna = profile(ledger)
    order(ledger, draft_with("anna", anna), draft("free"))
    operations.cancel(ledger, [2], by="op")
    forgetting.begin(ledger, "Anna Lee", by="op")
    with pytest.raises(InputError) as refused:
        operations.requeue(ledger, [1], by="op")
    assert (refused.value.code, refused.value.facts) == ("job-person-forgotten", {"job": 1})
    done = operations.requeue(ledger, [1, 2], by="op")
    assert (done.changed, done.unchanged) == ((2,), (1,))


def deliver(ledger: Ledger) -> None:
    """Render, join and archive the next job."""
    for _ in CHUNKS:
        render(ledger, take(ledger, "render.warp"))
    join(ledger, take(ledger, "join"))
    claim = take(ledger, "archive")
    commits.finish_archive(ledger, claim, path=f"day/{claim.job}.mp4", machine_ms=1)


def test_a_picture_that_a_job_was_given_without_a_profile_is_the_persons_all_the_same(ledger: Ledger) -> None:
    """The same file shows the same person, whoever wrote its name into a manifest."""
    profile(ledger)
    plain = draft("file")
    order(ledger, replace(plain, spec=replace(plain.spec, portrait=PICTURE)))
    gone = forgetting.begin(ledger, "Anna Lee", by="op")
    assert gone.canceled == (1,)
    assert is_forgotten(reads.read_job(ledger, 1).spec.people, ProfileKind.PORTRAIT)


def test_a_film_on_its_way_to_the_archive_begins_again_without_the_picture(ledger: Ledger) -> None:
    """Who delivers it holds the picture in its hands: that attempt is superseded."""
    anna = profile(ledger)
    order(ledger, draft_with("made", anna))
    delivering = until(ledger, "archive")
    gone = forgetting.begin(ledger, "Anna Lee", by="op")
    assert gone.canceled == ()
    with pytest.raises(SupersededError):
        desk_of(ledger, delivering).find(Kind.FILM, "any")
    again = take(ledger, "archive")
    assert is_forgotten(again.spec.people, ProfileKind.PORTRAIT)


def test_between_beginning_and_end_nobody_orders_anything(ledger: Ledger) -> None:
    """A profile that is being forgotten counts as withdrawn; who begins again gets the same answer."""
    anna = profile(ledger)
    order(ledger, draft_with("one", anna))
    render_one(ledger)
    first = forgetting.begin(ledger, "Anna Lee", by="op")
    with pytest.raises(InputError) as refused:
        order(ledger, draft_with("two", anna))
    assert refused.value.code == "consent-withdrawn"
    second = forgetting.begin(ledger, "Anna Lee", by="op")
    assert (second.files, second.films, second.profiles) == (first.files, first.films, first.profiles)
    assert (first.canceled, second.canceled) == ((1,), ())
    assert consents.hold_lapsed(ledger) == 0
    with ledger.read() as connection:
        assert connection.execute(select(holds)).all() == [], "a canceled job is never held"
    assert ready(ledger) == set()


def render_one(ledger: Ledger) -> None:
    """Speak and begin to render the next job."""
    speak(ledger, take(ledger, "speak"))
    render(ledger, take(ledger, "render.warp"))
