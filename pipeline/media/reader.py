"""Looking at what FFmpeg made: our own clips, sounds and films, told in the house's values."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.media.probe import Probe
from pipeline.media.track import Track
from pipeline.plan import graphs
from pipeline.plan.errors import TransientError
from pipeline.plan.figures import ClipFigures, SoundFigures, unpacked_clip, unpacked_sound
from pipeline.spans import span


class Reader:
    """Reads our own files, each by itself; holds nothing between calls and runs no process."""

    def probe(self, path: Path) -> Probe:
        """What one of our own MP4 files holds, packet by packet.

        Raises:
            TransientError: ``media-unreadable``: it is no whole MP4, or could not be read.
        """
        from pipeline.media import packets

        with span("probe"), _readable():
            return packets.read(path)

    def track(self, path: Path) -> Track:
        """What the tables of one of our own files of one track tell; its packets are not read.

        Raises:
            TransientError: ``media-unreadable``: it is no whole MP4 of one track, or could not be read.
        """
        from pipeline.media import track

        with _readable():
            return track.read(path)

    def label(self, path: Path) -> str:
        """Value of a film's machine-readable label, read by other code than wrote it; empty for none.

        Raises:
            TransientError: ``media-unreadable``.
        """
        from pipeline.media import packets

        with _readable():
            return packets.label_of(path)

    def noted(self, path: Path) -> bytes:
        """What `Media.note` kept in one of our own files; empty if nothing.

        Raises:
            TransientError: ``media-unreadable``.
        """
        from pipeline.media import notes

        with _readable():
            return notes.read(path)

    def figures(self, clip: Track) -> ClipFigures:
        """What a clip's frames are like: as it tells itself, else, if it was made before clips did, decoded.

        Raises:
            TransientError: ``media-unreadable``.
        """
        from pipeline.media import notes, playback
        from pipeline.media.meter import PictureMeter

        with _readable():
            told = unpacked_clip(notes.read(clip.path))
            if told is not None and told.frames == clip.packets:
                return told
            keyframes = clip.keyframes
            meter = PictureMeter(int(keyframes[1] - keyframes[0]) if len(keyframes) > 1 else clip.packets)
            for luma in playback.lumas(clip.path):
                meter.see(luma)
            return meter.figures()

    def sound_figures(self, path: Path) -> SoundFigures:
        """What one of our own sounds is like, as it tells itself.

        Raises:
            TransientError: ``media-unreadable``: it does not tell, or cannot be read.
        """
        from pipeline.media import notes

        with _readable():
            told = unpacked_sound(notes.read(path))
            if told is None:
                raise ValueError(path.name)
            return told

    def frames(self, path: Path) -> Iterator[NDArray[np.uint8]]:
        """The frames of one of our own clips: BGR uint8 (height, width, 3), full range.

        Raises:
            TransientError: ``media-unreadable``.
        """
        from pipeline.media import packets

        with _readable():
            yield from packets.decode(path)

    def first_frame(self, path: Path) -> NDArray[np.uint8]:
        """The first of `frames`.

        Raises:
            TransientError: ``media-unreadable``.
        """
        frame = next(self.frames(path), None)
        if frame is None:
            raise TransientError("media-unreadable", reason="MP4")
        return frame

    def stills(self, film: Path, numbers: Sequence[int], *, fps: int) -> Iterator[NDArray[np.uint8]]:
        """The luma of some of a film's keyframes, uint8 (height, width); what lies between is not decoded.

        Raises:
            TransientError: ``media-unreadable``: one of them is no keyframe; or it cannot be read.
        """
        from pipeline.media import playback

        with _readable():
            yield from playback.stills(film, numbers, step=graphs.TIMESCALE // fps)

    def heard(self, sound: Path) -> Iterator[NDArray[np.float32]]:
        """One of a sound's equal channels at 48 kHz, decoded, full scale 1.0, in blocks.

        Raises:
            TransientError: ``media-unreadable``.
        """
        from pipeline.media import playback

        with _readable():
            yield from playback.heard(sound)


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    """Tell in the house's words that one of our own files cannot be read."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise TransientError("media-unreadable", reason=type(error).__name__) from error
