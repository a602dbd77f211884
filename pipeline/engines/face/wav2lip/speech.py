"""What a network is given of an utterance: a window of sound for each frame, and where nobody speaks.

An utterance stands alone: its length is a multiple of the mel grid, and beyond its ends there is what it
brings of what is heard around it, else silence. So its windows are those of the whole film bit for bit
(`pipeline.plan.timeline` lays silence around speech, and `pipeline.plan.recording` leaves of a recording what
is around a piece of it, that is longer than a window reaches; to silence, an offset may reach further).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face import Drive
from pipeline.engines.face.wav2lip.architecture import MEL_BANDS, MEL_STEPS
from pipeline.engines.face.wav2lip.batches import NOTHING
from pipeline.engines.face.wav2lip.mel import HOP, MEL_RATE, REACH, columns, windows
from pipeline.engines.face.wav2lip.silence import closing
from pipeline.plan.lipsync import Lipsync, Mode
from pipeline.plan.thirds import DOWN, thirds_between

# So many columns are worked out at a time, and so many more are heard on each side of them.
_COLUMNS = 2_048
_BESIDE = -(-REACH // HOP) + 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Windows:
    """What each frame of an utterance is drawn from.

    Attributes:
        mel: float32 (80, columns), every column that a frame's window holds.
        starts: the first column of each frame's window in `mel`, (frames,).
        closed: how closed the mouth is in each frame, float32 (frames,), 0 (as the network draws it) to
            1 (at rest, closed); exactly 1 where nobody speaks.
        numbers: one for each frame, as `batches.mouths` takes them: equal for frames whose windows are equal,
            rising from 0 in the order of first need, `NOTHING` for frames with a closed mouth.
    """

    mel: NDArray[np.float32]
    starts: NDArray[np.int64]
    closed: NDArray[np.float32]
    numbers: tuple[int, ...]

    def take(self, frames: Sequence[int]) -> NDArray[np.float32]:
        """The windows of some frames, by index: float32 (n, 80, 16), a copy."""
        return windows(self.mel, self.starts[np.asarray(frames, np.int64)], MEL_STEPS)


def windows_of(drive: Drive, lipsync: Lipsync) -> Windows:
    """The windows of an utterance, one for each frame.

    Frame i is drawn from the 16 columns from int((i + offset) * 80 / fps) on: the original program's rule,
    in whole numbers. In `exact` no mouth is closed; in `fast` it is where nobody speaks, and in the first and
    the last frame whatever is heard there, so that clips join at rest.
    """
    starts = (np.arange(drive.frames, dtype=np.int64) + lipsync.offset) * MEL_RATE // drive.fps
    first, stop = (int(starts[0]), int(starts[-1]) + MEL_STEPS) if drive.frames else (0, MEL_STEPS)
    audio, begin = drive.around(HOP * DOWN)
    shift = begin // (HOP * DOWN)
    mel = _mel(audio, first + shift, stop + shift)
    closed = (
        np.zeros(drive.frames, np.float32) if lipsync.mode is Mode.EXACT else closing(drive, lipsync.offset)
    )
    starts -= first
    return Windows(mel=mel, starts=starts, closed=closed, numbers=_numbers(mel, starts, closed))


def _mel(audio: NDArray[np.int16], first: int, stop: int) -> NDArray[np.float32]:
    """Mel columns of a sound from `first` to before `stop`, of some of it at a time."""
    count = -(-len(audio) // DOWN)
    mel = np.empty((MEL_BANDS, stop - first), np.float32)
    for start in range(first, stop, _COLUMNS):
        end = min(start + _COLUMNS, stop)
        # What these columns reach, in whole ones; the sound's own ends stay where they are.
        begin = max(start - _BESIDE, 0)
        sound = thirds_between(audio, begin * HOP, min((end + _BESIDE) * HOP, count))
        mel[:, start - first : end - first] = columns(sound, start - begin, end - begin)
    return mel


def _numbers(
    mel: NDArray[np.float32], starts: NDArray[np.int64], closed: NDArray[np.float32]
) -> tuple[int, ...]:
    """Frames with equal windows get one number, those with a closed mouth none."""
    known: dict[bytes, int] = {}
    # Columns are told apart once, so that of each window a few numbers are compared and not all it holds.
    names = [known.setdefault(column.tobytes(), len(known)) for column in mel.T]
    told = np.array(names, np.int32)
    seen: dict[bytes, int] = {}
    return tuple(
        NOTHING if rest == 1.0 else seen.setdefault(told[start : start + MEL_STEPS].tobytes(), len(seen))
        for start, rest in zip(starts.tolist(), closed.tolist(), strict=True)
    )
