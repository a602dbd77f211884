"""How long the sounds of a word last against each other, where only the whole word's time is known.

Kinds of sounds and their order are those of D. H. Klatt, Synthesis by rule of segmental durations in English
sentences, 1979; the numbers are coarser, and were chosen on sentences of English, Mandarin and German.
docs/quality.md tells what they are worth.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

_VOWELS = frozenset("aæɑɒɶɔœɛɜʌɞeoøɵɤɘɐiyɯuɪʊʏɨʉᵻəɚɝ")
_SHORT_VOWELS = frozenset("ɐᵻəɚ")
_STRESS = frozenset("ˈˌ")
_LENGTH = frozenset("ːˑ")
_RELEASES = frozenset("ʰʱʲʷˠˤⁿˡ")
# A consonant is 100. A vowel in a syllable without stress is shorter, and so is a diphthong's second half.
_CONSONANT = 100
_CONSONANTS: Mapping[str, int] = {"s": 130, "ʃ": 130, "f": 120, "h": 90, "ð": 70, "ɾ": 60}
_VOWEL, _GLIDE, _LONGER, _RELEASE = 180, 80, 50, 30
_UNSTRESSED, _SHORTER = 70, 75


def inherent(letters: Sequence[str]) -> tuple[int, ...]:
    """How long each letter of a word's IPA lasts, against the others; 0 for marks of stress.

    Args:
        letters: of one word; a word without marks of stress is spoken as if all of it were stressed.
    """
    marked = not _STRESS.isdisjoint(letters)
    found: list[int] = []
    stressed, before = not marked, ""
    for letter in letters:
        if letter in _STRESS:
            stressed = True
        found.append(_length(letter, before, stressed=stressed))
        if letter in _VOWELS:
            stressed = not marked
        before = letter
    return tuple(found)


def _length(letter: str, before: str, *, stressed: bool) -> int:
    if letter in _STRESS:
        return 0
    if letter in _LENGTH:
        return _LONGER
    if letter in _VOWELS:
        own = _GLIDE if before in _VOWELS else _VOWEL
        own = own * (100 if stressed else _UNSTRESSED) // 100
        return own * _SHORTER // 100 if letter in _SHORT_VOWELS else own
    if letter in _RELEASES or unicodedata.category(letter)[0] == "M":
        return _RELEASE
    return _CONSONANTS.get(letter, _CONSONANT)
