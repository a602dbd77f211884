"""The key of a clip: everything that shapes its pixels, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.atonce import BATCH
from pipeline.plan.background import BACKGROUND
from pipeline.plan.bearing import EXPRESSION, MOTION
from pipeline.plan.job import Format, RenderProfile
from pipeline.plan.keys import digest_of
from pipeline.plan.lipsync import MODE, Mode, lipsync_of
from pipeline.plan.speech import Phoneme

_SCHEMA = 2
_SEED_SCHEMA = 1
_SEED_DIGITS = 15
_SHAPING = "face."
_SILENCE = np.zeros(0, np.int16)
_SILENCE.flags.writeable = False


@dataclass(frozen=True, kw_only=True)
class ClipSubject:
    """What one clip shows, apart from who draws it.

    Attributes:
        pixels: digest of the portrait's decoded and turned pixels.
        speech: digest of what is heard, as `speech_digest` gives it.
        frames: its length.
        format: the picture and its frame rate.
        options: the job's options that shape pixels, as `shaping` gives them.
    """

    pixels: str
    speech: str
    frames: int
    format: Format
    options: Mapping[str, str] = field(default_factory=dict)


def shaping(options: Mapping[str, str], *, filmed: bool) -> Mapping[str, str]:
    """Those of a job's options that shape pixels: which face talks, how, and before what.

    A person who is filmed looks and moves as in the film, and what is drawn `exact` stands still: there
    nobody's bearing shapes anything. How many frames are computed at a time stands in the render profile.

    Args:
        options: as they were checked.
        filmed: whether the portrait is a film.
    """
    still = filmed or lipsync_of({MODE: options.get(MODE, "")}).mode is Mode.EXACT
    shapes = (name for name in options if name.startswith(_SHAPING) or name == BACKGROUND)
    idle = {BATCH, EXPRESSION, MOTION} if still else {BATCH}
    return {name: options[name] for name in shapes if name not in idle}


def speech_digest(
    audio: NDArray[np.int16],
    phonemes: Iterable[Phoneme],
    *,
    before: NDArray[np.int16] = _SILENCE,
    after: NDArray[np.int16] = _SILENCE,
) -> str:
    """SHA-256 (hex) of what is heard in a clip.

    Args:
        audio: the utterance's padded samples.
        phonemes: its sounds, in samples from the beginning of that audio.
        before: what is heard right before it; empty for silence. Where there is none on either side the
            digest is the one that it was before there could be any.
        after: what is heard right behind it, likewise.
    """
    digest = hashlib.sha256(audio.astype("<i2").tobytes())
    # The symbol comes last: whatever it holds, no other phonemes give the same text.
    told = [f"{sound.start} {sound.end} {sound.stressed:d} {sound.symbol}\n" for sound in phonemes]
    digest.update(f"{len(audio)} {len(told)}\n{''.join(told)}".encode())
    if len(before) or len(after):
        # How many phonemes there are was told: what comes behind the last of them is no other one.
        digest.update(f"{len(before)} {len(after)}\n".encode())
        digest.update(before.astype("<i2").tobytes() + after.astype("<i2").tobytes())
    return digest.hexdigest()


def motion_seed(subject: ClipSubject) -> int:
    """The seed of every random choice in a clip, made from portrait and utterance alone; below 2**60.

    Format plays no part: the same sentence of the same portrait moves in the same way in every size.
    """
    digest = digest_of("motion", _SEED_SCHEMA, pixels=subject.pixels, speech=subject.speech)
    return int(digest[:_SEED_DIGITS], 16)


def clip_key(profile: RenderProfile, subject: ClipSubject, *, overlay: str = "") -> str:
    """SHA-256 (hex) of a clip's profile, subject and motion seed, and of what is drawn over it.

    No title, trace, row, neighbour or machine is in it, and no text that is not drawn, so that films share
    their equal clips; one without an overlay has the key that it had before there were any.

    Args:
        profile: who draws it.
        subject: what it shows.
        overlay: as `pipeline.plan.overlay.overlay_digest` gives it; empty for none.
    """
    seed = motion_seed(subject)
    drawn = {"overlay": overlay} if overlay else {}
    return digest_of("clip", _SCHEMA, profile=profile, subject=subject, seed=seed, **drawn)
