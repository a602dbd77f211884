"""Wav2Lip's weights from an operator's file, checked entry by entry."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from pipeline.engines.face.wav2lip.architecture import PARAMETERS
from pipeline.engines.face.wav2lip.network import Generator
from pipeline.engines.tensorfile import read_held
from pipeline.plan.errors import InputError

# Networks have counted the batches of their training since torch 0.4.1; nothing is computed with it.
_COUNTER = "num_batches_tracked"


def load_generator(path: Path, *, trusted: bool = False) -> Generator:
    """The network with a file's weights, for drawing: on the CPU, in fp32, no gradients kept.

    Args:
        path: as for `read_weights`.
        trusted: as for `read_weights`.

    Raises:
        InputError: as `read_weights`.
    """
    # Copies: what is read may lie in the file itself, which may be changed while the network is in use.
    weights = {name: value.clone() for name, value in read_weights(path, trusted=trusted).items()}
    # On the meta device nothing is drawn by lot that the weights replace.
    with torch.device("meta"):
        generator = Generator()
    generator.load_state_dict(weights, assign=True)
    return generator.eval().requires_grad_(requires_grad=False)


def read_weights(path: Path, *, trusted: bool = False) -> dict[str, Tensor]:
    """The weights of Wav2Lip's generator: every entry of `PARAMETERS` in its order, fp32 on the CPU, finite.

    A ``.pth`` as it is distributed (a dict with ``state_dict``, names with the prefix ``module.``) or a bare
    dict of weights, of any release of torch since 0.1.10; safetensors; half or double precision, too. What a
    file is, is told by its content.

    What is read lies in the file itself where it can, so that memory holds weights once: use them while
    the file stays as it is, or copy them.

    Args:
        path: the file.
        trusted: whether a TorchScript archive, which is a program, may be opened.

    Raises:
        InputError: with a code ``model-``: there is no such file, it is damaged, no weights, of another
            network (then with the first entry that differs), or it would run code.
    """
    return _checked(_weights_in(read_held(path, trusted=trusted), path.name), path.name)


def _weights_in(held: object, file: str) -> dict[str, Tensor]:
    """The tensors of a file by the network's own names, whether they lie in a ``state_dict`` or bare."""
    if isinstance(held, Mapping) and isinstance(held.get("state_dict"), Mapping):
        held = held["state_dict"]
    if not isinstance(held, Mapping):
        raise InputError("model-no-weights", file=file)
    # Training on several cards puts each name below this word.
    tensors = {
        str(name).replace("module.", ""): value for name, value in held.items() if isinstance(value, Tensor)
    }
    if not tensors:
        raise InputError("model-no-weights", file=file)
    return tensors


def _checked(tensors: Mapping[str, Tensor], file: str) -> dict[str, Tensor]:
    """The network's entries in its order, fp32 and finite; what differs first is named."""
    for key, shape in PARAMETERS.items():
        if key in tensors:
            found = tuple(tensors[key].shape)
            if found != shape:
                raise InputError(
                    "model-entry-shape", file=file, key=key, shape=_sides(shape), found=_sides(found)
                )
        elif not key.endswith(_COUNTER):
            there = sum(name in tensors for name in PARAMETERS)
            raise InputError("model-entry-missing", file=file, key=key, shape=_sides(shape), there=there)
    for key, value in tensors.items():
        if key not in PARAMETERS:
            raise InputError("model-entry-extra", file=file, key=key, found=_sides(tuple(value.shape)))
    return {
        key: _numbers(tensors[key], key, file) if key in tensors else torch.zeros(shape, dtype=torch.int64)
        for key, shape in PARAMETERS.items()
    }


def _numbers(value: Tensor, key: str, file: str) -> Tensor:
    """An entry's numbers: fp32, or int64 where batches are counted."""
    if value.layout != torch.strided or value.device.type != "cpu" or value.is_quantized:
        raise InputError("model-entry-kind", file=file, key=key, kind=_kind(value))
    if key.endswith(_COUNTER):
        return value.to(torch.int64)
    if not value.is_floating_point():
        raise InputError("model-entry-kind", file=file, key=key, kind=_kind(value))
    numbers = value.detach().to(torch.float32).contiguous()
    if not numbers.isfinite().all() or (key.endswith("running_var") and (numbers < 0).any()):
        raise InputError("model-entry-impossible", file=file, key=key)
    return numbers


def _kind(value: Tensor) -> str:
    return str(value.dtype).removeprefix("torch.")


def _sides(shape: tuple[int, ...]) -> str:
    """A shape for people: 16 x 6 x 7 x 7, or 1 for a single number."""
    return " x ".join(map(str, shape)) or "1"
