"""Kits: the engines beside the face's that work here, with their releases, as steps are matched with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from db.states import Stage
from farm.bootstrap import Workshop
from pipeline.plan.capability import READER, kit_of


def releases_here(workshop: Workshop) -> Mapping[str, str]:
    """The release of every voice, converter, ear and writer that can be used here; nothing is loaded."""
    shelves = (workshop.voices, workshop.converters, workshop.ears, workshop.writers)
    return {
        name: shelf.release(name) for shelf in shelves for name in shelf.names() if not shelf.why_not(name)
    }


def kits_here(workshop: Workshop, capabilities: Collection[str]) -> Mapping[str, frozenset[str]]:
    """By capability the kits with which a worker of this machine does it; none where kits play no part.

    Args:
        workshop: what is installed.
        capabilities: what the worker does.
    """
    releases = releases_here(workshop)
    return {
        capability: frozenset(
            filter(None, (kit_of(engines, releases) for engines in _engines(workshop, capability)))
        )
        for capability in capabilities
    }


def _engines(workshop: Workshop, capability: str) -> Iterator[tuple[str, ...]]:
    """The engines that do it together, for every kind of job that there is for a capability."""
    stage, _, engine = capability.partition(".")
    if stage in (Stage.LISTEN, Stage.WRITE) and engine:
        yield (engine,)
    if stage != Stage.SPEAK:
        return
    voices, converters = workshop.voices, workshop.converters.names()
    if not engine:
        yield from ((voice,) for voice in voices.names() if not voices.opened_with(voice))
    elif engine in converters:
        yield from ((voice, engine) for voice in voices.names() if not voices.opened_with(voice))
    else:
        yield (engine, READER)
        yield from ((engine, converter, READER) for converter in converters)
