"""Promises about models on record: the uses that licences allow, who goes beyond, what names go."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan.errors import InputError
from pipeline.plan.keys import canonical
from pipeline.plan.models import (
    OWN,
    UNKNOWN,
    WAV2LIP_LICENCE,
    Acceptance,
    ModelKind,
    ModelRecord,
    Use,
    allowed_uses,
    check_name,
    check_use,
    may_be_used,
    model_use_of,
    name_from,
    used_as,
)


def record(licence: str, acceptance: Acceptance | None = None) -> ModelRecord:
    """A card of weights under that licence."""
    return ModelRecord(
        name="lips",
        kind=ModelKind.WAV2LIP,
        engine="wav2lip",
        digest="0" * 64,
        bytes=1,
        suffix=".pth",
        licence=licence,
        uses=allowed_uses(licence),
        acceptance=acceptance,
    )


@pytest.mark.parametrize(
    ("licence", "uses"),
    [
        ("Apache-2.0", set(Use)),
        ("apache-2.0", set(Use)),
        (OWN, set(Use)),
        (WAV2LIP_LICENCE, {Use.RESEARCH, Use.PERSONAL}),
        ("CC-BY-NC-SA-4.0", {Use.RESEARCH, Use.PERSONAL}),
        ("Apache-2.0 AND CC-BY-NC-SA-4.0", {Use.RESEARCH, Use.PERSONAL}),
        ("Apache-2.0 AND CC-BY-NC-SA-4.0 AND NVIDIA-Source-Code-NC", {Use.RESEARCH}),
        ("Apache-2.0 AND Acme-Terms-3", set()),
        ("Acme-Terms-3", set()),
        (UNKNOWN, set()),
        ("", set()),
    ],
)
def test_a_licence_allows_what_its_terms_say(licence: str, uses: set[Use]) -> None:
    """Joined licences allow what all of them do; of unknown terms nothing is assumed."""
    assert set(allowed_uses(licence)) == uses


def test_research_weights_are_refused_for_films_of_a_business() -> None:
    """The refusal names model, licence and use, and its cure names the command."""
    check_use(record(WAV2LIP_LICENCE), Use.RESEARCH)
    with pytest.raises(InputError) as refused:
        check_use(record(WAV2LIP_LICENCE), Use.COMMERCIAL)
    assert refused.value.code == "model-licence-forbids"
    assert refused.value.facts == {
        "model": "lips",
        "licence": WAV2LIP_LICENCE,
        "allowed": "research, personal",
        "use": "commercial",
    }


def test_unknown_terms_are_refused_for_every_use() -> None:
    """Silence is no permission."""
    for use in Use:
        with pytest.raises(InputError) as refused:
            check_use(record(UNKNOWN), use)
        assert refused.value.code == "model-licence-unclear"


def test_what_was_accepted_holds_for_that_use_alone() -> None:
    """Whoever accepted it for research did not accept it for a business."""
    taken_on = Acceptance(by="Ada", at_ms=5, use=Use.RESEARCH)
    assert may_be_used(record(UNKNOWN, taken_on), Use.RESEARCH)
    assert not may_be_used(record(UNKNOWN, taken_on), Use.COMMERCIAL)


def test_a_job_is_promised_the_model_with_who_took_it_on() -> None:
    """The promise bears name, digest, licence, use and acceptance, and survives being written as JSON."""
    taken_on = Acceptance(by="Ada", at_ms=5, use=Use.COMMERCIAL)
    promise = used_as("face", record(WAV2LIP_LICENCE, taken_on), Use.COMMERCIAL)
    assert (promise.role, promise.licence, promise.accepted) == ("face", WAV2LIP_LICENCE, taken_on)
    assert model_use_of(json.loads(canonical(promise))) == promise


def test_an_acceptance_that_was_not_needed_is_not_told() -> None:
    """Where the licence allows the use, the film stands on the licence."""
    taken_on = Acceptance(by="Ada", at_ms=5, use=Use.COMMERCIAL)
    promise = used_as("face", record("MIT", taken_on), Use.COMMERCIAL)
    assert promise.accepted is None
    assert model_use_of(json.loads(canonical(promise))) == promise


@pytest.mark.parametrize("name", ["wav2lip_gan", "GFPGANv1.4", "a", "x" * 64])
def test_plain_names_are_taken(name: str) -> None:
    """What people call models goes."""
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "-rf", "a b", "a\n", "嘴", "nul", "COM1.pth", "a.", "x" * 65, "a\x00"],
)
def test_names_that_some_system_refuses_are_refused(name: str) -> None:
    """No name leaves its folder, is an option, or means a device."""
    with pytest.raises(InputError) as refused:
        check_name(name)
    assert refused.value.code == "model-name-wrong"


@given(
    stem=st.text("aZ9._- /\\\0\n嘴é…", max_size=80),
    taken=st.lists(st.sampled_from(["model", "model-2", "MODEL-3"])),
)
def test_any_file_gets_a_name_of_its_own(stem: str, taken: list[str]) -> None:
    """Whatever the file is called, a good name that nothing else bears is found for it."""
    name = name_from(stem, taken)
    assert check_name(name) == name
    assert name.casefold() not in {other.casefold() for other in taken}
