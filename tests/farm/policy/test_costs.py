"""Promises about what films will cost: measured where it can be, else by a rule that says so."""

from __future__ import annotations

from farm.policy.costs import (
    RULE_MODEL_US,
    RULE_RENDER_US,
    RULE_STAGE_US,
    Basis,
    Size,
    Speech,
    Work,
    film_bytes,
    price,
    speech_rate,
)
from pipeline.plan.job import Format

SMALL = Format(width=512, height=512, fps=25)
WIDE = Format(width=1920, height=1080, fps=25)


def work(stage: str, *, picture: Format = SMALL, device: str = "cpu", ms: int = 10) -> Work:
    """Attempts that made 100 frames, each in so many milliseconds."""
    return Work(
        stage=stage,
        engine="warp" if stage == "render" else "",
        width=picture.width,
        height=picture.height,
        device=device,
        frames=100,
        machine_ms=100 * ms,
        wall_ms=200 * ms,
        attempts=3,
    )


def test_what_was_measured_in_this_size_on_this_device_counts() -> None:
    """Neither another size nor another device has a part in it."""
    works = [
        work("render", ms=10),
        work("render", picture=WIDE, ms=99),
        work("render", device="cuda:0", ms=1),
    ]
    found = price(works, stage="render", engine="warp", format=SMALL, device="cpu")
    assert (found.machine_us, found.wall_us) == (10_000, 20_000)
    assert (found.basis, found.attempts, found.device) == (Basis.MEASURED, 3, "cpu")


def test_another_device_is_better_than_a_rule() -> None:
    """Where nothing was measured on a device, what any device took is told, and which it was."""
    found = price([work("render", ms=10)], stage="render", engine="warp", format=SMALL, device="cuda:0")
    assert (found.machine_us, found.basis, found.device) == (10_000, Basis.MEASURED, "cpu")


def test_another_size_is_scaled_by_the_rule() -> None:
    """A machine that is twice as slow as the rule in one size is so in another."""
    rule = price([], stage="render", engine="warp", format=SMALL, device="").machine_us
    slow = Work(**{**vars(work("render")), "machine_ms": 2 * rule * 100 // 1000})
    found = price([slow], stage="render", engine="warp", format=WIDE, device="cpu")
    there = price([], stage="render", engine="warp", format=WIDE, device="").machine_us
    assert found.basis is Basis.SCALED
    assert abs(found.machine_us - 2 * there) <= there / 50


def test_without_any_measure_the_rule_says_that_it_is_one() -> None:
    """It grows with the pixels; another engine's measures are none of ours."""
    found = price([work("render")], stage="render", engine="other", format=WIDE, device="cpu")
    assert (found.basis, found.attempts) == (Basis.RULE, 0)
    assert found.machine_us == RULE_RENDER_US[0] + RULE_RENDER_US[1] * 1920 * 1080 // 1_000_000


def test_an_engine_with_a_model_costs_more_by_the_rule_too() -> None:
    """By the same in every size, since the network draws a mouth of one size."""
    for picture in (SMALL, WIDE):
        plain, drawn = (
            price([], stage="render", engine=engine, format=picture, device="").machine_us
            for engine in ("warp", "wav2lip")
        )
        assert drawn - plain == RULE_MODEL_US["wav2lip"]


def test_other_stages_have_one_price_for_all_sizes() -> None:
    """Whatever was measured of them counts."""
    works = [work("join", ms=1), work("join", picture=WIDE, ms=3)]
    prices = {price(works, stage="join", engine="", format=each, device="cpu") for each in (SMALL, WIDE)}
    (found,) = prices
    assert (found.machine_us, found.width, found.basis) == (2000, 0, Basis.MEASURED)
    assert price([], stage="speak", engine="", format=SMALL, device="").machine_us == RULE_STAGE_US["speak"]


def test_the_size_of_films_is_learnt_from_films() -> None:
    """In this format if there are any, in others by the rule's proportion, else by the rule."""
    sizes = {(512, 512): Size(films=2, frames=100, bytes=300_000)}
    assert film_bytes(sizes, SMALL) == (3_000_000, Basis.MEASURED)
    rule_small, basis = film_bytes({}, SMALL)
    rule_wide, _ = film_bytes({}, WIDE)
    assert basis is Basis.RULE
    scaled, basis = film_bytes(sizes, WIDE)
    assert basis is Basis.SCALED
    assert abs(scaled / 3_000_000 - rule_wide / rule_small) < 0.01


def test_lengths_are_learnt_from_several_films_of_a_language() -> None:
    """Two say too little; a region of the language makes no difference."""
    few, enough = Speech(films=2, bytes=150, normal_ms=10_000), Speech(films=3, bytes=150, normal_ms=10_000)
    assert speech_rate({("espeak", "en"): few}, "espeak", "en") is None
    assert speech_rate({("espeak", "en"): enough}, "espeak", "en-US") == 66_666
    assert speech_rate({("espeak", "en"): enough}, "espeak", "zh") is None
