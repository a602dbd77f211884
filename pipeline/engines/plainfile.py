"""Checkpoints of Coqui's libraries, rewritten so that they hold tensors, numbers and words alone.

Its trainer saves whatever it holds, such as its own objects of configuration: a library that opens such a
file would be given names of code to call, and rewrites some of them in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from pipeline.engines.tensorfile import read_held
from pipeline.plan.errors import InputError

#: XTTS has 1.9 GB; with the state of its training three times as much.
_MOST_BYTES = 8 << 30
# What Coqui's checkpoints name beside tensors, by release; nothing of it is wanted.
_INERT = (
    "collections.defaultdict",
    "__builtin__.dict",
    "builtins.dict",
    "_codecs.encode",
    "numpy.dtype",
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
    "TTS.config.shared_configs.BaseDatasetConfig",
    "TTS.utils.radam.RAdam",
    *(
        f"TTS.tts.{room}.{name}"
        for room in ("configs.xtts_config", "models.xtts")
        for name in ("XttsConfig", "XttsArgs", "XttsAudioConfig")
    ),
)
# A network's weights, and how WavLM is built.
_PARTS = ("model", "model_state", "cfg")
_NOTHING = object()


def make_plain(source: Path, target: Path, *, table: bool = False) -> None:
    """Write what a checkpoint holds anew: of a network its weights, of a table all that is plain.

    The same content gives the same bytes.

    Args:
        source: the file as its owner gives it.
        target: the new file.
        table: whether it is a table, of speakers for instance, and no checkpoint of a network.

    Raises:
        InputError: as `read_held`; ``model-no-weights``; ``model-entry-impossible``: a number is none.
        OSError: it cannot be written.
    """
    held = read_held(source, most_bytes=_MOST_BYTES, inert=_INERT)
    if not isinstance(held, Mapping) or not held:
        raise InputError("model-no-weights", file=source.name)
    wanted = held if table else {name: held[name] for name in _PARTS if name in held}
    plain = _plain(wanted, "", source.name)
    if not table and not _has_tensors(plain):
        raise InputError("model-no-weights", file=source.name)
    common = {} if table else {"step": 0, **_asked(held)}
    torch.save({**common, **plain} if isinstance(plain, dict) else plain, target)


def _asked(held: Mapping[object, object]) -> Mapping[str, object]:
    """What the library asks a checkpoint for beside its weights, where it has it.

    A Tacotron draws so many frames at a time as when its training ended; its configuration may say with how
    many it began. A vocoder's generator stands alone in files of old, beside what it was trained against.
    """
    config = held.get("config")
    frames = held.get("r", config.get("r") if isinstance(config, Mapping) else None)
    told: dict[str, object] = {"r": frames} if isinstance(frames, int) else {}
    if "model_disc" in held:
        told["model_disc"] = {}
    return told


def _plain(value: object, key: str, file: str) -> object:
    """A value without whatever is no tensor, number, word or container of them."""
    if isinstance(value, Tensor):
        return _tensor(value, key, file)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        found = {
            name: _plain(part, f"{key}.{name}" if key else str(name), file)
            for name, part in value.items()
            if isinstance(name, str | int)
        }
        return {name: part for name, part in found.items() if part is not _NOTHING}
    if isinstance(value, list | tuple):
        parts = [_plain(part, f"{key}.{at}", file) for at, part in enumerate(value)]
        return [part for part in parts if part is not _NOTHING]
    return _NOTHING


def _tensor(value: Tensor, key: str, file: str) -> Tensor:
    """A tensor that holds its own numbers alone; minus infinity is what masks are made of."""
    if value.layout != torch.strided or value.is_quantized:
        raise InputError("model-entry-kind", file=file, key=key, kind=str(value.dtype).removeprefix("torch."))
    if value.is_floating_point() and (value.isnan().any() or value.isposinf().any()):
        raise InputError("model-entry-impossible", file=file, key=key)
    own = value.detach()
    whole = own.is_contiguous() and own.untyped_storage().nbytes() == own.nbytes
    return own if whole else own.clone(memory_format=torch.contiguous_format)


def _has_tensors(plain: object) -> bool:
    if isinstance(plain, dict):
        return any(_has_tensors(part) for part in plain.values())
    return isinstance(plain, Tensor)
