"""Promises about what is said of a bad batch: equal problems once, a screen at most, all in a report."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from cli.problems import kinds_of, ranges_of, report_of, tell_problems
from cli.terminal import Terminal
from farm.rows import Problem


def problem(row: int, column: str, code: str, **facts: str | int) -> Problem:
    """A problem of a row."""
    return Problem(row=row, column=column, code=code, facts=facts)


class Screen(io.StringIO):
    """A terminal of so many lines, as far as the command line asks."""

    def isatty(self) -> bool:
        """A person looks on."""
        return True


def told(
    problems: list[Problem], warnings: list[Problem] | None = None, screen: io.StringIO | None = None
) -> str:
    """What a person reads on standard error."""
    stream = screen or io.StringIO()
    terminal = Terminal(json_wanted=False, language="en", stdout=io.StringIO(), stderr=stream)
    tell_problems([("problems", problems), ("warnings", warnings or [])], terminal)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("numbers", "ranges"),
    [([], []), ([3], ["3"]), ([3, 4], ["3-4"]), ([3, 7, 8, 9, 40], ["3", "7-9", "40"])],
)
def test_neighbouring_rows_are_a_range(numbers: list[int], ranges: list[str]) -> None:
    """As a person would write them down."""
    assert ranges_of(numbers) == ranges


def test_equal_problems_of_many_rows_are_one_line() -> None:
    """Code, words and cure once, with all the rows."""
    many = [problem(row, "portrait", "portrait-no-face") for row in (*range(3, 400), 402)]
    page = told([*many, problem(5, "speed", "submit-speed-wrong", speed="fast")])
    assert page.count("[portrait-no-face]") == 1
    assert "3-399, 402" in page
    assert "Problems: 399 (rows: 398)" in page
    assert [kind.problems[0].code for kind in kinds_of(many)] == ["portrait-no-face"]


def test_different_cures_stand_below_what_they_cure() -> None:
    """Nobody has to find out which sentence belongs to which row."""
    code = "manifest-variable-unfilled"
    page = told([problem(3, "script", code, variable="name"), problem(4, "script", code, variable="team")])
    said = ["variable name", "(row 3)", "column name", "variable team", "(row 4)", "column team", f"[{code}]"]
    places = [page.index(words) for words in said]
    assert places == sorted(places)


def test_rows_that_say_different_things_of_one_kind() -> None:
    """A few are all told, each with its rows; of more, the first, how many others, and where they are."""
    missing = [
        problem(row, "portrait", "manifest-file-missing", path=f"{row % 3}.png") for row in range(2, 8)
    ]
    page = told(missing)
    assert all(f"There is no file {number}.png." in page for number in range(3))
    assert "(row 3, 6)" in page
    more = [problem(row, "portrait", "manifest-file-missing", path=f"{row}.png") for row in range(2, 50)]
    page = told(more)
    assert page.count("There is no file") == 1
    assert "47 others of this kind" in page
    assert "--report" in page


def test_what_does_not_stand_in_the_row_is_told_apart() -> None:
    """A default's mistake is mended where the default was given, not in the rows."""
    wrong = [problem(row, "speed", "submit-speed-wrong", speed="fast") for row in (2, 3)]
    page = told([wrong[0], replace(wrong[1], place="--set")])
    assert "(--set)" in page
    assert page.count("[submit-speed-wrong]") == 2


@pytest.mark.parametrize("height", [24, 30, 50])
def test_a_screen_is_never_more_than_full(monkeypatch: pytest.MonkeyPatch, height: int) -> None:
    """Twenty kinds of defects and of warnings: what has room, how many more, and where to see them."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", str(height))
    monkeypatch.setenv("TERM", "xterm")
    kinds = [problem(row, f"c{row}", "portrait-no-face") for row in range(2, 22)]
    page = told(kinds, kinds, screen=Screen())
    assert height - 14 < len(page.splitlines()) <= height - 5
    assert page.count("--report errors.csv") == 2
    assert page.index("Problems: 20") < page.index("[portrait-no-face]") < page.index("Warnings: 20")
    assert told(kinds).count("[portrait-no-face]") == 20
    few = told(kinds[:2], kinds[:1], screen=Screen())
    assert few.count("[portrait-no-face]") == 3
    assert "--report" not in few


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_has_every_problem(language: str) -> None:
    """Excel reads it; no cell is taken for a formula; row, column, id, level, code, words and cure."""
    terminal = Terminal(json_wanted=False, language=language, stdout=io.StringIO(), stderr=io.StringIO())  # type: ignore[arg-type]
    problems = [
        problem(row, "portrait", "manifest-file-missing", path="=HYPERLINK(1)") for row in range(2, 600)
    ]
    problems.append(problem(0, "", "manifest-no-rows"))
    warnings = [problem(3, "voice", "submit-other-voice", voice="v", language="zh")]
    data = report_of(problems, warnings, {2: "=1+1", 3: "maria"}, terminal)
    assert data.startswith(b"\xef\xbb\xbf")
    heads, first, *lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert len(heads) == 7
    assert first[0] == ""
    assert len(lines) == 599
    assert [line[2] for line in lines[:3]] == ["'=1+1", "maria", "maria"]
    assert [line[4] for line in lines[1:3]] == ["manifest-file-missing", "submit-other-voice"]
    assert not any(cell.startswith("=") for line in lines for cell in line)
    assert all(line[5] and line[6] for line in lines)
