"""Promises about pools of films: what nobody renders is told at submit, and no film depends on its pool."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert

from db import reads, workers
from db.pools import Change, set_pool
from db.tables import departments
from farm.bootstrap import Farm
from farm.precheck import BatchRefusedError, admit, check
from tests.db.values import PROFILE
from tests.farm.submitting import ROW, manifest, submit

pytestmark = pytest.mark.usefixtures("looked_once")

_ROW = {**ROW, "script": "Hello."}


def told(farm: Farm, path: Path) -> list[tuple[str, str, object]]:
    """What is doubted of the pools of a manifest."""
    warnings = admit(check(farm, path)).warnings
    found = [each for each in warnings if each.code.startswith("submit-pool")]
    return [(each.column, each.code, each.facts.get("known")) for each in found]


def employ(farm: Farm, name: str, *capabilities: str) -> None:
    """A worker is there."""
    workers.register(farm.ledger, name, host="h", device="cpu", capabilities=capabilities, profiles=[PROFILE])


def test_a_pool_that_nobody_is_in_is_told(farm: Farm, batch_folder: Path) -> None:
    """A film goes into the line with a warning; what nobody is asked for is none."""
    path = manifest(batch_folder, {**_ROW, "pool": "Studio"}, {**_ROW, "pool": "any"})
    assert told(farm, path) == [("pool", "submit-pool-none", None)]
    employ(farm, "one", "render.warp", "speak")
    assert told(farm, path) == [("pool", "submit-pool-none", None)]
    employ(farm, "two", "render.warp@studio")
    assert told(farm, path) == []
    workers.leave(farm.ledger, "one")
    assert told(farm, path) == [("pool", "submit-pool-needed", "studio")]
    with pytest.raises(BatchRefusedError):
        submit(farm, path, strict=True)


def test_a_pool_of_these_settings_is_known_before_its_workers_are_up(farm: Farm, batch_folder: Path) -> None:
    """A batch may be submitted before the farm is up; a name that is misspelt is told all the same."""
    settings = farm.settings
    worker = settings.worker.model_copy(update={"pools": "studio, any"})
    film = settings.film.model_copy(update={"pool": "studio"})
    farm = replace(farm, settings=settings.model_copy(update={"worker": worker, "film": film}))
    path = manifest(batch_folder, {**_ROW, "pool": ""}, {**_ROW, "pool": "any"}, {**_ROW, "pool": "studoi"})
    assert told(farm, path) == [("pool", "submit-pool-empty", "studio")]
    assert [film.pool for film in admit(check(farm, path)).films] == ["studio", "", "studoi"]


def test_a_department_has_a_pool_of_its_own(farm: Farm, batch_folder: Path) -> None:
    """The row says more than its department, and the department more than what is set for all."""
    film = farm.settings.film.model_copy(update={"pool": "usual"})
    farm = replace(farm, settings=farm.settings.model_copy(update={"film": film}))
    with farm.ledger.write("submit") as connection:
        connection.execute(insert(departments).values(name="training", pool="studio"))
    path = manifest(
        batch_folder,
        {**_ROW, "department": "training", "pool": ""},
        {**_ROW, "department": "training", "pool": "any"},
        {**_ROW, "department": "training", "pool": "night"},
    )
    assert [film.pool for film in admit(check(farm, path)).films] == ["studio", "", "night"]
    path = manifest(batch_folder, {**_ROW, "pool": ""})
    assert [film.pool for film in admit(check(farm, path)).films] == ["usual"]


def test_a_film_that_others_render_is_not_doubted(farm: Farm, batch_folder: Path) -> None:
    """A stand-by, or whoever lends, is somebody to render it."""
    path = manifest(batch_folder, {**_ROW, "pool": "studio"}, {**_ROW, "pool": ""})
    employ(farm, "one", "render.warp@spare", "speak")
    assert [code for _, code, _ in told(farm, path)] == ["submit-pool-empty", "submit-pool-needed"]
    set_pool(farm.ledger, "studio", Change(standby="spare"), by="anna")
    assert [code for _, code, _ in told(farm, path)] == ["submit-pool-needed"]
    set_pool(farm.ledger, "spare", Change(lends=True), by="anna")
    assert told(farm, path) == []


def test_a_film_does_not_depend_on_its_pool(farm: Farm, batch_folder: Path) -> None:
    """What is made is the same, so that clips of one pool serve another, and so is the batch."""
    first = submit(farm, manifest(batch_folder, _ROW))
    studio = manifest(batch_folder, {**_ROW, "pool": "studio"})
    assert submit(farm, studio).batch == first.batch
    assert submit(farm, studio, again=True).created
    before, after = (reads.read_job(farm.ledger, job) for job in (1, 2))
    assert (before.pool, after.pool) == ("", "studio")
    assert before.spec == after.spec
