"""Promises about when a process is held to be dead, silent or stuck."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from farm.policy.vigilance import Patience, Reading, Verdict, Vigil, patience_for, watch

PATIENCE = Patience(silent_s=3.0, stalled_s=5.0, gap_s=1.0, dying_s=4.0)
WELL, ENDED = Verdict.WELL, Verdict.ENDED
SILENT, STALLED, DYING, STUCK = Verdict.SILENT, Verdict.STALLED, Verdict.DYING, Verdict.STUCK


def seen(beats: int, moves: int = 0, *, awaited: bool = False, alive: bool = True) -> Reading:
    """What is seen at one moment."""
    return Reading(alive=alive, beats=beats, moves=moves, awaited=awaited)


def verdicts(readings: Iterable[Reading], *, every_s: float = 1.0) -> list[Verdict]:
    """What is said of each of some looks, so many seconds apart."""
    vigil, told = Vigil(), []
    for reading in readings:
        vigil, verdict = watch(vigil, reading, every_s, PATIENCE)
        told.append(verdict)
    return told


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ([seen(each) for each in range(1, 7)], [WELL] * 6),
        ([seen(1), seen(2, alive=False)], [WELL, ENDED]),
        ([seen(1)] * 5, [WELL, WELL, WELL, SILENT, DYING]),
        ([seen(1), seen(1), seen(1), seen(2), seen(2), seen(2), seen(2)], [WELL] * 6 + [SILENT]),
        # It is still opening what it works with.
        ([seen(0)] * 9, [WELL] * 9),
        ([seen(beat, 7, awaited=True) for beat in range(1, 9)], [WELL] * 5 + [STALLED, DYING, DYING]),
        ([seen(beat, beat // 4, awaited=True) for beat in range(1, 20)], [WELL] * 19),
        # Nothing is awaited of it, as long as its step may take.
        ([seen(beat, 7) for beat in range(1, 20)], [WELL] * 19),
        # What is awaited anew is not old.
        ([seen(beat, 7, awaited=beat % 5 > 0) for beat in range(1, 20)], [WELL] * 19),
        ([seen(1)] * 10, [WELL] * 3 + [SILENT] + [DYING] * 3 + [STUCK, DYING, DYING]),
        ([seen(1)] * 5 + [seen(1, alive=False)], [WELL] * 3 + [SILENT, DYING, ENDED]),
    ],
)
def test_a_process_is_judged_by_what_it_proves(readings: list[Reading], expected: list[Verdict]) -> None:
    """Life by beats, progress by frames where any are awaited; what was killed has a while to end, once."""
    assert verdicts(readings) == expected


def test_time_in_which_nobody_looked_counts_for_nobody() -> None:
    """A watchdog that was kept from looking, as by a machine that slept, kills none of those it watches."""
    assert verdicts([seen(1, awaited=True)] * 100, every_s=1.5) == [WELL] * 100


def test_the_default_beats_make_it_three_missed_ones() -> None:
    """With a beat each 3 s, the third that is missed was due after 9 s; more than one a second is none."""
    patience = patience_for(3, 600)
    assert 9 < patience.silent_s < 12
    assert patience.stalled_s == 600
    assert patience_for(0.1, 600).silent_s > 3
