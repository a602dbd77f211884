"""Submission: a whole batch stands in the ledger, or nothing of it."""

from __future__ import annotations

from collections.abc import Iterable

from db.ledger import Ledger
from db.values import JobDraft, Submission, Submitted


def find_batch(ledger: Ledger, submission: Submission) -> Submitted | None:
    """The batch that `submit` would answer with for this content or key, before any work is done for it.

    Raises:
        InputError: as `submit`.
        AwayError: ``ledger-away``.
    """
    raise NotImplementedError


def submit(ledger: Ledger, submission: Submission, drafts: Iterable[JobDraft]) -> Submitted:
    """Enter a batch and its jobs in one transaction, each with its speak step ready.

    The drafts are read once and never held together, so ten thousand take no more memory than one hundred.
    Content that is there already gives the existing batch, unless `again` asks for a further edition.

    Raises:
        InputError: ``ledger-key-used``, ``ledger-batch-empty`` or ``ledger-department-unknown``.
        AwayError: ``ledger-away``.
    """
    raise NotImplementedError
