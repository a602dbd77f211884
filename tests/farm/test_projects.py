"""Promises about projects: costs are put down to them, and no film depends on them."""

from __future__ import annotations

from pathlib import Path

from db import reads
from farm.bootstrap import Farm
from tests.farm.submitting import ROW, manifest, submit

_ROW = {**ROW, "script": "Hello."}


def test_a_film_does_not_depend_on_its_project(farm: Farm, batch_folder: Path) -> None:
    """What is made is the same; put down to something else, it is another batch; in a pool it is the same."""
    rows = [_ROW, {**_ROW, "project": "  Spring \t sale "}, {**_ROW, "pool": "spring"}]
    batches = [submit(farm, manifest(batch_folder, row)) for row in rows]
    assert [batch.batch for batch in batches] == [1, 2, 1]
    jobs = [reads.read_job(farm.ledger, number) for number in (1, 2)]
    assert [job.project for job in jobs] == ["", "Spring sale"]
    assert jobs[0].spec == jobs[1].spec
    again = submit(farm, manifest(batch_folder, {**_ROW, "project": "Spring sale"}))
    assert (again.created, again.batch) == (False, batches[1].batch)
