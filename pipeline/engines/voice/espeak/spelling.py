"""How a voice of espeak-ng is told sounds: IPA becomes the mnemonics of the voice's own phonemes.

Which mnemonics there are stands in the library's table of phonemes; what each of them means in a voice the
library tells itself, as the symbols of `events` when it is made to speak them. So no table of ours can be
wrong for a language, and what a voice says is what its symbols say.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from pipeline.engines.voice.espeak.events import sounds_by_word
from pipeline.plan.speech import Said

# espeak-ng 1.52, compiledata.c: tables begin with how many phonemes they have of their own, and a name.
_TABLES, _TABLE_HEAD, _PHONEME = 4, 36, 16
_KIND = 11
_VOWEL = 2
# Vowels, liquids, stops, fricatives and nasals; pauses, stress and tones are no sounds.
_SOUNDS = range(_VOWEL, 9)
# These have meanings of their own between double brackets.
_PLAIN = regex.compile(r"[!-~--\[\]',%=_|]{1,4}", regex.V1)
# Each sound is learnt before or behind another one, since voices say some otherwise where a word ends.
_AFTER_VOWEL, _AFTER_CONSONANT = "k", "a"
# IPA that voices spell in one way alone.
_SPELLED = str.maketrans(
    {"g": "ɡ", ":": "ː", "'": "ˈ", "\u0361": "", "\u035c": "", ".": "", "‿": "", "-": ""}
)
_AFFRICATES = (("ʈʂ", "tʂ"), ("ɖʐ", "dʐ"), ("t̪s", "ts"), ("ʧ", "tʃ"), ("ʤ", "dʒ"), ("ʦ", "ts"))
_STRESS: Mapping[str, str] = {"ˈ": "'", "ˌ": ","}
# Chao's tone letters, as the tones of Chinese voices are numbered.
_TONES: Mapping[str, str] = {"˥": "5", "˦": "4", "˧": "3", "˨": "2", "˩": "1"}


def _relatives(text: str) -> dict[str, tuple[str, ...]]:
    rows = (row.split() for row in text.replace("\n", "|").split("|"))
    return {row[0]: tuple(row[1:]) for row in rows if row}


# What comes closest in a voice that lacks a sound, best first, by place and manner in the chart of the IPA.
_RELATIVES: Mapping[str, tuple[str, ...]] = _relatives("""
    ɒ ɔ ɔː ɑː ɑ a | ɑ ɑː a | a æ ɑ ɑː | æ a ɛ | ɐ ʌ ə a | ʌ ɐ ə a | ɜ ɜː ə | ɚ ə | ɘ ə | ɵ ə o | ə ɐ ʌ e
    ɛ e | e ɛ | ɪ i iː | i ɪ iː | ʊ u uː | u ʊ uː | ɔ ɔː o | o ɔ oʊ | y ʏ yː i iː | ʏ y ɪ i | ø œ øː e ə
    œ ø ɛ e | ɨ ɪ i | ʉ uː u | ɯ ʊ u uː | ɤ ʌ o ə | ɹ r ɾ | r ɹ ɾ ʁ | ɾ r ɹ | ɻ ɹ r | ʁ ʀ r ɹ | ʀ ʁ r ɹ
    ʎ j l | ɫ l | ɬ l | ɭ l | θ s t | ð z d | β b v | ɸ f | ʋ v w | ɣ ɡ | χ x k | x χ h k | ç ʃ x h
    ʝ j | ɕ ʃ s | ʑ ʒ z | ʂ ʃ s | ʐ ʒ z | ɲ n | ɳ n | ŋ n | ʈ t | ɖ d | ɟ ɡ | c k | q k | ɦ h | h x
    ħ h | ʍ w | ɥ w j
""")
# Left out where a voice does not know them: breath, length and narrow marks.
_MARKS = frozenset("ʔʲʰʷˠˑː\u0329\u0303\u032f\u0325\u032a\u0320\u031f")


@dataclass(frozen=True, kw_only=True)
class Question:
    """A text that makes a voice tell what its mnemonics mean.

    Attributes:
        text: what it is to speak, sounds heeded.
        places: which mnemonic stands at which character.
        vowels: those of them that are vowels somewhere.
    """

    text: str
    places: Mapping[int, str]
    vowels: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Written:
    """A text with some words as mnemonics, and for each of its characters the one that it stands for."""

    text: str
    places: tuple[int, ...]


def question_of(table: bytes) -> Question:
    """What to ask any voice of the library.

    Args:
        table: the library's file ``phontab``.

    Raises:
        ValueError: it is none.
    """
    kinds = dict(reversed(list(_phonemes(table))))
    text, places = "", {}
    # Of several mnemonics with one meaning the shortest is the usual one, and the one that is learnt.
    for name in sorted(kinds, key=lambda name: (len(name), name)):
        places[len(text) + 2] = name
        text += f"[[{name}|{_AFTER_VOWEL if kinds[name] == _VOWEL else _AFTER_CONSONANT}]], "
    vowels = frozenset(name for name, kind in kinds.items() if kind == _VOWEL)
    return Question(text=text, places=places, vowels=vowels)


def alphabet_of(answer: bytes, question: Question, *, voice: str) -> Mapping[str, str]:
    """The mnemonic of each sound, in IPA, that a voice can make.

    Args:
        answer: what the voice answered to the question.
        question: the question.
        voice: the voice's name without its variant.

    Raises:
        ValueError: the answer is malformed.
    """
    sounds = sounds_by_word(answer, voice)
    # A mnemonic that a voice does not have is taken apart, or left out: two sounds are one and what follows.
    pairs = {
        name: heard
        for place, name in question.places.items()
        if len(heard := sounds.get(place, ())) == 2  # noqa: PLR2004
    }
    usual = {
        vowels: Counter(after for name, (_, after) in pairs.items() if (name in question.vowels) == vowels)
        for vowels in (True, False)
    }
    known: dict[str, str] = {}
    for name, (sound, after) in pairs.items():
        if [after] == [each for each, _ in usual[name in question.vowels].most_common(1)]:
            known.setdefault(sound, name)
    return known


def mnemonics(ipa: str, alphabet: Mapping[str, str]) -> str | None:
    """A word's sounds as a voice is told them; None when one of them has no likeness in the voice.

    Several words are parted by spaces. The longest sounds are found first: ``tʃ`` before ``t``.
    """
    text = unicodedata.normalize("NFC", ipa.strip()).translate(_SPELLED)
    for narrow, broad in _AFFRICATES:
        text = text.replace(narrow, broad)
    parts: list[str] = []
    at = 0
    while at < len(text):
        if text[at] in _STRESS or text[at] in _TONES or text[at] == " ":
            mark = text[at]
            tone = mark in _TONES
            parts.append(_TONES[mark] if tone else _STRESS.get(mark, " "))
            at += 1
            # The next letter of a tone belongs to the same mnemonic.
            if tone and not (at < len(text) and text[at] in _TONES):
                parts.append("|")
            continue
        taken = _longest(text, at, alphabet)
        if taken is None:
            return None
        name, at = taken
        parts.append(f"{name}|" if name else "")
    return "".join(parts).replace("| ", " ").rstrip("|")


def write(text: str, said: Sequence[Said], alphabet: Mapping[str, str]) -> Written | None:
    """The text with words as mnemonics; None when there is none that the voice could be told.

    Brackets of the text's own are parted, so that nothing else in it is read as mnemonics.
    """
    parts: list[str] = []
    places: list[int] = []

    def put(piece: str, at: int, *, moving: bool) -> None:
        parts.append(piece)
        places.extend(at + (index if moving else 0) for index in range(len(piece)))

    spelled = [(each, name) for each in said if (name := mnemonics(each.ipa, alphabet))]
    edges = [0, *(edge for each, _ in spelled for edge in (each.text_start, each.text_end)), len(text)]
    for index, (start, end) in enumerate(pairwise(edges)):
        if index % 2:
            before, after = text[start - 1 : start], text[end : end + 1]
            gaps = (" " if before.isalnum() else "", " " if after.isalnum() else "")
            put(f"{gaps[0]}[[{spelled[index // 2][1]}]]{gaps[1]}", start, moving=False)
            continue
        for at in range(start, end):
            put(text[at], at, moving=True)
            if text[at] == "[":
                put(" ", at, moving=False)
    if not spelled:
        return None
    return Written(text="".join(parts), places=(*places, len(text)))


def _phonemes(table: bytes) -> Iterator[tuple[str, int]]:
    """Mnemonic and kind of every sound of every table; the same mnemonic may come again."""
    if len(table) < _TABLES:
        raise ValueError("no table of phonemes")
    at = _TABLES
    for _ in range(table[0]):
        count, at = table[at], at + _TABLE_HEAD
        for start in range(at, at + count * _PHONEME, _PHONEME):
            name = table[start : start + 4].split(b"\0")[0].decode("ascii", "replace")
            if table[start + _KIND] in _SOUNDS and _PLAIN.fullmatch(name):
                yield name, table[start + _KIND]
        at += count * _PHONEME
    if at > len(table):
        raise ValueError("a table of phonemes that is cut short")


def _longest(text: str, at: int, alphabet: Mapping[str, str]) -> tuple[str, int] | None:
    """The mnemonics of the longest sound that begins there, or of its next relative, and where it ends."""
    for end in range(min(len(text), at + 5), at, -1):
        if text[at:end] in alphabet:
            return alphabet[text[at:end]], end
    for relative in _RELATIVES.get(text[at], ()):
        if relative in alphabet:
            # A length that the relative has already is not said twice.
            lengthened = relative.endswith("ː") and text[at + 1 : at + 2] == "ː"
            return alphabet[relative], at + 1 + lengthened
    return ("", at + 1) if text[at] in _MARKS else None
