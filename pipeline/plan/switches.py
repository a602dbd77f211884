"""Options that say yes or no, as people and spreadsheets write it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.plan.errors import InputError

_YES = frozenset({"yes", "y", "true", "1", "1.0", "on", "x", "是", "要", "有"})
_NO = frozenset({"no", "n", "false", "0", "0.0", "off", "-", "否", "不", "无"})


def yes_or_no(written: str) -> bool | None:
    """What a word says; None: neither."""
    word = unicodedata.normalize("NFKC", written).strip().casefold()
    return True if word in _YES else False if word in _NO else None


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
        wanted = yes_or_no(written)
        if written and wanted is None:
            raise InputError(self.unknown, word=written)
        return self.usual if wanted is None else wanted

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
