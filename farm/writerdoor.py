"""The writers of this machine: language models on the shelf, opened when something is to be written."""

from __future__ import annotations

from farm.bootstrap import Workshop
from pipeline.engines.writer import WriterEngine
from pipeline.plan.errors import AwayError, InputError
from pipeline.plan.models import ModelRecord
from pipeline.plan.writingplan import Sampling


def writer_model(workshop: Workshop, name: str = "") -> ModelRecord:
    """The model that scripts are written with: of that name, the one that is set, or the only one.

    Raises:
        InputError: ``engine-writer-unknown``, or as `ModelShelf.get`.
        AwayError: ``model-shelf-away``.
    """
    settings = workshop.settings.writer
    kind = workshop.writers.opened_with(settings.engine)
    return workshop.models.get(name or settings.model, kind=kind).record


def open_writer(workshop: Workshop, digest: str) -> WriterEngine:
    """The engine that writes with a model. It stays open until another model is asked for.

    Args:
        workshop: engines and models.
        digest: SHA-256 (hex) of the model.

    Raises:
        InputError: the engine cannot be used here, its model is damaged, or there is no such device.
        AwayError: ``farm-no-model``: the model is not on this machine's shelf; ``model-shelf-away``.
    """
    settings = workshop.settings.writer
    try:
        model = workshop.models.by_digest(digest)
    except InputError as error:
        raise AwayError("farm-no-model", engine=settings.engine, digest=digest[:12]) from error
    if not any(writer.digest == digest for writer in workshop.writers.opened()):
        # First, so that a card never has to hold two.
        workshop.writers.close_all_but(0)
    return workshop.writers.open(
        model.record.engine,
        weights=model.weights,
        device=settings.device,
        precision=settings.precision,
        batch=settings.batch,
        threads=workshop.settings.worker.threads,
        cpu_allowed=settings.cpu_fallback,
    )


def sampling_of(workshop: Workshop, *, seed: int | None = None) -> Sampling:
    """How words are chosen here; with another seed than the one that is set, if one is given."""
    settings = workshop.settings.writer
    return Sampling(
        seed=settings.seed if seed is None else seed,
        temperature=settings.temperature_per_cent,
        top_p=settings.top_p_per_cent,
        max_new_tokens=settings.max_tokens,
    )
