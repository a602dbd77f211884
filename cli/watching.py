"""A batch while it is checked and queued: drawn on a terminal, and in silence everywhere else."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, Task, TaskID, TextColumn
from rich.text import Text

from cli.terminal import Terminal

# A bar that moves for each of ten thousand rows costs more than checking them.
_EVERY = 100


class _Count(MofNCompleteColumn):
    """So many of so many; nothing while nobody knows of how many."""

    def render(self, task: Task) -> Text:
        return Text() if task.total is None else super().render(task)


class Watching:
    """Progress on the terminal's standard error; nothing of it remains there.

    Use it as a context manager.

    Args:
        terminal: where it is drawn; if no person sees it, nothing is.
        what: the name of the words for all of it.
    """

    def __init__(self, terminal: Terminal, what: str) -> None:
        self._words = terminal.words
        self._what = what
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            _Count(),
            console=terminal.err,
            transient=True,
            disable=terminal.json_wanted or not terminal.err.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    def pictures(self, done: int, of: int) -> None:
        """So many pictures were looked at."""
        self._show("checking-pictures", done, of)

    def rows(self, done: int, of: int) -> None:
        """So many rows were checked."""
        if done % _EVERY == 0 or done == of:
            self._show("checking-rows", done, of)

    def inputs(self, done: int, of: int) -> None:
        """So many pictures and scripts were copied."""
        if done % _EVERY == 0 or done == of:
            self._show("queueing-inputs", done, of)

    def _show(self, what: str, done: int, of: int) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(self._words(what), total=of)
        self._bars.update(self._tasks[what], completed=done)

    def __enter__(self) -> Self:
        self._bars.start()
        self._bars.add_task(self._words(self._what), total=None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
