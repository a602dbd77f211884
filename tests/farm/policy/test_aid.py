"""Promises about what people are told of workers that render other pools' films: how it stands just now."""

from __future__ import annotations

import pytest

from farm.policy.aid import Aid, How, aid_of
from farm.policy.lending import Dealing

_B = "render.warp@b"
_LENDS = {"a": Dealing(lends=True)}
_STANDS_BY = {"b": Dealing(standby="a"), "a": Dealing(standby="")}


@pytest.mark.parametrize(
    ("capabilities", "dealings", "able", "how"),
    [
        (("render.warp@a",), _LENDS, {"a", "b"}, How.LENT),
        (("render.warp@a",), _LENDS, {"a"}, How.LENT),
        (("render.warp@a",), _STANDS_BY, {"a"}, How.STANDBY),
        (("render.warp@a",), {**_STANDS_BY, **_LENDS}, {"a", "b"}, How.LENT),
        (("render.warp@a",), _STANDS_BY, {"a", "b"}, How.ENDING),
        (("render.warp@a",), {}, {"a", "b"}, How.ENDING),
        (("render.warp@c", "render.warp@a"), _STANDS_BY, {"a", "c"}, How.STANDBY),
    ],
)
def test_why_a_worker_helps_is_read_off_how_pools_deal_now(
    capabilities: tuple[str, ...], dealings: dict[str, Dealing], able: set[str], how: How
) -> None:
    """A stand-by goes before a loan; who is neither any more only ends its chunk."""
    assert aid_of(_B, capabilities, dealings, able) == Aid(of="a", to="b", how=how)


def test_own_work_is_no_help() -> None:
    """Neither a film of a pool of its own, nor a step that anybody does."""
    for capability, capabilities in (
        (_B, ("render.warp@a", _B)),
        ("speak", ("speak",)),
        (_B, ("render.wav2lip@a",)),
    ):
        assert aid_of(capability, capabilities, _LENDS, {"a"}) is None
