"""Films in a person's voice, through ledger, queue and workers: spoken by espeak, converted by FreeVC."""

from __future__ import annotations

import os
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from db import profiles, submission
from db.profiles import ProfileDraft
from db.states import Urgency
from db.values import JobDraft, Submission
from farm.bootstrap import Farm, open_farm
from farm.profiles.finding import use_of
from pipeline.plan import trace
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.capability import CONVERT
from pipeline.plan.job import JobSpec, VoiceChoice
from pipeline.plan.models import ModelKind, Use, used_as
from pipeline.plan.people import ProfileKind
from pipeline.plan.wave import from_wave
from tasks.bell import Bell
from tasks.step import open_runner
from tests.farm.models.cards import put_folder
from tests.support.eye import require_landmarks
from tests.support.freevc import freevc_folder, require_coqui, sample_of
from tests.tasks.yard import PORTRAIT, TINY, ask, break_ground, quick_settings, story

require_coqui()

_NOWHERE = "redis://127.0.0.1:9/0"
_TEXT = "All of us are here. Look at Tom."


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    """A farm of its own, with real engines and nothing to do."""
    require_landmarks()
    settings = quick_settings(tmp_path / "home", LEASE__EXPIRY_S="60", RETRY__ATTEMPTS="1")
    break_ground(settings)
    with open_farm(settings) as opened:
        yield opened


@pytest.fixture
def plain(farm: Farm) -> JobSpec:
    """A film in espeak's own voice."""
    path = farm.settings.home / "script.txt"
    path.write_text(_TEXT, "utf-8")
    return JobSpec(
        row="row",
        title="row",
        user="test",
        scene="row",
        script=farm.store.adopt(Kind.SOURCE, ".txt", path, limit_bytes=1_000_000),
        portrait=farm.store.adopt(Kind.SOURCE, ".png", PORTRAIT, limit_bytes=50_000_000),
        voice=VoiceChoice(engine="espeak", name="en-us", language="en"),
        face="warp",
        format=TINY,
    )


def _like(farm: Farm, job: JobSpec, person: str, model: str) -> JobSpec:
    """The same film in the voice of a person of whom there is a sample."""
    path, speech = farm.settings.home / f"{person}.wav", sample_of(person)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(speech.rate)
        file.writeframes(speech.samples.tobytes())
    sample = farm.store.adopt(Kind.SOURCE, ".wav", path, limit_bytes=50_000_000)
    draft = ProfileDraft(
        kind=ProfileKind.VOICE,
        name=person,
        person=person,
        owner=person,
        department="default",
        reference=sample,
        document=job.script,
        expires_ms=farm.ledger.clock() + 1_000_000,
    )
    profile = profiles.add(farm.ledger, draft, by="test")
    converter = farm.models.get(model, kind=ModelKind.CONVERTER).record
    return replace(
        job,
        voice=replace(job.voice, latents=sample.digest, converter=converter.digest),
        others=(used_as(CONVERT, converter, Use.RESEARCH),),
        people=(use_of(profile),),
    )


def _spoken(farm: Farm, job: JobSpec) -> list[Artifact]:
    """What a worker spoke of a job; it does nothing else of it."""
    draft = JobDraft(spec=job, urgency=Urgency.NORMAL, traceparent=trace.new(os.urandom(24)).traceparent)
    submission.submit(farm.ledger, Submission(content=os.urandom(8).hex(), name="b", user="test"), [draft])
    ((step,),) = ask(farm, "SELECT id FROM steps WHERE stage = 'speak' AND state = 'ready'")
    before = {key for (key,) in ask(farm, "SELECT key FROM artifacts WHERE kind = 'speech'")}
    with open_runner(farm, "w", [], Bell(_NOWHERE)) as runner:
        assert runner.run(int(str(step))), story(farm)
    rows = ask(farm, "SELECT key, digest, size, suffix FROM artifacts WHERE kind = 'speech' ORDER BY id")
    return [
        Artifact(kind=Kind.SPEECH, key=str(key), digest=str(digest), size=int(str(size)), suffix=str(suffix))
        for key, digest, size, suffix in rows
        if key not in before
    ]


def test_a_film_is_spoken_in_a_persons_voice(
    farm: Farm, plain: JobSpec, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each person's sentences sound like nobody else's, at the same times; a sample is heard once."""
    files = {path.name: path.read_bytes() for path in freevc_folder(tmp_path_factory).iterdir()}
    put_folder(farm.models.root, "freevc", files, kind=ModelKind.CONVERTER)
    anna, ben = (_like(farm, plain, person, "freevc") for person in ("anna", "ben"))
    made = [
        [from_wave(farm.store.verify(each).read_bytes()) for each in _spoken(farm, job)]
        for job in (plain, anna, ben)
    ]
    assert [len(speeches) for speeches in made] == [2, 2, 2]
    for one, two, three in zip(*made, strict=True):
        assert one.phonemes == two.phonemes == three.phonemes
        assert one.words == two.words == three.words
        assert not np.array_equal(two.samples, three.samples)
    assert ask(farm, "SELECT count(*) FROM artifacts WHERE kind = 'latents'") == [(2,)]
    # Another film of the same person finds what was heard and what was said.
    assert _spoken(farm, replace(anna, title="again")) == []
    assert ask(farm, "SELECT count(*) FROM artifacts WHERE kind = 'latents'") == [(2,)]
