"""Log lines of a command go into a file: what a person has to know is told to them in words."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from pathlib import Path


def log_of(environment: Mapping[str, str]) -> Path:
    """The file of what commands have to say to whoever looks for a fault; it need not be there."""
    home = Path(environment.get("LECTERN_HOME", "~/.lectern")).expanduser()
    return home / "logs/command.log"


def keep_log_lines(environment: Mapping[str, str]) -> None:
    """Send the log lines of this process into that file; its standard output holds nothing but answers.

    A command that opens no farm and no workshop logs nothing: what is needed for it is not even loaded.
    """
    telemetry = sys.modules.get("farm.telemetry")
    if telemetry is not None:
        telemetry.set_up(style="console", level="info", streams=[_Lines(log_of(environment))], ours=False)


class _Lines(io.TextIOBase):
    """A file that begins to exist with its first line.

    Args:
        path: where it is.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def write(self, text: str, /) -> int:
        """Add to the file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            return file.write(text)
