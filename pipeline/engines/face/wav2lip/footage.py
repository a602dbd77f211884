"""A portrait that is a film, made to talk: played forth and back, another mouth in each of its plates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face import Drive, Footage
from pipeline.engines.face.wav2lip.batches import NOTHING, mouths
from pipeline.engines.face.wav2lip.mel import SILENCE
from pipeline.engines.face.wav2lip.moving import Paste
from pipeline.engines.face.wav2lip.restoration import RestoredPlates
from pipeline.engines.face.wav2lip.speech import windows_of
from pipeline.media.plates import Plates
from pipeline.plan.footage import playback
from pipeline.plan.lipsync import Lipsync

#: Computes mouths, each in a face of its own: uint8 (n, 96, 96, 3) and float32 (n, 80, 16) to float32 (n,
#: rows, columns, 3), BGR 0 to 1; may be called from several threads.
DrawMoving = Callable[[NDArray[np.uint8], NDArray[np.float32]], NDArray[np.float32]]


class FootageSitter:
    """A film of a person made ready.

    Args:
        draw: computes mouths.
        batch: how many at once.
        footage: the film.
        paste: shows its plates to the network, and lays mouths into them.
        lipsync: how its lips are asked to move.
        restored: restores what was computed, if anything does.
    """

    def __init__(
        self,
        draw: DrawMoving,
        *,
        batch: int,
        footage: Footage,
        paste: Paste,
        lipsync: Lipsync,
        restored: RestoredPlates | None = None,
    ) -> None:
        self._draw = draw
        self._batch = batch
        self._footage = footage
        self._paste = paste
        self._lipsync = lipsync
        self._restored = restored

    def frames(self, drive: Drive) -> Iterator[NDArray[np.uint8]]:
        """Exactly `drive.frames` frames of the film's size, raw yuv420p; one array, drawn anew each time.

        A batch of mouths is computed while the last one is drawn; two groups of plates are in memory, one
        that is shown and one that the network will be shown.

        Raises:
            TransientError: ``media-unreadable``; or ``face-out-of-memory`` or ``face-device-lost``: the
                engine is to be opened anew.
        """
        footage, paste = self._footage, self._paste
        track, fps = footage.track, drive.fps
        order = playback(drive.frames, plates=track.frames, anchor=track.anchor, fps=fps)
        windows = windows_of(drive, self._lipsync)
        silent = windows.closed == 1.0
        rests = [
            float(closed) * paste.shut(plate) for closed, plate in zip(windows.closed, order, strict=True)
        ]
        numbers = _numbers(order, windows.numbers, rests)
        shape = (footage.format.height * 3 // 2, footage.format.width)
        frame = np.empty(shape, np.uint8)
        with Plates(footage.film, fps=fps) as shown, Plates(footage.film, fps=fps) as ahead:

            def draw(frames: Sequence[int]) -> NDArray[np.float32]:
                sound = windows.take(frames)
                # Where nobody speaks, whatever is heard besides is no speech.
                sound[silent[list(frames)]] = SILENCE
                return self._computed(ahead, [order[index] for index in frames], sound)

            with closing(mouths(numbers, draw, batch=self._batch)) as stream:
                for plate, rest, mouth in zip(order, rests, stream, strict=True):
                    np.copyto(frame, shown.read(plate))
                    if mouth is not None:
                        paste.lay(frame, plate, mouth, rest)
                    yield frame

    def _computed(
        self, film: Plates, plates: Sequence[int], sound: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """A mouth in each of some plates, restored if they shall be."""
        faces: list[NDArray[np.uint8]] = []
        raws: list[NDArray[np.uint8]] = []
        for plate in plates:
            raw = film.read(plate)
            faces.append(self._paste.face(raw, plate))
            if self._restored is not None:
                raws.append(raw)
        drawn = self._draw(np.stack(faces), sound)
        return drawn if self._restored is None else self._restored.restored(plates, raws, drawn)


def _numbers(order: Sequence[int], heard: Sequence[int], rests: Sequence[float]) -> tuple[int, ...]:
    """One for each frame, equal where plate and sound are: going back may meet the same silence again."""
    known: dict[tuple[int, int], int] = {}
    return tuple(
        NOTHING if rest == 1.0 else known.setdefault((plate, number), len(known))
        for plate, number, rest in zip(order, heard, rests, strict=True)
    )
