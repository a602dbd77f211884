"""Promises about who draws a face: chosen once, from a row's words, and refused where it cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from farm.bootstrap import Workshop, open_workshop, settings_of
from farm.facechoice import FaceChooser
from farm.facedoor import open_face, ways_of
from pipeline.engines.weights import Weights
from pipeline.plan.errors import InputError
from pipeline.plan.faceway import FaceWay, joined_weights
from pipeline.plan.models import WAV2LIP_LICENCE, ModelKind, Use
from tests.farm.models.cards import put
from tests.support.lips import Lips, faces_with_lips


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """A workshop with an engine that draws with a model, and no model yet."""
    with open_workshop(settings_of({"LECTERN_HOME": str(tmp_path / "home")})) as opened:
        yield replace(opened, faces=faces_with_lips())


def refusal(workshop: Workshop, **options: str) -> str:
    """The code of the one thing that is wrong."""
    told = {name.replace("_", ".", 1): value for name, value in options.items()}
    (error,) = FaceChooser(workshop).refusals(told).values()
    with pytest.raises(InputError) as raised:
        FaceChooser(workshop).choose(told)
    assert raised.value.code == error.code
    return error.code


def test_without_a_word_it_is_the_usual_engine(workshop: Workshop) -> None:
    """Geometry alone, or whatever is set; a row's own word goes before, in any case."""
    assert FaceChooser(workshop).choose({}).engine == "warp"
    put(workshop.models.root, "m", b"1")
    settings = settings_of({"LECTERN_HOME": str(workshop.settings.home), "LECTERN_FACE__ENGINE": "lips"})
    chooser = FaceChooser(replace(workshop, settings=settings))
    assert chooser.choose({}).engine == "lips"
    assert chooser.choose({"face.engine": " Warp "}).models == ()


def test_an_engine_that_is_not_there_is_refused(workshop: Workshop) -> None:
    """Unknown, or without its library, unless others render with it."""
    assert refusal(workshop, face_engine="mimic") == "engine-face-unknown"
    lacking = replace(workshop, faces=faces_with_lips(needs=("no_such_library",)))
    put(workshop.models.root, "m", b"1")
    assert refusal(lacking, face_engine="lips") == "engine-missing"
    assert FaceChooser(lacking, elsewhere=["lips"]).choose({"face.engine": "lips"}).engine == "lips"


def test_a_model_is_found_by_name_or_because_it_is_the_only_one(workshop: Workshop) -> None:
    """None, several, another kind, an unknown name: each is told as the shelf tells it."""
    assert refusal(workshop, face_engine="lips") == "model-missing"
    one = put(workshop.models.root, "one", b"1")
    (use,) = FaceChooser(workshop).choose({"face.engine": "lips"}).models
    assert (use.role, use.name, use.digest, use.licence) == ("face", "one", one.digest, "MIT")
    put(workshop.models.root, "two", b"2")
    assert refusal(workshop, face_engine="lips") == "model-several"
    assert refusal(workshop, face_engine="lips", face_model="three") == "model-unknown"
    put(workshop.models.root, "sharp", b"3", kind=ModelKind.RESTORER)
    assert refusal(workshop, face_engine="lips", face_model="sharp") == "model-kind-wrong"
    chosen = FaceChooser(workshop).choose(
        {"face.engine": "lips", "face.model": "two", "face.restore": "sharp"}
    )
    assert [(use.role, use.name) for use in chosen.models] == [("face", "two"), ("restore", "sharp")]


def test_a_licence_that_forbids_it_is_taken_on_by_name(workshop: Workshop) -> None:
    """Refused until then; afterwards who did so goes with every film."""
    put(workshop.models.root, "research", b"1", licence=WAV2LIP_LICENCE)
    assert refusal(workshop, face_engine="lips") == "model-licence-forbids"
    workshop.models.accept("research", Use.COMMERCIAL, by="anna", at_ms=5)
    (use,) = FaceChooser(workshop).choose({"face.engine": "lips"}).models
    assert use.accepted is not None
    assert (use.accepted.by, use.accepted.at_ms, use.use) == ("anna", 5, Use.COMMERCIAL)


def test_everything_that_is_wrong_is_told_once(workshop: Workshop) -> None:
    """Each option by its own name; what rests on a wrong one is not told as well."""
    put(workshop.models.root, "m", b"1")
    wrong = {"face.mode": "slow", "face.pads": "1", "face.crop": "a", "face.mel_offset_frames": "9"}
    found = FaceChooser(workshop).refusals({"face.engine": "lips", "face.restore": "x", **wrong})
    assert found.keys() == wrong.keys()
    found = FaceChooser(workshop).refusals({"face.engine": "lips", "face.mode": "exact", "face.restore": "m"})
    assert {option: error.code for option, error in found.items()} == {"face.restore": "face-restore-exact"}


def told(chooser: FaceChooser, options: dict[str, str]) -> dict[str, str]:
    """The warnings of options without effect: their codes, by the option."""
    return {option: finding.code for option, finding in chooser.idle(options)}


def test_what_an_engine_does_not_heed_is_told_and_left_out(workshop: Workshop) -> None:
    """A mode means nothing to geometry, be it right or wrong; a job keeps no word that its engine bears."""
    put(workshop.models.root, "m", b"1")
    chooser = FaceChooser(workshop)
    options = {"face.engine": "warp", "face.mode": "slow", "face.model": "m", "face.motion": "calm"}
    assert chooser.refusals(options) == {}
    assert told(chooser, options) == {"face.mode": "face-option-idle", "face.model": "face-option-idle"}
    assert chooser.choose(options).options(options) == {"face.motion": "calm"}
    drawn = {"face.engine": "lips", "face.model": "m", "face.mode": "exact"}
    assert told(chooser, drawn) == {}
    assert told(chooser, {**drawn, "face.motion": "lively"}) == {"face.motion": "face-option-exact"}
    assert told(chooser, {**drawn, "face.mode": "fast", "face.motion": "lively"}) == {}
    assert chooser.choose(drawn).options(drawn) == {"face.mode": "exact"}
    put(workshop.models.root, "sharp", b"2", kind=ModelKind.RESTORER)
    restored = {"face.engine": "lips", "face.model": "m", "face.restore": "sharp", "face.pads": "0,9,0,0"}
    assert chooser.choose(restored).options(restored) == {"face.pads": "0,9,0,0"}


def test_a_machine_draws_in_every_way_that_its_models_allow(workshop: Workshop) -> None:
    """Each model in each mode, restored or not; the exact one restores nothing; none without a model."""
    assert list(ways_of(workshop, "warp")) == [FaceWay(engine="warp")]
    sharp = put(workshop.models.root, "sharp", b"0", kind=ModelKind.RESTORER).digest
    assert list(ways_of(workshop, "lips")) == []
    one, two = (put(workshop.models.root, name, name.encode()).digest for name in ("one", "two"))
    assert {(way.mode, way.weights) for way in ways_of(workshop, "lips")} == {
        (mode, weights)
        for model in (one, two)
        for mode, weights in (
            ("fast", model),
            ("exact", model),
            ("fast", joined_weights((model, sharp))),
        )
    }


def test_an_engine_is_opened_with_what_its_way_names(workshop: Workshop) -> None:
    """Files, digests and mode; device, backend and threads as they are set."""
    sharp = put(workshop.models.root, "sharp", b"0", kind=ModelKind.RESTORER)
    one = put(workshop.models.root, "one", b"1")
    weights = joined_weights((one.digest, sharp.digest))
    way = FaceWay(engine="lips", mode="fast", weights=weights)
    engine = open_face(workshop, way)
    assert isinstance(engine, Lips)
    assert engine.weights == weights
    model, restorer = (
        Weights(path=workshop.models.get(card.name, kind=card.kind).path, digest=card.digest, name=card.name)
        for card in (one, sharp)
    )
    assert engine.asked == (model, "fast", "auto", "auto", restorer)
    assert open_face(workshop, way) is engine
    with pytest.raises(InputError, match="model-gone"):
        open_face(workshop, FaceWay(engine="lips", mode="fast", weights="ab" * 32))
