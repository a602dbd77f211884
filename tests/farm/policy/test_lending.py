"""Promises about lending: own work first, a stand-by only in need, and no circle of stand-bys."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.policy.lending import Dealing, chain_of, check_chain, lenders_of, may_render, served, standing_in
from pipeline.plan.errors import InputError

_LENDS = {"a": Dealing(lends=True), "": Dealing(lends=True)}
_STANDBY = {"a": Dealing(standby="b"), "b": Dealing(standby=""), "": Dealing(standby="a")}
_POOLS = st.sampled_from(["", "a", "b", "c", "d"])
_DEALINGS = st.dictionaries(
    _POOLS, st.builds(Dealing, lends=st.booleans(), standby=st.one_of(st.none(), _POOLS))
)


@pytest.mark.parametrize(
    ("capability", "capabilities", "lenders"),
    [
        ("render.warp@b", ("render.warp@a",), ("render.warp@a",)),
        ("render.warp", ("render.warp@a",), ("render.warp@a",)),
        ("render.warp@b", ("render.warp",), ("render.warp",)),
        ("render.warp@b", ("render.warp@a", "render.warp@c"), ("render.warp@a",)),
        ("render.warp@b", ("render.warp@c",), ()),
        ("render.warp@b", ("render.wav2lip@a",), ()),
        ("render.warp@a", ("render.warp@a",), ()),
        ("speak", ("render.warp@a",), ()),
    ],
)
def test_a_worker_is_lent_by_a_pool_of_its_own_that_lends(
    capability: str, capabilities: tuple[str, ...], lenders: tuple[str, ...]
) -> None:
    """For the same way of rendering alone, and for others' films alone."""
    assert lenders_of(capability, capabilities, _LENDS) == lenders


def test_own_work_goes_before_others() -> None:
    """Whoever is lent renders for others only while nothing of its own waits."""
    asked = {"capability": "render.warp@b", "capabilities": ("render.warp@a",), "dealings": _LENDS}
    assert may_render(**asked, able={"b"}, own_waits=False)  # type: ignore[arg-type]
    assert not may_render(**asked, able={"b"}, own_waits=True)  # type: ignore[arg-type]


def test_a_standby_renders_while_the_pool_cannot() -> None:
    """Its own work or not: the films are as its own; and no longer when one of the pool is back."""
    able_of_b = ("render.warp@b",)
    for own_waits in (False, True):
        render = {"capabilities": able_of_b, "dealings": _STANDBY, "own_waits": own_waits}
        assert may_render("render.warp@a", **render, able={"b", ""})  # type: ignore[arg-type]
        assert not may_render("render.warp@a", **render, able={"a", "b"})  # type: ignore[arg-type]
        assert not may_render("render.wav2lip@a", **render, able={"b"})  # type: ignore[arg-type]


def test_the_nearest_standby_that_can_renders() -> None:
    """A stand-by that cannot either has its own stand-by render; who can needs none."""
    assert standing_in("a", _STANDBY, {"b", ""}) == "b"
    assert standing_in("a", _STANDBY, {""}) == ""
    assert standing_in("a", _STANDBY, {"a", "b"}) is None
    assert standing_in("a", _STANDBY, set()) is None
    assert standing_in("c", _STANDBY, {"b"}) is None


@given(dealings=_DEALINGS, pool=_POOLS, standby=_POOLS)
def test_no_circle_is_ever_set(dealings: dict[str, Dealing], pool: str, standby: str) -> None:
    """What is accepted leads from the pool to each other one at most once, and never back."""
    then = {**dealings, pool: Dealing(standby=standby)}
    chain = list(chain_of(pool, then))
    with suppress(InputError):
        check_chain(pool, standby, dealings)
        assert pool != standby
        assert chain[0] == standby
        assert pool not in chain
        assert len(chain) == len(set(chain))
        assert then.get(chain[-1], Dealing()).standby != pool
        return
    assert pool == standby or then.get(chain[-1], Dealing()).standby == pool


def test_a_circle_is_refused_with_the_way_round() -> None:
    """Whoever set it sees which one to change."""
    with pytest.raises(InputError, match="pool-circle") as refused:
        check_chain("c", "a", {"a": Dealing(standby="b"), "b": Dealing(standby="c")})
    assert refused.value.facts["way"] == "c - a - b - c"
    check_chain("c", None, {"a": Dealing(standby="c")})


@given(dealings=_DEALINGS, able=st.sets(_POOLS), pool=_POOLS)
def test_served_is_who_may_be_rendered(dealings: dict[str, Dealing], able: set[str], pool: str) -> None:
    """A film is told to be rendered exactly if some worker that is there may render it when idle."""
    may = pool in able or any(
        may_render(
            f"render.warp@{pool}" if pool else "render.warp",
            (f"render.warp@{each}" if each else "render.warp",),
            dealings,
            able=able,
            own_waits=False,
        )
        for each in able
    )
    assert (pool in served(able, {pool}, dealings)) is may
