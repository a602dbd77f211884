"""The face engines of this machine, each opened in the way that a job or a profile asks for."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from itertools import product
from typing import Any

from farm.bootstrap import Workshop
from pipeline.engines.face import FaceEngine
from pipeline.plan.faceway import FaceWay, joined_weights
from pipeline.plan.lipsync import Mode
from pipeline.plan.models import ModelKind

_RESTORING = "spandrel"
#: In the home folder: how many mouths at a time each card takes.
_BATCHES = "face-batches.json"


def open_face(workshop: Workshop, way: FaceWay, *, at_once: int = 0) -> FaceEngine:
    """The engine that draws in some way; the same one each time, until it is discarded.

    Args:
        workshop: engines and models.
        way: which engine, with which models, in which mode.
        at_once: how many frames it computes at a time; 0 for as many as it finds to fit.

    Raises:
        InputError: the engine cannot be used here, its model is not here, or there is no such device.
        AwayError: ``model-shelf-away``.
    """
    options = _options(workshop, way)
    return workshop.faces.open(way.engine, **options, **({"batch": at_once} if at_once else {}))


def ways_of(workshop: Workshop, engine: str) -> Iterator[FaceWay]:
    """Every way in which an engine can draw here, with the models that are on the shelf.

    Raises:
        InputError: ``engine-face-unknown``.
        AwayError: ``model-shelf-away``.
    """
    kind = workshop.faces.opened_with(engine)
    if not kind:
        yield FaceWay(engine=engine)
        return
    models = _digests(workshop, ModelKind(kind))
    restorers = _digests(workshop, ModelKind.RESTORER) if models and can_restore() else ()
    for model, mode in product(models, Mode):
        yield FaceWay(engine=engine, mode=mode.value, weights=model)
        # The original program restores nothing.
        for restorer in restorers if mode is Mode.FAST else ():
            yield FaceWay(engine=engine, mode=mode.value, weights=joined_weights((model, restorer)))


def can_restore() -> bool:
    """Whether the library is here that opens models which restore faces; it is not loaded to find out."""
    return importlib.util.find_spec(_RESTORING) is not None


def _digests(workshop: Workshop, kind: ModelKind) -> tuple[str, ...]:
    """The digests of a kind's models that lie on the shelf as they should, each once, by name."""
    listed = [each for each in workshop.models.listed() if each.problem is None and each.record is not None]
    found = [each.record.digest for each in listed if each.record is not None and each.record.kind is kind]
    return tuple(dict.fromkeys(found))


def _options(workshop: Workshop, way: FaceWay) -> dict[str, Any]:
    """What the class of an engine is called with."""
    if not way.digests:
        return {}
    settings = workshop.settings
    model, *restorers = [workshop.models.by_digest(digest) for digest in way.digests]
    options: dict[str, Any] = {
        "weights": model.weights,
        "mode": way.mode,
        "backend": settings.face.backend,
        "device": settings.face.device,
        "threads": settings.worker.threads,
        "remembered": settings.home / _BATCHES,
    }
    for restorer in restorers:
        options["restorer"] = restorer.weights
    return options
