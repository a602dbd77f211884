"""Promises about what an ear is asked to do for a film; none is opened here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from farm.bootstrap import Workshop, open_workshop, settings_of
from farm.hearingchoice import HearingChooser
from pipeline.engines.ear import EarEngine, offers
from pipeline.engines.shelf import Shelf
from pipeline.plan.errors import InputError
from pipeline.plan.hearing import Check, HearingPlan
from pipeline.plan.models import ModelKind, Use
from tests.farm.models.cards import put


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """A workshop with an ear and no model yet, whatever libraries are here."""
    there = {name: replace(offer, needs=()) for name, offer in offers.OFFERS.items()}
    shelf: Shelf[EarEngine] = Shelf("lectern.ears", there, unknown="engine-ear-unknown")
    settings = settings_of({"LECTERN_HOME": str(tmp_path / "home"), "LECTERN_EAR__DEVICE": "cpu"})
    with open_workshop(settings) as opened, replace(opened, ears=shelf) as equipped:
        yield equipped


def test_nothing_is_checked_unless_it_is_asked_for(workshop: Workshop) -> None:
    """A film without a check has no listen step, and needs no ear."""
    assert HearingChooser(workshop).spoken({}, language="en") == (None, ())
    assert HearingChooser(workshop).spoken({"check": "None"}, language="en") == (None, ())
    assert HearingChooser(workshop).refusals({}) == {}


def test_a_check_needs_an_ear(workshop: Workshop) -> None:
    """It is refused at once, with what is missing; a recording does without."""
    chooser = HearingChooser(workshop)
    (error,) = chooser.refusals({"check": "all"}).values()
    assert (error.code, error.facts["code"]) == ("check-no-ear", "model-missing")
    assert chooser.recorded({"audio.denoise": "yes"}, script="") == (HearingPlan(denoise=True), ())
    assert chooser.why_deaf() is not None


def test_what_is_asked_for_stands_in_the_plan(workshop: Workshop) -> None:
    """Digests and limits are fixed when a film is ordered, characters or words by its language."""
    record = put(workshop.models.root, "small", b"1", kind=ModelKind.WHISPER)
    chooser = HearingChooser(workshop)
    plan, (use,) = chooser.spoken({"check": "all", "check.failure": "stop"}, language="zh-TW")
    assert (use.role, use.name, use.digest) == ("hear", "small", record.digest)
    assert plan == HearingPlan(
        model=record.digest, precision="fp32", check=Check.ALL, limit=150, takes=3, stop=True
    )
    plan, _ = chooser.spoken({"check": "sample"}, language="en")
    assert plan == HearingPlan(
        model=record.digest, precision="fp32", check=Check.SAMPLE, per_cent=10, limit=200, takes=3
    )
    plan, (use,) = chooser.recorded({}, script="a" * 64)
    assert plan == HearingPlan(model=record.digest, precision="fp32", timed_by="a" * 64)
    assert use.role == "hear"


def test_a_licence_that_forbids_it_is_taken_on_by_name(workshop: Workshop) -> None:
    """A check is refused, a recording is rendered without its words, until somebody does."""
    put(workshop.models.root, "small", b"1", kind=ModelKind.WHISPER, licence="CC-BY-NC-4.0")
    assert HearingChooser(workshop).refusals({"check": "all"})["check"].code == "model-licence-forbids"
    workshop.models.accept("small", Use.COMMERCIAL, by="anna", at_ms=5)
    assert HearingChooser(workshop).refusals({"check": "all"}) == {}


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ({"check": "some"}, {"check": "check-unknown"}),
        ({"check.failure": "cry"}, {"check.failure": "check-failure-unknown"}),
        ({"audio.denoise": "maybe"}, {"audio.denoise": "recording-denoise-unknown"}),
    ],
)
def test_words_that_say_nothing_are_refused(
    workshop: Workshop, options: dict[str, str], codes: dict[str, str]
) -> None:
    """Each under its own name."""
    found = HearingChooser(workshop).refusals(options)
    assert {option: error.code for option, error in found.items()} == codes
    with pytest.raises(InputError):
        HearingChooser(workshop).spoken({"check": "all", **options}, language="en")
