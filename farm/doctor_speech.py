"""Looks at what speaks, hears and writes with models that an operator brings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from farm.bootstrap import Workshop
from farm.doctor import There
from farm.eardoor import check_setting, ear_model
from pipeline.engines.shelf import Shelf
from pipeline.plan.errors import InputError
from pipeline.plan.models import ModelKind


def speech_checks(workshop: Workshop) -> Mapping[str, Callable[[], There]]:
    """A look at each kind of engine with models, by the name of its check.

    None is needed for a film, so none is a fault: without its library it says what installs it, without a
    model that there is none.
    """
    settings = workshop.settings
    looks: Mapping[str, tuple[Shelf[Any], str, ModelKind]] = {
        "narrators": (workshop.voices, ModelKind.COQUI.engine, ModelKind.COQUI),
        "converter": (workshop.converters, ModelKind.CONVERTER.engine, ModelKind.CONVERTER),
        "ear": (workshop.ears, settings.ear.engine, ModelKind.WHISPER),
        "writer": (workshop.writers, settings.writer.engine, ModelKind.WRITER),
    }
    checks: dict[str, Callable[[], There]] = {
        name: partial(_there, workshop, *look) for name, look in looks.items()
    }
    return {**checks, "ear": lambda: _heard(workshop, checks["ear"]())}


def _heard(workshop: Workshop, there: There) -> There:
    """The same of an ear, whose model hears the language that is set for recordings.

    Raises:
        InputError: ``hearing-setting-unheard``.
        AwayError: ``model-shelf-away``.
    """
    try:
        record = ear_model(workshop)
    except InputError:
        return there
    check_setting(record, workshop.settings.ear.language)
    return there


def _there(workshop: Workshop, shelf: Shelf[Any], engine: str, kind: ModelKind) -> There:
    """How many models of a kind lie on the shelf.

    Raises:
        InputError: the settings name an engine that does not exist.
        AwayError: ``model-shelf-away``.
    """
    problem = shelf.why_not(engine)
    if problem is not None:
        return There(detail=f"{engine}: {problem.facts.get('install', problem.code)}")
    return There(detail=engine, facts={"models": len(workshop.models.records(kind))})
