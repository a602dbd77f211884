"""Voice conversion: what one voice spoke in another person's voice, at the very same times."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pipeline.engines.shelf import converters
from pipeline.engines.voice import VoiceConverter
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.plan.errors import InputError
from pipeline.plan.job import VoiceChoice
from pipeline.plan.speech import Speech, Times
from pipeline.plan.timeline import check_times
from pipeline.plan.trim import at_master
from tests.support.freevc import PEOPLE, freevc_folder, freevc_of, require_coqui, sample_of, weights_of
from tests.support.shared import made_once
from tests.support.speech_models import make_freevc

require_coqui()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A FreeVC of random weights."""
    return freevc_folder(tmp_path_factory)


@pytest.fixture(scope="module")
def converter(folder: Path) -> Iterator[VoiceConverter]:
    """The converter of that model."""
    shelf = converters()
    yield freevc_of(shelf, folder)
    shelf.close()


@pytest.fixture(scope="module")
def spoken() -> Iterator[dict[str, Speech]]:
    """A line, and people's samples."""
    voice = EspeakVoice()
    line = voice.speak("Now, all of us are here.", VoiceChoice(engine="espeak", name="en-us", language="en"))
    yield {"line": line} | {person: sample_of(person) for person in PEOPLE}
    voice.close()


def _digest(speech: Speech) -> str:
    return hashlib.sha256(speech.samples.tobytes()).hexdigest()


def test_times_are_kept(converter: VoiceConverter, spoken: dict[str, Speech]) -> None:
    """It is exactly as long; every phoneme and word is where it was, and says whose time it is."""
    line = replace(spoken["line"], times=Times.DURATIONS)
    made = converter.convert(line, converter.latents(spoken["anna"]))
    same = at_master(line)
    assert (made.rate, len(made.samples)) == (48_000, len(same.samples))
    assert made.samples.dtype == np.int16
    assert (made.phonemes, made.words, made.times) == (same.phonemes, same.words, Times.DURATIONS)
    check_times(made.phonemes, made.words, len(made.samples))
    assert all(one.end == other.start for one, other in pairwise(made.phonemes))
    assert _digest(made) != _digest(same)


def test_two_people_sound_different(converter: VoiceConverter, spoken: dict[str, Speech]) -> None:
    """Each sample gives latents and sound of its own; the same gives the same bytes, whatever was between."""
    anna, ben = (converter.latents(spoken[who]) for who in ("anna", "ben"))
    first = _digest(converter.convert(spoken["line"], anna))
    assert _digest(converter.convert(spoken["line"], ben)) != first
    assert converter.latents(spoken["anna"]) == anna != ben
    assert _digest(converter.convert(spoken["line"], anna)) == first


def test_a_model_that_is_opened_anew_is_the_same(
    converter: VoiceConverter, folder: Path, spoken: dict[str, Speech]
) -> None:
    """Nothing of the opening shapes the sound; an engine that was closed opens its model again."""
    anna = converter.latents(spoken["anna"])
    first = _digest(converter.convert(spoken["line"], anna))
    converter.close()
    converter.close()
    assert _digest(converter.convert(spoken["line"], anna)) == first
    shelf = converters()
    another = shelf.open("freevc", weights=weights_of(folder), device="cpu")
    assert another is not converter
    assert another.latents(spoken["anna"]) == anna
    assert another.version == converter.version
    shelf.close()


@pytest.mark.parametrize("samples", [0, 1, 40, 500])
def test_what_is_hardly_there_stays_as_long(
    converter: VoiceConverter, spoken: dict[str, Speech], samples: int
) -> None:
    """Silence stays silence, and a speech of a few samples is none too short."""
    anna = converter.latents(spoken["anna"])
    for level in (0, 9_000):
        speech = Speech(
            rate=24_000, samples=np.full(samples, level, np.int16), phonemes=(), words=(), times=Times.NONE
        )
        made = converter.convert(speech, anna)
        assert len(made.samples) == 2 * samples
        assert made.samples.any() == bool(level and samples)


def test_a_timbre_of_another_model_is_refused(converter: VoiceConverter, spoken: dict[str, Speech]) -> None:
    """What is no latent of this model is a mistake of the caller."""
    from safetensors.numpy import save

    for timbre in (b"", b"nonsense", save({"d_vector": np.zeros(4, np.float32)})):
        with pytest.raises(ValueError, match="another model"):
            converter.convert(spoken["line"], timbre)


def test_a_speaker_encoder_apart_is_the_folders_own(
    tmp_path_factory: pytest.TempPathFactory, spoken: dict[str, Speech]
) -> None:
    """A model that hears speakers with an encoder apart reads the one beside it, and fetches none."""
    folder = made_once(tmp_path_factory, "freevc-apart", partial(make_freevc, encoder_apart=True))
    shelf = converters()
    apart = freevc_of(shelf, folder)
    made = apart.convert(spoken["line"], apart.latents(spoken["anna"]))
    assert len(made.samples) == len(at_master(spoken["line"]).samples)
    shelf.close()


def _refused(folder: Path, spoken: dict[str, Speech]) -> InputError:
    shelf = converters()
    with pytest.raises(InputError) as caught:
        shelf.open("freevc", weights=weights_of(folder), device="cpu").latents(spoken["anna"])
    shelf.close()
    return caught.value


def test_a_folder_that_is_no_whole_model_is_refused(
    folder: Path, spoken: dict[str, Speech], tmp_path: Path
) -> None:
    """What is missing or does not fit is named; nothing is fetched in its place."""
    for name in ("WavLM-Large.pt", "model.pth"):
        part = tmp_path / f"without-{name}"
        shutil.copytree(folder, part)
        (part / name).unlink()
        refused = _refused(part, spoken)
        assert (refused.code, refused.facts["missing"]) == ("model-folder-incomplete", name)
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    config = json.loads((other / "config.json").read_text("utf-8"))
    config["model_args"]["hidden_channels"] = 24
    (other / "config.json").write_text(json.dumps(config))
    assert _refused(other, spoken).code == "model-config-wrong"


def test_what_was_put_in_a_models_place_is_not_opened(
    folder: Path, spoken: dict[str, Speech], tmp_path: Path
) -> None:
    """A folder that is not what its card says is damaged, whatever it holds."""
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "more.txt").write_text("more")
    shelf = converters()
    damaged = shelf.open("freevc", weights=replace(weights_of(folder), path=copy), device="cpu")
    with pytest.raises(InputError) as caught:
        damaged.latents(spoken["anna"])
    assert caught.value.code == "model-damaged"
    shelf.close()
