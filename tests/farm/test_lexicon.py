"""Promises of the dictionary at submit: each job keeps what concerns it, and no more."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from db.codec import spec_from_text
from db.tables import jobs
from farm import lexicon
from farm.bootstrap import Farm
from pipeline.plan.job import JobSpec
from pipeline.plan.lexicon import Entry
from pipeline.steps.speak import load_lexicon
from tests.farm.submitting import ROW, manifest, submit

_NGINX = Entry(word="nginx", language="en", said="engine x")


def _specs(farm: Farm, batch: int) -> list[JobSpec]:
    with farm.ledger.read() as connection:
        found = connection.execute(select(jobs.c.spec).where(jobs.c.batch_id == batch).order_by(jobs.c.id))
        return [spec_from_text(text) for text in found.scalars()]


def test_a_job_keeps_the_entries_of_its_script(farm: Farm, batch_folder: Path) -> None:
    """Frozen in the store; a script that no entry concerns is the very job that it always was."""
    rows = [
        {**ROW, "id": "with", "script": "Start nginx now.", "name": ""},
        {**ROW, "id": "without", "script": "Good morning.", "name": ""},
    ]
    path = manifest(batch_folder, *rows)
    before = submit(farm, path)
    assert [spec.lexicon for spec in _specs(farm, before.batch)] == [None, None]
    lexicon.add(farm, "default", Entry(word="apache", language="en", said="a patch"))
    assert submit(farm, path).batch == before.batch
    lexicon.add(farm, "default", _NGINX)
    after = submit(farm, path)
    assert after.created
    first, second = _specs(farm, after.batch)
    assert first.lexicon is not None
    assert load_lexicon(farm.store, first.lexicon) == (_NGINX,)
    assert second.lexicon is None
    lexicon.remove(farm, "default", "nginx", "en")
    assert submit(farm, path).batch == before.batch
    assert load_lexicon(farm.store, first.lexicon) == (_NGINX,)
