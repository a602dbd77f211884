"""Where a script is spoken: it becomes lines for a voice, and each line speech that can be laid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.engines.voice import PLAINLY, BatchVoice, Direction, VoiceConverter, VoiceEngine
from pipeline.engines.voice.aligned import Aligner
from pipeline.engines.voice.choice import choice_for
from pipeline.plan.hearing import CheckPart
from pipeline.plan.job import VoiceChoice
from pipeline.plan.keys import digest_of
from pipeline.plan.lexicon import Entry, given
from pipeline.plan.script import Pause, Sentence, split
from pipeline.plan.speech import Said, Speech
from pipeline.plan.trim import master
from pipeline.spans import span

# Raised by hand whenever `trim.master`, the resampler or `wave` give other bytes for the same speech.
_SCHEMA = 1
# So many lines are handed at once to an engine that speaks several faster than one after the other.
_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class Line:
    """A sentence as one voice is to say it.

    Attributes:
        key: of its speech.
        choice: who says it.
        sentence: what captions show of it, and what the voice is given.
        direction: how it is said beyond the choice.
    """

    key: str
    choice: VoiceChoice
    sentence: Sentence
    direction: Direction = PLAINLY


@dataclass(frozen=True, kw_only=True)
class Booth:
    """A voice with all that helps it.

    Attributes:
        voice: the engine that speaks.
        converter: makes what it speaks sound like a person, for a choice with a converter.
        timbre: whose voice it is, for a choice with latents.
        aligner: finds the times of phonemes that a voice with a model does not tell.
    """

    voice: VoiceEngine
    converter: VoiceConverter | None = None
    timbre: bytes = b""
    aligner: Aligner | None = None

    @property
    def at_once(self) -> int:
        """How many lines are best given to `speak_all` together."""
        return _AT_ONCE if isinstance(self.voice, BatchVoice) else 1

    def lines_of(
        self,
        text: str,
        choice: VoiceChoice,
        *,
        lexicon: Sequence[Entry] = (),
        check: CheckPart | None = None,
    ) -> tuple[Line | Pause, ...]:
        """The lines and pauses of a script: who says each, in which words and with which sounds.

        Args:
            text: the script.
            choice: who speaks; a sentence in another language finds a speaker of its own.
            lexicon: the dictionary.
            check: for keys under which accepted takes alone stand.

        Raises:
            InputError: as `script.split`.
        """
        voices = self.voice.voices()
        known = {voice.name: voice for voice in voices}
        parts: list[Line | Pause] = []
        for piece in split(text, language=choice.language, speed=choice.speed):
            if isinstance(piece, Pause):
                parts.append(piece)
                continue
            own = choice_for(voices, choice, piece.language)
            speaker = known.get(own.name)
            heeds = speaker is not None and speaker.heeds_phonemes
            words = given(piece.spoken, piece.language, lexicon, ipa=heeds)
            timbre = self.timbre if speaker is not None and speaker.cloned else b""
            parts.append(
                Line(
                    key=self.key(own, words.text, said=words.said, check=check),
                    choice=own,
                    sentence=replace(piece, spoken=words.text),
                    direction=Direction(said=words.said, timbre=timbre),
                )
            )
        return tuple(parts)

    def key(
        self, choice: VoiceChoice, text: str, *, said: Sequence[Said] = (), check: CheckPart | None = None
    ) -> str:
        """The key of a speech: everything that shapes its sound and its times, and nothing else.

        What plays no part is left out, so that such a speech has the key that it always had.
        """
        parts: dict[str, object] = {}
        if said:
            parts["said"] = list(said)
        if choice.converter and self.converter is not None:
            parts["converter"] = [self.converter.name, self.converter.version]
        if choice.model and self.aligner is not None:
            parts["aligner"] = self.aligner.version
        if check is not None:
            parts["check"] = check
        engine, version = self.voice.name, self.voice.version
        return digest_of("speech", _SCHEMA, engine=engine, version=version, choice=choice, text=text, **parts)

    def speak_all(self, lines: Sequence[Line]) -> Iterator[Speech]:
        """The speech of each line, in order, at 48 kHz and ready to be laid; made while it is asked for.

        Raises:
            InputError, TransientError: as the engines.
        """
        spoken, facts = self._spoken(lines), {"lectern.engine": self.voice.name}
        for line in lines:
            with span(f"speak {self.voice.name}", {**facts, "lectern.key": line.key}):
                speech = self._finished(line, next(spoken))
            yield speech

    def _spoken(self, lines: Sequence[Line]) -> Iterator[Speech]:
        if isinstance(self.voice, BatchVoice) and len(lines) > 1:
            yield from self.voice.speak_all([(x.sentence.spoken, x.choice, x.direction) for x in lines])
            return
        for line in lines:
            if line.direction == PLAINLY:
                # Engines of others may know no directions.
                yield self.voice.speak(line.sentence.spoken, line.choice)
            else:
                yield self.voice.speak(line.sentence.spoken, line.choice, line.direction)

    def _finished(self, line: Line, speech: Speech) -> Speech:
        if line.choice.converter and self.converter is not None:
            speech = self.converter.convert(speech, self.timbre)
        if line.choice.model and self.aligner is not None:
            speech = self.aligner.times(line.sentence.spoken, line.sentence.language, speech)
        return master(speech)
