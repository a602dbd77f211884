"""A recording as a step works on it: decoded, cleaned on request, and cut into pieces that are kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from pipeline.engines.ear import ActivityEngine
from pipeline.media import Media, nothing
from pipeline.plan import pauses
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.denoising import room_of
from pipeline.plan.errors import DamageError
from pipeline.plan.keys import digest_of
from pipeline.plan.recording import Piece
from pipeline.plan.speech import Speech, Times
from pipeline.plan.thirds import DOWN, thirds_between
from pipeline.plan.wave import to_wave
from pipeline.steps.desk import Desk
from pipeline.steps.speak import SPEECH_SUFFIX
from pipeline.store import Store

# Raised by hand whenever the same piece of the same recording becomes another file.
_SCHEMA = 1
# No recording that was submitted is longer; this only bounds what is decoded.
_MOST_S = 24 * 3600
_BLOCK = 1 << 20

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, eq=False)
class Recorded:
    """A recording's sound, mapped from files that lie in a folder as long as it is used.

    Attributes:
        sound: int16 mono at 48 kHz, all of it.
        made: what it is made of: part of the key of every piece.
        folder: where its files lie.
        cleaned: whether its noise was taken out.
    """

    sound: NDArray[np.int16]
    made: str
    folder: Path
    cleaned: bool

    @cached_property
    def level(self) -> NDArray[np.int32]:
        """How loud it is, as `pauses.levels` tells."""
        return pauses.levels(self.sound)

    @cached_property
    def thirds(self) -> NDArray[np.float32]:
        """The same sound at 16 kHz, as networks hear it; an hour lies in a file and not in memory."""
        count = -(-len(self.sound) // DOWN)
        path = self.folder / "thirds.raw"
        mapped = np.memmap(path, np.float32, "w+", shape=(count,)) if count else np.zeros(0, np.float32)
        for begin in range(0, count, _BLOCK):
            end = min(begin + _BLOCK, count)
            mapped[begin:end] = thirds_between(self.sound, begin, end)
        return mapped.view(np.ndarray)

    def spans(self, activity: ActivityEngine | None, *, check: Callable[[], None] = nothing) -> pauses.Spans:
        """When somebody speaks, in samples at 48 kHz; by its level alone where nobody else can tell."""
        if activity is None:
            return pauses.spans(self.level)
        spoken = activity.spans(self.thirds, check=check)
        found = ((span.start * DOWN, min(span.end * DOWN, len(self.sound))) for span in spoken)
        return tuple((first, behind) for first, behind in found if first < behind)


def opened(
    source: Artifact, folder: Path, *, denoise: bool, store: Store, media: Media, check: Callable[[], None]
) -> Recorded:
    """Decode a recording, and clean it if that is asked for and its room can be heard.

    Raises:
        DamageError: it is missing from the store or not what it was.
        InputError, TransientError, AwayError: as `Media.decode_recording` and `Media.denoise`.
    """
    raw = folder / "sound.raw"
    sound = media.decode_recording(store.verify(source), raw, seconds=_MOST_S, check=check)
    decoder = f"ffmpeg-{media.version}"
    room = room_of(pauses.levels(sound)) if denoise else None
    if room is not None:
        sound = media.denoise(sound, room, folder / "cleaned.raw", check=check)
        # What it was before is needed no more.
        raw.unlink()
    made = digest_of("recording", _SCHEMA, source=source.digest, decoder=decoder, room=room)
    return Recorded(sound=sound, made=made, folder=folder, cleaned=room is not None)


def keep(recorded: Recorded, pieces: Sequence[Piece], *, desk: Desk, store: Store) -> list[Artifact] | None:
    """Every piece with what is around it, as a speech in the store; None while another worker makes one.

    Raises:
        SupersededError, AwayError, TransientError: of the desk and the store.
    """
    keys = [_piece_key(recorded, piece) for piece in pieces]
    known = desk.find_all(Kind.SPEECH, keys)
    kept: list[Artifact | None] = []
    for key, piece in zip(keys, pieces, strict=True):
        desk.check()
        found = known.get(key)
        if found is None or not _whole(found, desk=desk, store=store):
            found = _make(recorded, piece, key, desk=desk, store=store)
        kept.append(found)
    there = [artifact for artifact in kept if artifact is not None]
    return there if len(there) == len(kept) else None


def own_sound(recorded: Recorded, piece: Piece) -> NDArray[np.int16]:
    """The samples of a piece, without what is around it."""
    return np.array(recorded.sound[piece.start : piece.start + piece.samples])


def _piece_key(recorded: Recorded, piece: Piece) -> str:
    return digest_of(
        "recorded",
        _SCHEMA,
        recording=recorded.made,
        start=piece.start,
        samples=piece.samples,
        before=piece.before,
        after=piece.after,
    )


def _make(recorded: Recorded, piece: Piece, key: str, *, desk: Desk, store: Store) -> Artifact | None:
    if not desk.take(Kind.SPEECH, key):
        return None
    begun = time.monotonic_ns()
    first, last = piece.start - piece.before, piece.start + piece.samples + piece.after
    samples = np.array(recorded.sound[first:last])
    data = to_wave(Speech(rate=SAMPLE_RATE, samples=samples, phonemes=(), words=(), times=Times.NONE))
    artifact = store.put(Kind.SPEECH, key, SPEECH_SUFFIX, lambda path: _write(path, data))
    desk.put(artifact, (time.monotonic_ns() - begun) // 1_000_000)
    return artifact


def _whole(artifact: Artifact, *, desk: Desk, store: Store) -> bool:
    try:
        store.verify(artifact)
    except DamageError:
        _log.warning("speech-damaged", key=artifact.key)
        desk.forget(artifact)
        return False
    return True


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
