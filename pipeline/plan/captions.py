"""Caption cues from a timeline, and their spelling as SubRip (SRT) and WebVTT."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.plan.timeline import Timeline


@dataclass(frozen=True, kw_only=True)
class Cue:
    """What is shown from `start_ms` up to but not including `end_ms`: one line or two."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]


def cues(timeline: Timeline) -> tuple[Cue, ...]:
    """Cues of a film in order, none overlapping, none reaching beyond its own utterance."""
    raise NotImplementedError


def srt(shown: Iterable[Cue]) -> str:
    """The cues as a SubRip file, to be written as UTF-8."""
    raise NotImplementedError


def webvtt(shown: Iterable[Cue]) -> str:
    """The cues as a WebVTT file, to be written as UTF-8."""
    raise NotImplementedError
