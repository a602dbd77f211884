"""The program that makes kernels of a checkpoint: ``python -P -m pipeline.engines.face.wav2lip.foldprogram``.

`kernels` starts it: what torch takes of memory is gone when it ends, and whoever computes with something else
never imports torch. Its arguments: the checkpoint as JSON, the file to write, and what that file tells of its
origin, as JSON.
"""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from pipeline.engines.weights import Weights, vouched
from pipeline.loading import loading
from pipeline.plan.errors import LecternError

#: Exit codes: an error of ours stands on standard output, as JSON; there was not enough memory.
TOLD, NO_MEMORY = 3, 4


#: Under which name a file tells the check sum of all that it keeps.
SUM = "sum"


def fold_into(weights: Weights, file: Path, *, origin: Mapping[str, str]) -> None:
    """Write the kernels of a checkpoint into a file, as safetensors.

    Args:
        weights: the checkpoint.
        file: the file, overwritten.
        origin: what the file tells of itself, beside its check sum.

    Raises:
        InputError: as `weights.vouched` and `checkpoint.read_weights`.
        OSError: the file cannot be written.
    """
    from pipeline.engines.face.wav2lip.checkpoint import read_weights
    from pipeline.engines.face.wav2lip.fold import fold

    with vouched(weights) as path:
        folded = fold(read_weights(path, trusted=weights.trusted))
    made = {}
    for part, kernels in (("drawn", folded.drawn), ("face", folded.face)):
        for name, kernel in kernels.items():
            made[f"{part}.{name}.weight"] = np.ascontiguousarray(kernel.weight.numpy())
            made[f"{part}.{name}.bias"] = np.ascontiguousarray(kernel.bias.numpy())
    save_file(made, file, metadata={**origin, SUM: check_sum(made[name] for name in sorted(made))})


def check_sum(tensors: Iterable[NDArray[np.float32]]) -> str:
    """A check sum of all values, in the order of the tensors."""
    total = 0
    for tensor in tensors:
        total = zlib.crc32(np.ascontiguousarray(tensor).data, total)
    return f"{total:08x}"


def main(weights: str, file: str, origin: str) -> int:
    """Do it once, as all that a process does; returns the exit code."""
    told = json.loads(weights)
    try:
        with loading():
            # What takes most of its time: torch.
            from pipeline.engines.face.wav2lip import checkpoint, fold  # noqa: F401
        fold_into(Weights(**{**told, "path": Path(told["path"])}), Path(file), origin=json.loads(origin))
    except LecternError as error:
        sys.stdout.write(
            json.dumps({"kind": type(error).__name__, "code": error.code, "facts": dict(error.facts)})
        )
        return TOLD
    except MemoryError:
        return NO_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
