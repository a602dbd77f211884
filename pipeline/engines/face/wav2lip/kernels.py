"""Weights made ready once: a file beside the checkpoint, from which every backend starts.

Reading a checkpoint takes torch, with seconds and 200 MB, and holds the weights twice for a while: a process
of its own does it (`foldprogram`). What comes of it is kept as safetensors, 145 MB, with a check sum beside
its origin; a file that is damaged, or belongs to the checkpoint no more, is made anew, and where none can be
written the checkpoint is read each time.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file

from pipeline.engines.face.wav2lip import foldprogram
from pipeline.engines.weights import Weights
from pipeline.plan import errors
from pipeline.scratch import scratch_folder

#: What stands behind the name of a checkpoint in that of its kernels.
SUFFIX = ".kernels.safetensors"

_SCHEMA = "1"
_DRAWN, _FACE = "drawn", "face"

#: Weight and bias of a layer, float32.
Kernel = tuple[NDArray[np.float32], NDArray[np.float32]]


class Kernels(Protocol):
    """The kernels of all layers, by their names, as `fold.Folded` has them."""

    def drawn(self, name: str) -> Kernel:
        """What is computed for each window of sound; of a layer that joins, the decoder's half."""
        ...

    def face(self, name: str) -> Kernel:
        """What is computed for a face; of a layer that joins, the face encoder's half."""
        ...


def kernels_of(weights: Weights) -> Kernels:
    """The kernels of a checkpoint: from the file beside it, which is written if there is none.

    They are of no other bytes than the checkpoint's card says: all of it is read when they are made, and what
    they were made of is written with them.

    Raises:
        InputError: ``model-damaged``, or another code ``model-*``: the file is no checkpoint of Wav2Lip, or
            cannot be read.
        MemoryError: there is not enough.
    """
    file = weights.path.with_name(weights.path.name + SUFFIX)
    origin = _origin(weights)
    stored = _stored(file, origin)
    if stored is not None:
        return stored
    with contextlib.ExitStack() as left:
        try:
            part = _part(file.parent, file.name)
            left.callback(part.unlink, missing_ok=True)
        except OSError:
            # A folder that is only for reading, or on a full disk.
            part = left.enter_context(scratch_folder()) / file.name
        fold_apart(weights, part, origin=origin)
        with contextlib.suppress(OSError):
            part.chmod(0o644)
            if part.parent == file.parent:
                stored = _Stored(part)
                part.replace(file)
                return stored
        return _Held(load_file(part))


def fold_apart(weights: Weights, file: Path, *, origin: Mapping[str, str]) -> None:
    """Write the kernels of a checkpoint into a file, in a process of its own: see `foldprogram.fold_into`.

    Raises:
        InputError: as `foldprogram.fold_into`.
        MemoryError: there is not enough.
        RuntimeError: whatever else went wrong, in the process's last words.
    """
    told = json.dumps({**asdict(weights), "path": str(weights.path)})
    given = told, str(file), json.dumps(dict(origin))
    program = [sys.executable, "-P", "-m", foldprogram.__name__, *given]
    done = subprocess.run(program, check=False, capture_output=True, text=True)  # noqa: S603 - a fixed program
    if done.returncode == foldprogram.TOLD:
        error = json.loads(done.stdout)
        raise getattr(errors, error["kind"])(error["code"], **error["facts"])
    if done.returncode in (foldprogram.NO_MEMORY, -signal.SIGKILL):
        raise MemoryError
    if done.returncode:
        raise RuntimeError(" ".join(done.stderr.splitlines()[-1:]))


class _Held:
    """Kernels in memory."""

    def __init__(self, tensors: Mapping[str, NDArray[np.float32]]) -> None:
        self._tensors = tensors

    def drawn(self, name: str) -> Kernel:
        return self._kernel(_DRAWN, name)

    def face(self, name: str) -> Kernel:
        return self._kernel(_FACE, name)

    def _kernel(self, part: str, name: str) -> Kernel:
        return self._tensors[f"{part}.{name}.weight"], self._tensors[f"{part}.{name}.bias"]


class _Stored:
    """Kernels in a file; in memory is what is asked for.

    The file stays open: these are its kernels whatever has its name later.

    Attributes:
        file: a path to it, for as long as this lives.

    Raises:
        OSError: it cannot be read.
    """

    def __init__(self, file: Path) -> None:
        descriptor = os.open(file, os.O_RDONLY)
        weakref.finalize(self, os.close, descriptor)
        self.file = f"/dev/fd/{descriptor}"

    def drawn(self, name: str) -> Kernel:
        return self._kernel(_DRAWN, name)

    def face(self, name: str) -> Kernel:
        return self._kernel(_FACE, name)

    def _kernel(self, part: str, name: str) -> Kernel:
        with safe_open(self.file, framework="numpy") as kept:
            return kept.get_tensor(f"{part}.{name}.weight"), kept.get_tensor(f"{part}.{name}.bias")


def _stored(file: Path, origin: Mapping[str, str]) -> _Stored | None:
    """The kernels in a file; None if it is not there, damaged, or of another checkpoint."""
    try:
        stored = _Stored(file)
        with safe_open(stored.file, framework="numpy") as kept:
            told = kept.metadata() or {}
            whole = {
                **origin,
                foldprogram.SUM: foldprogram.check_sum(kept.get_tensor(name) for name in sorted(kept.keys())),
            }
    except (OSError, SafetensorError, ValueError):
        return None
    return stored if told == whole else None


def _origin(weights: Weights) -> dict[str, str]:
    """What tells whether kernels are those of a checkpoint as it is now, and may be used."""
    try:
        state = weights.path.stat()
    except OSError:
        # Whoever reads the checkpoint tells what is wrong with it.
        return {}
    return {
        "schema": _SCHEMA,
        "digest": weights.digest,
        "source": f"{state.st_size} {state.st_mtime_ns}",
        "trusted": "yes" if weights.trusted else "no",
    }


def _part(folder: Path, name: str) -> Path:
    """An empty file in a folder; what is left of one goes with the checkpoint.

    Raises:
        OSError: none can be there.
    """
    descriptor, part = tempfile.mkstemp(dir=folder, prefix=f"{name}.")
    os.close(descriptor)
    return Path(part)
