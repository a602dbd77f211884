"""What a film's file carries besides picture and sound."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.plan.softtrack import SoftTrack


@dataclass(frozen=True, kw_only=True)
class Cargo:
    """What a film's file carries besides picture and sound.

    Attributes:
        title: for people and players.
        comment: likewise.
        label: value of the machine-readable label (`pipeline.plan.aigc`); empty for none.
        captions: the soft caption track; None for none.
    """

    title: str
    comment: str
    label: str = ""
    captions: SoftTrack | None = None
