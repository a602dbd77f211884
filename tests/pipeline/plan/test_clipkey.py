"""The table of the clip key: what shapes pixels changes it, and nothing else does."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from pipeline.plan.clipkey import ClipSubject, clip_key, motion_seed, shaping, speech_digest
from pipeline.plan.job import Format, RenderProfile
from pipeline.plan.speech import Phoneme

PROFILE = RenderProfile(
    engine="warp",
    version="1",
    backend="numpy",
    precision="fp32",
    encoder="libx264 ffmpeg-9",
    parameters=("preset=veryfast", "crf=20"),
)
SAMPLES = np.arange(100, dtype=np.int16)
SOUND = Phoneme(symbol="a", start=3, end=90)
SUBJECT = ClipSubject(
    pixels="p" * 64,
    speech=speech_digest(SAMPLES, [SOUND]),
    frames=25,
    format=Format(width=512, height=512, fps=25),
)
KEY = clip_key(PROFILE, SUBJECT)


@pytest.mark.parametrize(
    "change",
    [
        {"engine": "wav2lip"},
        {"version": "2"},
        {"backend": "torch-cuda"},
        {"precision": "fp16"},
        {"encoder": "libx264 ffmpeg-10"},
        {"parameters": ("preset=veryfast", "crf=21")},
        {"parameters": ("crf=20", "preset=veryfast")},
        {"mode": "exact"},
        {"weights": "w" * 64},
        {"batch": 8},
        {"threads": 2},
    ],
)
def test_each_field_of_the_profile_changes_the_key(change: dict[str, object]) -> None:
    """Another engine, version, backend, precision, encoder, parameter or model is another clip."""
    assert clip_key(replace(PROFILE, **change), SUBJECT) != KEY  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"pixels": "q" * 64},
        {"speech": speech_digest(SAMPLES + np.int16(1), [SOUND])},
        {"speech": speech_digest(SAMPLES, [])},
        {"speech": speech_digest(SAMPLES, [replace(SOUND, symbol="e")])},
        {"speech": speech_digest(SAMPLES, [replace(SOUND, start=4)])},
        {"speech": speech_digest(SAMPLES, [replace(SOUND, end=91)])},
        {"speech": speech_digest(SAMPLES, [replace(SOUND, stressed=True)])},
        {"frames": 30},
        {"format": Format(width=720, height=512, fps=25)},
        {"format": Format(width=512, height=720, fps=25)},
        {"format": Format(width=512, height=512, fps=50)},
        {"options": {"face.box": "1,2,3,4"}},
    ],
)
def test_each_field_of_the_subject_changes_the_key(change: dict[str, object]) -> None:
    """Another portrait, sound, phoneme, length, format or face is another clip."""
    assert clip_key(PROFILE, replace(SUBJECT, **change)) != KEY  # type: ignore[arg-type]


def test_only_options_of_the_face_count() -> None:
    """An option that does not touch the clip's pixels does not touch its key."""
    shape = {"face.box": "1,2,3,4", "background": "#ffffff"}
    assert shaping({**shape, "captions.burn": "yes"}, filmed=False) == shape


@pytest.mark.parametrize(("mode", "filmed"), [("exact", False), ("fast", True), ("exact", True)])
def test_where_nobody_moves_no_bearing_counts(mode: str, filmed: bool) -> None:  # noqa: FBT001 - a case
    """What is drawn `exact` stands still, and who is filmed moves as in the film; else it counts."""
    asked = {"face.expression": "friendly", "face.motion": "lively", "face.pads": "1,2,3,4"}
    kept = shaping({**asked, "face.mode": mode}, filmed=filmed)
    assert kept == {"face.pads": "1,2,3,4", "face.mode": mode}
    assert shaping(asked, filmed=False) == asked


def test_the_seed_is_made_from_portrait_and_utterance() -> None:
    """The same sentence of the same portrait moves alike in every format; others move in their own way."""
    seed = motion_seed(SUBJECT)
    assert 0 <= seed < 1 << 60
    assert motion_seed(replace(SUBJECT, format=Format(width=64, height=64, fps=25))) == seed
    assert motion_seed(replace(SUBJECT, pixels="q" * 64)) != seed
    assert motion_seed(replace(SUBJECT, speech=speech_digest(SAMPLES, []))) != seed


def test_the_key_is_the_same_everywhere() -> None:
    """Hash seed, locale and folder do not touch a key."""
    script = "from tests.pipeline.plan.test_clipkey import KEY; print(KEY)"
    for change in ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2", "LC_ALL": "C", "TZ": "Asia/Shanghai"}):
        environment = {**os.environ, **change}
        said = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        assert said.stdout.strip() == KEY


def test_the_key_is_pinned() -> None:
    """Another way of making keys renders every film anew: it takes a new schema number and this line."""
    assert KEY == "3d8ee428d352bf4e1100f43c5aa5f0cf51bca4602cbaba04456c23eba6228749"


def test_audio_is_digested_as_samples() -> None:
    """Memory layout does not count, samples do."""
    assert speech_digest(np.repeat(SAMPLES, 2)[::2], [SOUND]) == speech_digest(SAMPLES, [SOUND])
    assert speech_digest(SAMPLES[:-1], [SOUND]) != speech_digest(SAMPLES, [SOUND])


def test_what_is_around_a_piece_is_part_of_what_is_heard() -> None:
    """On either side, and on which; where there is nothing the digest is that of the piece alone."""
    around = [
        speech_digest(SAMPLES, [SOUND]),
        speech_digest(SAMPLES, [SOUND], before=SAMPLES),
        speech_digest(SAMPLES, [SOUND], after=SAMPLES),
        speech_digest(SAMPLES, [SOUND], before=SAMPLES, after=SAMPLES),
        speech_digest(SAMPLES, [SOUND], before=SAMPLES[:60], after=np.concatenate([SAMPLES[60:], SAMPLES])),
        speech_digest(SAMPLES, [SOUND], before=SAMPLES[1:]),
    ]
    assert len(set(around)) == len(around)
    assert around[0] == "d18676bcece238bdfc51ae56dbe4f83a2ea8491abf60b47b5c1434deb2a99774"
