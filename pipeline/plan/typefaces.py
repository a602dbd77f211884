"""Which fonts captions are set in: chosen by language and by what they can draw, the same ones each time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import regex

#: Weights as OpenType counts them; from here on a font is bold.
BOLD = 600

# Letters that every text of a language has; a font that lacks one of them is none for it.
_LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,;:!?'-"
_SAMPLES = {
    "zh": "的一是不了在人有我他这中大来上国个到说们，。？！",
    "ja": "のにはをたがでてとしれさアイウン日本人、。",
    "ko": "이다는을가에한하의은로고",
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "fa": "ابپتثجچحخدذرزسشصطعفقکگلمنهوی",
    "he": "אבגדהוזחטיכלמנסעפצקרשת",
    "th": "กขคงจชซดตถทนบปผพมยรลวสหอะาเแโ",
    "hi": "अआइईउएओकखगघचजटडतदनपबमयरलवशसह",
    "ru": "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "el": "αβγδεζηθικλμνξοπρστυφχψω",
}
#: Languages of which it is known what their texts need.
LANGUAGES = ("en", *_SAMPLES)
_CHINESE = frozenset({"zh", "cmn", "yue", "wuu", "hak", "nan"})
# The best first; a family that stands nowhere comes after all of them. Each language has its own shapes of
# the characters that Chinese, Japanese and Korean share.
_FAMILIES = (
    "Noto Sans",
    "Open Sans",
    "Source Sans 3",
    "Roboto",
    "Inter",
    "Liberation Sans",
    "DejaVu Sans",
)
_EASTERN = {
    "zh": (
        "Noto Sans CJK SC",
        "Noto Sans SC",
        "Source Han Sans SC",
        "WenQuanYi Micro Hei",
        "WenQuanYi Zen Hei",
    ),
    "zh-tw": ("Noto Sans CJK TC", "Noto Sans TC", "Source Han Sans TC"),
    "zh-hk": ("Noto Sans CJK HK", "Noto Sans HK", "Source Han Sans HC"),
    "ja": ("Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans", "IPAexGothic", "TakaoPGothic"),
    "ko": ("Noto Sans CJK KR", "Noto Sans KR", "Source Han Sans K", "NanumGothic"),
}
_SERIF = regex.compile(r"Serif|Song|Ming|Mincho|Batang|Times|Roman|Naskh", regex.IGNORECASE)
_USUAL_WEIGHT = 700
_UNDRAWN = regex.compile(r"[\s\p{C}\p{Variation_Selector}]")
# Pictures among letters, with what joins and colours them; they are not meant to be drawn in one colour.
_PICTURES = regex.compile(
    r"[\p{Extended_Pictographic}--[©®™]][\p{Emoji_Modifier}\uFE0F]*"
    r"(?:\u200D\p{Extended_Pictographic}[\p{Emoji_Modifier}\uFE0F]*)*"
    r"|\p{Regional_Indicator}+|[\uFE0F\u20E3]",
    regex.V1,
)
_EAST = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Bopomofo}\u3000-\u303F\uFF00-\uFFEF]")


@dataclass(frozen=True, kw_only=True)
class Face:
    """One font of a file, as far as captions need to know it.

    Attributes:
        path: the file.
        family: the name that the file gives its family.
        weight: as OpenType counts, 400 for regular.
        slanted: whether it is italic or oblique.
        fixed: whether all letters are equally wide.
        height: from ascender to descender, in thousandths of an em, as libass measures sizes.
        advance: how wide a letter of English text is on average, likewise.
        ranges: the characters that it draws: beginning, end, beginning, end, in order.
        own: whether the operator named its folder.
    """

    path: str
    family: str
    weight: int
    slanted: bool
    fixed: bool
    height: int
    advance: int
    ranges: tuple[int, ...]
    own: bool = False

    def draws(self, letters: Iterable[str]) -> bool:
        """Whether it has all of these characters."""
        return all(bisect_right(self.ranges, ord(letter)) % 2 for letter in letters)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a text is set in.

    Attributes:
        faces: the first one sets all that no other one does; each other one with its letters, in order.
        missing: letters that no font here can draw, in order.
    """

    faces: tuple[tuple[Face, str], ...]
    missing: str


def ranked(faces: Iterable[Face], language: str) -> tuple[Face, ...]:
    """Fonts in the order in which a language would be set in them."""
    return tuple(sorted(faces, key=lambda face: _rank(face, language)))


def choose(faces: Sequence[Face], *, language: str, text: str) -> Setting:
    """The fonts that a text is set in.

    The first one follows from the language alone, and each further one from the letter that needs it: a name
    in one film changes nothing about what the films share.

    Args:
        faces: the fonts that there are, as `ranked` gives them.
        language: BCP 47 tag of most of the text.
        text: all of it.
    """
    sample = usual_letters(language)
    upright = [face for face in faces if not face.slanted]
    usual = (face for wanted in (sample, _LATIN) for face in upright if face.draws(wanted))
    first = next(usual, None)
    letters: dict[Face, str] = {}
    missing = ""
    for letter in _needed(text):
        if first is not None and first.draws(letter):
            continue
        face = next((face for face in faces if face.draws(letter)), None)
        if face is None or first is None:
            missing += letter
        else:
            letters[face] = letters.get(face, "") + letter
    main = ((first, ""),) if first is not None else ()
    others = tuple((face, letters[face]) for face in faces if face in letters)
    return Setting(faces=(*main, *others), missing=missing)


def can_set(faces: Sequence[Face], language: str) -> bool:
    """Whether there is a font for a language's usual letters."""
    return any(face.draws(usual_letters(language)) for face in faces)


def usual_letters(language: str) -> str:
    """Letters that every text of a language has: what a font for one that is yet to be written needs."""
    return _LATIN + _SAMPLES.get(_primary(language), "")


def undrawn(faces: Sequence[Face], text: str) -> str:
    """The letters of a text that none of some fonts draws, each once, in order."""
    return "".join(letter for letter in _needed(text) if not any(face.draws(letter) for face in faces))


def without_pictures(text: str) -> str:
    """A text without emoji."""
    return text if text.isascii() else _PICTURES.sub("", text)


def packages_for(letters: str) -> str:
    """The packages of Debian and Ubuntu that bring fonts for letters."""
    eastern = "".join(_EAST.findall(letters))
    names = (["fonts-noto-cjk"] if eastern else []) + (
        ["fonts-noto-core"] if len(letters) > len(eastern) else []
    )
    return " ".join(names)


def _needed(text: str) -> list[str]:
    """The letters of a text that have to be drawn, each once, in order."""
    return sorted(set(_UNDRAWN.sub("", "".join(set(without_pictures(text))))))


def _primary(language: str) -> str:
    primary = language.partition("-")[0].casefold()
    return "zh" if primary in _CHINESE else primary


def _rank(face: Face, language: str) -> tuple[object, ...]:
    """Smaller is better: the operator's own, known families, sans serif, upright, of the usual weight."""
    region = language.casefold().replace("hant", "tw")
    known = (*_EASTERN.get(region, ()), *_EASTERN.get(_primary(language), ()), *_FAMILIES)
    if not _EASTERN.get(_primary(language)):
        known = (*known, *_EASTERN["zh"])
    place = known.index(face.family) if face.family in known else len(known)
    return (
        not face.own,
        face.slanted,
        place,
        face.fixed,
        _SERIF.search(face.family) is not None,
        abs(face.weight - _USUAL_WEIGHT),
        face.family,
        face.path,
    )
