"""The engine `coqui`: one model of the shelf, its speakers' voices and those of people who gave a sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import RLock

import numpy as np

from pipeline.engines.voice import PLAINLY, Direction, Voice
from pipeline.engines.voice.choice import choose_voice
from pipeline.engines.voice.coqui.families import (
    OWN,
    PINYIN,
    PROFILE,
    renderers_of,
    speaker_named,
    tag_of,
    voices_of,
)
from pipeline.engines.voice.coqui.family import Line, OpenedModel, Raw
from pipeline.engines.voice.coqui.held import Held
from pipeline.engines.voice.coqui.ipa import Phonemes, rendered
from pipeline.engines.voice.coqui.level import levelled
from pipeline.engines.voice.coqui.mandarin import in_pinyin, toneless
from pipeline.engines.voice.coqui.times import of_letters, of_phonemes
from pipeline.engines.voice.offers import OFFERS
from pipeline.engines.voice.plaintext import plain
from pipeline.plan.errors import InputError, TransientError
from pipeline.plan.job import VoiceChoice
from pipeline.plan.keys import digest_of
from pipeline.plan.lengths import estimate_ms
from pipeline.plan.speech import Said, Speech

#: What is longer is no sentence: memory grows with the square of it.
TEXT_LIMIT = 2_000
_STUMBLES = (RuntimeError, AssertionError, ValueError, IndexError)
# A line that lasts so much longer or shorter than it should is no reading of it.
_TRIES = 2
_LONGER, _LONGER_MS = 4, 2_000
_SHORTER, _SHORTER_MS = 5, 300


class CoquiVoice:
    """Speaks with one Coqui model, which is loaded with the first line; safe for threads, which take turns.

    The same text, choice and direction give the same bytes on machines of one kind. Lines are spoken one by
    one: in a batch, which is padded, the end of a line depends on what is spoken beside it.

    Args:
        folder: the model's files, as the shelf keeps them.
        digest: SHA-256 (hex) of the model.
        traits: what its card tells of it.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        threads: how many threads compute on a processor; 0 for as many as torch takes.
        cpu_allowed: whether it may go on on the processor when a card's memory is short.
        scratch: where a folder may be made while the model is opened; None for the system's own place.
    """

    name = "coqui"

    def __init__(
        self,
        *,
        folder: Path,
        digest: str,
        traits: Mapping[str, Sequence[str]],
        device: str = "auto",
        threads: int = 0,
        cpu_allowed: bool = True,
        scratch: Path | None = None,
    ) -> None:
        #: Versions of the library, of what computes, and of this engine.
        self.version = OFFERS[self.name].release()
        self._folder = folder
        self._voices = voices_of(traits, model=digest)
        self._renderers = renderers_of(traits)
        self._held = Held(
            self._load, engine=self.name, device=device, threads=threads, cpu_allowed=cpu_allowed
        )
        self._scratch = scratch
        self._phonemes = Phonemes()
        self._turn = RLock()

    def voices(self) -> tuple[Voice, ...]:
        """The model's own speakers in its order, then whoever gave a sample."""
        return self._voices

    def speak(self, text: str, choice: VoiceChoice, direction: Direction = PLAINLY, /) -> Speech:
        """Speak `text` at the model's rate, at one loudness.

        Models that plan durations tell their phonemes' and words' times; the others tell none.

        Raises:
            InputError: ``voice-unknown``, ``voice-language-foreign`` or ``voice-language-unknown``,
                ``voice-speed-range``, ``voice-pitch-range``, ``voice-text-too-long`` or
                ``voice-needs-profile``; when the model is opened, as `opening.opened`.
            TransientError: ``voice-model-astray``, ``engine-memory-short`` or ``engine-device-lost``.
        """
        voice = self._voice(choice)
        if len(text) > TEXT_LIMIT:
            raise InputError("voice-text-too-long", characters=len(text), limit=TEXT_LIMIT)
        if voice.cloned and not direction.timbre:
            raise InputError("voice-needs-profile", voice=voice.name)
        given = plain(text)
        with self._turn:
            if self._renderers:
                return self._by_phonemes(given, choice, direction)
            return self._by_letters(given, choice, direction)

    def latents(self, reference: Speech, /) -> bytes:
        """What makes the model sound like the speaker, as safetensors.

        Raises:
            ValueError: the model has no voice that is `cloned`.
            TransientError: ``engine-memory-short`` or ``engine-device-lost``.
        """
        from safetensors.torch import save

        sound = reference.samples.astype(np.float32) / np.float32(1 << 15)
        with self._turn:
            return save(dict(self._held.computed(lambda model: model.latents(sound, reference.rate))))

    def close(self) -> None:
        """Release the model and espeak's process; it may be called twice."""
        with self._turn:
            self._held.release()
            self._phonemes.close()

    def _voice(self, choice: VoiceChoice) -> Voice:
        known = choose_voice(
            self._voices,
            engine=self.name,
            name=choice.name,
            language=choice.language,
            speed=choice.speed,
            pitch=choice.pitch,
        )
        return next(voice for voice in self._voices if voice.name == known.name)

    def _by_phonemes(self, text: str, choice: VoiceChoice, direction: Direction) -> Speech:
        """Speak with a model that is given phonemes."""
        known = self._held.model().known()
        if self._renderers[_language(tuple(self._renderers), choice.language)] == PINYIN:
            told = in_pinyin(text, known)
            raw = toneless(self._spoken(told.ipa, text, choice, direction))
        else:
            told = rendered(text, self._phonemes.of(text, choice.language, direction.said), known)
            raw = self._spoken(told.ipa, text, choice, direction)
        return of_phonemes(raw, levelled(raw.sound, raw.rate), text, told.places)

    def _by_letters(self, text: str, choice: VoiceChoice, direction: Direction) -> Speech:
        """Speak with a model that is given letters."""
        raw = self._spoken(text, text, choice, direction)
        read = self._read(text, choice.language) if raw.tokens else ()
        return of_letters(raw, levelled(raw.sound, raw.rate), text, read)

    def _read(self, text: str, language: str) -> tuple[Said, ...]:
        """How the words are pronounced; nothing in a language that espeak does not know."""
        try:
            return self._phonemes.of(text, language)
        except InputError:
            return ()

    def _spoken(self, given: str, text: str, choice: VoiceChoice, direction: Direction) -> Raw:
        """What the model makes of a line; when it went astray, it is asked once more, by another seed."""
        line = self._line(given, choice, direction)
        failed: Exception | None = None
        for number in range(_TRIES):
            # At another speed a take keeps its noise; a pitch is not heeded at all.
            heeded = replace(choice, speed=100, pitch=100)
            seed = digest_of("take", 1, text=text, choice=heeded, take=direction.take, number=number)
            try:
                raw = self._held.computed(partial(_said, _seeded(line, seed)))
            except _STUMBLES as error:
                # A text may be shorter than a network's reach, or longer: it says so in words of its own.
                failed = error
                continue
            if _is_sound(raw, text, choice.speed):
                return raw
        raise TransientError("voice-model-astray", voice=choice.name) from failed

    def _line(self, given: str, choice: VoiceChoice, direction: Direction) -> Line:
        from safetensors.torch import load

        model = self._held.model()
        speakers = {speaker_named(name): name for name in model.speakers()}
        return Line(
            text=given,
            language=_language(model.languages(), choice.language),
            speaker="" if choice.name in (OWN, PROFILE) else speakers[choice.name],
            speed=choice.speed,
            timbre=load(direction.timbre) if direction.timbre else {},
        )

    def _load(self) -> OpenedModel:
        from pipeline.engines.voice.coqui.opening import opened

        return opened(self._folder, scratch=self._scratch)


def _said(line: Line, model: OpenedModel) -> Raw:
    return model.speak(line)


def _seeded(line: Line, digest: str) -> Line:
    return replace(line, seed=int(digest[:15], 16))


def _language(names: Sequence[str], wanted: str) -> str:
    """The library's own name of a language: the very one, or that of the same primary language."""
    spelled = tag_of(wanted).casefold()
    tags = {name: tag_of(name).casefold() for name in names}
    same = [name for name, tag in tags.items() if tag == spelled]
    alike = [name for name, tag in tags.items() if tag.split("-")[0] == spelled.split("-")[0]]
    return next(iter([*same, *alike, *names]))


def _is_sound(raw: Raw, text: str, speed: int) -> bool:
    """Whether what a model gave may be a reading of the text: numbers, about as long as it takes."""
    if not len(raw.sound):
        return True
    ms, expected = len(raw.sound) * 1000 // raw.rate, estimate_ms(text, speed)
    short, long = expected // _SHORTER - _SHORTER_MS, expected * _LONGER + _LONGER_MS
    return bool(np.isfinite(raw.sound).all()) and short <= ms <= long
