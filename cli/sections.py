"""In which order the page of all commands lists them, and under which heads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

#: The names of commands and groups by the word of their head: first what a newcomer needs.
SECTIONS: Mapping[str, Sequence[str]] = {
    "help-making": ("submit", "nightly", "render", "say", "write"),
    "help-seeing": ("status", "watch", "list", "show", "why", "trace", "logs", "results", "verify"),
    "help-acting": (
        "hold", "release", "pause", "resume", "interrupt", "cancel", "requeue", "set", "start-after", "dead",
        "replan",
    ),
    "help-sharing": ("departments", "windows", "pools", "workers"),
    "help-telling": ("report", "usage", "notices", "audit"),
    "help-material": ("voices", "portraits", "models", "engines", "pronounce", "words", "forget"),
    "help-running": (
        "up", "worker", "dispatcher", "watchdog", "flower", "health", "doctor", "config", "db", "archive",
        "gc", "backup", "restore", "rebuild", "states",
    ),
}  # fmt: skip


def in_sections(names: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """The head and the names of each section that has any of some names."""
    for head, section in SECTIONS.items():
        if found := [name for name in section if name in names]:
            yield head, found
