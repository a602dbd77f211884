"""Why a batch was refused, as a text that is laid beside it for whoever has made it."""

from __future__ import annotations

from collections.abc import Mapping

from farm.precheck import BatchRefusedError
from farm.rows import Problem
from pipeline.plan.errors import Fact, LecternError
from pipeline.plan.messages import Language, remembered


def refusal_text(name: str, error: LecternError, language: Language) -> str:
    """What is wrong with a batch: each problem with its row, its column and what to do about it.

    Args:
        name: what the batch is called.
        error: why it was refused.
        language: what its reader reads.
    """
    lines = [name, "", *_told(error.code, error.facts, language)]
    if isinstance(error, BatchRefusedError):
        for problem in error.problems:
            what, *cure = _told(problem.code, problem.facts, language)
            lines += ["", _place(problem, language) + what, *(f"    {each}" for each in cure)]
    return "\n".join(lines) + "\n"


def _told(code: str, facts: Mapping[str, Fact], language: Language) -> list[str]:
    return [part for part in remembered(code, facts, language) if part]


def _place(problem: Problem, language: Language) -> str:
    """Where a problem is, as a sheet counts its rows."""
    row = f"第 {problem.row} 行" if language == "zh" else f"Row {problem.row}"
    parts = [*([row] if problem.row else []), *([problem.column] if problem.column else [])]
    if not parts:
        return ""
    return "，".join(parts) + "：" if language == "zh" else ", ".join(parts) + ": "
