"""What models make of a person's voice, made when the profile is added where a model is at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import structlog

from db import latents
from db.profiles import Profile
from farm import telemetry
from farm.bootstrap import Farm, Workshop
from farm.voicedoor import cast_of, open_converter, open_voice
from pipeline.engines.voice import VoiceConverter, VoiceEngine
from pipeline.plan.errors import DamageError, InputError, LecternError, TransientError
from pipeline.plan.job import VoiceChoice
from pipeline.plan.models import ModelKind, ModelRecord, Use, may_be_used
from pipeline.steps.timbre import latents_key, made_of

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A model that was given a person's sample.

    Attributes:
        model: its card.
        problem: why nothing came of it; None where what it made is kept.
    """

    model: ModelRecord
    problem: LecternError | None = None


@dataclass(frozen=True, kw_only=True)
class _Listener:
    """A model that can sound like a person, and how it is opened."""

    model: ModelRecord
    open: Callable[[], VoiceEngine | VoiceConverter]


def make_latents(farm: Farm, profile: Profile, *, told: Callable[[str], None]) -> tuple[Heard, ...]:
    """Have each model hear a person's sample that their films would take by themselves; keep what it makes.

    A model that clones voices, and one that converts them: the one that is set, or the only one. Whatever
    becomes of it, the profile stands: what is not made now is made by the first film that needs it.

    Args:
        farm: the farm.
        profile: a voice's.
        told: hears the name of each model before that is opened, which may take its time.

    Raises:
        AwayError: ledger or shelf cannot be reached.
    """
    return tuple(_heard(farm, profile, listener, told) for listener in _listeners(farm))


def _listeners(workshop: Workshop) -> Iterator[_Listener]:
    """The models that can be opened here and that films may be made with."""
    use = Use(workshop.settings.models.use)
    found = (*_cloning(workshop), *_converting(workshop))
    return (each for each in found if may_be_used(each.model, use))


def _cloning(workshop: Workshop) -> Iterator[_Listener]:
    for engine in workshop.voices.names():
        if not workshop.voices.opened_with(engine) or workshop.voices.why_not(engine) is not None:
            continue
        try:
            cast = cast_of(workshop, engine)
        except InputError:
            # There is none, or nobody knows which of several a film will take.
            continue
        voice = next((each for each in cast.voices if each.cloned), None)
        if voice is not None and cast.record is not None:
            choice = VoiceChoice(
                engine=engine, name=voice.name, language=voice.languages[0], model=cast.record.digest
            )
            yield _Listener(model=cast.record, open=partial(open_voice, workshop, choice))


def _converting(workshop: Workshop) -> Iterator[_Listener]:
    if workshop.converters.why_not(ModelKind.CONVERTER.engine) is not None:
        return
    try:
        record = workshop.models.get(kind=ModelKind.CONVERTER).record
    except InputError:
        return
    choice = VoiceChoice(engine="", name="", language="", converter=record.digest)

    def opened() -> VoiceConverter:
        converter = open_converter(workshop, choice)
        if converter is None:
            raise TypeError(choice)
        return converter

    yield _Listener(model=record, open=opened)


def _heard(farm: Farm, profile: Profile, listener: _Listener, told: Callable[[str], None]) -> Heard:
    told(listener.model.name)
    try:
        _keep(farm, profile, listener)
    except LecternError as error:
        return Heard(model=listener.model, problem=error)
    except Exception as error:  # noqa: BLE001 - a library may fail in any way, and the profile stands
        _log.exception("sample not heard", model=listener.model.name)
        reason = telemetry.one_line(error)
        problem = TransientError("farm-unexpected", kind=type(error).__name__, reason=reason)
        return Heard(model=listener.model, problem=problem)
    return Heard(model=listener.model)


def _keep(farm: Farm, profile: Profile, listener: _Listener) -> None:
    """Find what the model makes of the sample, which may be that of an earlier profile, or make it."""
    voice, model = listener.open(), listener.model.digest
    found = latents.find(farm.ledger, latents_key(profile.reference.digest, model, voice))
    try:
        if found is not None:
            farm.store.verify(found)
    except DamageError:
        found = None
    if found is None:
        found, _ = made_of(profile.reference, model=model, store=farm.store, media=farm.media, voice=voice)
    latents.keep(farm.ledger, profile, model, found)
