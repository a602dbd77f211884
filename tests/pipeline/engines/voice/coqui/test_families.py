"""Promises about what a Coqui model's configuration tells of it."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.engines.voice.choice import choose_voice
from pipeline.engines.voice.coqui.families import OWN, PROFILE, renderers_of, traits_of, voices_of
from pipeline.plan.errors import InputError
from pipeline.plan.sayable import unsayable

_CHARACTERS = {"characters": "abcdé", "punctuations": " ,.", "phonemes": ""}
_VITS: dict[str, Any] = {
    "model": "vits",
    "audio": {"sample_rate": 22050},
    "characters": _CHARACTERS,
    "text_cleaner": "basic_cleaners",
    "phoneme_language": "en-us",
}
_YOUR_TTS: dict[str, Any] = {
    **_VITS,
    "model_args": {
        "use_d_vector_file": True,
        "use_language_embedding": True,
        "speaker_encoder_model_path": "/home/someone/model_se.pth",
    },
}
_BESIDE = {
    "language_ids.json": {"en": 0, "fr-fr": 1, "pt-br": 2},
    "speakers.json": {"a.wav": {"name": "female-en-5\n"}, "b.wav": {"name": "male-pt-3"}},
    "model_se.pth": None,
}
_XTTS: dict[str, Any] = {"model": "xtts", "audio": {"sample_rate": 22050, "output_sample_rate": 24000}}


def test_a_vits_speaks_its_alphabet_in_small_letters_and_capitals() -> None:
    """A model that reads letters tells which; those that its cleaner makes small may be capitals."""
    told = traits_of(_VITS)
    assert told == {
        "family": ("vits",),
        "languages": ("en-US",),
        "alphabet": (" ,.ABCDabcdÉé",),
        "rate": ("22050",),
    }
    (voice,) = voices_of(told, model="f" * 64, label="reader")
    assert (voice.name, voice.label, voice.alphabet) == (OWN, "reader", " ,.ABCDabcdÉé")
    assert (voice.heeds_phonemes, voice.cloned) == (False, False)
    assert (voice.speeds, voice.pitches, voice.takes) == (True, False, 3)


def test_an_ipa_model_reads_any_text() -> None:
    """A model of phonemes has them from Lectern's own reading: numbers, any letter, and words as directed."""
    told = traits_of({**_VITS, "use_phonemes": True, "phonemizer": "espeak"})
    assert told["phonemes"] == ("espeak",)
    (voice,) = voices_of(told, model="f" * 64)
    assert (voice.heeds_phonemes, voice.alphabet) == (True, "")


def test_a_your_tts_speaks_three_languages_and_as_in_a_sample() -> None:
    """Its languages are those of its file, which are not Chinese; speakers' names lose their line feeds."""
    told = traits_of(_YOUR_TTS, _BESIDE)
    assert told["family"] == ("your_tts",)
    assert told["languages"] == ("en", "fr-FR", "pt-BR")
    voices = voices_of(told, model="f" * 64, label="yours")
    assert [(voice.name, voice.cloned) for voice in voices] == [
        ("female-en-5", False),
        ("male-pt-3", False),
        (PROFILE, True),
    ]
    with pytest.raises(InputError) as caught:
        choose_voice(voices, engine="coqui", language="zh", name="male-pt-3")
    assert caught.value.code == "voice-language-unknown"
    assert caught.value.facts["near"] == "en, fr-FR, pt-BR"


def test_without_what_hears_a_speaker_nobody_is_cloned() -> None:
    """A YourTTS without its speaker encoder beside it speaks as its own speakers alone."""
    beside = {name: held for name, held in _BESIDE.items() if name != "model_se.pth"}
    assert "cloned" not in traits_of(_YOUR_TTS, beside)


def test_an_xtts_sounds_like_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without speakers of its own it is spoken with as in a sample alone; Japanese wants its reader."""
    told = traits_of({**_XTTS, "languages": ["en", "zh-cn", "pt"]})
    assert (told["languages"], told["rate"]) == (("en", "zh-CN", "pt"), ("24000",))
    (voice,) = voices_of(told, model="f" * 64)
    assert (voice.name, voice.cloned, voice.alphabet) == (PROFILE, True, "")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    unread = traits_of(_XTTS)
    assert "ja" not in unread["languages"]
    with pytest.raises(InputError) as caught:
        choose_voice(voices_of(unread, model="f" * 64), engine="coqui", language="ja")
    assert caught.value.code == "voice-language-unknown"
    assert caught.value.facts["near"] == ", ".join(unread["languages"])
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name == "cutlet")
    assert traits_of(_XTTS)["languages"][-2:] == ("ja", "hi")
    spoken = voices_of(traits_of(_XTTS, {"speakers_xtts.pth": {"Ana  Florence": {}}}), model="f" * 64)
    assert [voice.name for voice in spoken] == ["Ana Florence", PROFILE]


def test_each_language_has_its_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """espeak, the words of Chinese, or either by the language; what reads Chinese has to be installed."""
    chinese = {**_VITS, "use_phonemes": True, "phonemizer": "zh_cn_phonemizer", "phoneme_language": "zh-cn"}
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(InputError) as caught:
        traits_of(chinese)
    assert caught.value.facts == {"phonemizer": "zh_cn_phonemizer", "known": "espeak"}
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    told = traits_of(chinese)
    (voice,) = voices_of(told, model="f" * 64)
    assert (told["phonemes"], voice.heeds_phonemes) == (("pinyin",), False)
    assert unsayable("我用 AI。", voice.alphabet) == ("A", "I")
    assert traits_of({**chinese, "phonemizer": None})["phonemes"] == ("pinyin",)
    sets = [{"language": "en", "phonemizer": "espeak"}, {"language": "zh-cn", "phonemizer": ""}]
    many = traits_of({**_VITS, "use_phonemes": True, "phonemizer": "multi_phonemizer", "datasets": sets})
    assert renderers_of(many) == {"en": "espeak", "zh-CN": "pinyin"}
    sets[0]["phonemizer"] = "ja_jp_phonemizer"
    with pytest.raises(InputError) as caught:
        traits_of({**_VITS, "use_phonemes": True, "phonemizer": "multi_phonemizer", "datasets": sets})
    assert caught.value.facts["phonemizer"] == "ja_jp_phonemizer"


def test_languages_are_looked_for_as_the_library_does() -> None:
    """The configuration's own list, then its data sets', then the language of its phonemes."""
    sets = [{"language": "fr-fr"}, {"language": "de"}, {"language": ""}, "x"]
    assert traits_of({**_VITS, "languages": ["zh_cn"]})["languages"] == ("zh-CN",)
    assert traits_of({**_VITS, "datasets": sets})["languages"] == ("de", "fr-FR")
    assert traits_of({**_VITS, "phoneme_language": None})["languages"] == ("en",)


@pytest.mark.parametrize(
    ("changed", "code", "fact"),
    [
        ({"model": "bark"}, "model-family-unknown", "bark"),
        ({"model": ["vits"]}, "model-family-unknown", "['vits']"),
        ({"base_model": ["os"]}, "model-family-unknown", "vits"),
        ({"base_model": "tortoise"}, "model-family-unknown", "vits"),
        ({"use_phonemes": True, "phonemizer": "gruut"}, "voice-phonemizer-missing", "gruut"),
        ({"use_phonemes": True, "phonemizer": ["x"]}, "voice-phonemizer-missing", "['x']"),
        ({"characters": None}, "model-config-wrong", "characters"),
        ({"characters": {"characters": ""}}, "model-config-wrong", "characters.characters"),
        ({"audio": []}, "model-config-wrong", "audio.sample_rate"),
        ({"audio": {"sample_rate": 96}}, "model-config-wrong", "audio.sample_rate"),
        ({"languages": "en"}, "model-config-wrong", "languages"),
        ({"languages": [1]}, "model-config-wrong", "languages"),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(
    changed: dict[str, object], code: str, fact: str
) -> None:
    """What is wrong is named, whatever a stranger's file holds."""
    with pytest.raises(InputError) as caught:
        traits_of({**_VITS, **changed})
    assert caught.value.code == code
    assert fact in caught.value.facts.values()


def test_a_strangers_words_are_short() -> None:
    """What a file holds instead is told in a few characters."""
    with pytest.raises(InputError) as caught:
        traits_of({**_VITS, "model": "x" * 5000})
    assert caught.value.facts["family"] == "x" * 40
