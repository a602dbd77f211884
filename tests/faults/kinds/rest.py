"""Wrong clocks, and an FFmpeg that is killed, hangs, or ends well with half a file."""

from __future__ import annotations

from random import Random

from tests.faults.encoder import Spoil
from tests.faults.ground import Ground, until
from tests.faults.kinds.kind import Effect, FaultKind, Need

_HOUR_S = 3600


def _step_clock(ground: Ground, chance: Random) -> Effect:
    """The time of day jumps back or forth for all of the farm's processes, and later right again."""
    shim = ground.shim
    assert shim is not None
    offset = chance.choice((-_HOUR_S, _HOUR_S))
    try:
        ground.rendering(ground.sow(3))
        shim.clock(offset)
        ground.rendering(ground.sow(3))
        shim.clock(-offset)
        ground.begun(ground.sow(1))
    finally:
        shim.clock(0)
    ground.begun(ground.sow(1))
    return Effect()


def _short(ground: Ground, _chance: Random) -> Effect:
    return _spoil(ground, Spoil.SHORT)


def _killed(ground: Ground, _chance: Random) -> Effect:
    return _spoil(ground, Spoil.KILLED)


def _hanging(ground: Ground, _chance: Random) -> Effect:
    return _spoil(ground, Spoil.HANGING)


def _spoil(ground: Ground, how: Spoil) -> Effect:
    ground.encoder.spoil(how)
    ground.sow(3)
    until(lambda: ground.encoder.spoiled, "an encoding is spoiled")
    return Effect()


KINDS = (
    FaultKind(
        name="clock-stepped",
        words="the time of day an hour wrong, the other way, and right again",
        inflict=_step_clock,
        needs=(Need.SHIM,),
    ),
    FaultKind(name="ffmpeg-short", words="FFmpeg ends well with a file that lacks frames", inflict=_short),
    FaultKind(name="ffmpeg-killed", words="kill -9 of FFmpeg in the middle of an encoding", inflict=_killed),
    FaultKind(name="ffmpeg-hanging", words="an FFmpeg that takes nothing and never ends", inflict=_hanging),
)
