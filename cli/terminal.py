"""Where the command line prints: answers on standard output, errors and notes on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TextIO
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.clean import clean
from cli.exits import exit_of
from cli.words import Words
from pipeline.plan.errors import Fact, LecternError
from pipeline.plan.messages import Language, remembered

#: Wide enough that nothing is wrapped where no person looks on: pipes, files, logs.
_UNBOUNDED = 10_000

Cell = str | Text
#: What a person answers who agrees, in either language.
_YES = frozenset({"y", "yes", "是", "好", "是的", "确认"})


class Terminal:
    """One command's way of speaking: to a person in their language, or to a machine in JSON.

    Args:
        json_wanted: whether answers and errors are JSON documents.
        language: what people are spoken to in.
        stdout: where the answer goes.
        stderr: where everything else goes.
        zone: tells the zone by whose clock times are shown, once one is to be; empty for this machine's own.
    """

    def __init__(
        self,
        *,
        json_wanted: bool,
        language: Language,
        stdout: TextIO,
        stderr: TextIO,
        zone: Callable[[], str] = str,
    ) -> None:
        self.json_wanted = json_wanted
        self.language = language
        self.words = Words(language)
        self._stdout = stdout
        self._tell_zone = zone
        self.out = _console(stdout)
        self.err = _console(stderr)

    def answer(self, document: Mapping[str, object], lines: Iterable[Cell | Table]) -> None:
        """Give the answer: the document when a machine asked, else the lines."""
        if self.json_wanted:
            self.document(document)
            return
        for line in lines:
            self.say(line)

    def moment(self, moment: str) -> str:
        """A time of a document (UTC, ISO 8601) as the farm's clock on the wall shows it."""
        return self._told(moment, "%Y-%m-%d %H:%M")

    def second(self, moment: str) -> str:
        """The same to the second."""
        return self._told(moment, "%Y-%m-%d %H:%M:%S")

    def time_of_day(self, moment: str) -> str:
        """Its time of day alone."""
        return self._told(moment, "%H:%M")

    def _told(self, moment: str, form: str) -> str:
        """As the clock on the wall shows it; where clocks go back and show it twice, which of both it is."""
        wall = datetime.fromisoformat(moment).astimezone(self._zone)
        both = (wall.replace(tzinfo=self._zone, fold=fold).astimezone(self._zone) for fold in (0, 1))
        twice = len({each.utcoffset() for each in both}) > 1
        return wall.strftime(form) + (f" (UTC{wall:%z})" if twice else "")

    @cached_property
    def _zone(self) -> ZoneInfo | None:
        zone = self._tell_zone()
        return ZoneInfo(zone) if zone else None

    def document(self, document: Mapping[str, object]) -> None:
        """Print the one JSON document of this command."""
        self._stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        self._stdout.flush()

    def hand_out(self, content: bytes) -> None:
        """Give a whole file as the answer, byte by byte where that is possible."""
        raw = getattr(self._stdout, "buffer", None)
        if raw is None:
            self._stdout.write(content.decode())
        else:
            raw.write(content)
        self._stdout.flush()

    def say(self, line: Cell | Table) -> None:
        """Print a line or a table of the answer for a person."""
        _print(self.out, line)

    def note(self, line: Cell | Table) -> None:
        """Print what is worth knowing but is not the answer; a machine does not want it."""
        if not self.json_wanted:
            _print(self.err, line)

    @property
    def can_ask(self) -> bool:
        """Whether a person sits there who can see a question and answer it."""
        return not self.json_wanted and self.err.is_terminal and sys.stdin is not None and sys.stdin.isatty()

    def ask(self, question: str) -> bool:
        """Ask a person; only a plain yes is a yes."""
        self.err.print(Text(f"{question} "), end="")
        return sys.stdin.readline().strip().casefold() in _YES

    def failure(self, document: Mapping[str, object]) -> None:
        """Print an error's document as one line of standard error, below whatever was logged there."""
        self.err.file.write(json.dumps(document, ensure_ascii=False) + "\n")
        self.err.file.flush()

    def error(self, error: LecternError) -> None:
        """Tell of an error: what happened, what to do, and its code; for a machine as one line of JSON."""
        if self.json_wanted:
            self.failure(error_document(error, self.language))
            return
        what, cure = told(error.code, error.facts, self.language)
        line = Text(self.words("error"), style="bold red")
        line.append(what, style="not bold default")
        _print(self.err, line)
        if cure:
            _print(self.err, Text(f"  {cure}"))
        _print(self.err, Text(f"  [{error.code}]", style="dim"))

    def table(self, *heads: str, rows: Iterable[Sequence[Cell]], right: Sequence[int] = ()) -> Table:
        """A table with plain columns; the heads name words, the columns at `right` are aligned right."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for index, head in enumerate(heads):
            table.add_column(
                self.words(head) if head else "",
                justify="right" if index in right else "left",
                overflow="fold",
            )
        for row in rows:
            table.add_row(*(cell if isinstance(cell, Text) else Text(clean(cell)) for cell in row))
        return table


def told(code: str, facts: Mapping[str, Fact], language: Language) -> tuple[str, str]:
    """A message's what and cure, filled with facts that are safe to print, as `remembered` tells them."""
    safe = {name: clean(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
    return remembered(clean(code), safe, language)


def sentence(code: str, facts: Mapping[str, Fact], language: Language) -> str:
    """A message's what and cure in one line; Chinese sentences follow each other without a gap."""
    return ("" if language == "zh" else " ").join(part for part in told(code, facts, language) if part)


def error_document(error: LecternError, language: Language) -> dict[str, object]:
    """What a machine is told of an error."""
    what, cure = told(error.code, error.facts, language)
    return {
        "kind": "error",
        "code": error.code,
        "what": what,
        "cure": cure,
        "facts": dict(error.facts),
        "exit": int(exit_of(error)),
    }


def _console(stream: TextIO) -> Console:
    width = None if stream.isatty() else _UNBOUNDED
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False, soft_wrap=False)


def _whole_rows(console: Console, table: Cell | Table) -> Iterable[Text]:
    """A table's lines at full length: the terminal breaks them, and a path is copied in one piece."""
    options = console.options.update(max_width=_UNBOUNDED)
    for segments in console.render_lines(table, options, pad=False):
        row = Text.assemble(*((segment.text, segment.style or "") for segment in segments))
        row.rstrip()
        yield row


def _print(console: Console, line: Cell | Table) -> None:
    if console.is_terminal:
        whole = isinstance(line, Table) and any(column.no_wrap for column in line.columns)
        for part in _whole_rows(console, line) if whole else (line,):
            console.print(part, soft_wrap=whole)
        return
    with console.capture() as capture:
        console.print(line)
    # A table fills its lines with blanks, which help nobody in a file.
    console.file.write("".join(f"{row.rstrip()}\n" for row in capture.get().splitlines()))
    console.file.flush()
