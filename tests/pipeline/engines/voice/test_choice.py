"""Choosing a voice: tags, names, suggestions, and who speaks which sentence."""

from __future__ import annotations

import pytest

from pipeline.engines.voice import Voice
from pipeline.engines.voice.choice import choice_for, choose_voice, speaks
from pipeline.plan.errors import InputError
from pipeline.plan.job import VoiceChoice

_VOICES = (
    Voice(name="cmn", languages=("zh", "zh-CN"), label="Mandarin"),
    Voice(name="en-gb", languages=("en-GB",), label="British"),
    Voice(name="en-us", languages=("en-US", "en"), label="American"),
    Voice(name="pt-br", languages=("pt-BR",), label="Brazilian"),
    Voice(name="yue", languages=("yue", "zh-HK"), label="Cantonese"),
    Voice(name="cmn+f3", languages=("zh", "zh-CN"), label="Mandarin, woman", timbre="f3"),
    Voice(name="en-us+f3", languages=("en-US", "en"), label="American, woman", timbre="f3"),
)


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "en-us"),
        ("EN_us", "en-us"),
        ("en-GB", "en-gb"),
        ("en-AU", "en-us"),
        ("zh", "cmn"),
        ("zh-Hans-CN", "cmn"),
        ("zh-hk", "yue"),
        ("pt-AO", "pt-br"),
        ("yue", "yue"),
    ],
)
def test_a_language_finds_its_voice(language: str, name: str) -> None:
    """The exact tag wins, then a more general one, then a relative; the first of equals."""
    assert choose_voice(_VOICES, engine="e", language=language).name == name


def test_a_name_brings_its_language() -> None:
    """A voice named in any case speaks the language that it is made for."""
    assert choose_voice(_VOICES, engine="e", name="CMN+F3", speed=90, pitch=110) == VoiceChoice(
        engine="e", name="cmn+f3", language="zh", speed=90, pitch=110
    )


@pytest.mark.parametrize(
    ("wish", "code", "told"),
    [
        ({"language": "xx"}, "voice-language-unknown", "near"),
        ({"name": "en-uk"}, "voice-unknown", "near"),
        ({"name": "cmn", "language": "en"}, "voice-language-foreign", "spoken"),
    ],
)
def test_what_is_unknown_is_told_with_suggestions(wish: dict[str, str], code: str, told: str) -> None:
    """Unknown voices and languages, and a pair that does not fit, name what would."""
    with pytest.raises(InputError) as caught:
        choose_voice(_VOICES, engine="e", **wish)
    assert caught.value.code == code
    assert caught.value.facts[told]


@pytest.mark.parametrize(("name", "near"), [("en-uk", "en-us"), ("zorro", ""), ("CNM", "cmn")])
def test_a_suggestion_is_like_the_word_or_usual(name: str, near: str) -> None:
    """A slip is recognised; a word that is like nothing is answered with the voices of great languages."""
    with pytest.raises(InputError) as caught:
        choose_voice(_VOICES, engine="e", name=name)
    told = str(caught.value.facts["near"]).split(", ")
    assert (
        near in told if near else {"cmn", choose_voice(_VOICES, engine="e", language="en").name} <= set(told)
    )


@pytest.mark.parametrize("language", ["tlh", "yu", "ptt"])
def test_of_a_few_letters_nothing_is_guessed(language: str) -> None:
    """Short words are all alike: a Klingon is not taken for a Thai, but told what most people look for."""
    thai = Voice(name="th", languages=("th",), label="Thai")
    with pytest.raises(InputError, match="voice-language-unknown") as caught:
        choose_voice((*_VOICES, thai), engine="e", language=language)
    assert caught.value.facts["near"] == "en-US, zh"


@pytest.mark.parametrize("values", [{"speed": 49}, {"speed": 201}, {"pitch": 0}])
def test_speed_and_pitch_have_limits(values: dict[str, int]) -> None:
    """Speed and pitch outside 50 to 200 per cent are refused."""
    with pytest.raises(InputError, match="range"):
        choose_voice(_VOICES, engine="e", language="en", **values)


def test_a_choice_needs_a_language_or_a_name() -> None:
    """Asking for nothing is a mistake of the caller."""
    with pytest.raises(ValueError, match="neither"):
        choose_voice(_VOICES, engine="e")


@pytest.mark.parametrize(
    ("own", "language", "name"),
    [
        ("cmn", "en", "en-us"),
        ("en-gb", "zh", "cmn"),
        ("en-gb", "en", "en-gb"),
        ("yue", "zh", "yue"),
        ("cmn+f3", "en", "en-us+f3"),
        ("cmn+f3", "pt", "pt-br"),
        ("cmn", "tlh", "cmn"),
    ],
)
def test_a_sentence_finds_its_speaker(own: str, language: str, name: str) -> None:
    """A voice keeps the sentences it can speak; others go to a voice of the same timbre, if there is one."""
    choice = choose_voice(_VOICES, engine="e", name=own, speed=120)
    found = choice_for(_VOICES, choice, language)
    assert found.name == name
    assert found.speed == 120


def test_speaks_knows_relatives() -> None:
    """A voice speaks its tags and any other region of the language."""
    assert speaks(_VOICES[1], "en-ZA")
    assert not speaks(_VOICES[1], "de")


def test_a_voice_of_a_model_is_chosen_with_it() -> None:
    """Which model speaks stands in the choice; of a model's languages, every one is told."""
    voice = Voice(name="one", languages=("en", "fr-FR"), label="One", model="ab" * 32)
    assert choose_voice((voice,), engine="e", name="one").model == "ab" * 32
    with pytest.raises(InputError) as caught:
        choose_voice((voice,), engine="e", language="zh")
    assert caught.value.facts["near"] == "en, fr-FR"
