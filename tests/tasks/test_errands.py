"""Promises about errands: who is sent what, with pools that lend and stand by."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from db.values import Skill
from farm.policy.lending import Dealing
from farm.policy.order import Spot, choose
from farm.policy.pools import pool_of
from farm.policy.share import Share
from tasks.errands import Crew, deputies, errands
from tasks.slots import Hands, Queue, Slots, fill


def _skill(pool: str, profile: str = "p") -> Skill:
    return Skill(capability=f"render.warp@{pool}" if pool else "render.warp", profile=profile)


_A, _B, _ANY, _SPEAK = _skill("a"), _skill("b"), _skill(""), Skill(capability="speak")
_CREW = {"a1": frozenset({_A, _SPEAK}), "a2": frozenset({_A, _SPEAK}), "b1": frozenset({_B})}
_A_LENDS = {"a": Dealing(lends=True)}
#: What was sent: lines, each by the queue that it was sent to, and how many of it.
_Sent = Mapping[tuple[Skill, str], int]


def _all_of(slots: Slots) -> Counter[tuple[Skill, str]]:
    """What is sent if there is enough of each line, all of them in turn."""
    taken: set[Skill] = set(slots.lines)
    while taken:
        taken = {line for line in slots.lines if line in taken and slots.take(line)}
    return Counter((line, queue.capability) for line in slots.lines for queue in slots.queues(line))


def _sent(
    lines: Mapping[Skill, int],
    dealings: Mapping[str, Dealing],
    *,
    busy: str = "",
    waits: frozenset[Skill] = frozenset(),
    surplus: int = 2,
) -> list[_Sent]:
    crew = Crew(usable=_CREW, busy=frozenset(busy.split()))
    own = {*lines, *waits}
    found = errands(lines, crew, dealings, surplus=surplus, waits=lambda skill: skill in own)
    return [_all_of(slots) for slots in found]


def test_without_any_dealing_every_line_goes_to_its_own() -> None:
    """So many as are free and some to have at hand, less what is on its way."""
    assert _sent({_A: 1, _B: 0, _SPEAK: 0}, {}, busy="a1") == [
        {(_A, "render.warp@a"): 1, (_SPEAK, "speak"): 1},
        {(_B, "render.warp@b"): 3},
    ]
    assert _sent({_ANY: 0}, {}) == [], "nobody renders what is in no pool"


def test_lines_of_the_same_workers_share_what_is_at_hand() -> None:
    """So what goes next is chosen among all of them; what is on its way counts, wherever nothing waits."""
    crew = Crew(usable={"a1": frozenset({_A, _SPEAK}), "a2": frozenset({_A, _SPEAK})}, busy=frozenset({"a1"}))
    for sent, away, left in (
        ({_A: 0, _SPEAK: 1}, {}, 2),
        ({_A: 0}, {_SPEAK: 2}, 1),
        ({_A: 0}, {_SPEAK: 3}, 0),
    ):
        found = errands(sent, crew, {}, surplus=2, waits=lambda _: True, away=away)
        assert [(set(slots.lines), slots.left) for slots in found] == ([(set(sent), left)] if left else [])


def test_who_does_more_than_others_is_left_what_only_he_does() -> None:
    """What somebody else can do as well goes there, whichever was chosen first."""
    crew = Crew(usable={"a1": frozenset({_A, _SPEAK}), "b1": frozenset({_SPEAK})}, busy=frozenset())
    for order in itertools.permutations([_SPEAK, _A]):
        (slots,) = errands({_A: 0, _SPEAK: 0}, crew, {}, surplus=0, waits=lambda _: True)
        assert [slots.take(line) for line in order] == [True, True]
        assert not slots.take(_SPEAK)
        assert not slots.take(_A)


def test_idle_workers_of_a_pool_that_lends_get_what_its_own_has_no_hands_for() -> None:
    """Their own first; nothing is laid aside for who is busy while others are idle."""
    lent = (_B, "render.warp@a")
    assert _sent({_B: 0}, _A_LENDS) == [{(_B, "render.warp@b"): 1, lent: 2}]
    assert _sent({_B: 0}, _A_LENDS, busy="b1") == [{lent: 2}]
    assert _sent({_B: 1}, _A_LENDS, busy="b1") == [{lent: 1}]
    assert _sent({_B: 1}, _A_LENDS) == [{lent: 2}]
    assert _sent({_B: 1}, _A_LENDS, busy="b1 a1") == []
    assert _sent({_ANY: 0}, _A_LENDS, busy="a2") == [{(_ANY, "render.warp@a"): 1}]


def test_a_films_own_workers_come_before_lent_ones() -> None:
    """One step goes to the one of its own, while two are there that might be lent."""
    crew = Crew(usable=_CREW, busy=frozenset())
    (slots,) = errands({_B: 0}, crew, _A_LENDS, surplus=2, waits=lambda skill: skill == _B)
    assert slots.take(_B)
    assert [queue.capability for queue in slots.queues(_B)] == ["render.warp@b"]


def test_what_was_taken_counts_when_a_line_has_no_hands_left() -> None:
    """Who had its turn waits for the others, though another department was turned down meanwhile."""
    hands = [
        Hands(slots=number, queues={line: Queue(capability="q")}) for line, number in ((_A, 1), (_SPEAK, 2))
    ]
    heads = {_A: [_spot(1, 0), _spot(2, 0)], _SPEAK: [_spot(3, 1), _spot(4, 1), _spot(5, 2)]}
    shares = {0: Share(weight=1000), 1: Share(used_ms=50), 2: Share(used_ms=900)}
    choice = partial(choose, now_ms=0, cost_ms=1000)
    found = fill(Slots(hands, {}, [_A, _SPEAK]), heads, shares, cost_ms=1000, choice=choice)
    assert [each.spot.department for each in found] == [0, 1, 2]


def test_who_may_be_lent_has_one_step_at_a_time() -> None:
    """Whatever it is: what its own pool needs spoken is chosen together with what others need rendered."""
    assert _sent({_B: 0, _SPEAK: 0}, _A_LENDS, busy="b1 a1") in (
        [{(_B, "render.warp@a"): 1}],
        [{(_SPEAK, "speak"): 1}],
    )
    assert _sent({_SPEAK: 0}, _A_LENDS, busy="b1") == [{(_SPEAK, "speak"): 4}]
    both = {"a": Dealing(lends=True), "b": Dealing(lends=True)}
    assert _sent({_SPEAK: 0, _A: 0}, both, busy="a1 a2") == [{(_A, "render.warp@b"): 1}], "nothing at hand"


def test_nobody_is_lent_while_its_own_pool_has_work() -> None:
    """Whether that waits or is on its way."""
    assert _sent({_B: 0}, _A_LENDS, busy="b1", waits=frozenset({_A})) == []
    own = _sent({_B: 0, _A: 0}, _A_LENDS, busy="b1")
    assert {queue for each in own for _, queue in each} == {"render.warp@a"}
    assert {line for each in own for line, _ in each} == {_A}


def test_nobody_is_lent_for_what_it_renders_otherwise() -> None:
    """The film's own version, and its own way of drawing."""
    assert _sent({_skill("b", "other"): 0}, _A_LENDS) == []
    assert _sent({Skill(capability="render.lips@b", profile="p"): 0}, _A_LENDS) == []


def test_a_standby_gets_the_films_with_its_own() -> None:
    """As one line, while nobody of the pool is there; and no longer when one is."""
    dealings = {"": Dealing(standby="a"), "b": Dealing(standby="a")}
    assert deputies([_ANY, _B, _SPEAK], _CREW.values(), dealings) == {_ANY: _A}
    (found,) = _sent({_A: 0, _ANY: 1}, dealings)
    assert {queue for _, queue in found} == {"render.warp@a"}
    assert sum(found.values()) == 3
    assert set(found) == {(_A, "render.warp@a"), (_ANY, "render.warp@a")}
    assert deputies([_skill("", "other")], _CREW.values(), dealings) == {}


_SKILLS = [_A, _B, _ANY, _SPEAK]
_WORKERS = st.dictionaries(st.sampled_from("uvwxyz"), st.frozensets(st.sampled_from(_SKILLS), min_size=1))


@given(
    usable=_WORKERS,
    busy=st.frozensets(st.sampled_from("uvwxyz")),
    lines=st.dictionaries(st.sampled_from(_SKILLS), st.integers(0, 4), min_size=1),
    lends=st.frozensets(st.sampled_from(["a", "b", ""])),
)
def test_nothing_is_sent_that_nobody_takes_and_nobody_is_left_without(
    usable: dict[str, frozenset[Skill]], busy: frozenset[str], lines: dict[Skill, int], lends: frozenset[str]
) -> None:
    """All that was sent has hands of its own, and no idle one is left that could do more.

    Nobody is lent who has own work, or whose pool lends not.
    """
    dealings = {pool: Dealing(lends=True) for pool in lends}
    idle = {who: skills for who, skills in usable.items() if who not in busy}
    lenders = {
        who: skills
        for who, skills in idle.items()
        if not any(each in lines for each in skills if each != _SPEAK)
        and any(each.capability.partition("@")[2] in lends for each in skills if each != _SPEAK)
    }
    found = errands(
        lines, Crew(usable=usable, busy=busy), dealings, surplus=0, waits=lambda skill: skill in lines
    )
    given_: list[Collection[str]] = []
    for slots in found:
        before = slots.left
        sent = _all_of(slots)
        for (line, queue), number in sent.items():
            own = [who for who, skills in idle.items() if line in skills]
            if queue == line.capability:
                given_ += [own] * number
            else:
                assert queue.partition("@")[2] in lends
                able = (who for who, skills in lenders.items() if any(queue == e.capability for e in skills))
                given_ += [list(able)] * number
        assert slots.left == before - sent.total()
    assert _matched(given_) == len(given_)
    # On its way is what has hands; more of each line than there are workers would find no more of them.
    on_the_way = [_able(line, idle, lenders) for line, number in lines.items() for _ in range(number)]
    wanted = [_able(line, idle, lenders) for line in lines for _ in usable]
    assert len(given_) + _matched(on_the_way) == _matched([*on_the_way, *wanted])


def _able(line: Skill, idle: Mapping[str, Collection[Skill]], lenders: Collection[str]) -> list[str]:
    """Who might do a step of a line now."""
    own = [who for who, skills in idle.items() if line in skills]
    return own if line == _SPEAK else [*own, *(who for who in lenders if who not in own)]


def _matched(steps: Sequence[Collection[str]]) -> int:
    """How many of some steps can be done at once, each by one of those who are able."""
    takes: dict[str, int] = {}

    def place(step: int, seen: set[str]) -> bool:
        for who in steps[step]:
            if who not in seen:
                seen.add(who)
                if who not in takes or place(takes[who], seen):
                    takes[who] = step
                    return True
        return False

    return sum(place(step, set()) for step in range(len(steps)))


@settings(max_examples=20)
@given(
    weights=st.lists(st.integers(50, 300), min_size=2, max_size=4),
    speaking=st.integers(0, 3),
    pools=st.lists(st.integers(1, 6), min_size=2, max_size=3),
)
def test_shares_hold_across_pools_that_lend(weights: list[int], speaking: int, pools: list[int]) -> None:
    """Of all cards, though the films are of one pool, and however many of them have not begun yet.

    One department has its films to be spoken, which everybody does; those of the others are rendered.
    """
    names = "abc"[: len(pools)]
    crew = {
        f"{name}{number}": frozenset({_skill(name), _SPEAK})
        for name, cards in zip(names, pools, strict=True)
        for number in range(cards)
    }
    lines = {who: _SPEAK if who == speaking else _A for who, _ in enumerate(weights)}
    _check_shares(crew, lines, dict(enumerate(weights)), own={_A})


@settings(max_examples=20)
@given(weights=st.lists(st.integers(50, 150), min_size=2, max_size=2), cards=st.integers(6, 12))
def test_a_pool_lends_to_several_by_their_shares(weights: list[int], cards: int) -> None:
    """Not to the first that asks: what they have of their own counts as well."""
    crew = {f"c{number}": frozenset({_skill("c")}) for number in range(cards)}
    crew |= {"a": frozenset({_A}), "b": frozenset({_B})}
    _check_shares(crew, {0: _A, 1: _B}, dict(enumerate(weights)), own={_A, _B})


def _check_shares(
    crew: Mapping[str, frozenset[Skill]],
    lines: Mapping[int, Skill],
    weights: Mapping[int, int],
    *,
    own: Collection[Skill],
) -> None:
    """Assert that departments get their shares of all cards; the films of each are in one line, without end.

    All pools lend; their own work are the lines that are told as such.
    """
    dealings = {pool_of(skill.capability): Dealing(lends=True) for each in crew.values() for skill in each}
    used: Counter[int] = Counter(dict.fromkeys(weights, 0))
    steps, looks = itertools.count(1), 16
    for _ in range(looks):
        shares = {who: Share(weight=weight, used_ms=used[who]) for who, weight in weights.items()}
        heads: dict[Skill, list[Spot]] = {}
        for who, line in lines.items():
            heads.setdefault(line, []).extend(_spot(next(steps), who) for _ in crew)
        for slots in errands(
            dict.fromkeys(heads, 0),
            Crew(usable=crew, busy=frozenset()),
            dealings,
            surplus=2,
            waits=lambda skill: skill in own,
        ):
            of_these = {line: heads[line] for line in slots.lines}
            choice = partial(choose, now_ms=0, cost_ms=1000)
            for each in fill(slots, of_these, shares, cost_ms=1000, choice=choice):
                used[each.spot.department] += 1000
    assert used.total() == 1000 * looks * len(crew), "nobody is idle, and nothing is at hand"
    for who, weight in weights.items():
        due = weight / sum(weights.values())
        assert abs(used[who] / used.total() - due) < 0.05 * due + 2 / (looks * len(crew))


def _spot(step: int, department: int) -> Spot:
    return Spot(step=step, job=step, department=department, rank=0, batch=1, index=0)
