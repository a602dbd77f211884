"""A person's timbre: heard in their sample once, whoever needs it first, and the same for every film."""

from __future__ import annotations

import hashlib
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.engines.shelf import converters
from pipeline.engines.voice import VoiceConverter
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import DamageError
from pipeline.plan.job import JobSpec, VoiceChoice
from pipeline.plan.people import Consent, ProfileKind, ProfileUse
from pipeline.plan.speech import Speech
from pipeline.plan.trim import at_master
from pipeline.steps.memory import MemoryDesk
from pipeline.steps.timbre import HEARD_S, latents_key, timbre_of
from pipeline.store import Store
from tests.support.films import job, media
from tests.support.freevc import freevc_folder, freevc_of, require_coqui, sample_of

require_coqui()

_MODEL = "f" * 64


class _Listener:
    """A converter, and how many samples it was given to hear."""

    def __init__(self, converter: VoiceConverter) -> None:
        self.name, self.version = converter.name, converter.version
        self._converter = converter
        self.heard: list[int] = []

    def latents(self, reference: Speech, /) -> bytes:
        """Note it, and hear it."""
        self.heard.append(len(reference.samples))
        return self._converter.latents(reference)


class _Taken(MemoryDesk):
    """A desk at which another worker makes everything."""

    def take(self, kind: Kind, key: str) -> bool:  # noqa: ARG002 - whatever it is
        """Refuse."""
        return False


@pytest.fixture(scope="module")
def converter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VoiceConverter]:
    """A FreeVC of random weights."""
    shelf = converters()
    yield freevc_of(shelf, freevc_folder(tmp_path_factory))
    shelf.close()


@pytest.fixture
def listener(converter: VoiceConverter) -> _Listener:
    """The converter, and nothing that it was given yet."""
    return _Listener(converter)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path / "store")


def _adopted(store: Store, speech: Speech, path: Path) -> Artifact:
    """A sample as somebody's file, in the store."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(speech.rate)
        file.writeframes(speech.samples.astype("<i2").tobytes())
    return store.adopt(Kind.SOURCE, ".wav", path, limit_bytes=50_000_000)


def _job(reference: Artifact) -> JobSpec:
    """A job that sounds like the person of a sample."""
    consent = Consent(digest="c" * 64, suffix=".txt", owner="Anna", expires_ms=1)
    anna = ProfileUse(
        kind=ProfileKind.VOICE,
        name="anna",
        person="Anna",
        department="sales",
        consent=consent,
        reference=reference,
    )
    voice = VoiceChoice(
        engine="espeak", name="en-us", language="en", latents=reference.digest, converter=_MODEL
    )
    return replace(
        job(), voice=voice, people=(replace(anna, kind=ProfileKind.PORTRAIT, reference=None), anna)
    )


def test_a_sample_is_heard_once(listener: _Listener, store: Store, tmp_path: Path) -> None:
    """The first job has its sample heard; the next one finds what came of it, and so does anybody else."""
    anna = at_master(sample_of("anna"))
    film, desk = _job(_adopted(store, anna, tmp_path / "anna.wav")), MemoryDesk()
    first = timbre_of(film.voice, film.people, desk=desk, store=store, media=media(), voice=listener)
    assert timbre_of(film.voice, film.people, desk=desk, store=store, media=media(), voice=listener) == first
    assert len(listener.heard) == 1
    key = latents_key(film.voice.latents, _MODEL, listener)
    kept = desk.find(Kind.LATENTS, key)
    assert kept is not None
    assert first is not None
    assert kept.digest == hashlib.sha256(first).hexdigest()
    assert first == listener.latents(anna)


def test_it_is_made_anew_for_another_model(listener: _Listener) -> None:
    """Latents of one model, version or person are never those of another."""
    keys = {latents_key("a" * 64, _MODEL, listener), latents_key("b" * 64, _MODEL, listener)}
    keys.add(latents_key("a" * 64, "e" * 64, listener))
    listener.version = "another"
    keys.add(latents_key("a" * 64, _MODEL, listener))
    assert len(keys) == 4


def test_what_was_lost_is_made_again(listener: _Listener, store: Store, tmp_path: Path) -> None:
    """Latents that are damaged are struck out and heard again, with the same result."""
    film, desk = _job(_adopted(store, sample_of("anna"), tmp_path / "anna.wav")), MemoryDesk()
    first = timbre_of(film.voice, film.people, desk=desk, store=store, media=media(), voice=listener)
    kept = desk.find(Kind.LATENTS, latents_key(film.voice.latents, _MODEL, listener))
    assert kept is not None
    path = store.open(kept)
    path.chmod(0o600)
    path.write_bytes(bytes(kept.size))
    assert timbre_of(film.voice, film.people, desk=desk, store=store, media=media(), voice=listener) == first
    assert len(listener.heard) == 2


def test_another_maker_is_waited_for(listener: _Listener, store: Store, tmp_path: Path) -> None:
    """While another worker hears the sample, there is nothing yet, and it is not heard twice."""
    film = _job(_adopted(store, sample_of("anna"), tmp_path / "anna.wav"))
    assert (
        timbre_of(film.voice, film.people, desk=_Taken(), store=store, media=media(), voice=listener) is None
    )
    assert listener.heard == []


def test_a_voice_of_its_own_needs_none(listener: _Listener, store: Store) -> None:
    """A job whose voice sounds like itself has no latents."""
    assert (
        timbre_of(job().voice, job().people, desk=MemoryDesk(), store=store, media=media(), voice=listener)
        == b""
    )


def test_a_voice_that_sounds_like_itself_alone_is_no_cloner(store: Store, tmp_path: Path) -> None:
    """A job that wants a voice of formants to sound like somebody was never to be submitted."""
    film = _job(_adopted(store, sample_of("anna"), tmp_path / "anna.wav"))
    voice = EspeakVoice()
    with pytest.raises(TypeError, match="espeak"):
        timbre_of(film.voice, film.people, desk=MemoryDesk(), store=store, media=media(), voice=voice)
    voice.close()


def test_a_long_sample_is_heard_to_its_limit(listener: _Listener, store: Store, tmp_path: Path) -> None:
    """Of a sample that goes on and on only the beginning is listened to."""
    speech = sample_of("anna")
    again = HEARD_S * speech.rate // len(speech.samples) + 2
    long = replace(speech, samples=np.tile(speech.samples, again))
    film = _job(_adopted(store, long, tmp_path / "anna.wav"))
    timbre_of(film.voice, film.people, desk=MemoryDesk(), store=store, media=media(), voice=listener)
    assert listener.heard == [HEARD_S * 48_000]


def test_a_sample_that_is_gone_is_told(listener: _Listener, store: Store, tmp_path: Path) -> None:
    """A sample that was deleted, or that nobody of the job gave, is missing and says so."""
    film = _job(_adopted(store, sample_of("anna"), tmp_path / "anna.wav"))
    for lost in (replace(film, people=()), film):
        if lost is film:
            (store.root / film.people[1].reference.path).unlink()  # type: ignore[union-attr]
        with pytest.raises(DamageError) as caught:
            timbre_of(lost.voice, lost.people, desk=MemoryDesk(), store=store, media=media(), voice=listener)
        assert caught.value.code == "store-artifact-missing"
    assert listener.heard == []
