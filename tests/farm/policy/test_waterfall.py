"""The waterfall of a film: where waits begin, what was made, found and kept, and how gaps are drawn."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from farm.policy.waterfall import Axis, Bar, Made, Step, Tried, axis, waterfall

_TRIED = Tried(
    number=1,
    worker="cpu0@here",
    device="cpu",
    started_at=10,
    ended_at=20,
    outcome="ok",
    code="",
    span="",
    folded=0,
    made=(),
)
_SPEAK = Step(level=1, stage="speak", index=0, waits=False, used={}, tried=[_TRIED])
_RENDER = Step(level=3, stage="render", index=0, waits=False, used={}, tried=())


def test_a_wait_begins_when_what_is_needed_was_done_or_the_attempt_before_ended() -> None:
    """The submission, the stage before, whatever it is, and each attempt, late clocks or not."""
    tried = [
        replace(_TRIED, number=4, started_at=30, ended_at=50, outcome="error", code="media-failed"),
        replace(_TRIED, number=7, started_at=65, ended_at=None, outcome=""),
    ]
    late = replace(_TRIED, started_at=15, ended_at=40)
    steps = [_SPEAK, replace(_RENDER, tried=tried), replace(_RENDER, index=1, tried=[late], waits=True)]
    bars = waterfall(steps, submitted_at=5)
    assert [(bar.stage, bar.part, bar.number, bar.waits, bar.begins) for bar in bars] == [
        ("speak", 1, 1, 5, 10),
        # Its host's clock was behind: what it needed was done after it began.
        ("render", 2, 1, 5, 15),
        ("render", 1, 4, 20, 30),
        ("render", 1, 7, 50, 65),
        ("render", 2, 0, 40, None),
    ]
    assert [bar.parts for bar in bars] == [1, 2, 2, 2, 2]


def test_what_was_made_found_and_kept_is_told_apart() -> None:
    """Each piece begins where the one before ended; what an earlier attempt made is kept, the rest found."""
    made = [Made(kind="clip", key=key, at=at, machine_ms=1) for key, at in (("b", 35), ("a", 32))]
    tried = [
        replace(_TRIED, started_at=30, ended_at=40, outcome="lost", made=made),
        replace(_TRIED, number=2, started_at=50, ended_at=60, made=[replace(made[0], key="c", at=55)]),
    ]
    step = replace(_RENDER, used={"clip": ["a", "b", "c", "d"], "speech": ["a"]}, tried=tried)
    lost, done = waterfall([step], submitted_at=0)
    assert [(piece.key, piece.begins, piece.ends) for piece in lost.pieces] == [("a", 30, 32), ("b", 32, 35)]
    assert (lost.kept, lost.found) == (0, None)
    assert (done.kept, done.found) == (2, 2)
    # What it rests on is forgotten once all of it was collected.
    (_, forgot) = waterfall([replace(step, used={})], submitted_at=0)
    assert forgot.found is None


_RUNS = st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**7)), max_size=4)


@given(_RUNS)
def test_the_axis_keeps_the_order_of_times_and_leaves_most_of_itself_to_what_ran(
    told: list[tuple[int, int]],
) -> None:
    """From 0 to 1, never back, and no wait takes more of it than a quarter of what ran."""
    runs = [(begin, begin + took) for begin, took in told]
    some = Bar(stage="render", part=1, parts=1, waits=0)
    found = axis([replace(some, begins=begin, ends=end) for begin, end in runs], submitted_at=0, now=0)
    times = sorted({0, *(time for run in runs for time in run)})
    places = [found.place(time) for time in times]
    assert all(0 <= before <= after <= 1 for before, after in pairwise([*places, 1.0]))
    if any(took for _, took in told):
        for (begin, at), (end, to) in pairwise(zip(times, places, strict=True)):
            if not any(start < end and begin < stop for start, stop in runs):
                assert to - at <= 0.2 + 1e-9


def test_a_night_of_waiting_leaves_room_for_the_film() -> None:
    """Eight hours of waiting are drawn a quarter as long as the minute of work, and that is said."""
    bars = waterfall(
        [replace(_SPEAK, tried=[replace(_TRIED, started_at=28_800_000, ended_at=28_860_000)])], submitted_at=0
    )
    found = axis(bars, submitted_at=0, now=0)
    assert (found.shortened, round(found.place(28_800_000), 3)) == (True, 0.2)
    assert not Axis(marks=[(0, 0.0)], shortened=False).place(7)
