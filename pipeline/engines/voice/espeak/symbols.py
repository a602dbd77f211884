"""espeak-ng's names of sounds as IPA.

Most of its languages name their sounds in IPA. Where a phoneme has no IPA name, the library gives its own
mnemonic (espeak-ng, docs/phonemes.md), which is close to X-SAMPA; Cantonese gives Jyutping. These few are
spelled here in IPA, so that whoever reads a symbol needs one alphabet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# Longest first where one begins another.
_MNEMONICS: tuple[tuple[str, str], ...] = (
    ("nɡ", "ŋ"),
    ("o-", "ɤ"),
    ("i̪", "ɨ"),
    ("i.", "ɨ"),
    ("n^", "ɲ"),
    ("t[", "t̪"),
    ("d[", "d̪"),
    ("s.", "ʂ"),
    ("z.", "ʐ"),
    ("t.", "ʈ"),
    ("d.", "ɖ"),
    ("n.", "ɳ"),
    ("l.", "ɭ"),
    ("r.", "ɽ"),
    ("A", "ɑ"),
    ("E", "ɛ"),
    ("I", "ɪ"),
    ("N", "ŋ"),
    ("O", "ɔ"),
    ("S", "ʃ"),
    ("U", "ʊ"),
    ("X", "χ"),
    ("Z", "ʒ"),
    ("g", "ɡ"),
    (":", "ː"),
)
_BY_LANGUAGE: Mapping[str, tuple[tuple[str, str], ...]] = {
    "yue": (
        ("aa", "aː"),
        ("eo", "ɵ"),
        ("oe", "œː"),
        ("yu", "yː"),
        ("z", "ts"),
        ("c", "tsʰ"),
    ),
}
_ASPIRATED = re.compile(r"(?<=[ptkcɕʂsʃʈ])h$")
_STRESS = re.compile("[ˈˌ]")
# Tone letters and digits, and whatever mark of the library is left.
_MARKS = re.compile("[\\x00-\\x60{-\\x7f\u02e5-\u02e9\ufffd]")


def ipa(symbol: str, voice: str) -> str:
    """The IPA of one of the library's symbols, without stress and tone; empty for silence.

    Length marks, syllabic and aspirated ones stay; diphthongs and affricates are several letters:
    ``ˈoʊ`` gives ``oʊ``, ``tsh`` gives ``tsʰ``.
    """
    plain = _STRESS.sub("", symbol)
    for written, meant in (*_BY_LANGUAGE.get(voice, ()), *_MNEMONICS):
        plain = plain.replace(written, meant)
    return _ASPIRATED.sub("ʰ", _MARKS.sub("", plain))
