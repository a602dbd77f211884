"""What stands on the shelves: engines and voices that can be used here, and why the rest cannot."""

from __future__ import annotations

from dataclasses import dataclass

from farm.bootstrap import Workshop
from farm.voicedoor import casts_of
from pipeline.engines.eye import EyeEngine
from pipeline.engines.face import FaceEngine
from pipeline.engines.shelf import Shelf
from pipeline.engines.voice import VoiceEngine
from pipeline.engines.voice.choice import speaks
from pipeline.plan.errors import LecternError


@dataclass(frozen=True, kw_only=True)
class EngineEntry:
    """An engine: what it is for (voice, face or eye), its name, and why it cannot be used, if it cannot."""

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
    shelves: dict[str, Shelf[VoiceEngine] | Shelf[FaceEngine] | Shelf[EyeEngine]] = {
        "voice": workshop.voices,
        "face": workshop.faces,
        "eye": workshop.eyes,
    }
    set_to = {"voice": workshop.settings.voice.engine, "face": workshop.settings.face.engine}
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
