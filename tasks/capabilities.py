"""What a worker can do on this machine: the stages, each by the engines that are installed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from db.states import Stage, capability_of
from farm.bootstrap import Farm
from farm.policy.pools import plain_of
from farm.policy.profiles import CPU
from pipeline.engines.shelf import Shelf
from pipeline.plan.errors import InputError

_CARDS_CODEC = "h264_nvenc"


def capabilities_of(farm: Farm, wanted: Collection[str] = ()) -> tuple[str, ...]:
    """What a worker can do here, in the order in which it goes: films near their end go first.

    Nothing heavy is loaded.

    Args:
        farm: what is installed.
        wanted: what it shall do, each as it stands or bound to a pool; everything unless given.

    Raises:
        InputError: ``farm-capability-unknown``.
    """
    usable = [face for face in farm.faces.names() if farm.faces.why_not(face) is None]
    renders = [capability_of(Stage.RENDER, face) for face in usable]
    known = (
        capability_of(Stage.JOIN),
        capability_of(Stage.ARCHIVE),
        *renders,
        capability_of(Stage.LISTEN),
        *_with_models(Stage.LISTEN, farm.ears),
        capability_of(Stage.SPEAK),
        *_with_models(Stage.SPEAK, farm.voices, farm.converters),
        *_with_models(Stage.WRITE, farm.writers),
    )
    for capability in wanted:
        if plain_of(capability) not in known:
            raise InputError("farm-capability-unknown", capability=capability, known=", ".join(known))
    # Of one stage in the order in which they are wanted: a worker's own pool goes first.
    stages = list(dict.fromkeys(map(_stage_of, known)))
    meant = sorted(dict.fromkeys(wanted), key=lambda each: stages.index(_stage_of(each)))
    return tuple(meant) or known


def _stage_of(capability: str) -> str:
    return capability.partition(".")[0]


def _with_models(stage: Stage, *shelves: Shelf[Any]) -> Iterator[str]:
    """What a worker can do at a stage with the engines that need models, whether or not one is there yet.

    A step whose model is not on this machine's shelf goes elsewhere.
    """
    for shelf in shelves:
        for engine in shelf.names():
            if shelf.opened_with(engine) and shelf.why_not(engine) is None:
                yield capability_of(stage, engine)


def on_cards(farm: Farm, capabilities: Collection[str]) -> frozenset[str]:
    """Those of a worker's capabilities that are faster on a card, as the settings have it.

    These are the engines that need models, but for those that are set to compute on processors; and all
    rendering if a card is to encode. Nothing heavy is loaded.
    """
    wishes = wishes_of(farm)
    encodes = farm.settings.encoder.codec == _CARDS_CODEC

    def gains(capability: str) -> bool:
        stage, _, engine = plain_of(capability).partition(".")
        if stage == Stage.RENDER and encodes:
            return True
        if not engine or wishes[stage] == CPU:
            return False
        return stage != Stage.RENDER or bool(farm.faces.opened_with(engine))

    return frozenset(filter(gains, capabilities))


def wishes_of(farm: Farm) -> Mapping[str, str]:
    """What the engines of each stage are set to compute on: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``."""
    settings = farm.settings
    return {
        Stage.RENDER.value: settings.face.device,
        Stage.SPEAK.value: settings.voice.device,
        Stage.LISTEN.value: settings.ear.device,
        Stage.WRITE.value: settings.writer.device,
    }
