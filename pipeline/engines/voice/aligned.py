"""Times for a voice that knows none: another voice reads the same text, and its phonemes' times are moved."""

from __future__ import annotations

from dataclasses import replace

from pipeline.engines.voice import VoiceEngine
from pipeline.engines.voice.choice import choose_voice
from pipeline.plan.alignment import LIMIT, align, carried
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.errors import InputError
from pipeline.plan.resample import resample
from pipeline.plan.speech import Speech, Times
from pipeline.plan.trim import master

# Raised by hand whenever the same reading gives other times.
_OURS = 1


class Aligner:
    """Finds where the phonemes of a text are in speech of it.

    Args:
        reader: a voice that knows its phonemes; it is not closed here.
    """

    def __init__(self, reader: VoiceEngine) -> None:
        self._reader = reader
        #: Changes whenever any time changes that is found.
        self.version = f"{reader.name}-{reader.version}-{_OURS}"

    def times(self, text: str, language: str, sound: Speech) -> Speech:
        """The same sound with the times of its phonemes; without any where they cannot be found.

        A sound that is too unlike the reading gets none: somebody then said something else. Phonemes and
        words that are there already stay.

        Args:
            text: what was spoken.
            language: BCP 47 tag of the text.
            sound: the speech, at any rate; words, if it has any, with offsets into the text.

        Raises:
            TransientError: the reader failed and may succeed when tried again.
        """
        if sound.phonemes:
            return sound
        unknown = replace(sound, times=Times.NONE)
        reading = self._reading(text, language)
        if reading is None:
            return unknown
        fit = align(reading, resample(sound.samples, sound.rate))
        if fit is None or fit.cost > LIMIT:
            return unknown if fit is None else replace(unknown, cost=fit.cost)
        fit = replace(fit, other=fit.other * sound.rate // SAMPLE_RATE)
        phonemes, words = carried(reading, fit, samples=len(sound.samples), rate=sound.rate)
        return replace(
            sound, phonemes=phonemes, words=sound.words or words, times=Times.ALIGNED, cost=fit.cost
        )

    def _reading(self, text: str, language: str) -> Speech | None:
        """The reader's own speech of a text at 48 kHz; None where it cannot say it."""
        reader = self._reader
        try:
            choice = choose_voice(reader.voices(), engine=reader.name, language=language)
            reading = master(reader.speak(text, choice))
        except InputError:
            return None
        return reading if any(phoneme.symbol for phoneme in reading.phonemes) else None
