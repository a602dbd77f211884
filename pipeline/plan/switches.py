"""Options that say yes or no, as people and spreadsheets write it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.plan.errors import InputError

_YES = frozenset({"yes", "y", "true", "1", "1.0", "on", "x", "是", "要", "有"})
_NO = frozenset({"no", "n", "false", "0", "0.0", "off", "-", "否", "不", "无"})


@dataclass(frozen=True, kw_only=True)
class Switch:
    """An option that is wanted or not.

    Attributes:
        name: of the option.
        usual: what an empty one means.
        unknown: code of the refusal of a word that says neither.
    """

    name: str
    usual: bool
    unknown: str

    def of(self, options: Mapping[str, str]) -> bool:
        """What a job's options say.

        Raises:
            InputError: `unknown`, with the word.
        """
        written = options.get(self.name, "").strip()
        word = unicodedata.normalize("NFKC", written).strip().casefold()
        if word and word not in _YES | _NO:
            raise InputError(self.unknown, word=written)
        return word in _YES if word else self.usual

    def plain(self, options: Mapping[str, str]) -> dict[str, str]:
        """The same options with this one in its plainest word, so that equal films have equal options.

        Raises:
            InputError: as `of`.
        """
        others = {name: value for name, value in options.items() if name != self.name}
        wanted = self.of(options)
        return others if wanted is self.usual else {**others, self.name: "yes" if wanted else "no"}


#: Captions drawn into the pictures.
BURN = Switch(name="captions.burn", usual=False, unknown="captions-burn-unknown")
#: The captions' track in the film.
SOFT = Switch(name="captions.soft", usual=True, unknown="captions-soft-unknown")
#: An animated preview beside the film.
PREVIEW = Switch(name="preview", usual=False, unknown="delivery-preview-unknown")
