"""Models that are folders: which of the files in one make up a model of its kind."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pipeline.plan.errors import InputError
from pipeline.plan.models import ModelKind

#: What every model that is a folder is described by.
CONFIG = "config.json"
#: Files that list something, such as speakers, and are no network.
TABLES = ("speakers.pth", "speaker_ids.pth", "speakers_xtts.pth")
#: How spectrograms are scaled: tables that are pickles in owners' folders, and none on the shelf.
SCALES = {
    "scale_stats.npy": "scale_stats.safetensors",
    "vocoder_scale_stats.npy": "vocoder_scale_stats.safetensors",
}
_CONFIG_BYTES = 4 << 20
_MOST_FILES = 64
_MOST_BYTES = 200_000_000_000
_GB = 1_000_000_000
_INDEX = "model.safetensors.index.json"
_CODE = "*.py"
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_NUMBER = re.compile(r"\d+")
_TOLD = 8


@dataclass(frozen=True, kw_only=True)
class _Layout:
    """Which files make up a model.

    Attributes:
        weights: names of its weights as owners call them, the first one that is there is taken.
        kept_as: what they are called on the shelf.
        needed: groups of names; one of each group has to be there.
        also: names that belong to it where they are there.
    """

    weights: tuple[str, ...]
    kept_as: str
    needed: tuple[tuple[str, ...], ...] = ()
    also: tuple[str, ...] = ()


_COQUI_WEIGHTS = ("model.pth", "best_model.pth", "model_file.pth", "best_model_*.pth", "checkpoint_*.pth")
_LAYOUTS: Mapping[ModelKind, _Layout] = {
    ModelKind.COQUI: _Layout(
        weights=_COQUI_WEIGHTS,
        kept_as="model.pth",
        also=(
            *("vocab.json", "language_ids.json", "speakers.json", "speaker_ids.json", *TABLES),
            *("model_se.pth", "config_se.json", "vocoder.pth", "vocoder_config.json"),
            *(name for names in SCALES.items() for name in names),
        ),
    ),
    ModelKind.CONVERTER: _Layout(
        weights=_COQUI_WEIGHTS,
        kept_as="model.pth",
        needed=(("WavLM-Large.pt",),),
        also=("speaker_encoder.pt",),
    ),
    ModelKind.WRITER: _Layout(
        weights=("model.safetensors",),
        kept_as="model.safetensors",
        needed=(("tokenizer.json", "tokenizer.model", "vocab.json"),),
        also=(
            *("tokenizer.json", "tokenizer.model", "tokenizer_config.json", "vocab.json", "merges.txt"),
            *("special_tokens_map.json", "added_tokens.json", "generation_config.json"),
            *("chat_template.jinja", "chat_template.json"),
        ),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What is taken of a folder.

    Attributes:
        files: where each file lies, by what it is called on the shelf.
        left_out: names of what else is there.
    """

    files: Mapping[str, Path]
    left_out: tuple[str, ...]


def kind_of(folder: Path) -> ModelKind:
    """What a folder's configuration says that it is.

    Raises:
        InputError: ``model-folder-incomplete``, ``model-config-unreadable``, or ``model-folder-unknown``: it
            is the configuration of something else.
    """
    path = folder / CONFIG
    if not path.is_file():
        raise InputError("model-folder-incomplete", folder=folder.name, missing=CONFIG)
    config = read_json(path)
    named = config.get("model")
    if isinstance(named, str):
        return ModelKind.CONVERTER if named == ModelKind.CONVERTER else ModelKind.COQUI
    if "architectures" in config or "model_type" in config:
        return ModelKind.WRITER
    raise InputError("model-folder-unknown", folder=folder.name)


def chosen_of(folder: Path, kind: ModelKind, *, trusted: bool) -> Chosen:
    """The files of a folder that make up a model; links are followed, since caches are made of them.

    Args:
        folder: as its owner gives it.
        kind: what it is, one of those that are folders.
        trusted: whether programs in it are taken, too.

    Raises:
        InputError: ``model-source-unreadable``, ``model-folder-incomplete`` with what is missing,
            ``model-folder-pickle``: its weights are there as a pickle alone; ``model-folder-large``.
    """
    layout, there = _LAYOUTS[kind], _files_in(folder)
    files = {CONFIG: folder / CONFIG, **_weights_of(folder, there, layout, kind)}
    for names in layout.needed:
        if not any(name in there for name in names):
            raise InputError("model-folder-incomplete", folder=folder.name, missing=" / ".join(names))
    patterns = (*(name for names in layout.needed for name in names), *layout.also)
    more = (*patterns, _CODE) if trusted else patterns
    files |= {
        SCALES.get(name, name): folder / name
        for name in there
        if any(fnmatchcase(name, each) for each in more)
    }
    _check_size(folder, files)
    taken = {path.name for path in files.values()}
    return Chosen(files=files, left_out=tuple(name for name in there if name not in taken))


def read_json(path: Path) -> Mapping[str, Any]:
    """A model's file that is a JSON object.

    Raises:
        InputError: ``model-config-unreadable``.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_CONFIG_BYTES + 1)
        found = json.loads(content) if len(content) <= _CONFIG_BYTES else None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError("model-config-unreadable", file=path.name) from error
    if not isinstance(found, dict):
        raise InputError("model-config-unreadable", file=path.name)
    return found


def _files_in(folder: Path) -> tuple[str, ...]:
    """The names of the plain files in a folder, sorted, whatever links lead to them."""
    try:
        names = sorted(path.name for path in folder.iterdir() if path.is_file())
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise InputError("model-source-unreadable", file=str(folder), reason=reason) from error
    return tuple(name for name in names if _NAME.fullmatch(name))


def _weights_of(folder: Path, there: Iterable[str], layout: _Layout, kind: ModelKind) -> dict[str, Path]:
    if kind is ModelKind.WRITER and _INDEX in there:
        return _shards_of(folder, there)
    for pattern in layout.weights:
        if found := [name for name in there if fnmatchcase(name, pattern)]:
            return {layout.kept_as: folder / max(found, key=_numbers_in)}
    pickles = [name for name in there if any(fnmatchcase(name, each) for each in _PICKLES)]
    if pickles and kind is ModelKind.WRITER:
        raise InputError("model-folder-pickle", folder=folder.name, file=pickles[0])
    raise InputError("model-folder-incomplete", folder=folder.name, missing=" / ".join(layout.weights))


def _shards_of(folder: Path, there: Iterable[str]) -> dict[str, Path]:
    """The index of weights that are several files, and the files that it names."""
    named = read_json(folder / _INDEX).get("weight_map")
    shards = sorted(set(map(str, named.values()))) if isinstance(named, dict) else []
    if not shards or not all(_NAME.fullmatch(name) and name.endswith(".safetensors") for name in shards):
        raise InputError("model-config-unreadable", file=_INDEX)
    if missing := [name for name in shards if name not in there]:
        raise InputError("model-folder-incomplete", folder=folder.name, missing=", ".join(missing[:_TOLD]))
    return {name: folder / name for name in (_INDEX, *shards)}


def _check_size(folder: Path, files: Mapping[str, Path]) -> None:
    size = sum(path.stat().st_size for path in files.values())
    if len(files) > _MOST_FILES or size > _MOST_BYTES:
        facts = {
            "files": len(files),
            "gb": -(-size // _GB),
            "most": _MOST_FILES,
            "most_gb": _MOST_BYTES // _GB,
        }
        raise InputError("model-folder-large", folder=folder.name, **facts)


def _numbers_in(name: str) -> tuple[int, ...]:
    """By which the latest of several checkpoints is told."""
    return tuple(int(number) for number in _NUMBER.findall(name)[:_TOLD] if len(number) < _TOLD * 2)
