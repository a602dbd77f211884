"""What a worker opens before anybody asks: models of the shelf and voices, as its pool has them named."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from db.states import Stage, capability_of
from farm.bootstrap import Workshop
from farm.eardoor import open_ear, precision_here
from farm.policy.affinity import models_word
from farm.policy.pools import plain_of
from farm.studio import Studio
from farm.voicedoor import cast_of, open_converter, open_voice
from farm.writerdoor import open_writer
from pipeline.engines.voice.choice import choose_voice
from pipeline.plan.errors import InputError
from pipeline.plan.faceway import FaceWay
from pipeline.plan.hearing import HearingPlan
from pipeline.plan.job import VoiceChoice
from pipeline.plan.lipsync import lipsync_of
from pipeline.plan.models import ModelKind, ModelRecord

#: Between an engine and its voice.
_OF_ENGINE = "/"
#: Between a model and one of its voices.
_OF_MODEL = ":"
#: At which stage a model of each kind is used; what restores faces is opened with a face's model alone.
_STAGES: Mapping[ModelKind, Stage] = {
    ModelKind.WAV2LIP: Stage.RENDER,
    ModelKind.COQUI: Stage.SPEAK,
    ModelKind.CONVERTER: Stage.SPEAK,
    ModelKind.WHISPER: Stage.LISTEN,
    ModelKind.WRITER: Stage.WRITE,
}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Something to open.

    Attributes:
        name: as its pool names it.
        stage: where it is used.
        engines: what opens it; an empty name for a voice that every worker has that speaks.
        model: the model; None for an engine's own voice.
    """

    name: str
    stage: Stage
    engines: tuple[str, ...]
    model: ModelRecord | None = None


def wish_of(workshop: Workshop, name: str) -> Wish:
    """What a name means: a model's as it stands on the shelf, or an engine's and behind a slash its voice's.

    Raises:
        InputError: ``model-unknown``, ``engine-voice-unknown``, ``model-kind-wrong`` or such: there is
            nothing of this name here; ``preload-not-alone``.
        AwayError: ``model-shelf-away``.
    """
    engine, slash, voice = name.partition(_OF_ENGINE)
    if slash and not (kind := workshop.voices.opened_with(engine)):
        return Wish(name=name, stage=Stage.SPEAK, engines=("",))
    if slash:
        record = workshop.models.get(voice.partition(_OF_MODEL)[0], kind=kind).record
    else:
        record = workshop.models.named(name)
    if record.kind not in _STAGES:
        raise InputError("preload-not-alone", model=record.name)
    stage = _STAGES[record.kind]
    engines: tuple[str, ...] = (record.engine,)
    if stage is Stage.RENDER:
        faces = workshop.faces
        engines = tuple(each for each in faces.names() if faces.opened_with(each) == record.kind)
    return Wish(name=name, stage=stage, engines=engines, model=record)


def check_name(workshop: Workshop, name: str) -> None:
    """Return if there is something of this name here; nothing is opened but what lists an engine's voices.

    Raises:
        InputError, AwayError: as `wish_of`, or ``voice-unknown``.
    """
    if wish_of(workshop, name).model is None:
        _choose(workshop, name)


def engines_for(wish: Wish, capabilities: Collection[str]) -> tuple[str, ...]:
    """With which engines a worker that does this would use it; none: never."""
    plain = frozenset(map(plain_of, capabilities))
    return tuple(engine for engine in wish.engines if capability_of(wish.stage, engine) in plain)


def open_wish(workshop: Workshop, studio: Studio, wish: Wish, engine: str) -> str:
    """Open what was wished for; how `farm.policy.affinity` tells what is at hand then, empty for nothing.

    Args:
        workshop: engines and models.
        studio: what draws.
        wish: what to open.
        engine: with which engine, of `engines_for`.

    Raises:
        InputError: its engine cannot be used here, its files are damaged, or there is no such voice.
        AwayError: ``model-shelf-away``.
        TransientError: not enough memory for it.
    """
    model = wish.model
    if model is None:
        _choose(workshop, wish.name)
        return ""
    workshop.models.get(model.name, kind=model.kind)
    if model.kind is ModelKind.WAV2LIP:
        way = FaceWay(engine=engine, mode=lipsync_of({}).mode.value, weights=model.digest)
        studio.profile(way)
        return models_word((way.engine, way.mode, way.weights))
    if model.kind is ModelKind.COQUI:
        open_voice(workshop, VoiceChoice(engine=model.engine, name="", language="", model=model.digest))
    elif model.kind is ModelKind.CONVERTER:
        open_converter(workshop, VoiceChoice(engine="", name="", language="", converter=model.digest))
    elif model.kind is ModelKind.WHISPER:
        open_ear(workshop, HearingPlan(model=model.digest, precision=precision_here(workshop)))
    else:
        open_writer(workshop, model.digest)
    return models_word((_STAGES[model.kind].value, model.digest))


def _choose(workshop: Workshop, name: str) -> None:
    """Have an engine list its voices, and find the one of this name among them."""
    engine, _, voice = name.partition(_OF_ENGINE)
    choose_voice(cast_of(workshop, engine).voices, engine=engine, name=voice)
