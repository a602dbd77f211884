"""Lets torchvision be imported beside a torch that its native part was not built for."""

from __future__ import annotations

from functools import cache

import torch

#: What torchvision's own modules name when they are imported, as its native part would define it.
_OPERATORS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


@cache
def make_torchvision_importable() -> torch.library.Library | None:
    """Declare torchvision's operators unless its native part does; who needs one of them still fails.

    The wheels that most people install belong to a torch with CUDA; beside a torch for the CPU their native
    part does not load, and importing torchvision fails at the first operator that it describes. Nothing that
    is used here computes with any.

    Returns:
        What keeps the declarations alive, and is kept itself; None when there was nothing to do.
    """
    try:
        import torchvision  # noqa: F401 - whether it can be imported is the question
    except RuntimeError:
        declared = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
        for schema in _OPERATORS:
            declared.define(schema)  # type: ignore[no-untyped-call]
        return declared
    except ImportError:
        return None
    return None
