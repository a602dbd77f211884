"""Promises about what a worker can do: stages that need no model, and those with engines that are here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from farm.bootstrap import Farm
from pipeline.engines.offer import Offer
from pipeline.engines.shelf import Shelf
from pipeline.plan.errors import InputError
from tasks.capabilities import capabilities_of


def _shelf(**needs: tuple[str, ...]) -> Shelf[object]:
    """Engines that are opened with models and need libraries; `plain` is opened with none."""
    offers = {
        name: Offer(target="nowhere:None", needs=needed, opened_with="whisper")
        for name, needed in needs.items()
    }
    plain = Offer(target="nowhere:None")
    return Shelf("lectern.none", {"plain": plain, **offers}, unknown="engine-ear-unknown")  # type: ignore[type-var]


def test_engines_with_models_have_capabilities_of_their_own(farm: Farm) -> None:
    """Near the end of a film first; an engine whose library is missing is none, one without models plain."""
    farm = replace(
        farm,
        ears=_shelf(hark=("json",), deaf=("no_such_library",)),
        voices=_shelf(sing=()),
        converters=_shelf(turn=("json",)),
        writers=_shelf(pen=("json",)),
    )
    known = capabilities_of(farm)
    assert known[:2] == ("join", "archive")
    assert [each for each in known if not each.startswith("render.")][2:] == [
        "listen",
        "listen.hark",
        "speak",
        "speak.sing",
        "speak.turn",
        "write.pen",
    ]


def test_a_worker_may_be_kept_to_some(farm: Farm) -> None:
    """In the order in which a worker goes; what it cannot do is refused with all that it can."""
    assert capabilities_of(farm, ["speak", "join", "listen"]) == ("join", "listen", "speak")
    pools = ["speak", "render.warp@studio", "render.warp", "join"]
    assert capabilities_of(farm, pools) == ("join", "render.warp@studio", "render.warp", "speak")
    with pytest.raises(InputError) as refused:
        capabilities_of(farm, ["speak.nothing"])
    assert refused.value.code == "farm-capability-unknown"
    assert "listen, " in str(refused.value.facts["known"])
