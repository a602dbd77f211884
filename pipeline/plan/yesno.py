"""Yes and no, as people and spreadsheets write them."""

from __future__ import annotations

import unicodedata

_YES = frozenset({"yes", "y", "true", "1", "1.0", "on", "x", "是", "要", "有"})
_NO = frozenset({"no", "n", "false", "0", "0.0", "off", "-", "否", "不", "无"})


def yes_or_no(written: str, *, usual: bool) -> bool | None:
    """What a cell says, the usual if it is empty; None if it is neither."""
    word = unicodedata.normalize("NFKC", written).strip().casefold()
    if not word:
        return usual
    return word in _YES if word in _YES | _NO else None
