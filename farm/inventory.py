"""What stands on the shelves: engines and voices that can be used here, and why the rest cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from farm.bootstrap import Workshop
from farm.voicedoor import casts_of
from pipeline.engines.shelf import Shelf
from pipeline.engines.voice.choice import speaks
from pipeline.plan.errors import LecternError


@dataclass(frozen=True, kw_only=True)
class EngineEntry:
    """An engine: its protocol, such as ``voice`` or ``ear``, its name, and why it cannot be used, if so."""

    protocol: str
    name: str
    default: bool
    problem: LecternError | None


@dataclass(frozen=True, kw_only=True)
class VoiceEntry:
    """A voice that can be used here."""

    engine: str
    name: str
    languages: tuple[str, ...]
    label: str


def engines(workshop: Workshop) -> tuple[EngineEntry, ...]:
    """Every engine, protocol by protocol, the built-in ones first; nothing heavy is loaded."""
    settings = workshop.settings
    shelves: Mapping[str, Shelf[Any]] = {
        "voice": workshop.voices,
        "converter": workshop.converters,
        "face": workshop.faces,
        "eye": workshop.eyes,
        "ear": workshop.ears,
        "activity": workshop.activities,
        "writer": workshop.writers,
    }
    set_to = {
        "voice": settings.voice.engine,
        "face": settings.face.engine,
        "ear": settings.ear.engine,
        "writer": settings.writer.engine,
    }
    entries: list[EngineEntry] = []
    for protocol, shelf in shelves.items():
        problems = {name: shelf.why_not(name) for name in shelf.names()}
        usable = [name for name, problem in problems.items() if problem is None]
        default = set_to.get(protocol) or next(iter(usable), "")
        entries += [
            EngineEntry(protocol=protocol, name=name, default=name == default, problem=problem)
            for name, problem in problems.items()
        ]
    return tuple(entries)


def voices(workshop: Workshop, *, language: str = "") -> tuple[VoiceEntry, ...]:
    """Every voice that can be used here, or those that speak a language."""
    return tuple(
        VoiceEntry(engine=name, name=cast.named(voice), languages=voice.languages, label=voice.label)
        for name in workshop.voices.names()
        if workshop.voices.why_not(name) is None
        for cast in casts_of(workshop, name)
        for voice in cast.voices
        if not language or speaks(voice, language)
    )
