"""Who speaks: a language or a voice's name becomes a choice, and each sentence finds its own speaker."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from pipeline.engines.voice import Voice
from pipeline.plan.errors import InputError
from pipeline.plan.job import VoiceChoice

#: Speed and pitch, in per cent of the voice's own.
PER_CENT = (50, 200)
_SUGGESTIONS = 5
# One letter in four may be wrong. Shorter words differ from each other by as little anyway.
_LIKENESS, _SHORTEST = 0.75, 4
_USUAL = ("en", "zh", "es", "fr", "de")
_EXACT, _GENERAL, _RELATED, _FOREIGN = 3, 2, 1, 0


def choose_voice(
    voices: Sequence[Voice],
    *,
    engine: str,
    language: str = "",
    name: str = "",
    speed: int = 100,
    pitch: int = 100,
) -> VoiceChoice:
    """The choice that a language, a voice's name or both mean; upper and lower case are the same.

    Args:
        voices: every voice of the engine, as `VoiceEngine.voices` gives them.
        engine: name of the engine.
        language: BCP 47 tag; empty: the one that the named voice is made for.
        name: a voice's name; empty: the first voice that speaks the language best.
        speed: per cent.
        pitch: per cent.

    Raises:
        InputError: ``voice-unknown`` or ``voice-language-unknown`` with what comes closest (of models, with
            every language), ``voice-language-foreign``: the named voice does not speak that language, or
            ``voice-speed-range`` or ``voice-pitch-range``.
        ValueError: neither a language nor a name is given.
    """
    if not (language or name):
        raise ValueError("neither a language nor a voice")
    for code, value in (("voice-speed-range", speed), ("voice-pitch-range", pitch)):
        if not PER_CENT[0] <= value <= PER_CENT[1]:
            raise InputError(code, value=value, low=PER_CENT[0], high=PER_CENT[1])
    voice = _named(voices, engine, name) if name else _speaker(voices, engine, language)
    if language and not speaks(voice, language):
        # What nobody speaks is no language, whoever was to speak it.
        _speaker(voices, engine, language)
        spoken = ", ".join(voice.languages)
        named = voice.label if voice.model else voice.name
        raise InputError("voice-language-foreign", voice=named, language=language, spoken=spoken)
    return VoiceChoice(
        engine=engine,
        name=voice.name,
        language=language or voice.languages[0],
        speed=speed,
        pitch=pitch,
        model=voice.model,
    )


def choice_for(voices: Sequence[Voice], choice: VoiceChoice, language: str) -> VoiceChoice:
    """Who speaks a sentence of a job: the job's own voice if it knows the language, else another one.

    The other one keeps speed, pitch and, where there is such a voice, the timbre. In a language that no voice
    speaks, the job's own voice does what it can.
    """
    own = next((voice for voice in voices if voice.name == choice.name), None)
    if language == choice.language or own is None or speaks(own, language):
        return choice
    alike = [voice for voice in voices if voice.timbre == own.timbre]
    found = _closest(alike, language) or _closest(voices, language)
    return replace(choice, name=found.name, language=language) if found else choice


def speaks(voice: Voice, language: str) -> bool:
    """Whether a voice speaks a language: the very tag, or another one of the same primary language."""
    return _closeness(voice, language) > _FOREIGN


def _named(voices: Sequence[Voice], engine: str, name: str) -> Voice:
    wanted = name.casefold()
    for voice in voices:
        if voice.name.casefold() == wanted:
            return voice
    near = _near(name, [voice.name for voice in voices]) or _usual(voices, lambda voice: voice.name)
    raise InputError("voice-unknown", voice=name, engine=engine, near=near)


def _speaker(voices: Sequence[Voice], engine: str, language: str) -> Voice:
    found = _closest(voices, language)
    if found is None:
        known = list(dict.fromkeys(tag for voice in voices for tag in voice.languages))
        near = _near(language, known) or _usual(voices, lambda voice: voice.languages[0])
        if all(voice.model for voice in voices):
            # A model's languages are few.
            near = ", ".join(known)
        raise InputError("voice-language-unknown", language=language, engine=engine, near=near)
    return found


def _closest(voices: Sequence[Voice], language: str) -> Voice | None:
    """The first of those voices that come closest to a language; None if none speaks it."""
    best = max(voices, key=lambda voice: _closeness(voice, language), default=None)
    return best if best is not None and speaks(best, language) else None


def _closeness(voice: Voice, language: str) -> int:
    """How well a voice's languages match a tag: itself, a more general tag, or the primary language alone.

    The order of RFC 4647's lookup, then any relative: Australian English is spoken by a British voice before
    it is refused.
    """
    wanted = _spelled(language)
    known = [_spelled(tag) for tag in voice.languages]
    if wanted in known:
        return _EXACT
    if any(wanted.startswith(f"{tag}-") for tag in known):
        return _GENERAL
    primary = wanted.partition("-")[0]
    return _RELATED if primary in {tag.partition("-")[0] for tag in known} else _FOREIGN


def _spelled(tag: str) -> str:
    return tag.strip().replace("_", "-").casefold()


def _near(word: str, known: Iterable[str]) -> str:
    """The names that a word may be a slip for, best first; empty when none is like it."""
    if len(word) < _SHORTEST:
        return ""
    close = difflib.get_close_matches(word, sorted(set(known)), n=_SUGGESTIONS, cutoff=_LIKENESS)
    return ", ".join(close)


def _usual(voices: Sequence[Voice], told: Callable[[Voice], str]) -> str:
    """What most people look for, where nothing like their word is there: a voice for each great language."""
    found = (_closest(voices, language) for language in _USUAL)
    names = dict.fromkeys(told(voice) for voice in found if voice is not None)
    return ", ".join(names or [told(voice) for voice in voices[:_SUGGESTIONS]])
