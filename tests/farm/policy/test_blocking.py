"""Who gets no work since it failed at it is a table."""

from __future__ import annotations

import pytest

from db.values import Skill
from farm.policy.blocking import WITHIN_MS, Past, blames, kept_off, sickening, usable
from pipeline.plan.errors import (
    AwayError,
    DamageError,
    DefectError,
    InputError,
    LecternError,
    TransientError,
)

_NOW = 10 * WITHIN_MS


def _pasts(told: str) -> list[Past]:
    """Attempts a minute apart, the latest first: ``+`` or ``-`` or ``x`` (lost), the job, the owner."""
    return [
        Past(
            at=_NOW - 60_000 * number,
            ok=word[0] == "+",
            lost=word[0] == "x",
            job=int(word[1]),
            owner=word[2],
        )
        for number, word in enumerate(told.split(), 1)
    ]


@pytest.mark.parametrize(
    ("error", "blamed"),
    [
        (TransientError("media-failed"), True),
        (DefectError("film-frames"), True),
        (InputError("script-empty"), False),
        (AwayError("archive-away"), False),
        (DamageError("store-damaged"), False),
    ],
)
def test_bad_input_and_places_that_are_away_are_nobodys_fault(error: LecternError, *, blamed: bool) -> None:
    """What no other worker could have done better says nothing of this one."""
    assert blames(error) is blamed


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("", False),
        ("-1a -2a", False),
        ("-1a -2a -3a", True),
        ("-1a -2a -2a", True),
        # One job that fails everywhere says nothing of the worker.
        ("-1a -1a -1a -1a", False),
        ("-1a -2a +9b -3a", False),
        ("+9a -1a -2a -3a", False),
        # A death is somebody else's to judge, and makes nothing good.
        ("-1a x2a -3a", False),
        ("-1a x2a -3a -4a", True),
    ],
)
def test_three_failures_of_one_kind_keep_a_worker_from_it(told: str, *, kept: bool) -> None:
    """Within an hour, without a success between, and of more than one job."""
    assert kept_off(_pasts(told), now=_NOW, lifted=0) is kept
    assert not kept_off(_pasts(told), now=_NOW + WITHIN_MS, lifted=0)
    assert not kept_off(_pasts(told), now=_NOW, lifted=_NOW - 90_000), "an operator had it forgotten"


@pytest.mark.parametrize(
    ("told", "sick"),
    [
        ("-1a -2b", None),
        ("-1a -2a -3a", None),
        ("-1a -1b -2b", None),
        ("-1a -2b -3a", (3, 2)),
        ("x1a x2b x3c", (3, 3)),
        ("-1a -1a -2b -2b -3b", (3, 2)),
        ("-1a -2b +7a -3a", None),
    ],
)
def test_a_card_that_fails_jobs_of_different_owners_is_sick(told: str, sick: tuple[int, int] | None) -> None:
    """Three jobs of two owners in a row: one owner's films alone take no card out."""
    assert sickening(_pasts(told), now=_NOW, cleared=0) == sick
    assert sickening(_pasts(told), now=_NOW, cleared=_NOW) is None


def test_what_one_is_kept_from_goes_to_it_where_nobody_else_does_the_same() -> None:
    """A block holds against a worker only while another one is free to do it."""
    draw, other, join = (
        Skill(capability="render.warp", profile="1"),
        Skill(capability="render.warp"),
        Skill(capability="join"),
    )
    skills = {"a": {draw, join}, "b": {draw, other}}
    everything = {worker: frozenset(each) for worker, each in skills.items()}
    assert usable(skills, {}) == everything
    assert usable(skills, {"a": {"render.warp"}}) == {"a": {join}, "b": {draw, other}}
    assert usable(skills, {"b": {"render.warp"}}) == {"a": {draw, join}, "b": {other}}
    assert usable(skills, {"a": {"render.warp"}, "b": {"render.warp"}}) == everything
