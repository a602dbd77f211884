"""What the words of a delivery promise: understood as people write them, or refused with what is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.plan import graphs
from pipeline.plan.delivery import (
    LOUDNESS,
    QUALITY,
    Quality,
    loudness_for,
    loudness_of,
    profile_for,
    quality_of,
    with_plain_delivery,
)
from pipeline.plan.errors import InputError
from pipeline.plan.job import RenderProfile
from pipeline.plan.loudness import Loudness

PROFILE = RenderProfile(
    engine="warp",
    version="1",
    backend="numpy",
    precision="fp32",
    encoder="libx264 ffmpeg-9",
    parameters=graphs.video_parameters(qp=18, preset="superfast"),
)


@pytest.mark.parametrize(
    ("written", "quality"),
    [
        ("", Quality.STANDARD),
        (" Draft ", Quality.DRAFT),
        ("standard", Quality.STANDARD),
        ("HIGH", Quality.HIGH),
    ],
)
def test_a_quality_is_understood(written: str, quality: Quality) -> None:
    """In any case, and the usual one when nothing is written."""
    assert quality_of({QUALITY: written}) is quality
    assert quality_of({}, "high") is Quality.HIGH


@pytest.mark.parametrize(
    ("written", "hundredths"),
    [
        ("", None),
        ("-16", -1600),
        ("−16", -1600),
        ("–14 LUFS", -1400),
        ("-23.0", -2300),
        ("-18,5 lufs", -1850),
        ("－20", -2000),
        ("-16 dB", -1600),
    ],
)
def test_a_loudness_is_understood(written: str, hundredths: int | None) -> None:
    """With any minus, with its unit or without, with a comma or a point."""
    assert loudness_of({LOUDNESS: written}) == hundredths


@pytest.mark.parametrize(
    ("column", "written", "code"),
    [
        (QUALITY, "best", "delivery-quality-unknown"),
        (LOUDNESS, "16", "delivery-loudness-wrong"),
        (LOUDNESS, "-30", "delivery-loudness-wrong"),
        (LOUDNESS, "-13.99", "delivery-loudness-wrong"),
        (LOUDNESS, "loud", "delivery-loudness-wrong"),
    ],
)
def test_anything_else_is_refused(column: str, written: str, code: str) -> None:
    """Nothing is guessed, and the message bears what was written."""
    with pytest.raises(InputError) as caught:
        with_plain_delivery({column: written})
    assert (caught.value.code, caught.value.facts["word"]) == (code, written)


def test_equal_films_have_equal_options() -> None:
    """However it was written; what says nothing new is left out, and other options stay as they are."""
    written = {QUALITY: "Standard", LOUDNESS: "−16,0 LUFS", "face.motion": "lively"}
    assert with_plain_delivery(written) == {LOUDNESS: "-16", "face.motion": "lively"}
    assert with_plain_delivery({LOUDNESS: "-18.5"}) == {LOUDNESS: "-18.5"}
    assert with_plain_delivery({QUALITY: ""}, usual="draft") == {QUALITY: "draft"}
    assert with_plain_delivery({QUALITY: "standard"}, usual="draft") == {}


def test_the_farms_own_loudness_holds_unless_a_row_has_another() -> None:
    """The ceiling of the true peak stays in any case."""
    usual = Loudness.of(lufs=-16, dbtp=-1.5)
    assert loudness_for({}, usual) == usual
    assert loudness_for({LOUDNESS: "-23"}, usual) == Loudness.of(lufs=-23, dbtp=-1.5)


def test_standard_is_the_machines_own_way() -> None:
    """The same profile, and so the same keys."""
    assert profile_for(PROFILE, {}) == profile_for(PROFILE, {QUALITY: "standard"}) == PROFILE


def test_each_rung_changes_only_how_fine_the_encoder_is() -> None:
    """Draft is coarser and searches less, high is finer; all other parameters stay, in their order."""
    draft, high = (_pairs(profile_for(PROFILE, {QUALITY: word})) for word in ("draft", "high"))
    own = _pairs(PROFILE)
    assert int(dict(draft)["qp"]) > int(dict(own)["qp"]) > int(dict(high)["qp"])
    assert [name for name, _ in high] == [name for name, _ in own]
    assert draft[len(own) :] == [("me", "dia"), ("subme", "0")]
    for changed in (draft, high):
        assert {name for name, value in own if dict(changed)[name] != value} == {"qp"}


def test_a_ladder_stays_within_what_the_encoder_knows() -> None:
    """Whatever an operator set."""
    for qp, word, expected in ((50, "draft", "51"), (2, "high", "1")):
        profile = replace(PROFILE, parameters=graphs.video_parameters(qp=qp, preset="superfast"))
        assert dict(_pairs(profile_for(profile, {QUALITY: word})))["qp"] == expected


def _pairs(profile: RenderProfile) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (each.partition("=") for each in profile.parameters)]


def test_a_card_has_a_ladder_of_its_own() -> None:
    """Coarser and finer by the same steps, with the card's own presets and nothing of x264's."""
    profile = replace(PROFILE, parameters=graphs.card_parameters(qp=18))
    found = {
        word: dict(_pairs(profile_for(profile, {QUALITY: word}))) for word in ("draft", "standard", "high")
    }
    assert {word: (each["qp"], each["preset"]) for word, each in found.items()} == {
        "draft": ("27", "p1"),
        "standard": ("18", "p4"),
        "high": ("14", "p6"),
    }
    assert all(each.keys() == found["standard"].keys() for each in found.values())
