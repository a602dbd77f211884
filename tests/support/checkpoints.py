"""Files of Wav2Lip weights in every form, light on the disk."""

from __future__ import annotations

import io
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from pipeline.engines.face.wav2lip.architecture import PARAMETERS
from pipeline.engines.face.wav2lip.checkpoint import read_weights
from pipeline.plan.errors import InputError


def light(value: float = 0.5, kind: torch.dtype = torch.float32) -> dict[str, Tensor]:
    """All entries with their shapes, each of one number on disk."""
    return {
        name: torch.tensor(0 if name.endswith("tracked") else value)
        .to(torch.int64 if name.endswith("tracked") else kind)
        .expand(shape)
        for name, shape in PARAMETERS.items()
    }


def distributed(weights: Mapping[str, Tensor]) -> dict[str, object]:
    """The container of the distributed files."""
    named = OrderedDict((f"module.{name}", value) for name, value in weights.items())
    return {"state_dict": named, "optimizer": None, "global_step": 7, "global_epoch": 1}


def saved(path: Path, held: object, **options: Any) -> Path:  # noqa: ANN401 - torch's own
    """A file as torch saves it."""
    torch.save(held, path, **options)
    return path


def save_safe(path: Path, weights: Mapping[str, Tensor]) -> None:
    """A safetensors file."""
    save_file({name: value.contiguous() for name, value in weights.items()}, path)


def _save_stream(path: Path, weights: Mapping[str, Tensor]) -> None:
    saved(path, distributed(weights), _use_new_zipfile_serialization=False)


#: How the same weights are saved, by name: each writes a file.
FORMS: Mapping[str, Callable[[Path, Mapping[str, Tensor]], object]] = {
    "as distributed": lambda path, weights: saved(path, distributed(weights)),
    "as old torch saved": _save_stream,
    "bare": lambda path, weights: saved(path, dict(weights)),
    "parameters": lambda path, weights: saved(
        path, {name: torch.nn.Parameter(value, requires_grad=False) for name, value in weights.items()}
    ),
    "safetensors": save_safe,
}


def archived(entries: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """The bytes of a ZIP archive of these entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def refused(path: Path, *, trusted: bool = False) -> InputError:
    """The error that a file is refused with."""
    with pytest.raises(InputError) as told:
        read_weights(path, trusted=trusted)
    return told.value
