"""What a voice that speaks with a model cannot do of what a row asks of it."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.engines.voice import Voice
from pipeline.plan.errors import Fact
from pipeline.plan.job import VoiceChoice
from pipeline.plan.portrait import Finding
from pipeline.plan.reading import read_aloud
from pipeline.plan.sayable import is_silent, unsayable
from pipeline.plan.script import Sentence, split

#: The columns that a finding may be about.
SCRIPT, SPEED, PITCH = "script", "speed", "voice.pitch"

_NORMAL = 100
_MOST_NAMED = 12
_QUOTED = 40


def doubts_of(voice: Voice, choice: VoiceChoice, text: str) -> Iterator[tuple[str, Finding]]:
    """What a voice will not do as it is asked: the column, and a warning or an error.

    Args:
        voice: who speaks.
        choice: as it was chosen.
        text: the script, normalised.
    """
    if choice.speed != _NORMAL and not voice.speeds:
        yield SPEED, _unheeded("voice-speed-unheeded", voice=voice.label, speed=choice.speed)
    if choice.pitch != _NORMAL and not voice.pitches:
        yield PITCH, _unheeded("voice-pitch-unheeded", voice=voice.label, pitch=choice.pitch)
    if voice.alphabet:
        yield from _left_out(voice, choice, text)


def _left_out(voice: Voice, choice: VoiceChoice, text: str) -> Iterator[tuple[str, Finding]]:
    """The characters that it cannot say; a sentence of nothing else is refused."""
    named: dict[str, None] = {}
    for piece in split(text, language=choice.language, speed=choice.speed):
        if not isinstance(piece, Sentence):
            continue
        given = piece.spoken if voice.reads_numbers else read_aloud(piece.spoken, piece.language)
        if is_silent(given, voice.alphabet):
            silent: dict[str, Fact] = {"voice": voice.label, "text": piece.shown[:_QUOTED]}
            yield SCRIPT, Finding(code="voice-characters-all", level="error", facts=silent)
            return
        named |= dict.fromkeys(unsayable(given, voice.alphabet))
    if named:
        characters = " ".join(list(named)[:_MOST_NAMED])
        facts: dict[str, Fact] = {"voice": voice.label, "characters": characters, "count": len(named)}
        yield SCRIPT, Finding(code="voice-characters-left-out", level="warning", facts=facts)


def _unheeded(code: str, **facts: Fact) -> Finding:
    return Finding(code=code, level="warning", facts=facts)
