"""Who did what, and when: one line for each act, however many jobs it concerned."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import groupby

from db import operations, reads
from db.auditing import Entry, read_audit
from farm.bootstrap import Farm
from farm.views.letters import ActView
from pipeline.plan.moments import iso

# What acts are done to besides jobs and batches.
_SCOPES = ("department", "pool", "window", "worker")


def acts(farm: Farm, *, job: int | None = None, batch: int | None = None, most: int) -> tuple[ActView, ...]:
    """The latest acts, the newest first; those on a job or on a batch alone if asked so.

    Args:
        farm: the farm.
        job: number of a job.
        batch: number of a batch.
        most: so many lines of the audit are read; an act on many jobs has one for each.

    Raises:
        InputError: ``ledger-job-unknown``, ``ledger-batch-unknown``.
        AwayError: ``ledger-away``.
    """
    if job is not None:
        reads.read_job(farm.ledger, job)
    if batch is not None:
        operations.jobs_of(farm.ledger, batch)
    found = read_audit(farm.ledger, job=job, batch=batch, limit=most)
    return tuple(_act(list(lines)) for _, lines in groupby(found, key=_same))


def _same(entry: Entry) -> tuple[int, str, str, str]:
    """What all lines of one act have in common."""
    return entry.at, entry.by, entry.verb, entry.detail


def _act(lines: list[Entry]) -> ActView:
    first = lines[0]
    scope, name = ("", "") if first.job is not None or first.batch is not None else _whom(first)
    return ActView(
        at=iso(first.at),
        by=first.by,
        verb=first.verb,
        batches=tuple(sorted({line.batch for line in lines if line.batch is not None})),
        jobs=tuple(sorted(line.job for line in lines if line.job is not None)),
        scope=scope,
        name=name,
        detail=first.detail,
    )


def _whom(entry: Entry) -> tuple[str, str]:
    """What an act was done to that is no job and no batch: by its facts, or the name that they begin with."""
    with suppress(ValueError):
        facts = json.loads(entry.detail)
        if isinstance(facts, dict):
            named = ((scope, facts[scope]) for scope in _SCOPES if isinstance(facts.get(scope), str))
            return next(named, ("", ""))
    scope = entry.verb.partition("-")[0]
    name, colon, _ = entry.detail.partition(": ")
    return (scope, name) if colon and scope in _SCOPES else ("", "")
