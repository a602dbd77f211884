"""Promises of the door to voice converters: the one that a job was promised opens, and opens once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from farm.bootstrap import Workshop, open_workshop, settings_of
from farm.voicedoor import open_converter
from pipeline.plan.errors import AwayError
from pipeline.plan.job import VoiceChoice
from pipeline.plan.models import ModelKind
from pipeline.plan.trim import at_master
from tests.farm.models.cards import put_folder
from tests.support.freevc import freevc_folder, require_coqui, sample_of

require_coqui()

_PLAIN = VoiceChoice(engine="espeak", name="en-us", language="en")


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """A workshop without a model."""
    settings = settings_of({"LECTERN_HOME": str(tmp_path / "home"), "LECTERN_VOICE__DEVICE": "cpu"})
    with open_workshop(settings) as opened:
        yield opened


def test_a_job_is_converted_as_it_was_promised(
    workshop: Workshop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The model of the choice opens from the shelf, for the next job too; another one takes its place."""
    files = {path.name: path.read_bytes() for path in freevc_folder(tmp_path_factory).iterdir()}
    record = put_folder(workshop.models.root, "freevc", files, kind=ModelKind.CONVERTER)
    choice = replace(_PLAIN, converter=record.digest)
    converter = open_converter(workshop, choice)
    assert converter is not None
    anna = sample_of("anna")
    assert len(converter.convert(anna, converter.latents(anna)).samples) == len(at_master(anna).samples)
    assert open_converter(workshop, choice) is converter
    other = put_folder(workshop.models.root, "other", files | {"note.txt": b"1"}, kind=ModelKind.CONVERTER)
    assert open_converter(workshop, replace(choice, converter=other.digest)) is not converter
    assert len(workshop.converters.opened()) == 1


def test_a_voice_of_its_own_needs_none(workshop: Workshop) -> None:
    """Nothing is opened for a choice without a converter."""
    assert open_converter(workshop, _PLAIN) is None
    assert workshop.converters.opened() == ()


def test_who_lacks_the_model_lets_the_job_wait(workshop: Workshop) -> None:
    """Another worker may have it."""
    with pytest.raises(AwayError) as caught:
        open_converter(workshop, replace(_PLAIN, converter="e" * 64))
    assert caught.value.code == "farm-no-model"
