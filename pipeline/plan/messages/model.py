"""What a message of the catalogue is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Text:
    """The words of one message in one language; ``{name}`` stands for a fact of that name.

    Attributes:
        what: one sentence that names what happened, and where.
        why: why this is so, for the reference page.
        cure: what the reader can do about it.
    """

    what: str
    why: str
    cure: str


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message: a code that never changes, its level, and its words in every language."""

    code: str
    level: Literal["error", "warning"]
    en: Text
    zh: Text


def message(
    code: str,
    en: tuple[str, str, str],
    zh: tuple[str, str, str],
    level: Literal["error", "warning"] = "error",
) -> Message:
    """A message from its code and the three texts of each language: what, why, cure."""
    return Message(
        code=code,
        level=level,
        en=Text(what=en[0], why=en[1], cure=en[2]),
        zh=Text(what=zh[0], why=zh[1], cure=zh[2]),
    )
