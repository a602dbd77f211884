"""Promises of the estimate of a night: what fits is told as done, and nothing is begun while it is shut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from farm.policy.nightfall import Due, finish_times, late
from farm.policy.windows import parse

_HOUR = 3_600_000
#: 2026-11-26 21:00 in Shanghai; the night begins an hour later and takes nine hours.
_EVENING = 1_795_698_000_000
_OPENS, _SHUTS = _EVENING + _HOUR, _EVENING + 10 * _HOUR
_WINDOWS = {"night": parse("22:00-07:00", "Asia/Shanghai")}


def _film(job: int, *stages: list[int], window: str = "night") -> Due:
    return Due(job=job, window=window, stages=[[(ms,) for ms in stage] for stage in stages])


def _ends(films: list[Due], machines: int = 1, until: int = _SHUTS) -> dict[int, int]:
    return finish_times(films, [0] * machines, _WINDOWS, now=_EVENING, until=until)


def test_a_night_holds_as_many_films_as_fit_into_it() -> None:
    """Nine films of an hour in nine hours; what is in work when it shuts is not done in time."""
    films = [_film(job, [_HOUR]) for job in range(1, 12)]
    assert _ends(films) == {job: _OPENS + job * _HOUR for job in range(1, 10)}
    assert set(_ends(films, machines=2)) == set(range(1, 12))
    assert set(_ends([_film(1, [5 * _HOUR]), _film(2, [5 * _HOUR])])) == {1}


def test_the_stages_of_a_film_follow_each_other_and_its_chunks_do_not() -> None:
    """So more hands help with rendering alone."""
    film = _film(1, [_HOUR], [_HOUR] * 4, [_HOUR])
    assert [_ends([film], machines)[1] - _OPENS for machines in (1, 2, 4, 9)] == [
        6 * _HOUR,
        4 * _HOUR,
        3 * _HOUR,
        3 * _HOUR,
    ]


def test_who_waits_for_no_window_goes_on_beside_it() -> None:
    """Before it opens alone; then in the order of the queue. One whose window nobody knows never does."""
    films = [_film(1, [_HOUR]), _film(2, [2 * _HOUR], window=""), _film(3, [_HOUR], window="gone")]
    assert _ends(films) == {2: _EVENING + 2 * _HOUR, 1: _EVENING + 3 * _HOUR}


def test_what_a_night_leaves_is_finished_in_the_next_one() -> None:
    """With what was begun in the first counted."""
    film = _film(1, [8 * _HOUR], [4 * _HOUR])
    assert _ends([film]) == {}
    assert _ends([film], until=_SHUTS + 24 * _HOUR) == {1: _OPENS + 12 * _HOUR}


def test_a_slower_machine_takes_longer() -> None:
    """Each kind of machine has its own pace."""
    film = Due(job=1, window="", stages=[[(_HOUR, 3 * _HOUR), (_HOUR, 3 * _HOUR)]])
    ends = finish_times([film], [0, 1], _WINDOWS, now=_EVENING, until=_SHUTS)
    assert ends == {1: _EVENING + 3 * _HOUR}


@given(
    works=st.lists(st.lists(st.integers(1, 5 * _HOUR), min_size=1, max_size=5), min_size=1, max_size=8),
    machines=st.integers(1, 4),
)
def test_no_more_is_done_than_there_are_hands(works: list[list[int]], machines: int) -> None:
    """All of it ends when it must at the latest, and no earlier than the hands or its longest part allow."""
    films = [_film(job, work, window="") for job, work in enumerate(works, 1)]
    total, longest = sum(map(sum, works)), max(map(max, works))
    until = _EVENING + total + 1
    ends = _ends(films, machines, until=until)
    last = max(ends.values()) - _EVENING
    assert len(ends) == len(films)
    assert max(longest, total / machines) <= last <= total / machines + longest
    assert late(dict.fromkeys(ends, _EVENING), ends) == tuple(ends)
    assert late(dict.fromkeys(ends, until), ends) == ()
