"""What a voice that speaks with a model cannot do of what a row asks of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.engines.voice import Voice
from pipeline.plan.errors import Fact
from pipeline.plan.job import VoiceChoice
from pipeline.plan.lexicon import Entry, applied, given
from pipeline.plan.portrait import Finding
from pipeline.plan.sayable import is_silent, unsayable
from pipeline.plan.script import Sentence, split

#: The columns that a finding may be about.
SCRIPT, SPEED, PITCH = "script", "speed", "voice.pitch"

_NORMAL = 100
_MOST_NAMED = 12
_QUOTED = 40


def doubts_of(
    voice: Voice, choice: VoiceChoice, text: str, lexicon: Sequence[Entry] = ()
) -> Iterator[tuple[str, Finding]]:
    """What a voice will not do as it is asked: the column, and a warning or an error.

    Args:
        voice: who speaks.
        choice: as it was chosen.
        text: the script, normalised; empty for one that is yet to be written, of which nothing is known.
        lexicon: the dictionary that it is spoken by.
    """
    if choice.speed != _NORMAL and not voice.speeds:
        yield SPEED, _unheeded("voice-speed-unheeded", voice=voice.label, speed=choice.speed)
    if choice.pitch != _NORMAL and not voice.pitches:
        yield PITCH, _unheeded("voice-pitch-unheeded", voice=voice.label, pitch=choice.pitch)
    by_sounds = [] if voice.heeds_phonemes else [entry for entry in lexicon if entry.ipa]
    if not text or not (voice.alphabet or by_sounds):
        return
    pieces = split(text, language=choice.language, speed=choice.speed)
    sentences = [piece for piece in pieces if isinstance(piece, Sentence)]
    unheard: dict[str, None] = {}
    for sentence in sentences:
        _, said = applied(sentence.spoken, sentence.language, by_sounds, ipa=True)
        unheard |= {sentence.spoken[each.text_start : each.text_end]: None for each in said}
    if unheard:
        words = ", ".join(list(unheard)[:_MOST_NAMED])
        yield SCRIPT, _unheeded("lexicon-ipa-unheard", voice=voice.label, words=words)
    if voice.alphabet:
        yield from _left_out(voice, sentences, lexicon)


def _left_out(
    voice: Voice, sentences: Sequence[Sentence], lexicon: Sequence[Entry]
) -> Iterator[tuple[str, Finding]]:
    """The characters that it cannot say; a sentence of nothing else is refused."""
    named: dict[str, None] = {}
    for sentence in sentences:
        told = given(sentence.spoken, sentence.language, lexicon, ipa=voice.heeds_phonemes)
        if is_silent(told.text, voice.alphabet):
            silent: dict[str, Fact] = {"voice": voice.label, "text": sentence.shown[:_QUOTED]}
            yield SCRIPT, Finding(code="voice-characters-all", level="error", facts=silent)
            return
        named |= dict.fromkeys(unsayable(told.text, voice.alphabet))
    if named:
        characters = " ".join(list(named)[:_MOST_NAMED])
        facts: dict[str, Fact] = {"voice": voice.label, "characters": characters, "count": len(named)}
        yield SCRIPT, Finding(code="voice-characters-left-out", level="warning", facts=facts)


def _unheeded(code: str, **facts: Fact) -> Finding:
    return Finding(code=code, level="warning", facts=facts)
