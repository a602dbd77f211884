"""Who is forgotten is in no file any more: home, store and archive are searched for every byte of theirs."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from db import submission
from db.states import Urgency
from db.values import JobDraft, Submission
from farm.bootstrap import Farm, open_farm
from farm.forget import forget
from farm.gc import collect_garbage
from farm.profiles import adding
from farm.profiles.finding import use_of
from pipeline.plan import trace
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.capability import CONVERT, HEAR
from pipeline.plan.hearing import HearingPlan
from pipeline.plan.job import JobSpec, VoiceChoice
from pipeline.plan.models import ModelKind, Use, used_as
from pipeline.plan.trim import at_master
from pipeline.store import Store
from tasks.bell import Bell
from tasks.step import open_runner
from tests.farm.models.cards import put, put_folder
from tests.farm.people import given, portrait
from tests.support.ears import HELLO, TEXT, make_reciting, require_ears
from tests.support.eye import require_landmarks
from tests.support.freevc import freevc_folder, require_coqui, sample_of
from tests.support.recordings import talk, written
from tests.support.shared import made_once
from tests.tasks.yard import TINY, ask, break_ground, quick_settings, story

require_ears()
require_coqui()

_NOWHERE = "redis://127.0.0.1:9/0"
_SCRIPT = "All of us are here."
_NAME = b"Anna Lee"
#: What belongs to a film, and stays with it.
_OF_FILMS = {"film", "captions", "poster", "manifest"}
#: So many bytes from the midst of a file are looked for in all others.
_PROBE = 64


class _KilledError(BaseException):
    """The worker died."""


@pytest.fixture
def farm(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    """A farm of its own with a model that converts voices, and one that hears one sentence in everything."""
    require_landmarks()
    settings = quick_settings(
        tmp_path / "home", LEASE__EXPIRY_S="60", RETRY__ATTEMPTS="1", VOICE__DEVICE="cpu"
    )
    break_ground(settings)
    with open_farm(settings) as opened:
        ear = made_once(tmp_path_factory, "reciting.pt", lambda path: make_reciting(path, HELLO))
        put(opened.models.root, "small", ear.read_bytes(), kind=ModelKind.WHISPER)
        files = {path.name: path.read_bytes() for path in freevc_folder(tmp_path_factory).iterdir()}
        put_folder(opened.models.root, "freevc", files, kind=ModelKind.CONVERTER)
        yield opened


def _source(farm: Farm, text: str) -> Artifact:
    path = farm.settings.home / "source.txt"
    path.write_text(text, "utf-8")
    return farm.store.adopt(Kind.SOURCE, ".txt", path, limit_bytes=1_000_000)


def _films(farm: Farm, folder: Path) -> tuple[JobSpec, JobSpec]:
    """A recording of Anna, and a script in her voice; both show her."""
    seen = portrait(farm, folder)
    heard = adding.add_voice(
        farm, given(folder, "Anna"), written(folder / "anna.wav", talk()), by="op"
    ).profile
    sound = np.pad(at_master(sample_of("anna")).samples, 12_000)
    recording = farm.store.adopt(
        Kind.SOURCE, ".wav", written(folder / "talk.wav", sound), limit_bytes=50_000_000
    )
    ear = farm.models.get(kind=ModelKind.WHISPER).record
    converter = farm.models.get(kind=ModelKind.CONVERTER).record
    spoken = JobSpec(
        row="spoken",
        title="spoken",
        user="test",
        scene="spoken",
        script=_source(farm, _SCRIPT),
        portrait=seen.reference,
        voice=VoiceChoice(
            engine="espeak",
            name="en-us",
            language="en",
            latents=heard.reference.digest,
            converter=converter.digest,
        ),
        face="warp",
        format=TINY,
        others=(used_as(CONVERT, converter, Use.RESEARCH),),
        people=(use_of(seen), use_of(heard)),
    )
    recorded = replace(
        spoken,
        row="recorded",
        title="recorded",
        scene="recorded",
        script=_source(farm, ""),
        voice=VoiceChoice(engine="", name="", language="en"),
        others=(used_as(HEAR, ear, Use.RESEARCH),),
        recording=recording,
        hearing=HearingPlan(model=ear.digest, precision="fp32"),
    )
    return recorded, spoken


def _submit(farm: Farm, *specs: JobSpec) -> None:
    drafts = [
        JobDraft(spec=spec, urgency=Urgency.NORMAL, traceparent=trace.new(os.urandom(24)).traceparent)
        for spec in specs
    ]
    submission.submit(farm.ledger, Submission(content=os.urandom(8).hex(), name="b", user="test"), drafts)


def _work(farm: Farm, *stages: str) -> None:
    """Have one worker do everything that can be done, or what can be done of some stages."""
    question = "SELECT id, stage FROM steps WHERE state = 'ready' AND closed = 0 ORDER BY id"
    with open_runner(farm, "w", [], Bell(_NOWHERE)) as runner:
        while steps := [step for step, stage in ask(farm, question) if not stages or stage in stages]:
            assert all(runner.run(int(str(step))) for step in steps), story(farm)


def _files(farm: Farm) -> Mapping[Path, bytes]:
    """Every file of home, store and archive."""
    roots = {farm.settings.home, farm.store.root, farm.archive}
    return {path: path.read_bytes() for root in roots for path in root.rglob("*") if path.is_file()}


def _own(farm: Farm, *scripts: str) -> dict[str, bytes]:
    """What the store holds of people by its digest: everything but films with what belongs to them."""
    there = (path for path in farm.store.root.rglob("*") if path.is_file())
    found = (
        path.read_bytes() for path in there if path.relative_to(farm.store.root).parts[0] not in _OF_FILMS
    )
    texts = {script.encode() for script in scripts}
    return {hashlib.sha256(content).hexdigest(): content for content in found if content not in texts}


def _die_rendering(farm: Farm) -> None:
    """Have a worker make a clip and die before it can say so."""

    def crash(point: str) -> None:
        if point == "store-part-removed":
            raise _KilledError

    ((step,),) = ask(farm, "SELECT id FROM steps WHERE state = 'ready' AND stage = 'render' AND closed = 0")
    fragile = replace(farm, store=Store(farm.store.root, crash=crash))
    with pytest.raises(_KilledError), open_runner(fragile, "dying", [], Bell(_NOWHERE)) as runner:
        runner.run(int(str(step)))


def test_nothing_of_a_person_is_left_but_their_films(farm: Farm, tmp_path: Path) -> None:
    """Picture, sample, consents, recording, latents, speech, transcript, clips: no file holds any of it.

    One of the films is in the archive, the other one's worker died while it was made.
    """
    folder = tmp_path / "given"
    folder.mkdir()
    recorded, spoken = _films(farm, folder)
    _submit(farm, recorded)
    _work(farm)
    assert ask(farm, "SELECT archive FROM jobs") == [("archived",)], story(farm)
    (transcript,) = farm.archive.glob("*/*.txt")
    assert transcript.read_text("utf-8") == f"{TEXT}\n"
    _submit(farm, spoken)
    _work(farm, "speak")
    _die_rendering(farm)
    own = _own(farm, "", _SCRIPT)
    kinds = {path.name for path in farm.store.root.iterdir() if any(path.iterdir())}
    assert kinds - _OF_FILMS >= {"source", "speech", "timeline", "clip", "audio", "heard", "latents"}
    assert any(_NAME in content for path, content in _files(farm).items() if path.suffix != ".json")

    done = forget(farm, "Anna Lee", by="op")
    assert [(film.row, film.shows, film.sounds) for film in done.told.films] == [
        ("recorded", True, True),
        ("spoken", True, True),
    ]
    assert (done.told.canceled, done.beside, done.astray) == ((2,), 2, ())
    # What the dead worker left is nobody's.
    collect_garbage(farm.ledger, farm.store, grace_s=0)
    left = _files(farm)
    assert not own.keys() & {hashlib.sha256(content).hexdigest() for content in left.values()}
    probes = {content[len(content) // 2 :][:_PROBE] for content in own.values()}
    films = {path for path in left if set(path.suffixes) & {".mp4", ".json", ".srt", ".vtt", ".jpg"}}
    assert len(films) > 5, "the films are there, with what belongs to them"
    for path in left.keys() - films:
        assert _NAME not in left[path], path
        assert not any(probe in left[path] for probe in probes if len(set(probe)) > 1), path
