"""The JSON documents of `--json`: stable shapes, described in docs/cli.md; fields are only ever added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from farm.views.films import BatchView, JobDetail, JobView
from farm.views.screen import FarmView


def batch_document(batch: BatchView, jobs: Iterable[JobView] | None = None) -> dict[str, object]:
    """A batch, with its jobs unless they were not asked for."""
    document: dict[str, object] = {"kind": "batch", **asdict(batch), "over": batch.over}
    if jobs is not None:
        document["rows"] = [_job(job) for job in jobs]
    return document


def job_document(detail: JobDetail) -> dict[str, object]:
    """A job with its attempts and files."""
    whole = asdict(detail)
    return {"kind": "job", **whole.pop("job"), "over": detail.job.over, **whole}


def _job(job: JobView) -> dict[str, object]:
    return {**asdict(job), "over": job.over}


def jobs_document(jobs: Iterable[JobView]) -> dict[str, object]:
    """Jobs of all batches, in the order of submission."""
    return {"kind": "jobs", "rows": [_job(job) for job in jobs]}


def batches_document(batches: Iterable[BatchView]) -> dict[str, object]:
    """All batches, the newest first."""
    return {"kind": "batches", "batches": [{**asdict(batch), "over": batch.over} for batch in batches]}


def farm_document(farm: FarmView) -> dict[str, object]:
    """The whole farm."""
    return {
        "kind": "farm",
        **asdict(farm),
        "batches": [{**asdict(batch), "over": batch.over} for batch in farm.batches],
        "jobs": [_job(job) for job in farm.jobs],
    }
