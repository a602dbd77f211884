"""Promises about a workbook full of mistakes: a person mends it from what is told, and nothing else."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from farm.bootstrap import Farm
from farm.precheck import BatchRefusedError, check
from farm.submit import Manner, submit
from pipeline.plan.messages import Language, tell
from tests.support.workbook import MISTAKES, Mistake, write_workbook

_LANGUAGES: tuple[Language, ...] = ("en", "zh")
#: Rows of the sheet above the first film.
_HEAD = 2


@pytest.fixture
def mistakes() -> dict[int, Mistake]:
    """Every mistake, in a row of its own among good ones; some are about a script that is English."""
    return {3 * number: mistake for number, mistake in enumerate(MISTAKES, 1)}


def test_each_mistake_is_told_in_its_row_and_column_and_no_other(
    farm: Farm, tmp_path: Path, mistakes: dict[int, Mistake]
) -> None:
    """Twenty different ones in one table, each once; how many rows would go is told with it."""
    path = write_workbook(tmp_path / "batch", 64, mistakes)
    with pytest.raises(BatchRefusedError) as refusal:
        submit(farm, path, Manner())
    told = {(problem.row, problem.column, problem.code) for problem in refusal.value.problems}
    assert told == {(_HEAD + row, mistake.column, mistake.code) for row, mistake in mistakes.items()}
    assert len(refusal.value.problems) == len(MISTAKES) == 20
    assert (refusal.value.rows, refusal.value.good) == (64, 44)
    for language in _LANGUAGES:
        words = {tell(problem.code, problem.facts, language) for problem in refusal.value.problems}
        assert len(words) == len(MISTAKES), "each in words of its own"


def test_the_workbook_goes_once_every_told_cell_is_mended(
    farm: Farm, tmp_path: Path, mistakes: dict[int, Mistake]
) -> None:
    """Only the cells are touched that were named, and the batch is whole."""
    path = write_workbook(tmp_path / "batch", 64, mistakes)
    good = openpyxl.load_workbook(write_workbook(tmp_path / "good", 64, {})).active
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    assert good is not None
    column = {str(cell.value).casefold(): cell.column for cell in sheet[1]}
    for problem in check(farm, path).problems:
        sheet.cell(problem.row, column[problem.column]).value = good.cell(
            problem.row, column[problem.column]
        ).value
        if problem.code == "label-waiver-missing":
            sheet.cell(problem.row, column["label"]).value = None
    book.save(path)
    assert not check(farm, path).problems
    assert submit(farm, path, Manner()).jobs == 64
