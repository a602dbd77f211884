"""Where films are, and what is told of errors, for everything that shows jobs."""

from __future__ import annotations

from db.states import ArchiveState
from db.views import JobLine, Problem
from farm.bootstrap import Farm
from farm.views.films import Told
from pipeline.plan.names import link_for


def place_of(farm: Farm, line: JobLine) -> str:
    """Where a film is: a link that opens it, else its path in the archive; empty while it is not there."""
    if not line.archive_path or line.archive is not ArchiveState.ARCHIVED:
        return ""
    link = link_for(line.archive_path, farm.settings.archive.public_prefix)
    return link or str(farm.archive / line.archive_path)


def told_of(problem: Problem | None) -> Told | None:
    """An error as people are shown it; None for none."""
    return None if problem is None else Told(code=problem.code, facts=problem.facts)
