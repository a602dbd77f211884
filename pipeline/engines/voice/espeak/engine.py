"""The voice engine on espeak-ng: formant synthesis in more than a hundred languages, fast and everywhere."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Mapping

from pipeline.engines.voice import PLAINLY, Direction, Voice
from pipeline.engines.voice.choice import choose_voice
from pipeline.engines.voice.espeak.events import to_readings, to_speech
from pipeline.engines.voice.espeak.process import Zygote, locate
from pipeline.engines.voice.espeak.spelling import Question, alphabet_of, question_of, write
from pipeline.engines.voice.espeak.voices import Entry, voices_of
from pipeline.engines.voice.espeak.zygote import TEXT_LIMIT
from pipeline.engines.voice.offers import OFFERS
from pipeline.engines.voice.plaintext import plain
from pipeline.plan.errors import DefectError, InputError
from pipeline.plan.job import VoiceChoice
from pipeline.plan.speech import Said, Speech

# Words a minute at 100 per cent: somewhat slower than the library's own 175, as people speak who explain.
_NORMAL_RATE = 165
# Per cent of a voice's own pitch at some values of the library's parameter (measured on vowels). It reaches
# no further in either direction.
_PITCHES = ((73, 0), (82, 25), (91, 40), (100, 50), (110, 60), (128, 75), (150, 90), (165, 99))


class EspeakVoice:
    """Speaks with espeak-ng in a process of its own; the same text and choice give the same bytes everywhere.

    Text is plain text: neither SSML nor the library's ``[[phonemes]]`` are read from it. Safe for threads. A
    choice's pitch reaches from 73 to 165 per cent; what lies beyond is spoken at the nearer end.

    Raises:
        InputError: ``engine-missing`` or ``engine-broken``, when it is made.
    """

    name = "espeak"

    def __init__(self) -> None:
        library, self._data = locate()
        self._zygote = Zygote(library=library, data=self._data)
        self._alphabets: dict[str, Mapping[str, str]] = {}
        #: Version of the library, of the wheel that its data comes from, and of this engine.
        self.version = f"{self._zygote.version}-{OFFERS[self.name].release()}"

    def voices(self) -> tuple[Voice, ...]:
        """Every voice of the library, as a man and as a woman."""
        return tuple(entry.voice for entry in self._entries.values())

    def speak(self, text: str, choice: VoiceChoice, direction: Direction = PLAINLY, /) -> Speech:
        """Speak `text` at 22,050 Hz; phonemes follow each other without gaps, silent ones have no symbol.

        Of a direction, sounds are heeded; a word with a sound that has no likeness in the voice is read as it
        is written.

        Raises:
            InputError: ``voice-unknown``, ``voice-speed-range``, ``voice-pitch-range`` or
                ``voice-text-too-long``.
            TransientError: ``voice-espeak-ended``, ``voice-espeak-crashed`` or ``voice-espeak-late``.
        """
        known = choose_voice(
            self.voices(), engine=self.name, name=choice.name, speed=choice.speed, pitch=choice.pitch
        )
        entry = self._entries[known.name]
        spoken = plain(text)
        written = write(spoken, direction.said, self._alphabet(entry)) if direction.said else None
        given = spoken if written is None else written.text
        if len(given) > TEXT_LIMIT:
            raise InputError("voice-text-too-long", characters=len(text), limit=TEXT_LIMIT)
        answer = self._ask(entry, given, choice, mnemonics=written is not None)
        try:
            places = () if written is None else written.places
            return to_speech(answer, text=spoken, voice=entry.base, places=places)
        except ValueError as error:
            raise DefectError("voice-espeak-refused", reason=str(error)) from error

    def reading(self, text: str, choice: VoiceChoice) -> tuple[Said, ...]:
        """How the words of `text` are pronounced, in IPA with stress marks, for whoever speaks by phonemes.

        Raises:
            InputError: as `speak`.
            TransientError: as `speak`.
        """
        known = choose_voice(self.voices(), engine=self.name, name=choice.name)
        if len(text) > TEXT_LIMIT:
            raise InputError("voice-text-too-long", characters=len(text), limit=TEXT_LIMIT)
        entry, spoken = self._entries[known.name], plain(text)
        answer = self._ask(entry, spoken, choice, mnemonics=False)
        try:
            return to_readings(answer, text=spoken, voice=entry.base)
        except ValueError as error:
            raise DefectError("voice-espeak-refused", reason=str(error)) from error

    def close(self) -> None:
        """End the process; it may be called twice."""
        self._zygote.close()

    def _ask(self, entry: Entry, text: str, choice: VoiceChoice, *, mnemonics: bool) -> bytes:
        return self._zygote.ask(
            {
                # An empty text is no request; a space is one, and is silent.
                "text": text or " ",
                "voice": entry.wanted,
                "rate": _NORMAL_RATE * choice.speed // 100,
                "pitch": _pitch(choice.pitch),
                "mnemonics": mnemonics,
            }
        )

    def _alphabet(self, entry: Entry) -> Mapping[str, str]:
        """The voice's own names of sounds, learnt when they are first needed."""
        known = self._alphabets.get(entry.base)
        if known is None:
            question, plainly = self._question, VoiceChoice(engine=self.name, name=entry.base, language="")
            answer = self._ask(entry, question.text, plainly, mnemonics=True)
            known = self._alphabets[entry.base] = alphabet_of(answer, question, voice=entry.base)
        return known

    @functools.cached_property
    def _question(self) -> Question:
        try:
            return question_of((self._data / "espeak-ng-data" / "phontab").read_bytes())
        except (OSError, ValueError) as error:
            raise InputError("engine-broken", engine=self.name, reason=str(error)) from error

    @functools.cached_property
    def _entries(self) -> dict[str, Entry]:
        listed = json.loads(self._zygote.ask({"voices": True}))
        return {entry.voice.name: entry for entry in voices_of(listed)}


def _pitch(per_cent: int) -> int:
    """The library's parameter for a pitch, on straight lines between measured points."""
    if per_cent <= _PITCHES[0][0]:
        return _PITCHES[0][1]
    for (low, low_value), (high, high_value) in itertools.pairwise(_PITCHES):
        if per_cent <= high:
            return low_value + (per_cent - low) * (high_value - low_value) // (high - low)
    return _PITCHES[-1][1]
