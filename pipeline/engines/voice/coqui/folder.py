"""A model's folder as the library may open it: its configuration names nothing but the folder's own files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipeline.engines.voice.coqui.families import Family, family_of, languages_of
from pipeline.plan.errors import InputError

CONFIG = "config.json"
WEIGHTS = "model.pth"
VOCODER, VOCODER_CONFIG = "vocoder.pth", "vocoder_config.json"
_ENCODER_CONFIG = "config_se.json"
_MOST_BYTES = 4 << 20

# What stands for each path that a configuration may name, the first of them that is there.
_FILES: Mapping[str, tuple[str, ...]] = {
    "speaker_file": ("speakers.json", "speakers.pth", "speaker_ids.json", "speaker_ids.pth"),
    "speakers_file": ("speakers.json", "speakers.pth", "speaker_ids.json", "speaker_ids.pth"),
    "d_vector_file": ("speakers.json", "speakers.pth"),
    "language_ids_file": ("language_ids.json",),
    "speaker_encoder_model_path": ("model_se.pth",),
    "speaker_encoder_config_path": (_ENCODER_CONFIG,),
    "tokenizer_file": ("vocab.json",),
}
_PATH = re.compile(r".*_(?:path|paths|file|files|checkpoint|dir|url)|path|root")
# The library looks up what a configuration names so; nothing else than its own is opened by name.
_CHARACTERS = re.compile(r"TTS\.tts\.(?:models|utils)\.[a-z_.]+\.[A-Za-z]+")
_CLEANER = re.compile(r"[a-z_]+_cleaners")
_IPA = "TTS.tts.utils.text.characters.IPAPhonemes"


def settled(folder: Path, scratch: Path) -> Path:
    """The model's configuration, written anew into `scratch`, with every path set to the folder's own file.

    A path of which the folder has no file is empty. A model that reads espeak's phonemes is given them, so
    that the library asks no program for them. Configurations of its speaker encoder and its vocoder are
    written beside it.

    Args:
        folder: the model's folder, which stays as it is.
        scratch: an empty folder; the library reads from there while it opens the model.

    Raises:
        InputError: ``model-config-wrong`` or ``model-family-unknown``.
    """
    for name in (_ENCODER_CONFIG, VOCODER_CONFIG):
        if (folder / name).is_file():
            _write(_with_own_files(read_config(folder / name), folder, scratch), scratch / name)
    config = read_config(folder / CONFIG)
    family = family_of(config)
    plain = _with_own_files(config, folder, scratch)
    if family is not Family.XTTS:
        plain["languages"] = list(languages_of(config, _beside(folder)))
        plain["datasets"] = []
        _settle_text(plain)
    return _write(plain, scratch / CONFIG)


def read_config(path: Path) -> dict[str, Any]:
    """A configuration as it was distributed: a JSON object.

    Raises:
        InputError: ``model-config-wrong``.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError("model-config-wrong", key=path.name, found=f"> {_MOST_BYTES >> 20} MB")
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError, OSError) as error:
        raise InputError("model-config-wrong", key=path.name, found=type(error).__name__) from error
    if not isinstance(found, dict):
        raise InputError("model-config-wrong", key=path.name, found=type(found).__name__)
    return found


def _beside(folder: Path) -> dict[str, object]:
    """What the folder's table of languages holds."""
    path = folder / "language_ids.json"
    return {path.name: read_config(path)} if path.is_file() else {}


def _with_own_files(config: Mapping[str, Any], folder: Path, scratch: Path) -> dict[str, Any]:
    """The configuration with each path, at any depth, replaced by the folder's own file or emptied."""
    plain: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, Mapping):
            plain[key] = _with_own_files(value, folder, scratch)
        elif key == "stats_path":
            # The library would unpickle it; `opening` tells it what the shelf's own table says.
            plain[key] = None
        elif key in _FILES or (_PATH.fullmatch(key) and isinstance(value, str | list)):
            plain[key] = _own(value, _FILES.get(key, ()), folder, scratch)
        else:
            plain[key] = value
    return plain


def _own(value: object, names: Iterable[str], folder: Path, scratch: Path) -> object:
    """The folder's own file in place of a path, in the form that the configuration has it."""
    places = (scratch if name == _ENCODER_CONFIG else folder for name in names)
    there = [str(place / name) for place, name in zip(places, names, strict=True) if (place / name).is_file()]
    if not value:
        return value
    if isinstance(value, list):
        return there[:1]
    return there[0] if there else ""


def _settle_text(config: dict[str, Any]) -> None:
    """Have texts read as they are given, and nothing looked up by a name that is not the library's."""
    characters = config.get("characters")
    if not isinstance(characters, dict):
        raise InputError("model-config-wrong", key="characters", found=type(characters).__name__)
    if config.get("use_phonemes"):
        characters["characters_class"] = characters.get("characters_class") or _IPA
        config |= {"use_phonemes": False, "text_cleaner": None}
    named = characters.get("characters_class")
    if named is not None and not _CHARACTERS.fullmatch(str(named)):
        raise InputError("model-config-wrong", key="characters.characters_class", found=str(named)[:40])
    cleaner = config.get("text_cleaner")
    if cleaner and not _CLEANER.fullmatch(str(cleaner)):
        raise InputError("model-config-wrong", key="text_cleaner", found=str(cleaner)[:40])
    config["phonemizer"] = None


def _write(config: Mapping[str, Any], path: Path) -> Path:
    path.write_text(json.dumps(config), "utf-8")
    return path
