"""The engine `warp`: portraits talk by geometry alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face import Canvas, Drive
from pipeline.engines.face.warp.head import HeadPose
from pipeline.engines.face.warp.hearing import NET, said
from pipeline.engines.face.warp.life import HeadTracks, head_tracks
from pipeline.engines.face.warp.lips import Mouth
from pipeline.engines.face.warp.rig import Rig
from pipeline.engines.face.warp.tracks import MouthTracks, at_frames, mouth_tracks
from pipeline.plan.bearing import Expression
from pipeline.plan.lipsync import Lipsync


class WarpEngine:
    """A face engine of geometry: phonemes move the lips, a seed moves the head and the lids.

    Needs a face with landmarks. It looks at phonemes alone, never at the audio's loudness; of speech without
    any it hears them itself.
    """

    name = "warp"
    #: The drawing's own version, then the net that hears.
    version = f"6-{NET}"
    backend = "numpy"
    precision = "fp32"
    weights = ""
    batch = 0
    threads = 0

    def prepare(self, canvas: Canvas, _lipsync: Lipsync) -> WarpSitter:
        """Make a portrait ready to talk.

        Raises:
            InputError: `face-no-landmarks`, `face-too-small`, `face-outside-picture` or `face-cannot-move`.
        """
        return WarpSitter(Rig(canvas))

    def close(self) -> None:
        """Nothing is held: there is no model to release."""


class WarpSitter:
    """A portrait that `warp` has made ready."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig

    def frames(self, drive: Drive) -> Iterator[NDArray[np.uint8]]:
        """Exactly `drive.frames` frames of the canvas's size, raw yuv420p; one array, drawn anew each time.

        The first and the last frame show the portrait at rest, with closed lips; it smiles all the while
        if it is to be friendly.
        """
        sounds = said(drive)
        mouth = at_frames(mouth_tracks(sounds, len(drive.audio)), drive.frames, drive.fps)
        head = head_tracks(sounds, drive.frames, drive.fps, drive.seed, drive.bearing.motion)
        smile = float(drive.bearing.expression is Expression.FRIENDLY)
        frame = self._rig.blank()
        drawn: tuple[Mouth, HeadPose] | None = None
        for spoken, posed in zip(_values(mouth), _values(head), strict=True):
            asked = (Mouth(smile=smile, **spoken), HeadPose(smile=smile, **posed))
            if asked != drawn:
                self._rig.draw(frame, *asked)
                drawn = asked
            yield frame


def _values(tracks: MouthTracks | HeadTracks) -> Iterator[dict[str, float]]:
    """The value of every curve, frame by frame."""
    names = tuple(tracks.__dataclass_fields__)
    curves = (getattr(tracks, name).tolist() for name in names)
    return (dict(zip(names, values, strict=True)) for values in zip(*curves, strict=True))
