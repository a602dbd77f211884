"""Mouth shapes for the sounds of the International Phonetic Alphabet.

The whole chart of the International Phonetic Association (2020) is here, so every language of a phonemic
voice is served; marks that do not show on the lips (tone, length, nasality, voicing) are dropped, and an
unknown letter falls back on the sound it most likely stands for.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Contact(Enum):
    """What a sound brings together where it can be seen."""

    NONE = "none"
    #: Both lips, fully closed.
    LIPS = "lips"
    #: The lower lip under the upper teeth.
    LIP_AND_TEETH = "lip and teeth"


@dataclass(frozen=True, kw_only=True)
class Viseme:
    """How the mouth looks while a sound is made.

    Attributes:
        jaw: opening of the jaw, 0 (closed) to 1.
        aperture: opening between the lips, 0 (closed) to 1.
        width: corners of the mouth, -1 (rounded) over 0 (rest) to 1 (spread).
        protrusion: how far the lips are pushed forward, 0 to 1.
        tongue: how much of the tongue shows between the teeth, 0 to 1.
        dominance: how much the sound insists on its shape against its neighbours, above 0, about 1 at most;
            little where the chart says nothing of the lips: those of n or k go from vowel to vowel.
        contact: what it brings together.
        vowel: whether stress opens it further.
        stop: whether a voice may mark it at its burst, after the closure has already been seen.
    """

    jaw: float
    aperture: float
    width: float
    protrusion: float
    tongue: float
    dominance: float
    contact: Contact = Contact.NONE
    vowel: bool = False
    stop: bool = False


#: What a letter looks like that nobody knows: a neutral, weak vowel.
NEUTRAL = Viseme(jaw=0.26, aperture=0.38, width=0.0, protrusion=0.05, tongue=0.0, dominance=0.45, vowel=True)

_Row = tuple[str, float, float, float, float, float, float]

# Letters, then jaw, aperture, width, protrusion, tongue, dominance.
_VOWELS: tuple[_Row, ...] = (
    ("i", 0.12, 0.13, 0.85, 0.0, 0.1, 1.0),
    ("ɪ", 0.19, 0.20, 0.5, 0.0, 0.1, 0.8),
    ("ᵻɨ", 0.18, 0.15, 0.3, 0.0, 0.1, 0.7),
    ("ɯ", 0.18, 0.15, 0.25, 0.0, 0.1, 0.8),
    ("y", 0.12, 0.10, -0.85, 0.95, 0.1, 1.0),
    ("ʏ", 0.20, 0.18, -0.7, 0.8, 0.1, 0.9),
    ("ʉ", 0.14, 0.10, -0.85, 0.95, 0.0, 1.0),
    ("u", 0.14, 0.10, -0.95, 1.0, 0.0, 1.0),
    ("ʊᵿ", 0.24, 0.19, -0.6, 0.6, 0.0, 0.9),
    ("e", 0.30, 0.38, 0.5, 0.0, 0.1, 1.0),
    ("ɘɤ", 0.36, 0.39, 0.1, 0.0, 0.1, 0.9),
    ("ø", 0.30, 0.34, -0.7, 0.8, 0.1, 1.0),
    ("ɵ", 0.35, 0.38, -0.6, 0.6, 0.0, 1.0),
    ("o", 0.42, 0.38, -0.7, 0.7, 0.0, 1.0),
    ("ə", 0.30, 0.44, 0.0, 0.05, 0.0, 0.5),
    ("ɚ", 0.28, 0.40, -0.25, 0.3, 0.1, 0.7),
    ("ɝɜ", 0.32, 0.46, -0.25, 0.3, 0.1, 0.9),
    ("ɞ", 0.42, 0.46, -0.4, 0.4, 0.1, 0.9),
    ("ɛ", 0.42, 0.62, 0.35, 0.0, 0.1, 1.0),
    ("œ", 0.45, 0.56, -0.5, 0.6, 0.1, 1.0),
    ("ʌ", 0.50, 0.64, 0.0, 0.05, 0.0, 0.9),
    ("ɔ", 0.60, 0.64, -0.5, 0.5, 0.0, 1.0),
    ("æ", 0.60, 0.80, 0.4, 0.0, 0.1, 1.0),
    ("ɐ", 0.55, 0.72, 0.0, 0.0, 0.0, 0.8),
    ("a", 0.80, 0.90, 0.12, 0.0, 0.0, 1.0),
    ("ɶ", 0.70, 0.80, -0.3, 0.4, 0.0, 1.0),
    ("ɑ", 0.85, 0.91, 0.0, 0.0, 0.0, 1.0),
    ("ɒ", 0.70, 0.80, -0.35, 0.3, 0.0, 1.0),
)
_LIPS: tuple[_Row, ...] = (
    ("pbɓ", 0.06, 0.0, 0.0, 0.10, 0.0, 1.0),
    ("mʘ", 0.06, 0.0, 0.0, 0.05, 0.0, 1.0),
    ("ʙ", 0.08, 0.0, 0.0, 0.20, 0.0, 1.0),
)
_LIP_AND_TEETH: tuple[_Row, ...] = (
    ("fv", 0.10, 0.14, 0.05, 0.0, 0.0, 1.0),
    ("ɱⱱ", 0.08, 0.10, 0.0, 0.0, 0.0, 1.0),
    ("ʋ", 0.12, 0.18, 0.0, 0.1, 0.0, 0.8),
)
_CONSONANTS: tuple[_Row, ...] = (
    ("ɸβ", 0.10, 0.13, -0.1, 0.2, 0.0, 1.0),
    ("wʍ", 0.12, 0.10, -0.95, 1.0, 0.0, 1.1),
    ("ɥ", 0.12, 0.10, -0.90, 1.0, 0.0, 1.1),
    ("θð", 0.14, 0.24, 0.1, 0.0, 1.0, 0.8),
    ("sz", 0.05, 0.17, 0.35, 0.0, 0.2, 0.7),
    ("ɬɮ", 0.10, 0.23, 0.3, 0.0, 0.5, 0.6),
    ("ʃʒɧ", 0.07, 0.25, -0.5, 0.7, 0.2, 1.0),
    ("ʂʐ", 0.07, 0.20, -0.35, 0.5, 0.2, 0.9),
    ("ɕʑ", 0.06, 0.17, 0.4, 0.0, 0.2, 0.8),
    ("nɳ", 0.12, 0.24, 0.1, 0.0, 0.7, 0.14),
    ("ɲ", 0.12, 0.24, 0.3, 0.0, 0.5, 0.25),
    ("ŋɴ", 0.18, 0.27, 0.05, 0.0, 0.0, 0.1),
    ("lɭɺǀǁǃ", 0.20, 0.32, 0.1, 0.0, 0.9, 0.2),
    ("ɫʟ", 0.20, 0.32, 0.0, 0.1, 0.8, 0.2),
    ("ʎ", 0.15, 0.27, 0.4, 0.0, 0.5, 0.3),
    ("ɹɻ", 0.18, 0.26, -0.4, 0.45, 0.3, 0.5),
    ("r", 0.20, 0.30, -0.1, 0.1, 0.6, 0.25),
    ("ɾ", 0.20, 0.30, 0.0, 0.0, 0.7, 0.14),
    ("ɽ", 0.18, 0.26, -0.3, 0.3, 0.5, 0.3),
    ("ʀʁ", 0.25, 0.33, 0.0, 0.0, 0.0, 0.1),
    ("çʝ", 0.12, 0.24, 0.4, 0.0, 0.2, 0.25),
    ("jǂ", 0.12, 0.16, 0.7, 0.0, 0.1, 0.5),
    ("xɣχɰ", 0.22, 0.32, 0.0, 0.0, 0.0, 0.1),
    ("hɦħʕʜʢ", 0.22, 0.32, 0.0, 0.0, 0.0, 0.12),
    ("ʔʡ", 0.10, 0.20, 0.0, 0.0, 0.0, 0.1),
)
_STOPS: tuple[_Row, ...] = (
    ("tdɗʈɖᶑ", 0.10, 0.22, 0.12, 0.0, 0.6, 0.14),
    ("kɡgɠqɢʛ", 0.18, 0.28, 0.05, 0.0, 0.0, 0.1),
    ("cɟʄ", 0.15, 0.25, 0.3, 0.0, 0.2, 0.25),
)


def _visemes(
    rows: Iterable[_Row], contact: Contact = Contact.NONE, *, vowel: bool = False, stop: bool = False
) -> dict[str, Viseme]:
    return {
        letter: Viseme(
            jaw=jaw,
            aperture=aperture,
            width=width,
            protrusion=protrusion,
            tongue=tongue,
            dominance=dominance,
            contact=contact,
            vowel=vowel,
            stop=stop or letter in "pbɓ",
        )
        for letters, jaw, aperture, width, protrusion, tongue, dominance in rows
        for letter in letters
    }


#: The shape of each letter of the alphabet.
VISEMES: Mapping[str, Viseme] = MappingProxyType(
    {
        **_visemes(_VOWELS, vowel=True),
        **_visemes(_LIPS, Contact.LIPS),
        **_visemes(_LIP_AND_TEETH, Contact.LIP_AND_TEETH),
        **_visemes(_CONSONANTS),
        **_visemes(_STOPS, stop=True),
    }
)

# Obsolete, ASCII and look-alike letters that voices print, by the letter of the chart they stand for.
_RESPELLED: Mapping[str, str] = MappingProxyType(
    {
        "ʦ": "s", "ʣ": "z", "ʧ": "ʃ", "ʤ": "ʒ", "ʨ": "ɕ", "ʥ": "ʑ", "ƾ": "s", "ƻ": "z", "ꭧ": "ʂ", "ꭦ": "ʐ",
        "ι": "ɪ", "ɩ": "ɪ", "ɷ": "ʊ", "ω": "ʊ", "ɼ": "r", "ƞ": "n", "ɿ": "ɨ", "ʅ": "ɨ", "ʮ": "y", "ʯ": "y",
        "ε": "ɛ", "γ": "ɣ", "φ": "ɸ", "λ": "ʎ", "δ": "ð", "σ": "s", "α": "ɑ",
        "ᴀ": "a", "ᴇ": "ɛ", "ᶕ": "ɚ", "ß": "s", "þ": "θ", "đ": "d", "ł": "l", "ı": "ɯ", "ǝ": "ə",
        "@": "ə", "0": "",
    }
)  # fmt: skip
_FALSE_LETTERS = "ʰʱʲʷˠˤⁿˡᶿˣᵊʼˈˌːˑ"


def _shape(letter: str) -> Viseme | None:
    """The shape of one character, None for a mark that does not show."""
    if (found := VISEMES.get(letter)) is not None:
        return found
    if letter in _FALSE_LETTERS or unicodedata.category(letter) in {"Mn", "Lm", "Sk", "Nd", "Po", "Ps", "Pe"}:
        return VISEMES.get(_RESPELLED.get(letter, ""))
    bare = unicodedata.normalize("NFD", letter.lower())[0]
    if (found := VISEMES.get(_RESPELLED.get(bare, bare))) is not None:
        return found
    return NEUTRAL if unicodedata.category(letter).startswith("L") else None


def shapes(symbol: str) -> tuple[Viseme, ...]:
    """The shapes of one phoneme in order: two for a diphthong, one for an affricate, never none.

    Args:
        symbol: IPA, possibly with marks; not empty (silence has no shape).
    """
    letters = unicodedata.normalize("NFC", symbol)
    found = [shape for letter in letters if (shape := _shape(letter)) is not None]
    if not found:
        return (NEUTRAL,)
    if len(found) > 1 and letters.endswith("h") and not found[0].vowel:
        found.pop()  # a breath after a stop, as in Hindi's ph
    if len(found) > 1 and found[0].stop and not any(shape.vowel for shape in found):
        # An affricate is seen as its fricative, but p and b are seen to close first.
        return tuple(found) if found[0].contact is Contact.LIPS else (found[-1],)
    return tuple(found)
