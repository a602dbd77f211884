"""Makes the libraries that speak, hear and write importable: beside any torch, offline and quiet.

`prepare` comes before the first import of transformers, TTS, whisper or spandrel. What it declares are places
that these libraries look at while they are imported; nothing here computes with any.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Callable
from functools import cache
from types import ModuleType

import torch

from pipeline.engines.offline import keep_offline
from pipeline.engines.shapes import FEW_SHAPES

#: What torchvision's own modules name when they are imported, as its native part would define it.
_OPERATORS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_TORCHAUDIO, _NATIVE = "torchaudio", "torchaudio._extension"
#: What draws curves while a model is trained; two of Coqui's families name it as a type.
_CURVES = "trainer.logging.tensorboard_logger"
#: Loggers of libraries that tell the terminal what is no news: each says so much at least.
_QUIET = ("TTS", "coqui", "trainer", "transformers", "numba")


@cache
def prepare() -> None:
    """Make the libraries importable, keep them off the network, and have them tell what went wrong alone."""
    keep_offline()
    for name, value in FEW_SHAPES.items():
        os.environ.setdefault(name, value)
    make_torchvision_importable()
    make_torchaudio_importable()
    sys.modules.setdefault(_CURVES, _no_curves())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


@cache
def make_torchvision_importable() -> torch.library.Library | None:
    """Declare torchvision's operators unless its native part does; who needs one of them still fails.

    The wheels that most people install belong to a torch with CUDA; beside a torch for the CPU their native
    part does not load, and importing torchvision fails at the first operator that it describes, and with it
    every library that looks whether torchvision is there.

    Returns:
        What keeps the declarations alive, and is kept itself; None when there was nothing to do.
    """
    try:
        importlib.import_module("torchvision")
    except RuntimeError:
        declared = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
        for schema in _OPERATORS:
            declared.define(schema)  # type: ignore[no-untyped-call]
        return declared
    except ImportError:
        return None
    return None


@cache
def make_torchaudio_importable() -> None:
    """Do without torchaudio's native part where it does not load; who needs it still fails.

    Its wheels are built for a CUDA whose libraries a torch for the CPU does not bring. What is used of it,
    filters and scales of mel, is written in Python.
    """
    try:
        importlib.import_module(_TORCHAUDIO)
    except ModuleNotFoundError:
        return
    except (OSError, ImportError):
        for name in [name for name in sys.modules if name.partition(".")[0] == _TORCHAUDIO]:
            del sys.modules[name]
        sys.modules[_NATIVE] = _no_native_part()
        importlib.import_module(_TORCHAUDIO)


def _no_native_part() -> ModuleType:
    """What stands in the place of torchaudio's native part, and says that it is not there."""
    absent = ModuleType(_NATIVE)
    absent.__dict__.update(_IS_TORCHAUDIO_EXT_AVAILABLE=False, fail_if_no_align=_refused)
    return absent


def _no_curves() -> ModuleType:
    """What stands in the place of Coqui's door to tensorboard, which is not installed: nothing is trained."""
    absent = ModuleType(_CURVES)
    absent.__dict__.update(TensorboardLogger=type("TensorboardLogger", (), {}))
    return absent


def _refused(_function: Callable[..., object]) -> Callable[..., object]:
    """In place of a function that calls the native part."""

    def refuse(*_args: object, **_options: object) -> None:
        raise RuntimeError("torchaudio's native part does not load beside this torch")

    return refuse
