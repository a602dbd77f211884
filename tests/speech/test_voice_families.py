"""Each family of Coqui models speaks by the library's real formats, on tiny weights."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.support.speech import require

require("TTS")

import numpy as np  # noqa: E402 - skipped above without the library
import pytest  # noqa: E402
import torch  # noqa: E402

from pipeline.engines.voice import Direction  # noqa: E402
from pipeline.engines.voice.choice import choose_voice  # noqa: E402
from pipeline.engines.voice.coqui.engine import TEXT_LIMIT, CoquiVoice  # noqa: E402
from pipeline.engines.voice.coqui.families import PROFILE  # noqa: E402
from pipeline.engines.voice.espeak import EspeakVoice  # noqa: E402
from pipeline.plan.errors import InputError, TransientError  # noqa: E402
from pipeline.plan.job import VoiceChoice  # noqa: E402
from pipeline.plan.speech import Said, Speech, Times  # noqa: E402
from tests.support.coqui import (  # noqa: E402
    coqui_folder,
    coqui_traits,
    coqui_voice,
    make_reader,
    rewrite_config,
    sample,
)
from tests.support.speech_models import make_glow, make_vits, make_xtts, make_your_tts  # noqa: E402

_TEXT = "Look, my dear: many big cats."


def _choice(engine: CoquiVoice, name: str = "", language: str = "", speed: int = 100) -> VoiceChoice:
    name = name or engine.voices()[0].name
    return choose_voice(engine.voices(), engine="coqui", name=name, language=language, speed=speed)


def _digest(speech: Speech) -> str:
    return hashlib.sha256(speech.samples.tobytes()).hexdigest()


@pytest.fixture(scope="module")
def espeak() -> Iterator[EspeakVoice]:
    """Whose voices are people's samples here."""
    voice = EspeakVoice()
    yield voice
    voice.close()


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoquiVoice]:
    """A VITS that reads letters."""
    voice = coqui_voice(coqui_folder(tmp_path_factory, make_vits))
    yield voice
    voice.close()


@pytest.fixture(scope="module")
def yours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoquiVoice]:
    """A YourTTS of two speakers in three languages."""
    voice = coqui_voice(coqui_folder(tmp_path_factory, make_your_tts))
    yield voice
    voice.close()


def test_a_vits_of_letters_tells_words_and_sounds(letters: CoquiVoice) -> None:
    """Words last as the model says; phonemes are those of espeak's reading, without gaps."""
    speech = letters.speak(_TEXT, _choice(letters))
    assert speech.times is Times.DURATIONS
    words = [_TEXT[word.text_start : word.text_end] for word in speech.words]
    assert words == ["Look", "my", "dear", "many", "big", "cats"]
    assert (speech.phonemes[0].start, speech.phonemes[-1].end) == (0, len(speech.samples))
    begins = {phoneme.start for phoneme in speech.phonemes if phoneme.symbol}
    assert all(word.start in begins for word in speech.words)


def test_takes_differ_and_leave_chance_alone(letters: CoquiVoice) -> None:
    """Each take sounds otherwise, the same one the same; torch's own generator is not touched."""
    before = torch.get_rng_state()
    choice = _choice(letters)
    takes = [_digest(letters.speak(_TEXT, choice, Direction(take=take))) for take in (0, 1, 2, 0)]
    assert len(set(takes)) == 3
    assert takes[0] == takes[3]
    assert torch.equal(torch.get_rng_state(), before)


def test_what_it_cannot_say_is_left_out(letters: CoquiVoice) -> None:
    """Characters that the model does not know make no sound; a text of them alone is silent."""
    assert len(letters.speak("大家好。", _choice(letters)).samples) == 0
    assert len(letters.speak("大家 cats", _choice(letters)).samples)


def test_a_too_long_text_is_refused(letters: CoquiVoice) -> None:
    """Memory grows with the square of a text: it is told before it is tried."""
    with pytest.raises(InputError) as caught:
        letters.speak("a" * (TEXT_LIMIT + 1), _choice(letters))
    assert caught.value.facts == {"characters": TEXT_LIMIT + 1, "limit": TEXT_LIMIT}


def test_a_word_is_said_as_it_is_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A model of phonemes pronounces a word as the dictionary says, and times it as that word."""
    engine = coqui_voice(coqui_folder(tmp_path_factory, make_reader))
    choice = _choice(engine, language="en")
    told = engine.speak("Ada.", choice, Direction(said=(Said(text_start=0, text_end=3, ipa="ˈɑdɑ"),)))
    plain = engine.speak("Ada.", choice)
    engine.close()
    assert "".join(phoneme.symbol for phoneme in told.phonemes) == "ɑdɑ"
    assert _digest(told) != _digest(plain)
    assert [(word.text_start, word.text_end) for word in told.words] == [(0, 3)]


def test_a_your_tts_speaks_its_languages_as_its_speakers(yours: CoquiVoice) -> None:
    """Speakers and languages differ in sound; Chinese is refused, and those that it speaks are named."""
    said = {
        (name, language): _digest(yours.speak("Look, my dear.", _choice(yours, name, language)))
        for name in ("one", "two")
        for language in ("en", "fr-FR", "pt-BR")
    }
    assert len(set(said.values())) == 6
    with pytest.raises(InputError) as caught:
        yours.speak("大家好。", VoiceChoice(engine="coqui", name="one", language="zh"))
    assert caught.value.facts["near"] == "en, fr-FR, pt-BR"


def test_a_your_tts_sounds_like_a_sample(yours: CoquiVoice, espeak: EspeakVoice) -> None:
    """The same sample gives the same latents, another one others, and each sounds of its own."""
    man, woman = sample(espeak, "en-us"), sample(espeak, "en-us+f3")
    heard = [yours.latents(reference) for reference in (man, woman, man)]
    assert heard[0] == heard[2] != heard[1]
    choice = _choice(yours, PROFILE, "en")
    spoken = [_digest(yours.speak(_TEXT, choice, Direction(timbre=timbre))) for timbre in heard]
    assert spoken[0] == spoken[2] != spoken[1]
    with pytest.raises(InputError) as caught:
        yours.speak(_TEXT, choice)
    assert (caught.value.code, caught.value.facts["voice"]) == ("voice-needs-profile", PROFILE)


def test_an_xtts_speaks_as_in_a_sample(tmp_path_factory: pytest.TempPathFactory, espeak: EspeakVoice) -> None:
    """The same line gives the same bytes, without phoneme times; a text is parted where it is too long."""
    engine = coqui_voice(coqui_folder(tmp_path_factory, make_xtts))
    latents = engine.latents(sample(espeak, "en-us"))
    choice = _choice(engine, PROFILE, "zh")
    again = [engine.speak("你好，世界。", choice, Direction(timbre=latents)) for _ in range(2)]
    assert _digest(again[0]) == _digest(again[1])
    assert (again[0].rate, again[0].phonemes, again[0].times) == (24_000, (), Times.NONE)
    long = "大家好，我们来了，" * 30
    parts = list(engine._held.model()._parts(long, "zh-cn"))
    assert "".join(parts) == long
    assert all(len(part) <= 82 for part in parts)
    engine.close()


def test_a_model_of_spectrograms_sounds_by_its_vocoder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A Glow-TTS is heard by the HiFi-GAN beside it, twice the same, without the library's silence."""
    engine = coqui_voice(coqui_folder(tmp_path_factory, make_glow))
    said = [engine.speak(_TEXT, _choice(engine)) for _ in range(2)]
    assert _digest(said[0]) == _digest(said[1])
    assert 0.2 < len(said[0].samples) / said[0].rate < 3
    assert said[0].samples[-800:].any()
    assert len(engine.speak("…", _choice(engine)).samples) == 0
    engine.close()


def test_the_models_folder_stays_as_it_is(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    """A folder that cannot be written to is opened; a configuration's other places are not looked at."""
    folder = tmp_path / "model"
    shutil.copytree(coqui_folder(tmp_path_factory, make_your_tts), folder)
    args = json.loads((folder / "config.json").read_text("utf-8"))["model_args"]
    elsewhere = "https://elsewhere.example/model.pth"
    names = (
        "d_vector_file",
        "language_ids_file",
        "speaker_encoder_model_path",
        "speaker_encoder_config_path",
    )
    args |= {name: [elsewhere] if name == "d_vector_file" else elsewhere for name in names}
    rewrite_config(folder, model_args=args)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for path in (*folder.iterdir(), folder):
        path.chmod(0o555)
    engine = coqui_voice(folder)
    assert len(engine.speak("cats", _choice(engine, "one", "en")).samples)
    engine.close()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    folder.chmod(0o755)


def test_weights_that_do_not_fit_are_refused(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    """The first entry that does not fit is named; so is a configuration that builds nothing."""
    folder = tmp_path / "model"
    shutil.copytree(coqui_folder(tmp_path_factory, make_vits), folder)
    held = torch.load(folder / "model.pth", weights_only=True)
    gone = next(iter(held["model"]))
    torch.save(
        {"model": {name: held["model"][name] for name in held["model"] if name != gone}}, folder / "model.pth"
    )
    engine = coqui_voice(folder)
    with pytest.raises(InputError) as caught:
        engine.speak("cats", _choice(engine))
    assert (caught.value.code, caught.value.facts["key"]) == ("model-config-wrong", gone)
    rewrite_config(folder, model_args={"hidden_channels": "many"})
    with pytest.raises(InputError) as caught:
        engine.speak("cats", _choice(engine))
    assert (caught.value.code, caught.value.facts["key"]) == ("model-config-wrong", "config.json")


def test_a_model_that_gives_no_numbers_went_astray(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    """What is no sound is no speech: it is tried by another seed, and then told."""
    folder = tmp_path / "model"
    shutil.copytree(coqui_folder(tmp_path_factory, make_vits), folder)
    held = torch.load(folder / "model.pth", weights_only=True)
    name = next(name for name in held["model"] if name.startswith("waveform_decoder.conv_post"))
    held["model"][name][:] = np.nan
    torch.save(held, folder / "model.pth")
    engine = coqui_voice(folder)
    with pytest.raises(TransientError) as caught:
        engine.speak(_TEXT, _choice(engine))
    assert caught.value.code == "voice-model-astray"


def test_voices_are_known_before_the_model_is_opened(tmp_path: Path) -> None:
    """Listing voices reads no weights: the folder need not be there."""
    engine = CoquiVoice(
        folder=tmp_path / "nowhere", digest="ab" * 32, traits={"family": ("vits",), "languages": ("en",)}
    )
    assert [(voice.name, voice.model) for voice in engine.voices()] == [("own", "ab" * 32)]
    engine.close()
    engine.close()


def test_traits_of_a_folder_are_those_of_its_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the card tells of a YourTTS comes from the files that the library itself writes."""
    traits = coqui_traits(coqui_folder(tmp_path_factory, make_your_tts))
    assert traits["languages"] == ("en", "fr-FR", "pt-BR")
    assert (traits["speakers"], traits["cloned"], traits["rate"]) == (("one", "two"), ("yes",), ("16000",))
