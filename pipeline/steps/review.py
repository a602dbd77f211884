"""Looks a film over once it is joined: that it shows what was drawn, and what a person should hear of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from pipeline.media import Media
from pipeline.plan.errors import TransientError
from pipeline.plan.loudness import Loudness
from pipeline.plan.measured import alike, compared, figures_of, findings, listed
from pipeline.plan.portrait import Finding
from pipeline.plan.timeline import Timeline
from pipeline.steps.reel import Reel


@dataclass(frozen=True, kw_only=True)
class Review:
    """What came of looking a film over.

    Attributes:
        warnings: what its maker should hear of.
        listed: its figures and warnings as the manifest tells them.
    """

    warnings: tuple[Finding, ...]
    listed: Mapping[str, object]


def review(
    timeline: Timeline, reel: Reel, sound: Path, *, media: Media, speed: int, loudness: Loudness
) -> Review:
    """What a film is like, from the figures of its clips and of its sound.

    Args:
        timeline: what is said in it, and when.
        reel: its clips.
        sound: its sound's file.
        media: reads what that tells.
        speed: per cent of normal at which is spoken.
        loudness: what the sound should have been brought to.

    Raises:
        TransientError: ``media-unreadable``.
    """
    film = figures_of(timeline, reel.figures, media.sound_figures(sound), speed=speed)
    warnings = findings(film, timeline, target=loudness)
    return Review(warnings=warnings, listed=listed(film, warnings))


def check_stills(film: Path, reel: Reel, *, media: Media, fps: int) -> None:
    """Decode keyframes of a joined film: each shows what was drawn when its clip was made.

    All of a short film's; of a long one some, evenly spread with the first and the last: packets were counted
    and copied, so that what could be wrong, places and parameters, is wrong in many.

    Raises:
        TransientError: ``media-film-other``, or ``media-unreadable``.
    """
    from pipeline.media.meter import cells

    begins = accumulate((track.packets for track in reel.tracks), initial=0)
    drawn = {
        begin + number: still
        for begin, figures in zip(begins, reel.figures, strict=False)
        for number, still in figures.stills.items()
    }
    chosen = compared(sorted(drawn))
    for number, luma in zip(chosen, media.stills(film, chosen, fps=fps), strict=True):
        if not alike(drawn[number], cells(luma)):
            raise TransientError("media-film-other", frame=number)
