"""The ears of this machine: speech recognition with a model on the shelf, and what finds speech in sound."""

from __future__ import annotations

from importlib import metadata
from importlib.util import find_spec

from farm.bootstrap import Workshop
from pipeline.engines.ear import ActivityEngine, EarEngine
from pipeline.engines.ear.whisper.tongues import hears
from pipeline.plan.doubt import Limits
from pipeline.plan.errors import AwayError, InputError
from pipeline.plan.hearing import HearingPlan
from pipeline.plan.models import ModelRecord

_CPU = "cpu"
_HALF, _SINGLE, _EIGHT_BITS = "fp16", "fp32", "int8"


def ear_model(workshop: Workshop, name: str = "") -> ModelRecord:
    """The model that a new job is heard with: of that name, the one that is set, or the only one.

    Raises:
        InputError: ``engine-ear-unknown``, or as `ModelShelf.get`.
        AwayError: ``model-shelf-away``.
    """
    settings = workshop.settings.ear
    kind = workshop.ears.opened_with(settings.engine)
    return workshop.models.get(name or settings.model, kind=kind).record


def check_heard(record: ModelRecord, language: str) -> None:
    """Refuse a language that a model does not hear, as far as its card tells.

    Args:
        record: the ear's model.
        language: BCP 47 tag of what is spoken.

    Raises:
        InputError: ``hearing-language-unknown``, with those that it hears.
    """
    known = record.traits.get("languages", ())
    if known and not hears(language, known):
        facts = {"engine": record.engine, "language": language, "known": ", ".join(known)}
        raise InputError("hearing-language-unknown", **facts)


def check_setting(record: ModelRecord, language: str) -> None:
    """Refuse a language of the settings, for recordings that name none, which the model does not hear.

    Raises:
        InputError: ``hearing-setting-unheard``, with those that it hears.
    """
    try:
        if language:
            check_heard(record, language)
    except InputError as error:
        raise InputError("hearing-setting-unheard", model=record.name, **error.facts) from error


def precision_here(workshop: Workshop) -> str:
    """The arithmetic that a new job is heard with: as it is set, else half precision where a card is.

    Torch is asked only where its build may find one.
    """
    settings = workshop.settings.ear
    if settings.precision != "auto":
        return settings.precision
    return _SINGLE if _device(workshop) == _CPU else _HALF


def open_ear(workshop: Workshop, plan: HearingPlan) -> EarEngine:
    """The ear that a job is heard with. It stays open until another model or arithmetic is asked for.

    Args:
        workshop: engines and models.
        plan: how the job is heard; with a model.

    Raises:
        InputError: the engine cannot be used here, its model is damaged, or there is no such device.
        AwayError: ``farm-no-model``: the model is not on this machine's shelf; ``hearing-no-card``: it is
            heard in half precision, for which there is no card; ``model-shelf-away``.
        TransientError: not enough memory for the model.
    """
    try:
        model = workshop.models.by_digest(plan.model)
    except InputError as error:
        engine = workshop.settings.ear.engine
        raise AwayError("farm-no-model", engine=engine, digest=plan.model[:12]) from error
    # Torch multiplies eight bits on processors alone.
    device = _CPU if plan.precision == _EIGHT_BITS else _device(workshop)
    if plan.precision == _HALF and device == _CPU:
        raise AwayError("hearing-no-card", engine=model.record.engine, model=model.record.name)
    if not any((ear.digest, ear.precision) == (plan.model, plan.precision) for ear in workshop.ears.opened()):
        # First, so that a card never has to hold two.
        workshop.ears.close_all_but(0)
    settings = workshop.settings.ear
    return workshop.ears.open(
        model.record.engine,
        weights=model.weights,
        precision=plan.precision,
        device=device,
        threads=workshop.settings.worker.threads,
        cpu_allowed=settings.cpu_fallback,
        limits=Limits(
            no_speech=settings.no_speech_per_cent,
            logprob=settings.logprob_hundredths,
            compression=settings.compression_per_cent,
        ),
    )


def open_activity(workshop: Workshop) -> ActivityEngine | None:
    """What finds out where anybody speaks; None where loudness alone has to tell.

    Raises:
        InputError: what is set cannot be used here.
    """
    wish = workshop.settings.ear.activity
    if wish == "level":
        return None
    names = workshop.activities.names() if wish == "auto" else (wish,)
    usable = (name for name in names if wish != "auto" or workshop.activities.why_not(name) is None)
    name = next(usable, None)
    return None if name is None else workshop.activities.open(name)


def _device(workshop: Workshop) -> str:
    """What an ear is computed on here: ``cpu``, or a card as in ``cuda:0``.

    Raises:
        InputError: ``engine-device-missing``.
    """
    wish = workshop.settings.ear.device
    alone = find_spec("torch") is None or metadata.version("torch").endswith("+cpu")
    if wish == _CPU or (wish == "auto" and alone):
        return _CPU
    from pipeline.engines.devices import device_of

    return device_of(wish)
