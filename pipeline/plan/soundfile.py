"""A recording as it is given: which files are read, what one may cost, and what is said of its sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.pauses import AUDIBLE, levels
from pipeline.plan.portrait import Finding

#: What people are told of them; of a film of any of these kinds its sound is read.
KINDS_TOLD = "WAV, FLAC, MP3, M4A, AAC, OGG, Opus, WebM, MP4, MOV, MKV, AVI"
#: Suffixes that recordings bear in the store, by FFmpeg's name of what reads them; content decides them.
SUFFIXES = MappingProxyType(
    {
        "wav": ".wav",
        "flac": ".flac",
        "mp3": ".mp3",
        "aac": ".aac",
        "ogg": ".ogg",
        "mov": ".m4a",
        "matroska": ".mka",
        "avi": ".avi",
    }
)
#: So much of a file's beginning tells its kind.
HEAD_BYTES = 16

_RIFF = (b"RIFF", b"RF64")
_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
_BEGINNINGS = ((b"fLaC", "flac"), (b"OggS", "ogg"), (b"\x1a\x45\xdf\xa3", "matroska"), (b"ID3", "mp3"))
# A frame of MPEG audio begins with eleven ones (ISO/IEC 11172-3, 2.4.1.3); of AAC with twelve and layer 0.
_SYNC, _LAYER = 0xE0, 0x06

# A sample at either end of the range is clipped; a loud recording has a few.
_FULL = 32_767
_CLIPPED_PER_MILLE = 1
_LEAST = SAMPLE_RATE // 2
_AT_ONCE = 1 << 20
# So much may be missing of a file that is whole: writers miscount by a head or a frame.
_MISCOUNTED = 2048


@dataclass(frozen=True, kw_only=True)
class RecordingLimits:
    """What a recording may cost before it is refused.

    Attributes:
        file_bytes: of the file.
        seconds: its length.
    """

    file_bytes: int
    seconds: int


@dataclass(frozen=True, kw_only=True)
class FileEnd:
    """How a recording's file ends.

    Attributes:
        missing: bytes behind its end that it promises.
        size: bytes that are there.
        open: whether it promises nothing, but does not end as such files do.
    """

    missing: int = 0
    size: int = 0
    open: bool = False


#: A file that is whole, as far as it tells.
WHOLE = FileEnd()
#: A file that may have gone on.
END_OPEN = FileEnd(open=True)


def judge_end(end: FileEnd) -> tuple[Finding, ...]:
    """What is to be said of how a recording's file ends; nothing with most."""
    if end.missing > _MISCOUNTED:
        per_cent = max(1, 100 * end.missing // (end.size + end.missing))
        return (Finding(code="recording-cut-off", level="error", facts={"per_cent": per_cent}),)
    return (Finding(code="recording-end-open", level="warning"),) if end.open else ()


def reader_of(head: bytes) -> str:
    """FFmpeg's name of what reads a file with these first bytes, a key of `SUFFIXES`; empty if nothing does.

    Sources: Microsoft, "Multiple Channel Audio Data and WAVE Files"; RFC 9639, 6; RFC 3533, 6; RFC 8794,
    11.2.1; ISO/IEC 14496-12, 4.3; ISO/IEC 13818-7, 6.2.
    """
    for beginning, reader in _BEGINNINGS:
        if head.startswith(beginning):
            return reader
    if head[:4] in _RIFF:
        return {b"WAVE": "wav", b"AVI ": "avi"}.get(head[8:12], "")
    if head[4:8] in _BOXES:
        return "mov"
    if len(head) > 1 and head[0] == 0xFF and head[1] & _SYNC == _SYNC:  # noqa: PLR2004 - eight ones
        return "mp3" if head[1] & _LAYER else "aac"
    return ""


def judge(audio: NDArray[np.int16], limits: RecordingLimits) -> tuple[Finding, ...]:
    """What is wrong with a recording's sound, errors first; nothing with most.

    Args:
        audio: all of it, int16 mono at 48 kHz.
        limits: what it may cost.
    """
    return tuple(_found(audio, limits))


def _found(audio: NDArray[np.int16], limits: RecordingLimits) -> Iterator[Finding]:
    if len(audio) < _LEAST:
        ms = len(audio) * 1000 // SAMPLE_RATE
        yield Finding(code="recording-too-short", level="error", facts={"ms": ms})
        return
    if len(audio) > limits.seconds * SAMPLE_RATE:
        yield Finding(code="recording-too-long", level="error", facts={"limit_s": limits.seconds})
        return
    if int(levels(audio).max()) <= AUDIBLE:
        yield Finding(code="recording-silent", level="error")
        return
    clipped = _clipped(audio)
    if clipped * 1000 > _CLIPPED_PER_MILLE * len(audio):
        facts = {"per_mille": clipped * 1000 // len(audio)}
        yield Finding(code="recording-clipped", level="warning", facts=facts)


def _clipped(audio: NDArray[np.int16]) -> int:
    """How many samples lie at either end of the range."""
    parts = (audio[first : first + _AT_ONCE] for first in range(0, len(audio), _AT_ONCE))
    return sum(int(np.count_nonzero((part >= _FULL) | (part < -_FULL))) for part in parts)
