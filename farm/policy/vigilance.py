"""When a process of the farm is held to be dead, silent or stuck: judged from what it proves of itself.

A process proves life by a counter that it raises as long as its interpreter runs, and progress by one that it
raises with whatever it makes: a frame, a sentence, a word, a packet. What a watchdog cannot see counts for
nobody: time that passed while it was itself kept from looking proves nothing about those that it watches.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

#: Beats that a process may miss; half of another one is for a clock that is not quite its own.
MISSED_BEATS = 3
_GRACE_BEATS = 0.5
#: A beat more often than this would prove no more, and a busy machine may take so much from anybody.
FASTEST_BEAT_S = 1.0
#: What was killed is gone within this time, or stuck in the kernel.
DYING_S = 30.0


class Verdict(StrEnum):
    """What is to become of a process."""

    WELL = "well"
    ENDED = "ended"
    """It is gone: what it held is to be released."""
    SILENT = "silent"
    """It proves no life: it is to be killed, with everything below it."""
    STALLED = "stalled"
    """It lives, and nothing comes of it: likewise."""
    DYING = "dying"
    """It was killed, and is not gone yet."""
    STUCK = "stuck"
    """It was killed, and does not end: it is to be recorded, once, and what it held is to be released."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """For how long a process may prove nothing.

    Attributes:
        silent_s: no beat for so long is no life.
        stalled_s: a counter of progress that stands for so long, while progress is awaited, is a hang.
        gap_s: two looks further apart had something between them that kept the watchdog from looking.
        dying_s: so long after it was killed, a process is stuck.
    """

    silent_s: float
    stalled_s: float
    gap_s: float = 1.0
    dying_s: float = DYING_S


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was seen of a process at one moment.

    Attributes:
        alive: whether it is there at all.
        beats: its counter of life.
        moves: its counter of progress.
        awaited: whether progress is awaited of it.
    """

    alive: bool
    beats: int
    moves: int
    awaited: bool


@dataclass(frozen=True, kw_only=True)
class Vigil:
    """What is remembered of one process from look to look.

    Attributes:
        last: what was seen last.
        silent_s: for how long it has not beaten, as far as anybody looked.
        still_s: for how long it has made no progress that was awaited.
        dying_s: for how long it has been dying; None: it was not killed.
        told: whether it was told to be stuck.
    """

    last: Reading | None = None
    silent_s: float = 0.0
    still_s: float = 0.0
    dying_s: float | None = None
    told: bool = False


def beat_every(beat_s: float) -> float:
    """How often a process proves its life, in seconds, where leases are raised that often."""
    return max(beat_s, FASTEST_BEAT_S)


def patience_for(beat_s: float, no_progress_s: float) -> Patience:
    """The patience that goes with the farm's heartbeat and with what an operator set, all in seconds."""
    silent_s = (MISSED_BEATS + _GRACE_BEATS) * beat_every(beat_s)
    return Patience(silent_s=silent_s, stalled_s=no_progress_s)


def watch(vigil: Vigil, seen: Reading, passed_s: float, patience: Patience) -> tuple[Vigil, Verdict]:
    """Judge one look at a process.

    `SILENT` and `STALLED` are said once: from then on it is held to be killed, and either `ENDED`, `DYING`
    or, once, `STUCK`.

    Args:
        vigil: what was remembered of it; a new one at first.
        seen: what is seen of it now.
        passed_s: time since the look before.
        patience: for how long it may prove nothing.
    """
    if not seen.alive:
        return replace(vigil, last=seen), Verdict.ENDED
    counted_s = passed_s if passed_s <= patience.gap_s else 0.0
    if vigil.dying_s is not None:
        return _dying(replace(vigil, last=seen, dying_s=vigil.dying_s + counted_s), patience)
    last = vigil.last
    # Who has not begun to beat is still opening what it works with, which may hold its interpreter for long.
    beats = last is None or not seen.beats or last.beats != seen.beats
    moves = last is None or not seen.awaited or not last.awaited or last.moves != seen.moves
    now = Vigil(
        last=seen,
        silent_s=0.0 if beats else vigil.silent_s + counted_s,
        still_s=0.0 if moves else vigil.still_s + counted_s,
    )
    if now.silent_s >= patience.silent_s:
        return replace(now, dying_s=0.0), Verdict.SILENT
    if now.still_s >= patience.stalled_s:
        return replace(now, dying_s=0.0), Verdict.STALLED
    return now, Verdict.WELL


def _dying(vigil: Vigil, patience: Patience) -> tuple[Vigil, Verdict]:
    if vigil.told or vigil.dying_s is None or vigil.dying_s < patience.dying_s:
        return vigil, Verdict.DYING
    return replace(vigil, told=True), Verdict.STUCK
