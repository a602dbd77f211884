"""How spectrograms were scaled when a model was trained: read from a stranger's table, told to the library.

The library keeps the table as a pickled dict within a ``.npy``, and would unpickle whatever stands there.
Here it is read once, when a model is added, with nothing called but what rebuilds arrays; tensors are kept.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from pipeline.plan.errors import InputError

#: The table of a model and of the vocoder beside it, as owners call them and as the shelf does.
GIVEN, KEPT = "scale_stats.npy", "scale_stats.safetensors"
VOCODER_GIVEN, VOCODER_KEPT = "vocoder_scale_stats.npy", "vocoder_scale_stats.safetensors"

_NAMES = ("mel_mean", "mel_std", "linear_mean", "linear_std")
_MOST_BYTES = 4 << 20
_MOST_NUMBERS = 1 << 16
# What rebuilds an array or a number of numpy's, as its own pickles name it.
_REBUILDERS: tuple[tuple[str, Any], ...] = (
    ("multiarray", np.zeros(1).__reduce__()[0]),
    ("multiarray", np.float64(0).__reduce__()[0]),
    ("numeric", np.zeros(1).__reduce_ex__(5)[0]),
)
# Under its name in all releases of numpy.
_REBUILT: Mapping[tuple[str, str], Callable[..., object]] = {
    **{
        (f"{core}.{room}", made.__name__): made
        for core in ("numpy.core", "numpy._core")
        for room, made in _REBUILDERS
    },
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}
# Beside the numbers stands how they were come by, as objects of the library's own: nothing of it is wanted.
_INERT = ("TTS.", "coqpit.")


class _Forgotten(dict[object, object]):
    """What stands for an object that is not wanted: it takes anything, and does nothing with it."""

    def __setstate__(self, _state: object) -> None:
        """Forget what it is given."""


class _Reader(pickle.Unpickler):
    """Unpickles arrays and plain values; whatever else is named is refused before it is looked up."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as the base class says
        """What rebuilds arrays; something inert for the library's own objects.

        Raises:
            InputError: ``model-file-code`` with what else is named.
        """
        if (found := _REBUILT.get((module, name))) is not None:
            return found
        if module.startswith(_INERT):
            return _Forgotten
        raise InputError("model-file-code", call=f"{module}.{name}"[:80])


def make_scales(source: Path, target: Path) -> None:
    """Write a table's means and deviations anew, as tensors; nothing in it is run.

    Args:
        source: a ``.npy`` as the library makes it.
        target: the new file, safetensors of float64.

    Raises:
        InputError: ``model-file-code``, ``model-file-too-large``, ``model-file-unreadable`` or
            ``model-file-broken``.
        OSError: it cannot be written.
    """
    try:
        with source.open("rb") as file:
            table = _table(file)
        found = {name: _numbers(table[name]) for name in _NAMES}
    except InputError as error:
        raise InputError(error.code, file=source.name, **error.facts) from error
    except OSError as error:
        raise InputError("model-file-unreadable", file=source.name) from error
    except Exception as error:  # a damaged file can fail in any way
        raise InputError("model-file-broken", file=source.name) from error
    save_file(found, target)


def scale(processor: Any, table: Path) -> None:  # noqa: ANN401 - the library's own type
    """Have the library scale spectrograms as a table says, as it would have done with the table it came from.

    Args:
        processor: the library's ``AudioProcessor``.
        table: as `make_scales` wrote it.

    Raises:
        InputError: ``model-config-wrong``: the table is none, or of another number of bands.
    """
    try:
        found = load_file(table)
        bands = {len(found[name]) for name in ("mel_mean", "mel_std")}
        if bands != {processor.num_mels}:
            raise InputError("model-config-wrong", key=table.name, found=f"{sorted(bands)} mel")
        if processor.signal_norm:
            processor.setup_scaler(*(found[name] for name in _NAMES))
            # Numbers that are scaled by their own mean and deviation are held within no other range.
            processor.max_norm = processor.clip_norm = processor.symmetric_norm = None
    except (SafetensorError, KeyError) as error:
        raise InputError("model-config-wrong", key=table.name, found=type(error).__name__) from error


def _table(file: IO[bytes]) -> Mapping[str, object]:
    """The dict in a ``.npy``."""
    if os.fstat(file.fileno()).st_size > _MOST_BYTES:
        raise InputError("model-file-too-large", most=_MOST_BYTES >> 20)
    version = npy.read_magic(file)
    read = {(1, 0): npy.read_array_header_1_0}.get(version, npy.read_array_header_2_0)
    shape, _, kind = read(file)
    if shape != () or not kind.hasobject:
        raise ValueError(shape)
    held = _Reader(file, encoding="latin1").load()
    table = held.item() if isinstance(held, np.ndarray) else held
    if not isinstance(table, dict):
        raise TypeError(type(table))
    return table


def _numbers(value: object) -> NDArray[np.float64]:
    """Means or deviations: a row of numbers that are some."""
    row = np.array(value, np.float64)
    if row.ndim != 1 or not 0 < len(row) <= _MOST_NUMBERS or not np.isfinite(row).all():
        raise ValueError(row.shape)
    return row
