"""A still portrait that a network makes talk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face import Drive
from pipeline.engines.face.warp.head import HeadPose
from pipeline.engines.face.warp.hearing import said
from pipeline.engines.face.warp.life import head_tracks
from pipeline.engines.face.wav2lip.alive import Body, turns
from pipeline.engines.face.wav2lip.batches import NOTHING, mouths
from pipeline.engines.face.wav2lip.blend import Blend
from pipeline.engines.face.wav2lip.speech import windows_of
from pipeline.plan.bearing import Expression
from pipeline.plan.lipsync import Lipsync

#: Computes the mouths of windows of sound, float32 (n, 80, 16) to (n, rows, columns, 3), BGR 0 to 1; may be
#: called from several threads.
Draw = Callable[[NDArray[np.float32]], NDArray[np.float32]]


class StillSitter:
    """A still portrait made ready.

    Args:
        draw: computes mouths.
        batch: how many at once.
        blend: lays them into the portrait.
        body: what else the portrait does.
        lipsync: how its lips are asked to move.
        lively: whether it does anything else.
    """

    def __init__(
        self, draw: Draw, *, batch: int, blend: Blend, body: Body, lipsync: Lipsync, lively: bool
    ) -> None:
        self._draw = draw
        self._batch = batch
        self._blend = blend
        self._body = body
        self._lipsync = lipsync
        self._lively = lively

    def frames(self, drive: Drive) -> Iterator[NDArray[np.uint8]]:
        """Exactly `drive.frames` frames of the canvas's size, raw yuv420p; one array, drawn anew each time.

        A batch of mouths is computed while the last one is drawn.

        Raises:
            TransientError: ``face-out-of-memory`` or ``face-device-lost``: the engine is to be opened anew.
        """
        windows = windows_of(drive, self._lipsync)
        poses = _poses(drive) if self._lively else [HeadPose()] * drive.frames
        moves = any(turns(pose) for pose in poses)

        def draw(frames: Sequence[int]) -> NDArray[np.float32]:
            return self._draw(windows.take(frames))

        frame = self._body.blank()
        drawn: tuple[int, float, HeadPose] | None = None
        with closing(mouths(windows.numbers, draw, batch=self._batch)) as stream:
            for number, closed, pose, mouth in zip(
                windows.numbers, windows.closed.tolist(), poses, stream, strict=True
            ):
                # Closed lips are alike whatever is heard meanwhile.
                asked = (number, closed if number != NOTHING else 1.0, pose)
                if asked != drawn:
                    part = None if mouth is None else self._blend.laid(mouth, closed)
                    self._body.draw(frame, part, pose, moves=moves)
                    drawn = asked
                yield frame


def _poses(drive: Drive) -> list[HeadPose]:
    """Head and eyes, frame by frame: those of the engine `warp` for the same utterance and seed."""
    tracks = head_tracks(said(drive), drive.frames, drive.fps, drive.seed, drive.bearing.motion)
    smile = float(drive.bearing.expression is Expression.FRIENDLY)
    names = tuple(tracks.__dataclass_fields__)
    curves = (getattr(tracks, name).tolist() for name in names)
    return [
        HeadPose(smile=smile, **dict(zip(names, values, strict=True))) for values in zip(*curves, strict=True)
    ]
