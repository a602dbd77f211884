"""What a recording is known by, and what is said of its sound."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.soundfile import SUFFIXES, RecordingLimits, judge, reader_of

_LIMITS = RecordingLimits(file_bytes=1_000, seconds=3)


@pytest.mark.parametrize(
    ("head", "reader"),
    [
        (b"RIFF\x24\x08\x00\x00WAVEfmt ", "wav"),
        (b"RF64\xff\xff\xff\xffWAVEds64", "wav"),
        (b"RIFF\x24\x08\x00\x00AVI LIST", "avi"),
        (b"RIFF\x24\x08\x00\x00WEBPVP8 ", ""),
        (b"fLaC\x00\x00\x00\x22", "flac"),
        (b"OggS\x00\x02", "ogg"),
        (b"ID3\x04\x00\x00", "mp3"),
        (b"\xff\xfb\x90\x64", "mp3"),
        (b"\xff\xf1\x50\x80", "aac"),
        (b"\x00\x00\x00\x1cftypM4A ", "mov"),
        (b"\x1a\x45\xdf\xa3\x9f\x42", "matroska"),
        (b"#EXTM3U\n", ""),
        (b"ffconcat version 1.0", ""),
        (b"\xff\xd8\xff\xe0", ""),
        (b"\xff", ""),
        (b"", ""),
    ],
)
def test_a_file_is_known_by_its_first_bytes(head: bytes, reader: str) -> None:
    """Sounds and films by what reads them; lists of other files, and pictures, by nothing."""
    assert reader_of(head) == reader
    assert not reader or reader in SUFFIXES


def _tone(seconds: float, size: float = 8_000) -> NDArray[np.int16]:
    return (size * np.sin(np.arange(int(seconds * SAMPLE_RATE)) * 0.05)).astype(np.int16)


@pytest.mark.parametrize(
    ("audio", "code", "facts"),
    [
        (_tone(0), "recording-too-short", {"ms": 0}),
        (_tone(0.49), "recording-too-short", {"ms": 490}),
        (_tone(3.01), "recording-too-long", {"limit_s": 3}),
        (_tone(2, 33), "recording-silent", {}),
        (np.clip(4 * _tone(2).astype(int) * 2, -32_768, 32_767).astype(np.int16), "recording-clipped", None),
    ],
)
def test_what_is_wrong_is_told(audio: NDArray[np.int16], code: str, facts: dict[str, int] | None) -> None:
    """Too short, too long, nothing to hear: an error; too loud for its format: a warning."""
    (finding,) = judge(audio, _LIMITS)
    assert finding.code == code
    assert finding.level == ("warning" if code == "recording-clipped" else "error")
    assert facts is None or finding.facts == facts


def test_an_ordinary_recording_is_fine() -> None:
    """Up to the limit, with a few samples at full scale."""
    audio = _tone(3)
    audio[:: SAMPLE_RATE // 10] = 32_767
    assert judge(audio, _LIMITS) == ()
