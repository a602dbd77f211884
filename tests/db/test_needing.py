"""Who still needs a model's weights, on either database."""

from __future__ import annotations

from dataclasses import replace

from db import operations, submission
from db.ledger import Ledger
from db.needing import jobs_that_name
from db.values import JobDraft, Submission
from pipeline.plan.models import ModelUse
from tests.db.values import digest, draft

WEIGHTS = digest("weights")


def _promised(row: str) -> JobDraft:
    plain = draft(row)
    use = ModelUse(role="face", name="lips", digest=WEIGHTS, engine="wav2lip", licence="own")
    return replace(plain, spec=replace(plain.spec, models=(use,)))


def test_jobs_that_are_not_over_are_told(ledger: Ledger) -> None:
    """Those that were promised the weights, and no others; a canceled one no longer needs them."""
    new = Submission(content=digest("batch"), name="demo", user="anna", again=False)
    submission.submit(ledger, new, [draft("one"), _promised("two"), _promised("three")])
    assert jobs_that_name(ledger, WEIGHTS) == (2, 3)
    operations.cancel(ledger, [2], by="anna")
    assert jobs_that_name(ledger, WEIGHTS) == (3,)
    assert jobs_that_name(ledger, digest("others")) == ()
