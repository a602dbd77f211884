"""Promises about voices that models on the shelf bring; none is loaded here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from farm.bootstrap import Workshop, open_workshop, settings_of
from farm.choices import Chooser, Wish
from farm.models.cabinet import Cabinet
from farm.voicedoor import casts_of, open_voice
from pipeline.engines.shelf import Shelf
from pipeline.engines.voice import VoiceEngine, offers
from pipeline.plan.errors import AwayError, InputError
from pipeline.plan.job import VoiceChoice
from pipeline.plan.models import ModelKind, ModelRecord, Use
from tests.farm.models.cards import put_folder

_LETTERS = "!',.?abcdefghijklmnopqrstuvwxyz"
_ONE = {"family": ("vits",), "languages": ("en",), "alphabet": (_LETTERS,), "rate": ("16000",)}
_MANY = {
    "family": ("your_tts",),
    "languages": ("en", "fr-FR", "pt-BR"),
    "speakers": ("Ana", "Ben"),
    "alphabet": (_LETTERS,),
    "cloned": ("yes",),
    "rate": ("16000",),
}


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """A workshop whose voices with models can be chosen, whatever libraries are here."""
    there = {name: replace(offer, needs=()) for name, offer in offers.OFFERS.items()}
    shelf: Shelf[VoiceEngine] = Shelf("lectern.voices", there, unknown="engine-voice-unknown")
    settings = settings_of({"LECTERN_HOME": str(tmp_path / "home")})
    with open_workshop(settings) as opened, replace(opened, voices=shelf) as equipped:
        yield equipped


def _put(workshop: Workshop, name: str, traits: dict[str, tuple[str, ...]]) -> ModelRecord:
    root = workshop.models.root
    record = put_folder(root, name, {"model.pth": name.encode()}, kind=ModelKind.COQUI)
    told = replace(record, traits=traits, languages=traits["languages"])
    cabinet = Cabinet(root)
    with cabinet.changing():
        cabinet.write(told)
    return told


def _code(chooser: Chooser, wish: Wish, script: str = "Good morning.") -> str:
    with pytest.raises(InputError) as refused:
        chooser.voice(wish, script)
    return refused.value.code


def test_a_model_is_named_behind_its_engine_and_its_speaker_behind_it(workshop: Workshop) -> None:
    """What stands in the job is the model's digest; its name is for people."""
    one, many = _put(workshop, "narrator", _ONE), _put(workshop, "team", _MANY)
    chooser = Chooser(workshop)
    chosen = chooser.voice(Wish(voice="coqui/narrator"), "Good morning.")
    assert (chosen.engine, chosen.name, chosen.language, chosen.model) == ("coqui", "own", "en", one.digest)
    chosen = chooser.voice(Wish(voice="coqui/team:ben", language="fr"), "Bonjour.")
    assert (chosen.name, chosen.language, chosen.model) == ("Ben", "fr", many.digest)
    (use,) = chooser.models(Wish(voice="coqui/team:ben"))
    assert (use.role, use.name, use.digest, use.engine) == ("voice", "team", many.digest, "coqui")
    assert chooser.models(Wish(voice="en-us")) == ()


def test_what_a_model_cannot_is_refused_with_what_it_can(workshop: Workshop) -> None:
    """A language that it was not trained on, a speaker that it has not, a model that is not there."""
    _put(workshop, "team", _MANY)
    chooser = Chooser(workshop)
    for voice in ("coqui/team:Ana", "coqui/team"):
        with pytest.raises(InputError) as refused:
            chooser.voice(Wish(voice=voice, language="zh"), "你好。")
        assert refused.value.code == "voice-language-unknown"
        assert refused.value.facts["near"] == "en, fr-FR, pt-BR"
    assert _code(chooser, Wish(voice="coqui/team:Zoe")) == "voice-unknown"
    assert _code(chooser, Wish(voice="coqui/nobody")) == "model-unknown"


@pytest.mark.parametrize(
    ("languages", "script", "foreign"),
    [
        (("en", "fr-FR"), "大家早上好，欢迎加入。", "zh"),
        (("en", "fr-FR"), "Good morning. 大家早上好。 Welcome.", "zh"),
        (("en", "fr-FR"), "Good morning, 魏先生, and welcome.", ""),
        (("en", "zh-CN"), "Good morning. 大家早上好。 Welcome.", ""),
        (("zh-CN",), "Good morning, everybody.", "en"),
        (("zh-CN",), "大家早上好，欢迎大家。OK!", ""),
    ],
)
def test_a_script_in_a_language_that_a_model_has_not_is_refused(
    workshop: Workshop, languages: tuple[str, ...], script: str, foreign: str
) -> None:
    """With the languages that it has, whether one was named or not; no other voice is promised for it."""
    traits: dict[str, tuple[str, ...]] = {**_MANY, "languages": languages, "alphabet": ()}
    _put(workshop, "team", traits)
    chooser, wish = Chooser(workshop), Wish(voice="coqui/team:Ana")
    told = [finding for _, finding in chooser.doubts(wish, script)]
    assert [(each.code, each.level, each.facts["language"]) for each in told] == (
        [("voice-language-foreign", "error", foreign)] if foreign else []
    )
    assert all(each.facts["spoken"] == ", ".join(languages) for each in told)
    assert chooser.other_voice(wish, script) is None


def test_without_a_name_the_only_model_speaks(workshop: Workshop) -> None:
    """Where there are several, the settings say which one, or a name is needed."""
    chooser = Chooser(workshop)
    assert _code(chooser, Wish(voice="coqui/")) == "model-missing"
    one = _put(workshop, "narrator", _ONE)
    assert Chooser(workshop).voice(Wish(voice="coqui/"), "Good morning.").model == one.digest
    _put(workshop, "team", _MANY)
    assert _code(Chooser(workshop), Wish(voice="coqui/")) == "model-several"


def test_a_licence_that_forbids_it_is_taken_on_by_name(workshop: Workshop) -> None:
    """As with any model."""
    record = replace(_put(workshop, "narrator", _ONE), licence="CC-BY-NC-4.0", uses=(Use.RESEARCH,))
    cabinet = Cabinet(workshop.models.root)
    with cabinet.changing():
        cabinet.write(record)
    assert _code(Chooser(workshop), Wish(voice="coqui/narrator")) == "model-licence-forbids"
    workshop.models.accept("narrator", Use.COMMERCIAL, by="anna", at_ms=5)
    (use,) = Chooser(workshop).models(Wish(voice="coqui/narrator"))
    assert use.accepted is not None
    assert use.accepted.by == "anna"


@pytest.mark.parametrize(
    ("wish", "script", "found"),
    [
        (Wish(voice="coqui/narrator"), "Good morning.", {}),
        (Wish(voice="coqui/narrator"), "Room 101 is free.", {}),
        (Wish(voice="coqui/narrator"), "The café.", {"script": "voice-characters-left-out"}),
        (Wish(voice="coqui/narrator"), "Hello. Привет.", {"script": "voice-characters-all"}),
        (Wish(voice="coqui/narrator", pitch="120"), "Hello.", {"voice.pitch": "voice-pitch-unheeded"}),
        # A script that is yet to be written.
        (Wish(voice="coqui/narrator", pitch="120"), "", {"voice.pitch": "voice-pitch-unheeded"}),
        (Wish(voice="en-us", pitch="120", speed="80"), "Hello, Привет.", {}),
    ],
)
def test_what_a_voice_cannot_say_or_heed_is_told(
    workshop: Workshop, wish: Wish, script: str, found: dict[str, str]
) -> None:
    """Numbers are read to it in words, so they are no loss."""
    _put(workshop, "narrator", _ONE)
    doubts = Chooser(workshop).doubts(wish, script)
    assert {column: finding.code for column, finding in doubts} == found


def test_voices_are_listed_as_they_are_written(workshop: Workshop) -> None:
    """A model of one voice by its name, of several with the speaker's."""
    _put(workshop, "narrator", _ONE)
    _put(workshop, "team", _MANY)
    casts = list(casts_of(workshop, "coqui"))
    names = [cast.named(voice) for cast in casts for voice in cast.voices]
    assert names == ["narrator", "team:Ana", "team:Ben", "team:profile"]
    chooser = Chooser(workshop)
    for name in names[:3]:
        assert chooser.voice(Wish(voice=f"coqui/{name}"), "Good morning.").engine == "coqui"


def test_a_model_that_is_on_another_shelf_sends_the_work_there(workshop: Workshop) -> None:
    """No attempt is used up: a worker without it is the wrong one."""
    choice = VoiceChoice(engine="coqui", name="own", language="en", model="a" * 64)
    with pytest.raises(AwayError) as away:
        open_voice(workshop, choice)
    assert away.value.code == "farm-no-model"
