"""Promises about voices of people: who is named by a profile is sounded like, by whatever model can."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from db import profiles, reads
from db.profiles import Profile, ProfileDraft
from farm.bootstrap import Farm, Workshop, open_workshop, settings_of
from farm.choices import Chooser, Wish
from farm.models.cabinet import Cabinet
from farm.precheck import BatchRefusedError
from pipeline.engines.shelf import Shelf
from pipeline.engines.voice import VoiceConverter, VoiceEngine, converters, offers
from pipeline.plan.artifact import Kind as ArtifactKind
from pipeline.plan.errors import InputError
from pipeline.plan.models import ModelKind, ModelRecord
from pipeline.plan.people import ProfileKind
from tests.farm.models.cards import put_folder
from tests.farm.submitting import ROW, manifest, submit

_SAMPLE = "a" * 64
_TRAITS = {"family": ("xtts",), "languages": ("en", "zh-CN"), "rate": ("24000",)}
_LIKE_ANNA = Wish(sample=_SAMPLE)


def _voices() -> Shelf[VoiceEngine]:
    offered = {name: replace(offer, needs=()) for name, offer in offers.OFFERS.items()}
    return Shelf("lectern.voices", offered, unknown="engine-voice-unknown")


def _converters() -> Shelf[VoiceConverter]:
    offered = {name: replace(offer, needs=()) for name, offer in converters.OFFERS.items()}
    return Shelf("lectern.converters", offered, unknown="engine-converter-unknown")


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """A workshop whose voices and converters can be chosen, whatever libraries are here."""
    with (
        open_workshop(settings_of({"LECTERN_HOME": str(tmp_path / "home")})) as opened,
        replace(opened, voices=_voices(), converters=_converters()) as equipped,
    ):
        yield equipped


def _converter(workshop: Workshop) -> ModelRecord:
    return put_folder(workshop.models.root, "freevc", {"model.pth": b"1"}, kind=ModelKind.CONVERTER)


def _cloner(workshop: Workshop, *, name: str = "xtts", **traits: tuple[str, ...]) -> ModelRecord:
    record = put_folder(workshop.models.root, name, {"model.pth": name.encode()}, kind=ModelKind.COQUI)
    told = replace(record, traits=_TRAITS | traits, languages=_TRAITS["languages"])
    cabinet = Cabinet(workshop.models.root)
    with cabinet.changing():
        cabinet.write(told)
    return told


def test_a_model_that_clones_speaks_by_itself(workshop: Workshop) -> None:
    """Nothing is converted where a model on the shelf sounds like a sample; whoever else it has."""
    record = _cloner(workshop, cloned=("yes",), speakers=("Ana",))
    chooser = Chooser(workshop)
    for wish in (_LIKE_ANNA, replace(_LIKE_ANNA, voice="coqui/xtts"), replace(_LIKE_ANNA, voice="coqui")):
        choice = chooser.voice(wish, "Good morning.")
        assert (choice.engine, choice.name, choice.model) == ("coqui", "profile", record.digest)
        assert (choice.latents, choice.converter) == (_SAMPLE, "")
        assert [use.role for use in chooser.models(wish)] == ["voice"]
    assert chooser.voice(Wish(voice="coqui/xtts"), "Good morning.").name == "Ana"


def test_among_models_the_one_that_clones_is_found(workshop: Workshop) -> None:
    """Whatever else is on the shelf; among several that do, the settings' own, and none is guessed."""
    _converter(workshop)
    record = _cloner(workshop, cloned=("yes",))
    _cloner(workshop, name="plain", speakers=("Ana",))
    for voice in ("", "coqui"):
        choice = Chooser(workshop).voice(replace(_LIKE_ANNA, voice=voice), "Good morning.")
        assert (choice.name, choice.model, choice.converter) == ("profile", record.digest, "")
    second = _cloner(workshop, name="other", cloned=("yes",))
    with pytest.raises(InputError) as refused:
        Chooser(workshop).voice(_LIKE_ANNA, "Good morning.")
    assert (refused.value.code, refused.value.facts["known"]) == ("model-several", "other, xtts")
    usual = workshop.settings.voice.model_copy(update={"model": "other"})
    settings = workshop.settings.model_copy(update={"voice": usual})
    choice = Chooser(replace(workshop, settings=settings)).voice(_LIKE_ANNA, "Good morning.")
    assert choice.model == second.digest


def test_a_voice_that_is_named_is_converted(workshop: Workshop) -> None:
    """A voice behind the profile speaks and is made to sound like the person, espeak's or a model's own."""
    changer, record = _converter(workshop), _cloner(workshop, cloned=("yes",), speakers=("Ana",))
    chooser = Chooser(workshop)
    for words, engine, model in (
        ("espeak", "espeak", ""),
        ("espeak/en-us", "espeak", ""),
        ("coqui/xtts:ana", "coqui", record.digest),
    ):
        wish = replace(_LIKE_ANNA, voice=words)
        choice = chooser.voice(wish, "Good morning.")
        assert (choice.engine, choice.model, choice.latents) == (engine, model, _SAMPLE)
        assert choice.converter == changer.digest
        assert chooser.models(wish)[-1].role == "convert"


def test_the_usual_voice_is_converted_where_no_model_clones(workshop: Workshop) -> None:
    """With a converter alone a person is sounded like; with neither it is told what is missing."""
    with pytest.raises(InputError) as refused:
        Chooser(workshop).voice(_LIKE_ANNA, "Good morning.")
    assert (refused.value.code, refused.value.facts["kind"]) == ("model-missing", "freevc")
    changer = _converter(workshop)
    choice = Chooser(workshop).voice(_LIKE_ANNA, "大家好。")
    assert (choice.engine, choice.language, choice.converter) == ("espeak", "zh", changer.digest)


def test_a_model_without_a_voice_of_its_own_wants_a_sample(workshop: Workshop) -> None:
    """Whoever names no person is told before anything is queued."""
    _cloner(workshop, cloned=("yes",))
    with pytest.raises(InputError) as refused:
        Chooser(workshop).voice(Wish(voice="coqui/xtts"), "Good morning.")
    assert refused.value.code == "voice-needs-profile"


def _profile(farm: Farm, folder: Path) -> Profile:
    """Anna's voice, of the department `default`."""
    sample, consent = folder / "anna.wav", folder / "consent.txt"
    sample.write_bytes(b"sound")
    consent.write_text("I agree.", "utf-8")
    draft = ProfileDraft(
        kind=ProfileKind.VOICE,
        name="Anna",
        person="Anna",
        owner="Berta",
        department="default",
        reference=farm.store.adopt(ArtifactKind.SOURCE, ".wav", sample, limit_bytes=1_000),
        document=farm.store.adopt(ArtifactKind.SOURCE, ".txt", consent, limit_bytes=1_000),
        expires_ms=farm.ledger.clock() + 1_000_000,
    )
    return profiles.add(farm.ledger, draft, by="test")


@pytest.fixture
def able(farm: Farm) -> Iterator[Farm]:
    """A farm whose voices and converters can be chosen, whatever libraries are here."""
    voices, changers = _voices(), _converters()
    yield replace(farm, voices=voices, converters=changers)
    voices.close()
    changers.close()


def test_a_row_may_name_a_persons_voice(able: Farm, batch_folder: Path, tmp_path: Path) -> None:
    """Its job is promised the person, the sample and the model; a name that nobody has is refused."""
    anna, changer = _profile(able, tmp_path), _converter(able)
    row = {**ROW, "script": "Good morning."}
    submit(able, manifest(batch_folder, {**row, "voice": "profile:anna+espeak"}))
    spec = reads.read_job(able.ledger, 1).spec
    assert (spec.voice.engine, spec.voice.language) == ("espeak", "en")
    assert (spec.voice.latents, spec.voice.converter) == (anna.reference.digest, changer.digest)
    assert [(use.name, use.reference) for use in spec.people] == [("Anna", anna.reference)]
    assert [(use.role, use.engine) for use in spec.others] == [("convert", "freevc")]
    with pytest.raises(BatchRefusedError) as refused:
        submit(able, manifest(batch_folder, {**row, "voice": "profile:Otto"}))
    assert [(each.column, each.code) for each in refused.value.problems] == [("voice", "profile-unknown")]
