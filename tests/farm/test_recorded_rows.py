"""Promises about rows that bring a recording, and about rows whose voice is checked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from db import reads
from farm.bootstrap import Farm, settings_of
from farm.precheck import BatchRefusedError
from pipeline.engines.ear import offers
from pipeline.engines.shelf import Shelf
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.hearing import Check
from pipeline.plan.models import ModelKind
from tests.farm.models.cards import put
from tests.farm.submitting import ROW, manifest, submit
from tests.support.recordings import talk, written

_SPOKEN = {**ROW, "script": "Good morning."}
_MIXED = "Good morning. 大家早上好。"
_UNHEARD = "hearing-language-unknown"
_RECORDED = {"audio": "talk.wav", "portrait": "astronaut.png", "format": "square-512"}


@pytest.fixture(autouse=True)
def spoken(batch_folder: Path) -> Path:
    """A recording beside the manifest."""
    return written(batch_folder / "talk.wav", talk())


def _with_ear(farm: Farm, *languages: str, setting: str = "") -> tuple[Farm, str]:
    """The same farm with a model that hears some languages, and its digest; nobody opens it here."""
    record = put(farm.models.root, "small", b"1", kind=ModelKind.WHISPER, traits={"languages": languages})
    if setting:
        knobs = {"LECTERN_HOME": str(farm.settings.home), "LECTERN_EAR__LANGUAGE": setting}
        farm = replace(farm, settings=settings_of(knobs))
    there = {name: replace(offer, needs=()) for name, offer in offers.OFFERS.items()}
    return replace(farm, ears=Shelf("lectern.ears", there, unknown="engine-ear-unknown")), record.digest


def _refused(farm: Farm, path: Path) -> list[tuple[int, str, str]]:
    with pytest.raises(BatchRefusedError) as told:
        submit(farm, path)
    return [(each.row, each.column, each.code) for each in told.value.problems]


def test_a_recording_needs_no_script(farm: Farm, batch_folder: Path, spoken: Path) -> None:
    """The file is kept as it was given; without an ear the film has no captions, and that is said."""
    receipt = submit(farm, manifest(batch_folder, _RECORDED))
    assert [(each.column, each.code) for each in receipt.warnings] == [("audio", "recording-no-ear")]
    job = reads.read_job(farm.ledger, 1).spec
    assert job.recording is not None
    assert farm.store.verify(job.recording).read_bytes() == spoken.read_bytes()
    assert job.hearing is not None
    assert (job.hearing.model, job.hearing.timed_by, job.others, job.voice.engine) == ("", "", (), "")


def test_a_script_beside_a_recording_is_what_is_said_in_it(farm: Farm, batch_folder: Path) -> None:
    """Its words are timed by the ear; what would be asked of a voice is idle."""
    hearing, digest = _with_ear(farm)
    row = {**_RECORDED, "script": "Good morning.", "voice": "en-us", "audio.denoise": "yes", "check": "all"}
    receipt = submit(hearing, manifest(batch_folder, row))
    idle = {(each.column, each.code) for each in receipt.warnings}
    assert idle == {("voice", "recording-option-idle"), ("check", "recording-option-idle")}
    job = reads.read_job(farm.ledger, 1).spec
    assert job.hearing is not None
    assert (job.hearing.model, job.hearing.denoise, job.hearing.check) == (digest, True, Check.NONE)
    assert job.hearing.timed_by == job.script.digest
    assert job.voice.language == "en"
    assert [(use.role, use.digest) for use in job.others] == [("hear", digest)]
    assert not {"check", "audio.denoise"} & job.options.keys()


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"audio": "gone.wav"}, [("audio", "manifest-file-missing")]),
        ({"audio": "astronaut.png"}, [("audio", "recording-kind")]),
        ({"audio": "short.wav"}, [("audio", "recording-too-short")]),
        ({"audio": "still.wav"}, [("audio", "recording-silent")]),
        ({"language": "Klingon!"}, [("language", "recording-language-unknown")]),
        ({"audio.denoise": "maybe"}, [("audio.denoise", "recording-denoise-unknown")]),
        ({"audio": ""}, [("script", "manifest-script-missing")]),
    ],
)
def test_what_no_film_can_be_made_from_is_refused(
    farm: Farm, batch_folder: Path, row: dict[str, str], found: list[tuple[str, str]]
) -> None:
    """Each under its own column, and nothing is queued."""
    written(batch_folder / "short.wav", talk()[:2000])
    written(batch_folder / "still.wav", np.zeros(SAMPLE_RATE, np.int16))
    refused = _refused(farm, manifest(batch_folder, {**_RECORDED, **row}))
    assert [(column, code) for _, column, code in refused] == found


def test_an_idle_word_that_is_wrong_is_told_once(farm: Farm, batch_folder: Path) -> None:
    """Whether a row brings a recording or a script."""
    for row in (_RECORDED, _SPOKEN):
        refused = _refused(farm, manifest(batch_folder, {**row, "audio.denoise": "maybe"}))
        assert [(column, code) for _, column, code in refused] == [
            ("audio.denoise", "recording-denoise-unknown")
        ]


def test_a_voice_is_checked_by_an_ear(farm: Farm, batch_folder: Path) -> None:
    """Without one the row is refused; with one the plan stands in the job."""
    checked = manifest(batch_folder, {**_SPOKEN, "check": "all", "check.failure": "stop"})
    assert _refused(farm, checked) == [(2, "check", "check-no-ear")]
    hearing, digest = _with_ear(farm)
    submit(hearing, checked)
    job = reads.read_job(farm.ledger, 1).spec
    assert job.hearing is not None
    assert (job.hearing.model, job.hearing.check, job.hearing.stop) == (digest, Check.ALL, True)
    assert job.recording is None


@pytest.mark.parametrize(
    ("row", "setting", "found"),
    [
        ({**_RECORDED, "language": "zh-CN"}, "", ("language", _UNHEARD)),
        ({**_RECORDED, "language": "en-GB"}, "zh", None),
        ({**_RECORDED, "script": "大家早上好。"}, "", ("script", _UNHEARD)),
        (_RECORDED, "", None),
        (_RECORDED, "zh", ("audio", "hearing-setting-unheard")),
        ({**_SPOKEN, "check": "all"}, "zh", None),
        (
            {**_SPOKEN, "script": "Good morning. 大家早上好。", "check": "all"},
            "",
            ("check", _UNHEARD),
        ),
        ({**_SPOKEN, "script": "大家早上好。", "check": "none"}, "", None),
    ],
)
def test_a_language_that_the_ear_does_not_hear_is_refused_when_the_film_is_ordered(
    farm: Farm, batch_folder: Path, row: dict[str, str], setting: str, found: tuple[str, str] | None
) -> None:
    """Under what says it: a cell, a script, the settings, a check; with the languages that it knows."""
    hearing, _ = _with_ear(farm, "en", setting=setting)
    path = manifest(batch_folder, row)
    if found is None:
        submit(hearing, path)
        return
    with pytest.raises(BatchRefusedError) as told:
        submit(hearing, path)
    (problem,) = told.value.problems
    assert (problem.column, problem.code, problem.facts["known"]) == (*found, "en")
