"""The soft caption track: each cue as a packet of timed text (3GPP TS 26.245, ``tx3g``), and the gaps."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.plan.captions import Cue, unmarked
from pipeline.plan.clock import SAMPLE_RATE

_LENGTH = struct.Struct(">H")
_HEADER = struct.Struct("<qqq")
_MOST_BYTES = (1 << 16) - 1
#: A packet in which nothing is shown.
EMPTY = _LENGTH.pack(0)


@dataclass(frozen=True, kw_only=True)
class SoftTrack:
    """Captions that a player shows on request, from a film's beginning to its end without a gap.

    Attributes:
        language: ISO 639-2/T, three letters.
        ticks: how long each packet is shown, in samples of the master audio; none is 0.
        packets: the packets, as many.
    """

    language: str
    ticks: Sequence[int]
    packets: Sequence[bytes]

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over the packets and their times."""
        digest, begin = TextDigest(), 0
        for ticks, packet in zip(self.ticks, self.packets, strict=True):
            digest.add(begin, ticks, packet)
            begin += ticks
        return digest.hexdigest()


def soft_track(shown: Iterable[Cue], *, samples: int, language: str) -> SoftTrack:
    """The captions of a film that is so many samples long.

    Texts and times are those of the SubRip file, so that nothing in them can act as markup.

    Args:
        shown: in order, none overlapping.
        samples: length of the film at 48 kHz.
        language: ISO 639-2/T.
    """
    ticks: list[int] = []
    packets: list[bytes] = []
    now = 0
    for cue in shown:
        begin, end = (min(_ticks(ms), samples) for ms in (cue.start_ms, cue.end_ms))
        if end == begin:
            continue
        if begin > now:
            ticks.append(begin - now)
            packets.append(EMPTY)
        ticks.append(end - begin)
        packets.append(_packet(cue))
        now = end
    if samples > now:
        ticks.append(samples - now)
        packets.append(EMPTY)
    return SoftTrack(language=language, ticks=tuple(ticks), packets=tuple(packets))


class TextDigest:
    """SHA-256 over packets of timed text and their times, fed in order."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, begin: int, ticks: int, packet: bytes) -> None:
        """Go on with a packet: when it begins, how long it is shown, and its bytes."""
        self._digest.update(_HEADER.pack(begin, ticks, len(packet)))
        self._digest.update(packet)

    def hexdigest(self) -> str:
        """The digest, in hex."""
        return self._digest.hexdigest()


def _ticks(ms: int) -> int:
    return ms * (SAMPLE_RATE // 1000)


def _packet(cue: Cue) -> bytes:
    text = "\n".join(unmarked(line) for line in cue.lines).encode()
    # No cue is as long; a length that two bytes cannot tell would spoil all that follows.
    text = text[:_MOST_BYTES].decode(errors="ignore").encode()
    return _LENGTH.pack(len(text)) + text
