"""What makes a voice sound like a person: heard in their sample once, and kept for every film."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import structlog

from pipeline.engines.voice import CloningVoice
from pipeline.media import Media
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.errors import DamageError
from pipeline.plan.job import VoiceChoice
from pipeline.plan.keys import digest_of
from pipeline.plan.people import ProfileKind, ProfileUse
from pipeline.plan.speech import Speech, Times
from pipeline.scratch import scratch_folder
from pipeline.steps.desk import Desk
from pipeline.store import Store

#: So much of a sample is listened to: no model makes use of more.
HEARD_S = 30

# Raised by hand whenever a sample is decoded otherwise.
_SCHEMA = 1
_SUFFIX = ".safetensors"

_log = structlog.get_logger(__name__)


class Named(Protocol):
    """An engine, whichever it is."""

    name: str
    version: str


def timbre_of(
    choice: VoiceChoice,
    people: Sequence[ProfileUse],
    *,
    desk: Desk,
    store: Store,
    media: Media,
    voice: Named,
) -> bytes | None:
    """What makes a voice sound like the person of its profile, as `CloningVoice.latents` gives it.

    It is made once of each sample and model, by whoever needs it first, and found again by its key.

    Args:
        choice: who speaks.
        people: those that a film was promised; they tell whose sample it is.
        desk: where latents are found, taken and put.
        store: where the files are.
        media: decodes the sample.
        voice: what is to sound like the person: the choice's converter if it has one, else its engine.

    Returns:
        The latents; empty for a voice that sounds like itself; None while another worker makes them.

    Raises:
        InputError: the sample cannot be decoded, or what the engine refuses.
        TypeError: the choice names a sample, and an engine that cannot sound like anybody.
        DamageError: the sample is missing or damaged.
        TransientError, AwayError, SupersededError: of the engine, the store and the desk.
    """
    if not choice.latents:
        return b""
    if not isinstance(voice, CloningVoice):
        raise TypeError(f"{voice.name} cannot sound like anybody")
    reference = _reference(choice, people)
    model = choice.converter or choice.model
    key = latents_key(reference.digest, model, voice)
    known = desk.find(Kind.LATENTS, key)
    if known is not None and (found := _load(known, desk, store)):
        return found
    if not desk.take(Kind.LATENTS, key):
        return None
    begun = time.monotonic_ns()
    artifact, made = made_of(reference, model=model, store=store, media=media, voice=voice, check=desk.check)
    desk.put(artifact, (time.monotonic_ns() - begun) // 1_000_000)
    return made


def made_of(
    reference: Artifact,
    *,
    model: str,
    store: Store,
    media: Media,
    voice: Named,
    check: Callable[[], None] = lambda: None,
) -> tuple[Artifact, bytes]:
    """What a model makes of a person's sample: in the store under its key, and as it is.

    Args:
        reference: the sample, in the store.
        model: SHA-256 (hex) of the model.
        store: where the files are.
        media: decodes the sample.
        voice: the engine that the model is opened with.
        check: raises to end the work.

    Raises:
        InputError, TypeError, DamageError, TransientError, AwayError: as `timbre_of`.
    """
    if not isinstance(voice, CloningVoice):
        raise TypeError(f"{voice.name} cannot sound like anybody")
    made = voice.latents(_sample(reference, store=store, media=media, check=check))
    key = latents_key(reference.digest, model, voice)
    return store.put(Kind.LATENTS, key, _SUFFIX, lambda path: _write(path, made)), made


def latents_key(reference: str, model: str, voice: Named) -> str:
    """The key of latents: everything that shapes them.

    Args:
        reference: SHA-256 (hex) of the person's sample.
        model: SHA-256 (hex) of the model that shall sound like them.
        voice: the engine that the model is opened with.
    """
    return digest_of(
        "latents",
        _SCHEMA,
        reference=reference,
        model=model,
        engine=voice.name,
        version=voice.version,
        seconds=HEARD_S,
    )


def _reference(choice: VoiceChoice, people: Sequence[ProfileUse]) -> Artifact:
    """The sample that a voice shall sound like."""
    for use in people:
        if use.kind is ProfileKind.VOICE and use.reference and use.reference.digest == choice.latents:
            return use.reference
    raise DamageError("store-artifact-missing", kind=Kind.SOURCE.value, key=choice.latents)


def _load(artifact: Artifact, desk: Desk, store: Store) -> bytes:
    try:
        return store.verify(artifact).read_bytes()
    except DamageError:
        _log.warning("latents-damaged", key=artifact.key)
        desk.forget(artifact)
        return b""


def _sample(reference: Artifact, *, store: Store, media: Media, check: Callable[[], None]) -> Speech:
    """The beginning of a person's sample, as whoever gave it recorded it."""
    with scratch_folder() as folder:
        heard = media.decode_recording(
            store.verify(reference), folder / "sample", seconds=HEARD_S, check=check
        )
        samples = heard[: HEARD_S * SAMPLE_RATE].copy()
    return Speech(rate=SAMPLE_RATE, samples=samples, phonemes=(), words=(), times=Times.NONE)


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
