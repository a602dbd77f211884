"""The voices of this machine: those of engines that bring their own, and those of models on the shelf."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from farm.bootstrap import Settings, Workshop
from farm.models.shelf import Model
from pipeline.engines.voice import Voice, VoiceConverter, VoiceEngine
from pipeline.engines.voice.coqui import families
from pipeline.plan.errors import AwayError, InputError
from pipeline.plan.job import VoiceChoice
from pipeline.plan.models import ModelKind, ModelRecord, ModelUse

#: Between a model's name and that of one of its voices.
OF_MODEL = ":"


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Voices that may be chosen among.

    Attributes:
        voices: each by its engine's own name for it.
        record: the model that all of them belong to; None for an engine that brings its own.
    """

    voices: tuple[Voice, ...]
    record: ModelRecord | None = None

    def named(self, voice: Voice) -> str:
        """A voice's name as people write it behind that of its engine."""
        if self.record is None:
            return voice.name
        return self.record.name if len(self.voices) == 1 else f"{self.record.name}{OF_MODEL}{voice.name}"


def cast_of(workshop: Workshop, engine: str, *, model: str = "") -> Cast:
    """The voices of an engine, of one model if it speaks with one; nothing heavy is loaded for those.

    Args:
        workshop: engines and models.
        engine: name of a voice engine.
        model: name of the model; empty for the usual one.

    Raises:
        InputError: ``engine-voice-unknown``, ``engine-missing`` or ``engine-broken``; the model is not there.
        AwayError: ``model-shelf-away``.
    """
    kind = workshop.voices.opened_with(engine)
    if not kind:
        return Cast(voices=workshop.voices.open(engine).voices())
    return _cast(workshop.models.get(model or workshop.settings.voice.model, kind=kind).record)


def casts_of(workshop: Workshop, engine: str) -> Iterator[Cast]:
    """The voices of an engine that can be used here, model by model.

    Raises:
        InputError, AwayError: as `cast_of`.
    """
    kind = workshop.voices.opened_with(engine)
    if not kind:
        yield cast_of(workshop, engine)
        return
    for each in workshop.models.listed():
        if each.problem is None and each.record is not None and each.record.kind is ModelKind(kind):
            yield _cast(each.record)


def named(choice: VoiceChoice, models: Iterable[ModelUse]) -> str:
    """A choice as people write it, such as ``espeak/en-us`` or ``coqui/MODEL:SPEAKER``; empty for no voice.

    Args:
        choice: who speaks.
        models: what its job is promised, its voice's model among it.
    """
    model = next((each.name for each in models if each.digest == choice.model), "")
    if not model or choice.name in (families.OWN, families.PROFILE):
        return f"{choice.engine}/{model or choice.name}" if choice.engine else ""
    return f"{choice.engine}/{model}{OF_MODEL}{choice.name}"


def open_voice(workshop: Workshop, choice: VoiceChoice) -> VoiceEngine:
    """The engine that speaks with a voice; of those with models only the ones used last stay open.

    Raises:
        InputError: the engine cannot be used here, or there is no such device.
        AwayError: ``farm-no-model``: its model is not on this machine's shelf; ``model-shelf-away``.
    """
    if not workshop.voices.opened_with(choice.engine):
        return workshop.voices.open(choice.engine)
    model = _model(workshop, choice.model, choice.engine)
    told = {"folder": model.path, "digest": model.record.digest, "traits": model.record.traits}
    engine = workshop.voices.open(choice.engine, **told, **_options(workshop))
    workshop.voices.close_all_but(workshop.settings.voice.loaded)
    return engine


def open_converter(workshop: Workshop, choice: VoiceChoice) -> VoiceConverter | None:
    """What makes a voice sound like a person; None for a choice without. The one used last stays open.

    Raises:
        InputError, AwayError: as `open_voice`.
    """
    if not choice.converter:
        return None
    engine = ModelKind.CONVERTER.engine
    model = _model(workshop, choice.converter, engine)
    converter = workshop.converters.open(engine, weights=model.weights, **_options(workshop))
    workshop.converters.close_all_but(1)
    return converter


def _model(workshop: Workshop, digest: str, engine: str) -> Model:
    try:
        return workshop.models.by_digest(digest)
    except InputError as error:
        raise AwayError("farm-no-model", engine=engine, digest=digest[:12]) from error


def _cast(record: ModelRecord) -> Cast:
    voices = families.voices_of(record.traits, model=record.digest, label=record.name)
    return Cast(voices=voices, record=record)


def _options(workshop: Workshop) -> dict[str, Any]:
    """Where and how networks compute that speak or convert."""
    settings = workshop.settings
    return {
        "device": settings.voice.device,
        "threads": settings.worker.threads,
        "cpu_allowed": settings.voice.cpu_fallback,
        "scratch": scratch_of(settings),
    }


def scratch_of(settings: Settings) -> Path:
    """Where networks that speak may make a folder while they are opened."""
    return settings.home / "scratch"
