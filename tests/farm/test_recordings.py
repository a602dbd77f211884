"""Recordings at submit: heard whole, and refused before anything is queued."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from farm.recordings import look_at_recording
from pipeline.plan.messages import CATALOGUE
from pipeline.plan.soundfile import RecordingLimits
from tests.support import films
from tests.support.recordings import converted, talk, written

_LIMITS = RecordingLimits(file_bytes=2_000_000, seconds=12)


def test_a_good_recording_is_told_with_its_length_and_kind(tmp_path: Path) -> None:
    """Nothing is said of it; its suffix in the store is its content's, whatever its name is."""
    source = converted(written(tmp_path / "talk.wav", talk()), tmp_path / "talk.mp3", "-b:a", "128k")
    seen = look_at_recording(source.rename(tmp_path / "talk.doc"), media=films.media(), limits=_LIMITS)
    assert (seen.suffix, seen.findings) == (".mp3", ())
    assert abs(seen.ms - 10_030) < 60


@pytest.mark.parametrize(
    ("sound", "code"),
    [
        (talk(ms=400, talks=()), "recording-too-short"),
        (talk(ms=12_500, talks=((300, 900),)), "recording-too-long"),
        (np.zeros(96_000, np.int16), "recording-silent"),
        (np.repeat(np.array([32_767, -32_768], np.int16), 60_000), "recording-clipped"),
        (talk(ms=22_000, talks=()), "store-source-large"),
    ],
)
def test_what_is_wrong_with_a_recording_is_told(
    tmp_path: Path, sound: np.ndarray[tuple[int], np.dtype[np.int16]], code: str
) -> None:
    """Each with its code and with words in both languages."""
    seen = look_at_recording(written(tmp_path / "a.wav", sound), media=films.media(), limits=_LIMITS)
    (finding,) = seen.findings
    assert finding.code == code
    assert CATALOGUE[code].level == finding.level


def test_half_a_recording_is_refused(tmp_path: Path) -> None:
    """FFmpeg would decode half of an MP3 and say nothing: half of a film would be made of it."""
    source = converted(written(tmp_path / "talk.wav", talk()), tmp_path / "talk.mp3", "-b:a", "128k")
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    (finding,) = look_at_recording(source, media=films.media(), limits=_LIMITS).findings
    assert (finding.code, finding.facts["per_cent"]) == ("recording-cut-off", 50)
    assert CATALOGUE[finding.code].level == finding.level
    open_ended = converted(tmp_path / "talk.wav", tmp_path / "talk.ogg", "-c:a", "libvorbis")
    open_ended.write_bytes(open_ended.read_bytes()[:-9_000])
    seen = look_at_recording(open_ended, media=films.media(), limits=_LIMITS)
    assert [finding.code for finding in seen.findings] == ["recording-end-open"]
    assert seen.ms > 5_000


@pytest.mark.parametrize("name", ["gone.wav", "folder", "text.wav"])
def test_what_is_no_recording_is_a_finding(tmp_path: Path, name: str) -> None:
    """Not there, a folder, a text: told like anything else, and never raised."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.wav").write_text("hello")
    seen = look_at_recording(tmp_path / name, media=films.media(), limits=_LIMITS)
    assert [finding.level for finding in seen.findings] == ["error"]
    assert seen.suffix == ""
