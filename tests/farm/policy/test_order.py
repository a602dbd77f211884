"""The order of work: monotone, fair by weight, and nothing starves."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.policy.holds import Hold, ended
from farm.policy.order import (
    BEGUN_MS,
    PRIORITIES,
    PRIORITY_MS,
    STAGE_MS,
    URGENCY_MS,
    Head,
    Standing,
    choose,
    rank,
    tier_at,
)
from farm.policy.share import HALF_LIFE_MS, Ended, Going, Share, Usage, faded

_HOUR = 3_600_000
_NOW = 1_000 * _HOUR
_URGENCIES = ("bulk", "normal", "urgent")


def _head(
    step: int,
    *,
    department: int = 1,
    at: int = 1,
    batch: int = 1,
    work: int = 0,
    later: int = 0,
    prepares: bool = False,
) -> Head:
    return Head(
        step=step,
        job=step,
        department=department,
        capability="speak",
        rank=at - (BEGUN_MS + later * STAGE_MS if later else 0),
        batch=batch,
        stage="speak",
        index=0,
        work=work,
        base=at,
        prepares=prepares,
        count=1,
        label="demo/row",
        traceparent="",
    )


def _rank(urgency: str = "normal", priority: int = 0, *, waited_ms: int = 0, later: int = 0) -> int:
    standing = Standing(submitted_ms=_NOW - waited_ms, urgency=urgency, priority=priority)
    return rank(standing, later=later)


def test_one_department_goes_in_order() -> None:
    """Rank first, then the batch, then the row, whatever order the heads come in."""
    heads = [_head(4), _head(3, batch=2), _head(2, at=2), _head(1, batch=2, at=0), _head(5)]
    assert [head.step for head in choose(heads, {}, 9, now_ms=0)] == [1, 4, 5, 3, 2]
    assert choose(heads, {}, 0, now_ms=0) == ()


def test_what_an_order_rests_on() -> None:
    """Urgency, then the number, then what was begun and is nearer its end, then who came first."""
    ranks = [
        _rank("urgent", -50),
        _rank("normal", 50),
        _rank("normal", 1),
        _rank("normal", later=4),
        _rank("normal", later=1),
        _rank("normal", waited_ms=1000),
        _rank("normal"),
        _rank("normal", -1, later=5, waited_ms=-1),
        _rank("normal", -50),
        _rank("bulk", 50),
    ]
    assert ranks == sorted(set(ranks))
    assert BEGUN_MS + 5 * STAGE_MS <= PRIORITY_MS


@pytest.mark.parametrize("urgency", _URGENCIES)
def test_a_tier_is_the_urgency_until_it_has_waited(urgency: str) -> None:
    """Whatever its number and its stage, a fresh step stands in its own urgency's tier."""
    for priority in (PRIORITIES[0], 0, PRIORITIES[-1]):
        assert {tier_at(_rank(urgency, priority, later=later), _NOW) for later in (0, 1, 5)} == {urgency}


def test_waiting_lifts_across_tiers() -> None:
    """What is bulk becomes normal and then urgent, at times that follow from what urgencies are worth."""
    at = _rank("bulk")
    lifted = URGENCY_MS["normal"] + PRIORITIES[0] * PRIORITY_MS
    assert [tier_at(at, _NOW + lifted - 1), tier_at(at, _NOW + lifted)] == ["bulk", "normal"]
    assert tier_at(at, _NOW + lifted + URGENCY_MS["normal"]) == "urgent"


def test_a_tier_goes_before_a_share_and_a_share_before_a_rank() -> None:
    """Urgent work goes first even of who had most; of one tier who had least for its weight goes first."""
    heads = [
        _head(1, department=1, at=_rank("normal", 50)),
        _head(2, department=2, at=_rank("normal")),
        _head(3, department=3, at=_rank("normal", waited_ms=5)),
        _head(4, department=4, at=_rank("urgent")),
    ]
    shares = {
        1: Share(weight=100, used_ms=9000),
        2: Share(weight=300, used_ms=9000),
        3: Share(weight=100, used_ms=3000),
        4: Share(weight=100, used_ms=99_000),
    }
    chosen = choose(heads, shares, 9, now_ms=_NOW)
    assert [head.step for head in chosen] == [4, 3, 2, 1]


def test_what_is_chosen_counts_at_once() -> None:
    """Who had least does not get every slot of one look."""
    heads = [_head(100 * each + n, department=each) for each in (1, 2) for n in range(9)]
    chosen = choose(heads, {1: Share(used_ms=3000)}, 5, now_ms=0, cost_ms=1000)
    assert Counter(head.department for head in chosen) == {1: 1, 2: 4}


def test_a_tail_begins_with_its_longest_work() -> None:
    """Of all that is left of batches the longest goes first; a line that is longer goes by its rows."""
    heads = [_head(1, work=5), _head(2, work=9), _head(3, work=7), _head(4, at=2, work=8, batch=2)]
    told = {
        tails: [head.step for head in choose(heads, {}, 9, now_ms=0, tails=tails)] for tails in ((), (1,))
    }
    assert told == {(): [1, 2, 3, 4], (1,): [2, 4, 3, 1]}


def test_a_tail_prepares_its_films_first() -> None:
    """Nobody knows how long a film takes that is not spoken; then, as ever, what ends films goes first."""
    heads = [
        _head(1, prepares=True, work=5),
        _head(2, prepares=True, work=900),
        _head(3, later=3, work=100),
        _head(4, later=3, work=200),
        _head(5, later=4, work=1),
    ]
    told = {
        tails: [head.step for head in choose(heads, {}, 9, now_ms=0, tails=tails)] for tails in ((), (1,))
    }
    assert told == {(): [5, 3, 4, 1, 2], (1,): [2, 1, 5, 4, 3]}


@pytest.mark.parametrize(
    ("urgency", "priority", "waited"), [("urgent", 0, 0), ("normal", 1, 0), ("normal", 0, 1)]
)
def test_a_tail_keeps_to_urgency_and_priority_and_nearly_to_who_came_first(
    urgency: str, priority: int, waited: int
) -> None:
    """The longest one goes after the shortest of a higher number, or of half an hour before."""
    shortest = _head(1, at=_rank(urgency, priority, waited_ms=waited * PRIORITY_MS), work=1)
    longest = _head(2, at=_rank("normal"), work=99, prepares=True)
    chosen = choose([shortest, longest], {}, 2, now_ms=_NOW, tails=(1,))
    assert [head.step for head in chosen] == [1, 2]


_JOBS = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.sampled_from(_URGENCIES),
        st.sampled_from(PRIORITIES),
        st.integers(0, 200 * _HOUR),
        st.integers(0, 11),
    ),
    min_size=1,
    max_size=12,
)


@given(_JOBS, st.data())
def test_more_urgent_is_never_later(jobs: list[tuple[int, str, int, int, int]], data: st.DataObject) -> None:
    """Raising a job's number or urgency never makes it begin later, all else equal."""
    which = data.draw(st.integers(0, len(jobs) - 1))
    department, urgency, priority, waited, work = jobs[which]
    raised = list(jobs)
    higher = _URGENCIES[data.draw(st.integers(_URGENCIES.index(urgency), 2)) :][0]
    raised[which] = (department, higher, data.draw(st.integers(priority, 50)), waited, work)
    used = data.draw(st.lists(st.integers(0, 10**6), min_size=3, max_size=3))
    shares = {each: Share(weight=each, used_ms=of) for each, of in enumerate(used, 1)}
    tails = data.draw(st.sets(st.integers(1, 3)))

    def place(some: list[tuple[int, str, int, int, int]]) -> int:
        heads = [
            _head(
                n,
                department=of,
                at=_rank(word, number, waited_ms=ago),
                work=much % 4,
                later=much % 3,
                prepares=much > 9,
            )
            for n, (of, word, number, ago, much) in enumerate(some)
        ]
        chosen = choose(heads, shares, len(heads), now_ms=_NOW, cost_ms=10_000, tails=tails)
        assert len(chosen) == len(heads)
        return [head.step for head in chosen].index(which)

    assert place(raised) <= place(jobs)


def test_nothing_starves() -> None:
    """Bulk work of the lowest number begins although urgent work of the highest comes on and on.

    On one card, on which each step takes half an hour; a fresh urgent job of each department is there
    whenever the card is free. It waits for no longer than what the urgent ones are worth more, and its turn.
    """
    step = _HOUR // 2
    usage, now, begun = Usage(_NOW), _NOW, 0
    weights = {1: 1, 2: 9}
    poor = _head(0, department=1, at=_rank("bulk", PRIORITIES[0]))
    while True:
        fresh = [
            _head(n, department=n, at=rank(Standing(submitted_ms=now, urgency="urgent", priority=50)))
            for n in (1, 2)
        ]
        (head,) = choose([poor, *fresh], usage.shares(weights), 1, now_ms=now, cost_ms=step)
        if head.step == 0:
            break
        now += step
        usage.tell([Ended(department=head.department, capability="", held_ms=step, at_ms=now)], now)
        begun += 1
    most = URGENCY_MS["urgent"] + (PRIORITIES[-1] - PRIORITIES[0]) * PRIORITY_MS
    assert begun > 100
    # A department of a tenth of the weight has every tenth step, and more while what was charged fades.
    assert now - _NOW <= most + 20 * step


@pytest.mark.parametrize("seed", range(3))
def test_shares_are_the_weights(seed: int) -> None:
    """Over a day in which all have work waiting, each department has its weight's share of the cards."""
    chance, cards = Random(seed), 16  # noqa: S311 - it plays a day, and keeps no secret
    weights = {1: 100, 2: 200, 3: 700}
    mean = {1: 30_000, 2: 90_000, 3: 240_000}
    usage, ends = Usage(_NOW), list[tuple[int, int, int]]()
    had: Counter[int] = Counter()
    now, until = _NOW, _NOW + 24 * _HOUR
    while now < until:
        over = [each for each in ends if each[0] <= now]
        ends = [each for each in ends if each[0] > now]
        told = [
            Ended(department=of, capability="render", held_ms=end - since, at_ms=end)
            for end, since, of in over
        ]
        had.update({each.department: 0 for each in told})
        for each in told:
            had[each.department] += each.held_ms
        usage.tell(told, now)
        free = cards - len(ends)
        going = [Going(department=of, capability="render", for_ms=now - since) for _, since, of in ends]
        shares = usage.shares(weights, going)
        heads = [_head(10 * of + n, department=of) for of in weights for n in range(free)]
        for head in choose(heads, shares, free, now_ms=now, cost_ms=usage.cost_ms("render")):
            takes = max(1000, int(chance.expovariate(1 / mean[head.department])))
            ends.append((now + takes, now, head.department))
        now = min(end for end, _, _ in ends)
    total = sum(had.values())
    for department, weight in weights.items():
        assert had[department] / total == pytest.approx(weight / 1000, rel=0.05)


def test_use_fades_and_clocks_do_not_matter() -> None:
    """Half of a use is left after the half-life; a clock that is set forth or back changes no order."""
    assert faded(HALF_LIFE_MS) == pytest.approx(0.5)
    assert faded(-5) == 1
    usage = Usage(0)
    usage.tell([Ended(department=1, capability="speak", held_ms=4000, at_ms=0, times=4)], HALF_LIFE_MS)
    usage.tell([Ended(department=2, capability="speak", held_ms=1000, at_ms=HALF_LIFE_MS)], HALF_LIFE_MS)
    shares = usage.shares({1: 1, 2: 1, 3: 1})
    assert [shares[each].used_ms for each in (1, 2, 3)] == pytest.approx([2000, 1000, 0])
    assert usage.cost_ms("speak") == pytest.approx(1000)
    for now in (99 * HALF_LIFE_MS, 0, HALF_LIFE_MS):
        usage.tell([], now)
        shares = usage.shares({1: 1, 2: 1})
        assert shares[1].used_ms == pytest.approx(2 * shares[2].used_ms)


def test_what_is_under_way_counts_at_least_as_expected() -> None:
    """A step that has just begun counts for what its like takes, a long one for as long as it runs."""
    usage = Usage(0)
    usage.tell([Ended(department=9, capability="join", held_ms=300, at_ms=0, times=3)], 0)
    going = [Going(department=1, capability="join"), Going(department=2, capability="join", for_ms=700)]
    shares = usage.shares({1: 1, 2: 1}, going)
    assert [shares[each].used_ms for each in (1, 2)] == [100, 700]


def test_a_hold_with_a_time_ends_then() -> None:
    """Only holds whose time has come end."""
    holds = [
        Hold(job=number, reason="start_after", until=until, by="b")
        for number, until in enumerate((None, 5, 6))
    ]
    assert [hold.job for hold in ended(holds, 5)] == [1]
