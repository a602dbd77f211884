"""The words of accounts and of the morning report, in every language; a part of `cli.words`."""

from __future__ import annotations

from collections.abc import Mapping

#: As in `cli.words.WORDS`.
ACCOUNTS: Mapping[str, tuple[str, str]] = {
    "project": ("PROJECT", "项目"),
}
