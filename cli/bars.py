"""Live progress on standard error: a bar for each thing that is under way on a terminal, a line elsewhere."""

from __future__ import annotations

from typing import Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from cli.terminal import Terminal


class Bars:
    """A bar for each stage; use it as a context manager.

    Args:
        terminal: where they are shown; a machine is shown none.
    """

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._lively = terminal.err.is_terminal and not terminal.json_wanted
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            console=terminal.err,
            transient=True,
            disable=not self._lively,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is."""
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(self._terminal.words(stage), total=total)
            if not self._lively:
                self._terminal.note(self._terminal.words(stage))
        self._progress.update(self._tasks[stage], completed=done, total=total)
