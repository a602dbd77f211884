"""Promises of the rules by which a process is ready, or lacks something."""

from __future__ import annotations

import pytest

from farm.policy.readiness import Found, Stance, Stood, lack, lacks_of_workers, states_of

_TAKES = Stance(0)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (None, "ready-unknown"),
        (Found(at_s=90.0), ""),
        (Found(at_s=89.9), "ready-silent"),
        (Found(at_s=95.0, code="store-away"), "store-away"),
        (Found(at_s=80.0, code="store-away"), "ready-silent"),
    ],
)
def test_a_part_is_what_was_found_of_it_lately(found: Found | None, code: str) -> None:
    """What was found too long ago is known no more, good or bad: whoever looks has got no answer."""
    told = lack("store", found, now_s=100.0, patience_s=10.0)
    assert (told.code if told else "") == code


def _stood(name: str, stance: Stance | None, unheard_s: float = 0.0) -> Stood:
    return Stood(name=name, stance=stance, unheard_s=unheard_s)


@pytest.mark.parametrize(
    ("stood", "codes"),
    [
        ([], ["ready-unknown", "ready-none-takes"]),
        ([_stood("cpu0", None)], ["ready-unknown", "ready-none-takes"]),
        ([_stood("cpu0", _TAKES)], []),
        ([_stood("cpu0", Stance.ORDERED), _stood("cpu1", _TAKES)], []),
        ([_stood("cpu0", Stance.ORDERED), _stood("cpu1", Stance.LOW)], ["ready-none-takes"]),
        ([_stood("cpu0", Stance.ENDING), _stood("cpu1", None)], ["ready-none-takes"]),
        ([_stood("cpu0", Stance.UNABLE)], ["ready-none-takes"]),
        ([_stood("cpu0", _TAKES, 11.0)], ["ready-silent"]),
        ([_stood("cpu0", _TAKES, 300.0), _stood("cpu1", None, 300.0)], ["ready-silent"]),
        ([_stood("cpu0", _TAKES, 11.0), _stood("cpu1", _TAKES, 9.0)], []),
    ],
)
def test_a_host_is_ready_when_one_worker_takes_work_and_the_ledger_answers_one(
    stood: list[Stood], codes: list[str]
) -> None:
    """Who is ordered to take nothing, ends, has no room or no engine, or has just begun, takes none."""
    assert [each.code for each in lacks_of_workers(["cpu0", "cpu1"], stood, patience_s=10.0)] == codes


def test_each_worker_tells_why_it_takes_nothing() -> None:
    """In a few words, all reasons of it; empty for one that does; one without a process is beginning."""
    stood = [_stood("cpu0", Stance.ORDERED | Stance.LOW), _stood("cpu1", _TAKES)]
    states = states_of(["cpu0", "cpu1", "cpu2"], stood)
    assert states == {
        "cpu0": "ordered to take nothing, too little room on a disk",
        "cpu1": "",
        "cpu2": "beginning",
    }
