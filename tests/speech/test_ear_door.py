"""Promises of the door to ears: what is set opens, once, and whoever cannot hear a job lets it wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from farm.bootstrap import Workshop, open_workshop, settings_of
from farm.eardoor import ear_model, open_activity, open_ear, precision_here
from pipeline.engines.ear.offers import OFFERS
from pipeline.engines.shelf import Shelf
from pipeline.plan.errors import AwayError, InputError
from pipeline.plan.hearing import HearingPlan
from pipeline.plan.models import ModelKind
from tests.farm.models.cards import put
from tests.support.ears import HELLO, TEXT, make_reciting, noise, require_ears
from tests.support.shared import made_once

require_ears()


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A Whisper that hears one sentence."""
    return made_once(tmp_path_factory, "reciting.pt", lambda path: make_reciting(path, HELLO)).read_bytes()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the workshop lies."""
    return tmp_path / "home"


@pytest.fixture
def workshop(home: Path) -> Iterator[Workshop]:
    """A workshop without a model."""
    with open_workshop(settings_of({"LECTERN_HOME": str(home)})) as opened:
        yield opened


def _set(workshop: Workshop, **knobs: str) -> Workshop:
    told: Mapping[str, str] = {f"LECTERN_EAR__{name.upper()}": value for name, value in knobs.items()}
    return replace(workshop, settings=settings_of({"LECTERN_HOME": str(workshop.settings.home), **told}))


def _plan(workshop: Workshop, content: bytes, **more: str) -> HearingPlan:
    record = put(workshop.models.root, "small", content, kind=ModelKind.WHISPER)
    return HearingPlan(model=record.digest, precision=more.get("precision", "fp32"))


def test_a_model_is_found_by_name_or_because_it_is_the_only_one(workshop: Workshop) -> None:
    """None, several: each is told as the shelf tells it."""
    with pytest.raises(InputError, match="model-missing"):
        ear_model(workshop)
    small = put(workshop.models.root, "small", b"1", kind=ModelKind.WHISPER)
    assert ear_model(workshop) == small
    large = put(workshop.models.root, "large", b"2", kind=ModelKind.WHISPER)
    with pytest.raises(InputError, match="model-several"):
        ear_model(workshop)
    assert ear_model(workshop, "large") == ear_model(_set(workshop, model="large")) == large


def test_an_ear_is_opened_once(workshop: Workshop, checkpoint: bytes) -> None:
    """A second job with the same model loads nothing; another arithmetic closes what was open."""
    plan = _plan(workshop, checkpoint)
    ear = open_ear(workshop, plan)
    assert ear.hear(noise(2), timed=False).text == TEXT
    assert open_ear(workshop, plan) is ear
    other = open_ear(workshop, replace(plan, precision="int8"))
    assert other.hear(noise(2), timed=False).text == TEXT
    assert workshop.ears.opened() == (other,)


def test_who_lacks_the_model_lets_the_job_wait(workshop: Workshop, checkpoint: bytes) -> None:
    """Another worker may have it."""
    plan = _plan(workshop, checkpoint)
    workshop.models.remove("small", by="ada", at_ms=0)
    with pytest.raises(AwayError) as away:
        open_ear(workshop, plan)
    assert away.value.code == "farm-no-model"
    assert away.value.facts == {"engine": "whisper", "digest": plan.model[:12]}


def test_half_precision_waits_for_a_card(workshop: Workshop, checkpoint: bytes) -> None:
    """A processor would hear otherwise than was promised."""
    plan = _plan(_set(workshop, device="cpu"), checkpoint, precision="fp16")
    with pytest.raises(AwayError) as away:
        open_ear(_set(workshop, device="cpu"), plan)
    assert (away.value.code, away.value.facts["model"]) == ("hearing-no-card", "small")


def test_a_device_that_is_not_there_is_told(workshop: Workshop, checkpoint: bytes) -> None:
    """By the name that was set."""
    with pytest.raises(InputError, match="engine-device-missing"):
        open_ear(_set(workshop, device="cuda:99"), _plan(workshop, checkpoint))


def test_what_is_no_checkpoint_is_told(workshop: Workshop) -> None:
    """A card is no proof."""
    with pytest.raises(InputError, match="model-file-broken"):
        open_ear(workshop, _plan(workshop, b"Hello."))


def test_doubts_are_the_operators(workshop: Workshop, checkpoint: bytes) -> None:
    """And belong to what every key of something heard is made of."""
    plan = _plan(workshop, checkpoint)
    strict = _set(workshop, logprob_hundredths="1")
    usual = open_ear(workshop, plan).version
    ear = open_ear(strict, plan)
    assert ear.hear(noise(2), language="en", timed=False).doubt == "hearing-unsure"
    assert ear.version != usual


@pytest.mark.parametrize(("device", "wish", "precision"), [("cpu", "auto", "fp32"), ("auto", "int8", "int8")])
def test_arithmetic_is_chosen_once(workshop: Workshop, device: str, wish: str, precision: str) -> None:
    """What is set, else what the device is best at."""
    assert precision_here(_set(workshop, device=device, precision=wish)) == precision


def test_speech_is_found_by_what_is_there(workshop: Workshop) -> None:
    """By a network where its library is installed; by loudness alone where it is not, or is wished."""
    found = open_activity(workshop)
    assert found is not None
    assert found is open_activity(_set(workshop, activity="silero"))
    assert open_activity(_set(workshop, activity="level")) is None
    lacking = {"silero": replace(OFFERS["whisper"], needs=("no_such_library",))}
    shelf: Shelf[object] = Shelf("lectern.none", lacking, unknown="engine-activity-unknown")  # type: ignore[type-var]
    without = replace(workshop, activities=shelf)
    assert open_activity(without) is None
    with pytest.raises(InputError, match="engine-missing"):
        open_activity(_set(without, activity="silero"))
