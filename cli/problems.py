"""What is wrong with a batch, told to a person: equal problems together, never more than a screen takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from cli.clean import clean
from cli.terminal import Cell, Terminal, told
from farm.rows import Problem
from pipeline.plan.cells import to_csv
from pipeline.plan.messages import Language

# Where nobody looks on through a window, so many kinds of problems are told.
_MOST_KINDS = 40
# Lines of the screen: for the summary and the prompt, around each table, and the least that a table takes.
_RESERVED, _AROUND, _LEAST_LINES = 6, 3, 4
# Longer lists of rows are cut: the report has all.
_ROWS_SHOWN = 6
# Of rows that say different things of one kind, so many are told; of more, one.
_SAID = 3


@dataclass(frozen=True, kw_only=True)
class ProblemKind:
    """Problems of one code in one column and place, in the order of their rows; at least one."""

    problems: tuple[Problem, ...]

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows concerned, each once; the file as a whole is none."""
        return tuple(dict.fromkeys(problem.row for problem in self.problems if problem.row))


def kinds_of(problems: Iterable[Problem]) -> list[ProblemKind]:
    """Problems with equal ones put together, by the first row that each kind is met in."""
    found: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in sorted(problems, key=lambda problem: problem.row):
        found.setdefault((problem.column, problem.place, problem.code), []).append(problem)
    return [ProblemKind(problems=tuple(each)) for each in found.values()]


def tell_problems(groups: Sequence[tuple[str, Sequence[Problem]]], terminal: Terminal) -> None:
    """Print problems as tables of their kinds, and how many more there are than a screen takes.

    Args:
        groups: the name of each table's head, and its problems; what comes first has the room first.
        terminal: where they are printed.
    """
    told_of = [(head, problems) for head, problems in groups if problems]
    height = terminal.err.height - _RESERVED - _AROUND * len(told_of)
    room = height if terminal.err.is_terminal else None
    for number, (head, problems) in enumerate(told_of, 1):
        if room is not None and number < len(told_of):
            room -= _LEAST_LINES
        kinds = kinds_of(problems)
        shown, lines = _fitting(kinds, room, terminal)
        if room is not None:
            room = max(0, room - lines) + _LEAST_LINES
        rows = len({problem.row for problem in problems if problem.row})
        words = terminal.words
        terminal.note(Text(words(head, number=len(problems), rows=rows), style="bold"))
        if shown:
            terminal.note(_table(shown, terminal))
        if rest := kinds[len(shown) :]:
            left = sum(len(kind.problems) for kind in rest)
            terminal.note(words("more-problems", number=left, kinds=len(rest)))
        terminal.note("")


def _fitting(
    kinds: Sequence[ProblemKind], room: int | None, terminal: Terminal
) -> tuple[Sequence[Sequence[Cell]], int]:
    """The cells of those kinds that have room, and the lines that they take: one kind at least if it may."""
    shown: list[Sequence[Cell]] = []
    lines = 0
    for kind in kinds[:_MOST_KINDS]:
        cells = (_rows_of(kind, terminal), _column_of(kind.problems[0]), _words_of(kind, terminal))
        if room is not None:
            taken = len(terminal.err.render_lines(_table([*shown, cells], terminal), pad=False))
            if taken > room and (shown or room < _LEAST_LINES):
                break
            lines = taken
        shown.append(cells)
    return shown, lines


def report_of(
    problems: Sequence[Problem], warnings: Sequence[Problem], ids: Mapping[int, str], terminal: Terminal
) -> bytes:
    """Every problem and warning of every row as a table for spreadsheets, in the order of the rows.

    Args:
        problems: what refuses rows.
        warnings: what may be an oversight.
        ids: the names of rows.
        terminal: whose language it is written in.
    """
    words = terminal.words
    heads = ("row", "column", "row-id", "level", "code", "message", "what-to-do")
    levels = [("level-error", problem) for problem in problems]
    levels += [("level-warning", warning) for warning in warnings]
    lines = []
    for level, problem in sorted(levels, key=lambda each: each[1].row):
        what, cure = told(problem.code, problem.facts, terminal.language)
        row = problem.row or ""
        name = ids.get(problem.row, "")
        column = f"{problem.column} ({problem.place})" if problem.place else problem.column
        lines.append((row, column, name, words(level), problem.code, what, cure))
    return to_csv([words(f"report-{head}") for head in heads], lines)


def problem_document(problem: Problem, language: Language) -> dict[str, object]:
    """One problem of one row; row 0 is the manifest as a whole."""
    what, cure = told(problem.code, problem.facts, language)
    return {
        "row": problem.row,
        "column": problem.column,
        "place": problem.place,
        "code": problem.code,
        "what": what,
        "cure": cure,
        "facts": dict(problem.facts),
    }


def ranges_of(numbers: Sequence[int]) -> list[str]:
    """Ascending numbers with neighbours together: ``3``, ``7-12``, ``40``."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return [str(first) if first == last else f"{first}-{last}" for first, last in found]


def _table(rows: Iterable[Sequence[Cell]], terminal: Terminal) -> Table:
    """Rows, column, and what is wrong, with its cure and code below it."""
    return terminal.table("row", "column", "problem", rows=rows)


def _rows_of(kind: ProblemKind, terminal: Terminal) -> str:
    ranges = ranges_of(kind.rows)
    line = ", ".join(ranges[:_ROWS_SHOWN])
    if len(ranges) > _ROWS_SHOWN:
        return terminal.words("rows-cut", rows=line, number=len(kind.rows))
    return line


def _column_of(problem: Problem) -> Text:
    """The column; below it where its content came from, if that stands in no row."""
    column = Text(clean(problem.column))
    return column.append(f"\n({clean(problem.place)})", style="dim") if problem.place else column


def _words_of(kind: ProblemKind, terminal: Terminal) -> Text:
    """What is wrong and what to do about it: once where rows agree, else of a few, or of the first."""
    said: dict[tuple[str, str], list[int]] = {}
    for problem in kind.problems:
        said.setdefault(told(problem.code, problem.facts, terminal.language), []).append(problem.row)
    words = Text()
    shown = list(said.items())[: _SAID if len(said) <= _SAID else 1]
    agreed = len({cure for (_, cure), _ in shown}) == 1
    for (what, cure), rows in shown:
        words.append(what)
        if len(said) > 1:
            where = ", ".join(ranges_of(rows)[:_ROWS_SHOWN])
            words.append(terminal.words("in-rows", rows=where), style="dim")
        words.append("\n")
        if not agreed:
            words.append(f"{cure}\n", style="dim")
    if len(said) > _SAID:
        words.append(terminal.words("others-alike", number=len(said) - 1) + "\n", style="dim")
    if agreed:
        words.append(f"{shown[0][0][1]} ", style="dim")
    return words.append(f"[{kind.problems[0].code}]", style="dim")
