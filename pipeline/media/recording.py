"""Recordings that anybody may have made, as raw samples: decoded, and cleaned of noise on request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.plan import denoising, soundgraphs
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.errors import InputError, TransientError
from pipeline.plan.soundfile import HEAD_BYTES, KINDS_TOLD, reader_of

#: Mono at 48 kHz, mapped from a file: an hour is a third of a gigabyte.
Recorded = NDArray[np.int16]

_BLOCK = 1 << 20
# More than any filter's delay: 200 ms.
_LATEST = SAMPLE_RATE // 5
# How FFmpeg says that there is nothing to hear.
_NO_SOUND = "matches no streams"
_FAILED = "media-failed"


#: Runs FFmpeg, as `pipeline.media.Media.run` does.
Run = Callable[..., None]


def decode(source: Path, target: Path, *, seconds: int, run: Run, check: Callable[[], None]) -> Recorded:
    """Write the first sound of a file as raw samples; a little more than so many seconds of it.

    Raises:
        InputError: ``recording-kind``, ``recording-no-audio`` or ``recording-unreadable``.
        TransientError, AwayError: as `pipeline.media.Media.run`.
    """
    reader = reader_of(_head(source))
    if not reader:
        raise InputError("recording-kind", kinds=KINDS_TOLD)
    try:
        run(soundgraphs.decoded(source, target, reader=reader, seconds=seconds), check=check)
    except TransientError as error:
        if error.code != _FAILED:
            raise
        reason = str(error.facts["reason"])
        if _NO_SOUND in reason:
            raise InputError("recording-no-audio") from error
        raise InputError("recording-unreadable", reason=reason.replace(str(source), source.name)) from error
    return mapped(target)


def denoise(sound: Recorded, room: int, target: Path, *, run: Run, check: Callable[[], None]) -> Recorded:
    """Write a sound without the noise of its room: as long, and at the same time to the sample.

    Args:
        sound: as it was recorded.
        room: where in it the room is heard alone, as `denoising.room_of` tells.
        target: the file to make; beside it lies one more while this goes on.
        run: runs FFmpeg.
        check: as in `pipeline.media.Media.run`.

    Raises:
        TransientError: ``media-sound-wrong``: another length came out; or as `pipeline.media.Media.run`.
        AwayError: as `pipeline.media.Media.run`.
    """
    alone = sound[room : room + denoising.ROOM]
    late = target.with_name(f"{target.name}.late")
    arguments = soundgraphs.denoised(
        late, room=len(alone), noise_db=denoising.noise_db(alone), behind=_LATEST
    )
    try:
        run(arguments, feed=_blocks(alone, sound), check=check)
        made = mapped(late)[len(alone) :]
        if len(made) != len(sound) + _LATEST:
            raise TransientError("media-sound-wrong", samples=len(sound))
        delay = denoising.delay_of(sound, made, most=_LATEST)
        with target.open("wb") as file:
            for block in _blocks(made[delay : delay + len(sound)]):
                check()
                file.write(block)
    finally:
        late.unlink(missing_ok=True)
    return mapped(target)


def mapped(path: Path) -> Recorded:
    """The samples of a raw file; nothing of it is read before it is looked at."""
    if not path.stat().st_size:
        return np.zeros(0, np.int16)
    return np.memmap(path, "<i2", "r").view(np.ndarray).astype(np.int16, copy=False)


def _head(source: Path) -> bytes:
    try:
        with source.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise InputError("recording-unreadable", reason=error.strerror or type(error).__name__) from error


def _blocks(*sounds: Recorded) -> Iterator[memoryview]:
    for sound in sounds:
        for begin in range(0, len(sound), _BLOCK):
            yield np.ascontiguousarray(sound[begin : begin + _BLOCK]).astype("<i2").data.cast("B")
