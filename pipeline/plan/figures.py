"""What was measured on a clip while it was drawn and on a sound while it was laid: kept in their own files.

Whole numbers, so that the same frames and samples give the same bytes on every machine.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

#: A still is compared by so many mean levels across and as many down.
CELLS = 8
_CLIP = struct.Struct(">4sII")
_STILL = struct.Struct(f">I{CELLS * CELLS}s")
_SOUND = struct.Struct(">4siiiiiI")
_SPEECH = struct.Struct(">III")
# Raised when a figure changes its meaning: what bears another one counts as not measured.
_CLIP_MARK, _SOUND_MARK = b"LcP1", b"LsN2"
_NOTHING = -(1 << 31)


@dataclass(frozen=True, kw_only=True)
class ClipFigures:
    """What a clip's frames are like, one byte for each frame, from its luma (16 is black, 235 white).

    Frames are as they were encoded, with label and captions where these are drawn.

    Attributes:
        levels: mean of the middle of each frame, where faces are, and neither label nor captions.
        spreads: standard deviation of the same, rounded down.
        steps: the largest change of any measured pixel since the frame before; 0 for the first.
        stills: mean levels of `CELLS` by `CELLS` parts of each keyframe, row by row, by its number from 0.
    """

    levels: bytes
    spreads: bytes
    steps: bytes
    stills: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def frames(self) -> int:
        """How many there are."""
        return len(self.levels)

    def packed(self) -> bytes:
        """As `unpacked_clip` reads it."""
        stills = b"".join(_STILL.pack(number, cells) for number, cells in sorted(self.stills.items()))
        head = _CLIP.pack(_CLIP_MARK, self.frames, len(self.stills))
        return b"".join((head, self.levels, self.spreads, self.steps, stills))


@dataclass(frozen=True, kw_only=True)
class SpeechFigures:
    """What one utterance's speech is like, before it is brought to its loudness.

    Attributes:
        peak: the largest magnitude of its samples, 0 to 32768.
        clipped: samples in flat tops at full scale.
        silent_ms: its longest silence.
    """

    peak: int = 0
    clipped: int = 0
    silent_ms: int = 0


@dataclass(frozen=True, kw_only=True)
class SoundFigures:
    """What a film's sound is like.

    Attributes:
        spoken: integrated loudness as it was laid, spoken utterances equally loud, in hundredths of a LUFS;
            None for silence.
        integrated: the same of what is heard.
        gain: by how much it was raised, in hundredths of a decibel.
        peak: largest magnitude of what the file sounds like, in hundredths of a dBFS; None for silence.
        late_ms: by how much it is heard later than it was laid to its pictures.
        speeches: one for each utterance, in order.
    """

    spoken: int | None
    integrated: int | None
    gain: int
    peak: int | None
    late_ms: int
    speeches: Sequence[SpeechFigures]

    def packed(self) -> bytes:
        """As `unpacked_sound` reads it."""
        told = (_NOTHING if value is None else value for value in (self.spoken, self.integrated))
        peak = _NOTHING if self.peak is None else self.peak
        head = _SOUND.pack(_SOUND_MARK, *told, self.gain, peak, self.late_ms, len(self.speeches))
        each = (_SPEECH.pack(one.peak, one.clipped, one.silent_ms) for one in self.speeches)
        return head + b"".join(each)


def unpacked_clip(data: bytes) -> ClipFigures | None:
    """The figures that `ClipFigures.packed` wrote; None if it was something else.

    Raises:
        ValueError: it is cut short.
    """
    if data[:4] != _CLIP_MARK:
        return None
    try:
        _, frames, stills = _CLIP.unpack_from(data)
        begin = _CLIP.size + 3 * frames
        if len(data) != begin + stills * _STILL.size:
            raise ValueError(len(data))
        parts = (data[_CLIP.size + n * frames : _CLIP.size + (n + 1) * frames] for n in range(3))
        levels, spreads, steps = parts
        return ClipFigures(
            levels=levels, spreads=spreads, steps=steps, stills=dict(_STILL.iter_unpack(data[begin:]))
        )
    except struct.error as error:
        raise ValueError(len(data)) from error


def unpacked_sound(data: bytes) -> SoundFigures | None:
    """The figures that `SoundFigures.packed` wrote; None if it was something else.

    Raises:
        ValueError: it is cut short.
    """
    if data[:4] != _SOUND_MARK:
        return None
    try:
        _, spoken, integrated, gain, peak, late_ms, count = _SOUND.unpack_from(data)
        speeches = [
            SpeechFigures(peak=loudest, clipped=clipped, silent_ms=silent)
            for loudest, clipped, silent in _SPEECH.iter_unpack(data[_SOUND.size :])
        ]
    except struct.error as error:
        raise ValueError(len(data)) from error
    if len(speeches) != count:
        raise ValueError(len(data))
    return SoundFigures(
        spoken=_told(spoken),
        integrated=_told(integrated),
        gain=gain,
        peak=_told(peak),
        late_ms=late_ms,
        speeches=speeches,
    )


def _told(value: int) -> int | None:
    return None if value == _NOTHING else value
