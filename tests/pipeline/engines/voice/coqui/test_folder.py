"""Promises about what the library is told of a model's files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.engines.voice.coqui.folder import settled
from pipeline.plan.errors import InputError

_FOREIGN = "s3://elsewhere/fairseq/x"
_CONFIG: dict[str, Any] = {
    "model": "vits",
    "output_path": _FOREIGN,
    "phoneme_cache_path": _FOREIGN,
    "test_sentences_file": _FOREIGN,
    "languages": [],
    "datasets": [{"language": "de", "path": _FOREIGN}],
    "characters": {"characters": "abc", "characters_class": "TTS.tts.models.vits.VitsCharacters"},
    "text_cleaner": "basic_cleaners",
    "audio": {"sample_rate": 16000, "stats_path": None},
    "model_args": {
        "use_d_vector_file": True,
        "d_vector_file": [_FOREIGN, _FOREIGN],
        "speakers_file": _FOREIGN,
        "language_ids_file": _FOREIGN,
        "speaker_encoder_model_path": _FOREIGN,
        "speaker_encoder_config_path": _FOREIGN,
    },
}


def _settled(tmp_path: Path, config: object, *files: str) -> dict[str, Any]:
    folder, scratch = tmp_path / "folder", tmp_path / "scratch"
    for made in (folder, scratch):
        made.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    for name in files:
        (folder / name).write_text("{}")
    found = settled(folder, scratch)
    assert found.parent == scratch
    told: dict[str, Any] = json.loads(found.read_text("utf-8"))
    return told


def test_every_path_is_the_folders_own(tmp_path: Path) -> None:
    """What a configuration names elsewhere is replaced by the folder's own file, or emptied."""
    told = _settled(tmp_path, _CONFIG, "speakers.json", "model_se.pth", "config_se.json")
    folder = tmp_path / "folder"
    assert _FOREIGN not in json.dumps(told)
    args = told["model_args"]
    assert args["d_vector_file"] == [str(folder / "speakers.json")]
    assert args["speaker_encoder_model_path"] == str(folder / "model_se.pth")
    assert args["speaker_encoder_config_path"] == str(tmp_path / "scratch" / "config_se.json")
    assert args["language_ids_file"] == ""
    assert told["languages"] == ["de"]


def test_a_speaker_encoder_and_a_vocoder_name_no_other_files(tmp_path: Path) -> None:
    """Their configurations are held to the same."""
    folder = tmp_path / "folder"
    folder.mkdir()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (folder / "config.json").write_text(json.dumps(_CONFIG))
    for name in ("config_se.json", "vocoder_config.json"):
        (folder / name).write_text(json.dumps({"model": "x", "restore_path": _FOREIGN}))
    settled(folder, scratch)
    for name in ("config_se.json", "vocoder_config.json"):
        assert json.loads((scratch / name).read_text("utf-8")) == {"model": "x", "restore_path": ""}


def test_a_model_of_phonemes_is_given_them(tmp_path: Path) -> None:
    """The library asks no program for phonemes, and changes none; its characters stay those of phonemes."""
    asked = {"use_phonemes": True, "phonemizer": "espeak", "characters": {"characters": "ab"}}
    told = _settled(tmp_path, {**_CONFIG, **asked})
    assert (told["use_phonemes"], told["phonemizer"], told["text_cleaner"]) == (False, None, None)
    assert told["characters"]["characters_class"].endswith(".IPAPhonemes")


def test_the_library_reads_no_table_of_scales(tmp_path: Path) -> None:
    """It would unpickle it: a path to one is left out, wherever it leads."""
    told = _settled(tmp_path, {**_CONFIG, "audio": {"sample_rate": 16000, "stats_path": "scale_stats.npy"}})
    assert told["audio"]["stats_path"] is None


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"characters": {"characters_class": "os.system"}}, "characters.characters_class"),
        (
            {"characters": {"characters_class": "TTS.tts.models.x.__y__"}},
            "characters.characters_class",
        ),
        ({"text_cleaner": "re.compile"}, "text_cleaner"),
        ({"characters": 3}, "characters"),
    ],
)
def test_what_would_run_a_strangers_choice_is_refused(
    tmp_path: Path, changed: dict[str, object], key: str
) -> None:
    """Classes and functions are the library's own."""
    with pytest.raises(InputError) as caught:
        _settled(tmp_path, {**_CONFIG, **changed})
    assert (caught.value.code, caught.value.facts["key"]) == ("model-config-wrong", key)


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, '"' + "x" * (5 << 20) + '"'])
def test_a_configuration_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """Whatever the file holds, it is told by its name."""
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(InputError) as caught:
        settled(tmp_path, tmp_path)
    assert (caught.value.code, caught.value.facts["key"]) == ("model-config-wrong", "config.json")
