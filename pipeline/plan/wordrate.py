"""How much of a script was understood otherwise: its word error rate, or character error rate.

Both texts are compared as they are read aloud, numbers in words, without case, accents and punctuation. A
name is right when it sounds alike: nobody can hear how it is spelt.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import regex

from pipeline.plan.hearing import per_mille
from pipeline.plan.reading import read_aloud
from pipeline.plan.wordmatch import errors_between
from pipeline.plan.wordunits import Unit, counts_characters, units

_HAN = regex.compile(r"\p{Han}")
#: So many letters of a name may be heard otherwise, and no more than half of them.
_LETTERS_OF_A_NAME = 2


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How many words of a script were heard otherwise, left out or put in.

    Attributes:
        errors: of them; there may be more than words.
        of: how many words the script has.
        unit: ``words``, or ``characters`` in languages that are compared by those.
    """

    errors: int
    of: int
    unit: str

    @property
    def per_mille(self) -> int:
        """Errors in a thousand words, as `hearing.per_mille` tells them."""
        return per_mille(self.errors, self.of)


def rate(script: str, heard: str, *, language: str, names: Collection[str] = ()) -> Rate:
    """How much of a spoken script was understood otherwise.

    Args:
        script: what was to be said.
        heard: what was understood.
        language: BCP 47 tag of both.
        names: those that may occur in the script, of one word or several; how they are spelt is no error.
    """
    wanted, got = (units(read_aloud(text, language)) for text in (script, heard))
    named = _places(wanted, names)

    def same(i: int, j: int) -> bool:
        return i in named and _sounds_alike(wanted[i].text, got[j].text)

    errors = errors_between([unit.text for unit in wanted], [unit.text for unit in got], same=same)
    unit = "characters" if counts_characters(language) else "words"
    return Rate(errors=errors, of=len(wanted), unit=unit)


def _places(script: tuple[Unit, ...], names: Collection[str]) -> frozenset[int]:
    """Which words of a script belong to a name."""
    words = [unit.text for unit in script]
    found: set[int] = set()
    for name in names:
        parts = [unit.text for unit in units(name)]
        for at in range(len(words) - len(parts) + 1) if parts else ():
            if words[at : at + len(parts)] == parts:
                found.update(range(at, at + len(parts)))
    return frozenset(found)


def _sounds_alike(name: str, heard: str) -> bool:
    if _HAN.match(name):
        # Many characters share a sound; which of them a name is written with cannot be heard.
        return _HAN.match(heard) is not None
    return errors_between(name, heard) <= min(_LETTERS_OF_A_NAME, len(name) // 2)
