"""What films keep that were submitted before, told to a person."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from cli.clean import clean
from cli.terminal import Terminal
from farm.twice import Keeping, Kept


def kept_lines(terminal: Terminal, kept: Kept) -> Iterator[Text]:
    """One sentence for each thing that stays as it was, and the command that changes all of them."""
    words = terminal.words
    for each in kept.what:
        has, asked = (_word(terminal, each, word) for word in (each.has, each.asked))
        what = words(f"keeps-{each.name}")
        yield Text(words("known-keeps", films=each.films, what=what, has=has, asked=asked), style="yellow")
    if kept.what:
        yield Text(
            words("known-set", command=clean(kept.command)) if kept.command else words("known-set-each")
        )


def _word(terminal: Terminal, keeping: Keeping, word: str) -> str:
    words = terminal.words
    if not word:
        return words("keeps-various")
    if keeping.name == "urgency":
        return words(f"urgency-{word}")
    if word == "no":
        return words("department-none")
    return terminal.moment(word) if keeping.name == "deadline" else clean(word)
