"""Promises about errands: who is sent what, with pools that lend and stand by."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from db.values import Skill
from farm.policy.lending import Dealing
from tasks.errands import Crew, Errand, deputies, errands


def _skill(pool: str, profile: str = "p") -> Skill:
    return Skill(capability=f"render.warp@{pool}" if pool else "render.warp", profile=profile)


_A, _B, _ANY, _SPEAK = _skill("a"), _skill("b"), _skill(""), Skill(capability="speak")
_CREW = {"a1": frozenset({_A, _SPEAK}), "a2": frozenset({_A, _SPEAK}), "b1": frozenset({_B})}
_A_LENDS = {"a": Dealing(lends=True)}


def _sent(
    lines: Mapping[Skill, int],
    dealings: Mapping[str, Dealing],
    *,
    busy: str = "",
    waits: frozenset[Skill] = frozenset(),
    surplus: int = 2,
) -> list[Errand]:
    crew = Crew(usable=_CREW, busy=frozenset(busy.split()))
    own = {*lines, *waits}
    return list(errands(lines, crew, dealings, surplus=surplus, waits=lambda skill: skill in own))


def test_without_any_dealing_every_line_goes_to_its_own() -> None:
    """So many as are free and some to have at hand, less what is on its way."""
    assert _sent({_A: 1, _B: 0, _SPEAK: 0}, {}, busy="a1") == [
        Errand(queues={_A: "render.warp@a", _SPEAK: "speak"}, slots=2),
        Errand(queues={_B: "render.warp@b"}, slots=3),
    ]
    assert _sent({_ANY: 0}, {}) == [], "nobody renders what is in no pool"


def test_lines_of_the_same_workers_share_what_is_at_hand() -> None:
    """So what goes next is chosen among all of them; what is on its way counts, wherever nothing waits."""
    crew = Crew(usable={"a1": frozenset({_A, _SPEAK}), "a2": frozenset({_A, _SPEAK})}, busy=frozenset({"a1"}))
    both = {_A: "render.warp@a", _SPEAK: "speak"}
    for sent, away, queues, slots in (
        ({_A: 0, _SPEAK: 1}, {}, both, 2),
        ({_A: 0}, {_SPEAK: 2}, {_A: "render.warp@a"}, 1),
        ({_A: 0}, {_SPEAK: 3}, {}, 0),
    ):
        found = list(errands(sent, crew, {}, surplus=2, waits=lambda _: True, away=away))
        assert found == ([Errand(queues=queues, slots=slots)] if slots else [])


def test_idle_workers_of_a_pool_that_lends_get_what_its_own_has_no_hands_for() -> None:
    """Their own first; nothing is laid aside for who is busy while others are idle."""
    lent = Errand(queues={_B: "render.warp@a"}, slots=2, lent=True)
    assert _sent({_B: 0}, _A_LENDS) == [Errand(queues={_B: "render.warp@b"}, slots=1), lent]
    assert _sent({_B: 0}, _A_LENDS, busy="b1") == [lent]
    assert _sent({_B: 1}, _A_LENDS, busy="b1") == [Errand(queues={_B: "render.warp@a"}, slots=1, lent=True)]
    assert _sent({_B: 1}, _A_LENDS, busy="b1 a1") == []
    assert _sent({_ANY: 0}, _A_LENDS, busy="a2") == [
        Errand(queues={_ANY: "render.warp@a"}, slots=1, lent=True)
    ]


def test_nobody_is_lent_while_its_own_pool_has_work() -> None:
    """Whether that waits or is on its way."""
    assert _sent({_B: 0}, _A_LENDS, busy="b1", waits=frozenset({_A})) == []
    (own,) = _sent({_B: 0, _A: 0}, _A_LENDS, busy="b1")
    assert own.queues == {_A: "render.warp@a"}


def test_nobody_is_lent_for_what_it_renders_otherwise() -> None:
    """The film's own version, and its own way of drawing."""
    assert _sent({_skill("b", "other"): 0}, _A_LENDS) == []
    assert _sent({Skill(capability="render.lips@b", profile="p"): 0}, _A_LENDS) == []


def test_a_standby_gets_the_films_with_its_own() -> None:
    """As one line, while nobody of the pool is there; and no longer when one is."""
    dealings = {"": Dealing(standby="a"), "b": Dealing(standby="a")}
    assert deputies([_ANY, _B, _SPEAK], _CREW.values(), dealings) == {_ANY: _A}
    assert _sent({_A: 0, _ANY: 1}, dealings) == [
        Errand(queues={_A: "render.warp@a", _ANY: "render.warp@a"}, slots=3)
    ]
    assert deputies([_skill("", "other")], _CREW.values(), dealings) == {}


_SKILLS = [_A, _B, _ANY]


@given(
    usable=st.dictionaries(st.sampled_from("uvwxyz"), st.frozensets(st.sampled_from(_SKILLS), min_size=1)),
    busy=st.frozensets(st.sampled_from("uvwxyz")),
    lines=st.dictionaries(st.sampled_from(_SKILLS), st.integers(0, 4), min_size=1),
    lends=st.frozensets(st.sampled_from(["a", "b", ""])),
)
def test_no_more_are_lent_than_are_idle(
    usable: dict[str, frozenset[Skill]], busy: frozenset[str], lines: dict[Skill, int], lends: frozenset[str]
) -> None:
    """Each for one step, none with own work, and each to the queue of a pool of its own that lends."""
    dealings = {pool: Dealing(lends=True) for pool in lends}
    crew = Crew(usable=usable, busy=busy)
    found = list(errands(lines, crew, dealings, surplus=1, waits=lambda skill: skill in lines))
    lent = [errand for errand in found if errand.lent]
    idle = [who for who, skills in usable.items() if who not in busy and not skills.intersection(lines)]
    assert sum(errand.slots for errand in lent) <= len(idle)
    for errand in lent:
        (queue,) = errand.queues.values()
        assert queue.partition("@")[2] in lends
        assert any(queue in {each.capability for each in usable[who]} for who in idle)
