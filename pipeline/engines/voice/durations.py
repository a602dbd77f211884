"""How long a model made each of its letters or sounds, as times of phonemes and words.

Models that plan durations (VITS and its like) read a row of tokens, one character each: letters of the text,
or IPA with a mark before a stressed syllable and one behind a long sound. Between any two of them many have a
blank, in which the one sound goes over into the other.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.plan.speech import Phoneme, Word

# A blank between words is no pause unless it lasts: a model parts words that are spoken in one breath, too.
_PAUSE_MS = 100
_PRIMARY = "ˈ"
_STRESS = frozenset({_PRIMARY, "ˌ"})
# What belongs to the sound, or the letter, before it: length, aspiration, an apostrophe and the like.
_BEHIND = frozenset("ːˑʰʱʲʷˠˤⁿˡ˞'’")
# What is behind a tie belongs to the sound before it.
_TIES = frozenset("\u0361\u035c")


@dataclass(frozen=True, kw_only=True)
class Timed:
    """A token of a model, one character or none for a blank, and how many frames it lasts."""

    symbol: str
    frames: int


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Tokens that belong together: a sound, or what lies between two; `marked` by punctuation."""

    symbol: str
    start: int
    end: int
    stressed: bool = False
    marked: bool = False


def phonemes_of(tokens: Sequence[Timed], *, hop: int, samples: int, rate: int) -> tuple[Phoneme, ...]:
    """The sounds of a model that reads IPA, without gaps from the first sample to the last.

    A blank goes to the sound before it, a mark of stress to the one behind it. Punctuation is silence, and so
    is a blank between words that is long enough to be heard as one; a shorter one is not.

    Args:
        tokens: in order, blanks included.
        hop: samples of a frame.
        samples: how many there are in all.
        rate: samples a second.
    """
    pause = rate * _PAUSE_MS // 1000
    found: list[Phoneme] = []
    for part in _bounded(_parts(tokens, hop), samples):
        unheard = not part.marked and part.end - part.start < pause
        if found and not part.symbol and (unheard or not found[-1].symbol):
            found[-1] = replace(found[-1], end=part.end)
        else:
            found.append(Phoneme(symbol=part.symbol, start=part.start, end=part.end, stressed=part.stressed))
    return tuple(found)


def words_of(
    tokens: Sequence[Timed], text: str, *, hop: int, samples: int, places: Sequence[tuple[int, int]] = ()
) -> tuple[Word, ...]:
    """The words that a model spoke, from their first sound to their last; none if they are not the text's.

    Args:
        tokens: in order, blanks included; spaces and punctuation part words.
        text: what was to be spoken.
        hop: samples of a frame.
        samples: how many there are in all.
        places: from which character of the text up to which each of the tokens' words stands, where somebody
            has spelled them anew; else they are the text's own, one for one.
    """
    spoken = list(_spoken(_bounded(_parts(tokens, hop), samples)))
    written = list(places) or list(_written(text))
    if len(spoken) != len(written):
        return ()
    pairs = zip(spoken, written, strict=True)
    return tuple(Word(start=a, end=b, text_start=c, text_end=d) for (a, b), (c, d) in pairs if a < b)


def _parts(tokens: Iterable[Timed], hop: int) -> Iterator[_Part]:
    """Sounds and what lies between them, each from where the one before ended."""
    held: _Part | None = None
    begun, stressed, tied = None, False, False
    for symbol, start, end in _without_blanks(tokens, hop):
        if symbol in _STRESS:
            # Its frames lead to the sound that it speaks of.
            begun, stressed = start if begun is None else begun, symbol == _PRIMARY
            continue
        if held is not None and held.symbol and (tied or _is_behind(symbol)):
            held = replace(held, symbol=held.symbol + symbol, end=end)
        elif held is not None and not held.symbol and not _sounds(symbol):
            held = replace(held, end=end, marked=held.marked or _marks(symbol))
        else:
            if held is not None:
                yield held
            shown = symbol if _sounds(symbol) else ""
            first = start if begun is None else begun
            held = _Part(symbol=shown, start=first, end=end, stressed=stressed, marked=_marks(symbol))
        begun, stressed, tied = None, False, symbol in _TIES
    if held is not None:
        yield held


def _without_blanks(tokens: Iterable[Timed], hop: int) -> Iterator[tuple[str, int, int]]:
    """Tokens from where to where they last, each with the blanks behind it; first perhaps a blank alone."""
    held: tuple[str, int, int] | None = None
    at = 0
    for token in tokens:
        start, at = at, at + token.frames * hop
        if held is not None and not token.symbol:
            held = (held[0], held[1], at)
        else:
            if held is not None:
                yield held
            held = (token.symbol, start, at)
    if held is not None:
        yield held


def _bounded(parts: Iterable[_Part], samples: int) -> Iterator[_Part]:
    """The parts within so many samples, the last one up to their end; what has no length is left out."""
    kept = [replace(part, end=min(part.end, samples)) for part in parts if part.start < samples]
    kept = [part for part in kept if part.start < part.end]
    if kept and kept[-1].end < samples:
        last = kept[-1]
        if last.symbol:
            kept.append(_Part(symbol="", start=last.end, end=samples, marked=True))
        else:
            kept[-1] = replace(last, end=samples)
    return iter(kept)


def _spoken(parts: Iterable[_Part]) -> Iterator[tuple[int, int]]:
    """From where to where each word sounds."""
    begun: tuple[int, int] | None = None
    for part in parts:
        if part.symbol:
            begun = (part.start if begun is None else begun[0], part.end)
        elif begun is not None:
            yield begun
            begun = None
    if begun is not None:
        yield begun


def _written(text: str) -> Iterator[tuple[int, int]]:
    """From which character up to which each word of a text stands."""
    start = None
    for at, character in enumerate(f"{text} "):
        if _sounds(character) or (start is not None and _is_behind(character)):
            start = at if start is None else start
        elif start is not None:
            yield start, at
            start = None


def _sounds(symbol: str) -> bool:
    """Whether a token is a letter or a digit: anything else is not heard as itself."""
    return bool(symbol) and unicodedata.category(symbol[0])[0] in "LN" and symbol not in _BEHIND


def _marks(symbol: str) -> bool:
    """Whether a token is punctuation, and not a blank or a space."""
    return bool(symbol) and not symbol.isspace()


def _is_behind(symbol: str) -> bool:
    """Whether a token says something of the sound before it."""
    return symbol in _BEHIND or (bool(symbol) and unicodedata.category(symbol[0])[0] == "M")
