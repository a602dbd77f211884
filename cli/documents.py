"""The JSON documents of `--json`: stable shapes, described in docs/cli.md; fields are only ever added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from cli.terminal import error_document, told
from farm.local import Made
from farm.manifest import Problem
from farm.submit import BatchRefusedError, Receipt
from farm.views import BatchView, FarmView, JobDetail, JobView
from pipeline.plan.messages import Language


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


def receipt_document(receipt: Receipt, language: Language) -> dict[str, object]:
    """What became of a submission."""
    return {
        "kind": "receipt",
        "batch": receipt.batch,
        "jobs": receipt.jobs,
        "created": receipt.created,
        "skipped": [problem_document(problem, language) for problem in receipt.skipped],
        "warnings": [problem_document(problem, language) for problem in receipt.warnings],
    }


def refusal_document(refusal: BatchRefusedError, language: Language) -> dict[str, object]:
    """Why a batch was refused: an error with every problem of every row."""
    return {
        **error_document(refusal, language),
        "rows": refusal.rows,
        "good": refusal.good,
        "problems": [problem_document(problem, language) for problem in refusal.problems],
        "warnings": [problem_document(problem, language) for problem in refusal.warnings],
    }


def problem_document(problem: Problem, language: Language) -> dict[str, object]:
    """One problem of one row; row 0 is the manifest as a whole."""
    what, cure = told(problem.code, problem.facts, language)
    return {
        "row": problem.row,
        "column": problem.column,
        "code": problem.code,
        "what": what,
        "cure": cure,
        "facts": dict(problem.facts),
    }


def film_document(made: Made, language: Language) -> dict[str, object]:
    """A film that was made by `lectern render`."""
    warnings = []
    for warning in made.warnings:
        what, cure = told(warning.code, warning.facts, language)
        warnings.append({"code": warning.code, "what": what, "cure": cure, "facts": dict(warning.facts)})
    return {
        "kind": "film",
        "film": str(made.files[".mp4"]),
        "files": {suffix.lstrip("."): str(path) for suffix, path in made.files.items()},
        "frames": made.frames,
        "fps": made.fps,
        "trace": made.trace,
        "essence": made.essence,
        "warnings": warnings,
    }
