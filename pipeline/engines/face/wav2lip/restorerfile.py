"""Networks that restore faces, from an operator's file, by the library spandrel: weights, never code."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

import torch
from torch import Tensor

from pipeline.engines.libraries import make_torchvision_importable
from pipeline.engines.tensorfile import read_held
from pipeline.plan.errors import InputError

make_torchvision_importable()

from spandrel import (  # noqa: E402 - it imports torchvision, which has to be importable first
    MAIN_REGISTRY,
    ArchRegistry,
    ImageModelDescriptor,
    UnsupportedModelError,
    canonicalize_state_dict,
)

_FACES = "FaceSR"
_EXTRA = "spandrel_extra_arches"
# By these entries CodeFormer is known; its architecture is no part of spandrel, for its licence's sake.
_CODEFORMER = frozenset({"position_emb", "idx_pred_layer.1.weight", "quantize.embedding.weight"})
_REASON_LENGTH = 200


class Restorer(Protocol):
    """A network that restores faces.

    Attributes:
        model: the network itself.
        scale: how much larger a face comes out.
    """

    model: torch.nn.Module
    scale: int

    def __call__(self, image: Tensor) -> Tensor:
        """The face restored: float (1, 3, height, width), RGB, 0 to 1."""
        ...


def load_restorer(path: Path, *, trusted: bool = False) -> Restorer:
    """The network of a file, ready to restore faces: on the CPU, in the file's precision, no gradients kept.

    Whatever spandrel knows as a restorer of faces: GFPGAN (from v1.2 on), RestoreFormer; CodeFormer where the
    library ``spandrel_extra_arches`` is installed, whose licence forbids commercial use.

    Args:
        path: as torch saves weights, or safetensors.
        trusted: whether a TorchScript archive, which is a program, may be opened.

    Raises:
        InputError: with a code ``model-``: the file is damaged, no file of weights, would run code, holds
            another network, or one that restores no faces; ``engine-missing``: CodeFormer, and its library
            is not there.
    """
    weights = _weights_in(read_held(path, trusted=trusted), path.name)
    try:
        found = _registry().load(weights)
    except UnsupportedModelError as error:
        if _CODEFORMER.issubset(weights):
            raise InputError(
                "engine-missing", engine="CodeFormer", library=_EXTRA, install=f"pip install {_EXTRA}"
            ) from error
        raise InputError("model-restorer-unknown", file=path.name) from error
    except (
        Exception
    ) as error:  # an architecture that was recognised by some of its entries may lack any other
        reason = " ".join(str(error).split())[:_REASON_LENGTH]
        raise InputError("model-restorer-other", file=path.name, reason=reason) from error
    if not isinstance(found, ImageModelDescriptor) or found.purpose != _FACES:
        raise InputError("model-restorer-no-faces", file=path.name, architecture=found.architecture.name)
    found.model.eval().requires_grad_(requires_grad=False)
    return cast("Restorer", found)


def _registry() -> ArchRegistry:
    known = MAIN_REGISTRY.copy()
    if find_spec(_EXTRA) is not None:
        known.add(*import_module(_EXTRA).EXTRA_REGISTRY)
    return known


def _weights_in(held: object, file: str) -> dict[str, Tensor]:
    """The tensors of a file, by the names that spandrel knows them by; all numbers are finite."""
    if not isinstance(held, Mapping):
        raise InputError("model-no-weights", file=file)
    # A dict of another kind would not be recognised as one.
    inner = {name: dict(value) if isinstance(value, Mapping) else value for name, value in held.items()}
    weights = {
        str(name): value
        for name, value in canonicalize_state_dict(inner).items()
        if isinstance(value, Tensor)
    }
    if not weights:
        raise InputError("model-no-weights", file=file)
    for key, value in weights.items():
        if value.is_floating_point() and not value.isfinite().all():
            raise InputError("model-entry-impossible", file=file, key=key)
    return weights
