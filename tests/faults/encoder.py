"""A program in FFmpeg's place: FFmpeg itself, except for one encoding that it was told to spoil."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

#: So many bytes are taken before: some frames of 128x128, and some of them left.
_SOME = 200_000
_SCRIPT = """#!/bin/sh
# One encoding takes the order, whoever else runs at that time.
case "$*" in *rawvideo*) ;; *) exec {real} "$@" ;; esac
if mv {place}/short {place}/taken 2>/dev/null; then
  {{ head -c {some}; cat >/dev/null; }} | {real} "$@"
elif mv {place}/killed {place}/taken 2>/dev/null; then
  head -c {some} >/dev/null
  kill -9 $$
elif mv {place}/hanging {place}/taken 2>/dev/null; then
  exec sleep 600
else
  exec {real} "$@"
fi
"""


class Spoil(StrEnum):
    """How an encoding is spoiled."""

    SHORT = "short"
    """It ends well, with a file that lacks frames."""
    KILLED = "killed"
    """It is killed in the middle."""
    HANGING = "hanging"
    """It takes nothing and never ends."""


class Encoder:
    """The program, in a folder of its own."""

    def __init__(self, place: Path, real: Path) -> None:
        self._place = place
        self.program = place / "ffmpeg"
        self.program.write_text(_SCRIPT.format(real=f"'{real}'", place=f"'{place}'", some=_SOME), "utf-8")
        self.program.chmod(0o755)

    def spoil(self, how: Spoil) -> None:
        """Have the next encoding spoiled."""
        (self._place / "taken").unlink(missing_ok=True)
        (self._place / how).touch()

    @property
    def spoiled(self) -> bool:
        """Whether the order was taken."""
        return (self._place / "taken").exists()
