"""When a mouth is closed: wherever nobody speaks for longer than a stop is held.

Phonemes say when that is, where they are known; else it is heard.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face import Drive
from pipeline.engines.face.warp.ease import ease
from pipeline.engines.face.wav2lip.voice import STEP, spoken
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame

_MS = SAMPLE_RATE // 1000

#: Lips part for so long before a sound, and meet for so long after it.
OPENING = 80 * _MS
CLOSING = 120 * _MS
#: A silence shorter than this is spoken through: it would have to end before the lips have met and rested.
PAUSE = 240 * _MS

# A frame is seen from its time on until the next one's; it shows lips as they are in the middle of that.
_LEAD = 20 * _MS
# What is hardly open need not be computed.
_HARDLY = 0.02


def closing(drive: Drive, offset: int = 0) -> NDArray[np.float32]:
    """How closed the mouth is in each frame of an utterance, float32 (frames,), 0 to 1.

    Exactly 0 while somebody speaks and exactly 1 where nobody does, with smooth ways between them that lie in
    the silence; exactly 1 in the first and the last frame, whatever is heard there.

    Args:
        drive: the utterance.
        offset: by how many frames the lips run ahead of the sound: so much earlier they part, too. Below 0
            they meet so much later.
    """
    length = samples_per_frame(drive.fps)
    at = np.arange(drive.frames, dtype=np.int64) * length + _LEAD
    early, late = max(offset, 0) * length, max(-offset, 0) * length
    opened = np.zeros(drive.frames)
    for start, end in _merged((start - early, end + late) for start, end in _said(drive)):
        up, down = ease((at - start + OPENING) / OPENING), ease((end + CLOSING - at) / CLOSING)
        opened = np.maximum(opened, np.minimum(up, down))
    if drive.frames:
        # Clips join at rest: at their ends lips take at least as long.
        opened = np.minimum(opened, ease((at - at[0]) / OPENING))
        opened = np.minimum(opened, ease((at[-1] - at) / OPENING))
    opened[opened < _HARDLY] = 0.0
    return (1.0 - opened).astype(np.float32)


def _said(drive: Drive) -> Iterable[tuple[int, int]]:
    """When something is said, in samples, in order."""
    if drive.phonemes:
        return [(sound.start, sound.end) for sound in drive.phonemes if sound.symbol]
    audio, begin = drive.around(STEP)
    return spoken(audio, begin, begin + len(drive.audio))


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans with shorter gaps than `PAUSE` filled."""
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start - merged[-1][1] < PAUSE:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
