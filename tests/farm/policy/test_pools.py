"""Promises of pools: rendering alone is bound to them, and each worker's own pool goes first."""

from __future__ import annotations

import pytest

from farm.policy.pools import alike, bound, in_pools, plain_of, pool_named, pool_of, pools_in
from pipeline.plan.errors import InputError

ABLE = ("join", "render.warp", "render.wav2lip", "speak")


@pytest.mark.parametrize(
    ("capability", "pool", "needed"),
    [
        ("render.warp", "studio", "render.warp@studio"),
        ("render.warp", "", "render.warp"),
        ("render.warp@studio", "night", "render.warp@night"),
        ("render.warp@studio", "", "render.warp"),
        ("speak", "studio", "speak"),
        ("speak.coqui", "studio", "speak.coqui"),
        ("archive", "studio", "archive"),
    ],
)
def test_rendering_alone_is_bound_to_a_pool(capability: str, pool: str, needed: str) -> None:
    """Everything else of a film is done by anybody."""
    assert bound(capability, pool) == needed
    assert plain_of(needed) == plain_of(capability)
    assert pool_of(needed) == (pool if capability.startswith("render") else "")


@pytest.mark.parametrize(
    ("words", "done"),
    [
        ("", ABLE),
        ("any", ABLE),
        ("Studio", ("join", "render.warp@studio", "render.wav2lip@studio", "speak")),
        (
            "studio any studio",
            ("join", "render.warp@studio", "render.wav2lip@studio", "render.warp", "render.wav2lip", "speak"),
        ),
    ],
)
def test_a_worker_renders_for_its_pools_in_their_order(words: str, done: tuple[str, ...]) -> None:
    """It is kept for them, unless it takes films without a pool as well."""
    assert in_pools(ABLE, pools_in(words)) == done


def test_what_is_alike_differs_by_its_pool_alone() -> None:
    """One engine is not taken for another whose name begins like its own."""
    skills = ["render.warp", "render.warp@a", "render.warped", "render.warped@a", "speak", "render.warp@a"]
    assert alike("render.warp@b", skills) == ("render.warp", "render.warp@a")


@pytest.mark.parametrize("word", ["two words", "-a", "a@b", "a.b", "a" * 25, "池", "a%"])
def test_a_word_that_is_no_name_is_refused(word: str) -> None:
    """For a name is part of a queue's."""
    with pytest.raises(InputError, match="pool-name-wrong"):
        pool_named(word)
    assert pool_named(" Studio-2 ") == "studio-2"
    assert pool_named(" ANY ") == pool_named("") == ""
