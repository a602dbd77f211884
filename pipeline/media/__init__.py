"""The one door to films: FFmpeg, a program of its own within limits, encodes; PyAV looks at what it made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.media.clips import counted, fits
from pipeline.media.fonts import LABEL_FILE
from pipeline.media.lettering import Plate, draw, laid_over
from pipeline.media.probe import Picture, Probe, Sound, Words
from pipeline.media.process import Limits, Place, machine_ms, running
from pipeline.media.program import find_ffmpeg, version_of
from pipeline.media.reader import Reader
from pipeline.media.track import Track
from pipeline.plan import graphs
from pipeline.plan.cargo import Cargo
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.errors import TransientError
from pipeline.plan.footage import FootageLimits
from pipeline.plan.job import Format
from pipeline.plan.overlay import LABEL_FONT, Inset
from pipeline.plan.platefilm import Reel
from pipeline.plan.soundfile import FileEnd
from pipeline.spans import span

__all__ = [
    "Limits",
    "Media",
    "Picture",
    "Plate",
    "Probe",
    "Sound",
    "Track",
    "Words",
    "find_ffmpeg",
    "fits",
    "laid_over",
    "machine_ms",
]

_HEAD = ("-nostdin", "-hide_banner", "-loglevel", "error", "-xerror")
#: A card's driver maps the memory of all cards, and more, into a process; what that takes is not to be bound.
_CARD_SPACE = 1 << 46
_ONE_THREAD = ("-filter_threads", "1", "-filter_complex_threads", "1")


def nothing() -> None:
    """Do nothing: what is checked when nobody asks for a check."""


class Media(Reader):
    """Runs FFmpeg and looks at what it made; holds no process between calls.

    Args:
        ffmpeg: the program.
        limits: what one run may cost.
    """

    def __init__(self, ffmpeg: Path, *, limits: Limits) -> None:
        self.ffmpeg = ffmpeg
        self.limits = limits
        self._tried: dict[tuple[str, ...], bool] = {}

    @cached_property
    def version(self) -> str:
        """FFmpeg's name of its build, such as ``n9.0.2-17-g2a571b6068-20260930``; part of render profiles.

        Raises:
            InputError: ``media-ffmpeg-missing``: the program does not run or is no FFmpeg.
        """
        return version_of(self.ffmpeg)

    def run(
        self,
        arguments: Sequence[str],
        *,
        feed: Iterable[bytes | memoryview] = (),
        check: Callable[[], None] = nothing,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        doing: str = "run",
    ) -> None:
        """Run FFmpeg to its end; whatever is raised on the way, it is gone afterwards.

        Args:
            arguments: as `pipeline.plan.graphs` compiles them.
            feed: its standard input, if it reads one.
            check: called several times a second, and before each part of the feed; what it raises ends it.
            folder: where it runs, if that matters.
            environment: variables that it has besides this process's own.
            limits: what it may cost, if not what any run may.
            doing: what its span is called.

        Raises:
            TransientError: ``media-failed`` with its last words, ``media-time``, ``media-memory``.
            AwayError: ``media-disk-full``.
        """
        command = [str(self.ffmpeg), *_HEAD, *_ONE_THREAD, *arguments]
        fed = "pipe:0" in arguments
        place = Place(folder=folder, environment=environment or {})
        with (
            span(f"ffmpeg {doing}", {"process.executable.name": self.ffmpeg.name}, calls=True),
            running(command, limits=limits or self.limits, check=check, fed=fed, place=place) as child,
        ):
            for part in feed:
                check()
                child.write(part)
            child.finish()

    def encode_clip(
        self,
        frames: Iterable[NDArray[np.uint8]],
        target: Path,
        *,
        picture: Format,
        total: int,
        parameters: Sequence[str],
        check: Callable[[], None] = nothing,
    ) -> None:
        """Encode one clip: H.264 High in MP4, and verify it. The same frames give the same bytes.

        The frames are measured on their way; what they are like is kept in the file, for `figures`.

        Args:
            frames: raw yuv420p, uint8 (height * 3 / 2, width), BT.709, limited range; each may be reused once
                the next is asked for.
            target: the file to make.
            picture: size and frame rate.
            total: how many frames there must be.
            parameters: of the render profile.
            check: as in `run`.

        Raises:
            DefectError: ``media-frames-wrong``: another number, size or type of frames.
            TransientError: ``media-clip-wrong``: what was written is not what was asked for; or as in `run`.
            AwayError: as in `run`.
        """
        arguments = graphs.clip(target, picture=picture, frames=total, parameters=parameters)
        from pipeline.media.meter import PictureMeter

        meter = PictureMeter(graphs.group_of(total, fps=picture.fps, parameters=parameters))
        limits = self.limits
        if graphs.codec_of(parameters) == graphs.CARD_ENCODER:
            limits = replace(limits, memory_bytes=_CARD_SPACE)
        drawn = counted(frames, picture, total, meter)
        self.run(arguments, feed=drawn, check=check, limits=limits, doing="clip")
        found = self.probe(target)
        if not fits(found, picture=picture, frames=total):
            raise TransientError("media-clip-wrong", frames=total)
        self.note(target, meter.figures().packed())

    def can_encode(self, parameters: Sequence[str]) -> bool:
        """Whether clips can be encoded with these parameters here; tried once, until `forget_trials`.

        Raises:
            AwayError: as in `encode_clip`.
        """
        from pipeline.media import trial

        asked = tuple(parameters)
        if asked not in self._tried:
            self._tried[asked] = trial.works(self.encode_clip, asked)
        return self._tried[asked]

    def forget_trials(self) -> None:
        """Try anew what is asked for next: a card may be lost, or its encoder in use elsewhere."""
        self._tried.clear()

    def draw(
        self,
        insets: Sequence[Inset],
        picture: Format,
        fonts: Mapping[str, Path],
        *,
        check: Callable[[], None] = nothing,
    ) -> tuple[Plate, ...]:
        """Draw text to be laid over frames. The same insets, build and fonts give the same pixels.

        Args:
            insets: what is drawn.
            picture: size of the frames.
            fonts: files by their digests; that of the labels need not be among them.
            check: as in `run`.

        Raises:
            TransientError, AwayError: as in `run`.
        """
        files = {LABEL_FONT: LABEL_FILE, **fonts}
        return draw(insets, picture, files, run=partial(self.run, doing="lettering"), check=check)

    def encode_sound(
        self,
        blocks: Iterable[NDArray[np.float32]],
        target: Path,
        *,
        samples: int,
        check: Callable[[], None] = nothing,
    ) -> None:
        """Encode a film's sound: AAC-LC, two equal channels at 48 kHz, in MP4, and verify it.

        Args:
            blocks: mono at 48 kHz, full scale 1.0.
            target: the file to make; beside it lies one more while this goes on.
            samples: how many there must be.
            check: as in `run`.

        Raises:
            TransientError: ``media-sound-wrong``: what was written is not what was asked for; or as in `run`.
            AwayError: as in `run`.
            OSError: a file cannot be read or written.
        """
        from pipeline.media import stereo

        mono = target.with_name(f"{target.name}.mono")
        try:
            self.run(graphs.sound(mono), feed=_laid(blocks, samples), check=check, doing="sound")
            stereo.two_equal_channels(mono, target, samples=samples, check=check)
        except ValueError as error:
            raise TransientError("media-sound-wrong", samples=samples) from error
        finally:
            mono.unlink(missing_ok=True)
        found = self.probe(target).sound
        if found is None or (found.codec, found.profile, found.samples) != ("aac", "LC", samples):
            raise TransientError("media-sound-wrong", samples=samples)
        if (found.rate, found.channels) != (SAMPLE_RATE, 2):
            raise TransientError("media-sound-wrong", samples=samples)

    def decode_recording(
        self, source: Path, target: Path, *, seconds: int, check: Callable[[], None] = nothing
    ) -> NDArray[np.int16]:
        """The first sound of a file that anybody may have made: int16 mono at 48 kHz, mapped from a file.

        Args:
            source: a recording, or a film whose sound is meant.
            target: the file of raw samples to make; it has to stay as long as they are looked at.
            seconds: a little more than so many of it are decoded.
            check: as in `run`.

        Raises:
            InputError: as `pipeline.media.recording.decode`.
            TransientError, AwayError: as in `run`.
        """
        from pipeline.media import recording

        run = partial(self.run, doing="recording")
        return recording.decode(source, target, seconds=seconds, run=run, check=check)

    def recording_end(self, source: Path) -> FileEnd:
        """Whether a file that anybody may have made is whole, as far as it tells; nothing is decoded.

        Raises:
            InputError: as `pipeline.media.soundend.end_of`.
        """
        from pipeline.media import soundend

        return soundend.end_of(source)

    def denoise(
        self, sound: NDArray[np.int16], room: int, target: Path, *, check: Callable[[], None] = nothing
    ) -> NDArray[np.int16]:
        """A sound without the noise of its room, as long and at the same time, mapped from a file.

        Args:
            sound: int16 mono at 48 kHz.
            room: where in it the room is heard alone, as `pipeline.plan.denoising.room_of` tells.
            target: as in `decode_recording`.
            check: as in `run`.

        Raises:
            TransientError, AwayError: as `pipeline.media.recording.denoise`.
        """
        from pipeline.media import recording

        run = partial(self.run, doing="denoise")
        return recording.denoise(sound, room, target, run=run, check=check)

    def reel(self, source: Path, limits: FootageLimits) -> Reel:
        """What the tables of a film that anybody may have made tell of its picture.

        Raises:
            InputError: as `pipeline.media.reels.read`.
        """
        from pipeline.media import reels

        return reels.read(source, limits)

    def note(self, path: Path, figures: bytes) -> None:
        """Keep figures in one of our own files, behind all that is played.

        Raises:
            OSError: the file cannot be written.
        """
        from pipeline.media import notes

        notes.write(path, figures)

    def splice(
        self,
        target: Path,
        clips: Sequence[Track],
        sound: Track,
        cargo: Cargo,
        *,
        check: Callable[[], None] = nothing,
    ) -> None:
        """Join clips and a sound in one MP4 by copying their packets. The same parts give the same bytes.

        Args:
            target: the file to make.
            clips: in order, equal in all but their frames; the same one may come again.
            sound: as long as the clips.
            cargo: what the film carries besides.
            check: called for each second of film; what it raises ends it.

        Raises:
            TransientError: ``media-unreadable``: a part is shorter than its tables say.
            OSError: a file cannot be read or written.
        """
        from pipeline.media import splice

        try:
            with span("splice", {"lectern.clips": len(clips)}):
                splice.splice(target, clips, sound, cargo, check=check)
        except ValueError as error:
            raise TransientError("media-unreadable", reason=type(error).__name__) from error

    def seal(self, path: Path, placeholder: str, words: str) -> None:
        """Write words of the same length over what stands for them in a film's metadata.

        Raises:
            TransientError: ``media-label-wrong``: they stand there not at all, or not once.
            OSError: the file cannot be read or written.
        """
        from pipeline.media import seal

        try:
            seal.seal(path, placeholder.encode(), words.encode())
        except ValueError as error:
            raise TransientError("media-label-wrong") from error


def _laid(blocks: Iterable[NDArray[np.float32]], samples: int) -> Iterator[memoryview]:
    """Blocks as the encoder takes them, so many samples in all.

    Raises:
        ValueError: there are more or fewer.
    """
    count = 0
    for block in blocks:
        count += len(block)
        yield block.astype("<f4").data
    if count != samples:
        raise ValueError(count)
