"""What of a batch waits for a quota, told to a person: how many, until when, and what raises it."""

from __future__ import annotations

from collections.abc import Iterator

from cli.clean import clean
from cli.terminal import Terminal
from farm.quotas import QuotaView, Waiting


def quota_lines(terminal: Terminal, view: QuotaView | None) -> Iterator[str]:
    """One sentence on what waits, and one on who can change that; nothing where nothing waits."""
    if view is None:
        return
    words, name = terminal.words, clean(view.department)
    limit = view.member_films if view.by_member else view.films
    whose = words("quota-of-members", name=name) if view.by_member else words("quota-of", name=name)
    told = "quota-holds" if view.last else "quota-holds-forever"
    last = terminal.moment(view.last) if view.last else ""
    yield words(told, begin=view.begin, held=view.held, whose=whose, limit=limit or 0, last=last)
    if not view.by_member:
        yield words("quota-raise", name=name, held=view.held, until=view.until)
    if view.members_too:
        yield words("quota-raise-members", name=name)


def waiting_lines(terminal: Terminal, waiting: Waiting) -> Iterator[str]:
    """How many films wait for a quota and when the last of them begins; nothing where none does."""
    if waiting.films:
        name = "quota-waits" if waiting.last else "quota-waits-forever"
        yield terminal.words(
            name, films=waiting.films, last=terminal.moment(waiting.last) if waiting.last else ""
        )
