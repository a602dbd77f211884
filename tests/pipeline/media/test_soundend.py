"""Files that end too early are told from whole ones, by what they say of themselves."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from pipeline.media.soundend import end_of
from pipeline.plan.soundfile import judge_end
from tests.support import films
from tests.support.recordings import converted, talk, written
from tests.support.shared import made_once

_CUT, _OPEN = "recording-cut-off", "recording-end-open"
# How FFmpeg makes each, and what is said of three fifths of it. FLAC and AAC are refused when decoded.
_KINDS = {
    "plain.wav": ((), _CUT),
    "long.wav": (("-rf64", "always"), _CUT),
    "variable.mp3": (("-q:a", "4"), _CUT),
    "constant.mp3": (("-b:a", "128k"), _CUT),
    "phone.mp3": (("-ar", "16000", "-ac", "2"), _CUT),
    "headless.mp3": (("-b:a", "96k", "-write_xing", "0", "-id3v2_version", "0"), _OPEN),
    "layer2.mp3": (("-c:a", "mp2", "-f", "mp2"), _OPEN),
    "phone.m4a": ((), _CUT),
    "web.m4a": (("-movflags", "+faststart"), _CUT),
    "film.mov": (("-c:a", "pcm_s16le"), _CUT),
    "meeting.webm": (("-c:a", "libopus"), _CUT),
    "screen.mkv": (("-c:a", "flac"), _CUT),
    "old.avi": (("-c:a", "pcm_s16le"), _CUT),
    "talk.ogg": (("-c:a", "libvorbis"), _OPEN),
    "talk.opus": ((), _OPEN),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same talk in every kind of file."""

    def make(folder: Path) -> None:
        folder.mkdir()
        source = written(folder / "source.wav", talk(ms=4_000, talks=((300, 3_700),)))
        command = [str(films.media().ffmpeg), "-v", "error", "-i", str(source)]
        for name, (options, _) in _KINDS.items():
            command += [*options, str(folder / name)]
        subprocess.run(command, check=True)

    return made_once(tmp_path_factory, "soundend", make)


def _said(path: Path) -> list[str]:
    return [finding.code for finding in judge_end(end_of(path))]


@pytest.mark.parametrize("name", _KINDS)
def test_what_is_missing_is_told_and_nothing_of_whole_files(files: Path, tmp_path: Path, name: str) -> None:
    """Nothing is said of a whole file; of one that was cut, that it was, and how much is gone."""
    whole = files / name
    assert _said(whole) == []
    part = tmp_path / name
    part.write_bytes(whole.read_bytes()[: whole.stat().st_size * 3 // 5])
    (finding,) = judge_end(end_of(part))
    assert finding.code == _KINDS[name][1]
    if finding.code == _CUT:
        assert abs(int(str(finding.facts["per_cent"])) - 40) <= 4


def test_names_and_pictures_within_a_file_are_no_sound(files: Path, tmp_path: Path) -> None:
    """A cover before the sound and a tag behind it belong to whole files; a cut behind a cover is found."""
    tagged = tmp_path / "tagged.mp3"
    picture = (
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=600x600:rate=1",
        "-map",
        "0:a",
        "-map",
        "1:v",
        "-frames:v",
        "1",
    )
    more = ("-c:a", "copy", "-c:v", "png", "-metadata", "title=x" * 50, "-write_id3v1", "1")
    converted(files / "variable.mp3", tagged, *picture, *more)
    assert b"PNG" in tagged.read_bytes()[:4096]
    assert _said(tagged) == []
    tagged.write_bytes(tagged.read_bytes()[:-4_000])
    assert _said(tagged) == [_CUT]


def test_a_length_that_was_never_known_is_none(files: Path, tmp_path: Path) -> None:
    """What is written into a pipe cannot tell its length: nothing is held against it."""
    for kind, options in {"wav": (), "matroska": ("-c:a", "libopus"), "avi": ("-c:a", "pcm_s16le")}.items():
        command = [str(films.media().ffmpeg), "-v", "error", "-i", str(files / "source.wav")]
        piped = subprocess.run([*command, *options, "-f", kind, "pipe:1"], check=True, capture_output=True)
        (tmp_path / kind).write_bytes(piped.stdout[: len(piped.stdout) * 3 // 5])
        assert _said(tmp_path / kind) == [], kind


def test_a_few_bytes_are_no_loss(files: Path, tmp_path: Path) -> None:
    """A writer that miscounts by a frame has made a whole file."""
    whole = (files / "plain.wav").read_bytes()
    (tmp_path / "near.wav").write_bytes(whole[:-400])
    assert _said(tmp_path / "near.wav") == []


def test_damaged_heads_are_read_without_trouble(files: Path, tmp_path: Path) -> None:
    """Whatever a file's first bytes say, an answer comes, and soon."""
    rng = np.random.default_rng(1)
    for name in _KINDS:
        content = bytearray((files / name).read_bytes())
        for _ in range(20):
            for at in rng.integers(0, min(600, len(content)), size=8):
                content[int(at)] = int(rng.integers(256))
            (tmp_path / name).write_bytes(content)
            judge_end(end_of(tmp_path / name))
