"""Any text as a voice may be given it."""

from __future__ import annotations

import re

# Controls may begin commands of a library, and a lone surrogate has no UTF-8. One space each keeps the places
# of words.
_UNSPEAKABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def plain(text: str) -> str:
    """The text with a space for each character that no voice may be given; as long as it was."""
    return _UNSPEAKABLE.sub(" ", text)
