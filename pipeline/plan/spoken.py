"""What a voice is given of a shown text: the words, without the marks that it would read aloud."""

from __future__ import annotations

import regex

_WORD = regex.compile(r"[\p{L}\p{N}]")
_HAN = regex.compile(r"\p{Han}")
_LATIN = regex.compile(r"\p{Latin}")
_OTHER_LETTER = regex.compile(r"[\p{L}--\p{Latin}]", regex.V1)

# Pictures, arrows and ornaments; skin tones, selectors, joiners and tags belong to the picture before them.
_PICTURE = regex.compile(
    r"[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}"
    r"\u2190-\u21ff\u2300-\u23ff\u2500-\u27bf\u2900-\u297f\u2b00-\u2bff]"
    r"[\ufe0e\ufe0f\u200d\p{Emoji_Modifier}\U000e0020-\U000e007f]*"
)
_KEYCAP = regex.compile(r"[\ufe0e\ufe0f\u20e3]")
# The full-width forms of letters, digits and of the signs that are read aloud; other marks stay as they are.
_FULL_WIDTH = regex.compile(r"[０-９Ａ-Ｚａ-ｚ％＋＆＠＝＃＄／]")
_FULL_WIDTH_GAP = 0xFEE0
_SHOUT = regex.compile(r"[!?！？]{2,}")
_ELLIPSIS = regex.compile(r"(?:…+|\.{3,}|。{2,})")
# Emphasis and rules: stars, tildes and backticks unless they stand between words or numbers, as in 3*4.
_EMPHASIS = regex.compile(r"(?<![\p{L}\p{N}])[*~_]+|[*~_]+(?![\p{L}\p{N}])|[*~]{2,}|`+")
_RUN = regex.compile(r"([^\p{L}\p{N}\p{M}\s.…])\1{2,}")
_SPACES = regex.compile(r"\s+")
# Languages that write with Han characters themselves: a sentence with them needs no other language.
_HAN_LANGUAGES = frozenset({"zh", "cmn", "yue", "wuu", "hak", "nan", "ja", "ko"})


def has_words(text: str) -> bool:
    """Whether there is a letter or a digit to speak."""
    return _WORD.search(text) is not None


def spoken(shown: str) -> str:
    """The part of a shown text that is read aloud.

    Emoji, arrows and ornaments, emphasis marks and runs of marks go; several exclamation or question
    marks become one; full-width letters and digits become plain ones, since voices know only those.
    """
    text = _KEYCAP.sub("", _PICTURE.sub(" ", shown))
    text = _FULL_WIDTH.sub(lambda found: chr(ord(found[0]) - _FULL_WIDTH_GAP), text)
    text = _ELLIPSIS.sub("…", text)
    text = _SHOUT.sub(_one_mark, text)
    text = _EMPHASIS.sub("", text)
    text = _RUN.sub(" ", text)
    return _SPACES.sub(" ", text).strip()


def language_of(text: str, main: str) -> str:
    """The language that a sentence is spoken in: a BCP 47 tag.

    Han characters make it Chinese unless the script's main language writes with them too. In such a
    script, a sentence in Latin letters alone is English. Everything else is in the main language.
    """
    writes_han = main.partition("-")[0].lower() in _HAN_LANGUAGES
    if _HAN.search(text):
        return main if writes_han else "zh"
    if writes_han and _LATIN.search(text) and not _OTHER_LETTER.search(text):
        return "en"
    return main


def _one_mark(found: regex.Match[str]) -> str:
    marks = found[0]
    if "？" in marks or "?" in marks:
        return "？" if "？" in marks else "?"
    return "！" if "！" in marks else "!"
