"""Backends: what computes the mouths, each with what it needs from the machine."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.wav2lip.region import Region
from pipeline.engines.weights import Weights
from pipeline.plan.errors import InputError

#: The word for "the best that this machine has".
AUTO = "auto"


class MouthMemoryError(Exception):
    """The card, or the machine, has not enough memory for a batch of mouths: a smaller one may fit."""


class StillFace(Protocol):
    """A portrait's face as one backend keeps it: everything that no sound changes, computed once.

    It belongs to the backend that made it and is good for as long as that is open.
    """

    @property
    def region(self) -> Region:
        """The part of the picture that is drawn."""
        ...


class Backend(Protocol):
    """Computes mouths: the same window and face give the same bits, in whatever company and slot.

    Attributes:
        name: everything about build and machine that can change a bit, as in ``torch-2.13.0-cpu-avx2``.
        precision: ``fp32``, ``bf16`` or ``fp16``.
        batch: how many windows are computed at a time; fewer are padded to it.
        threads: how many threads compute, of the calling one's team.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - the class's Attributes tell it
    @property
    def precision(self) -> str: ...  # noqa: D102
    @property
    def batch(self) -> int: ...  # noqa: D102
    @property
    def threads(self) -> int: ...  # noqa: D102

    def still(self, face: NDArray[np.uint8], region: Region) -> StillFace:
        """A face that stays as it is, made ready: uint8 (96, 96, 3), BGR; once a portrait."""
        ...

    def draw_still(self, still: StillFace, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """One mouth a window: float32 (n, 80, 16) to float32 (n, rows, columns, 3), BGR, 0 to 1; n <= batch.

        Raises:
            MouthMemoryError: the card, or the machine, has not enough memory for the batch.
            TransientError: ``face-device-lost``: the card stopped answering; the process needs a new start.
        """
        ...

    def draw_moving(
        self, faces: NDArray[np.uint8], windows: NDArray[np.float32], region: Region
    ) -> NDArray[np.float32]:
        """As `draw_still`, with a face of its own for each window: uint8 (n, 96, 96, 3), BGR."""
        ...

    def close(self) -> None:
        """Release the model and its memory; it may be called twice."""
        ...


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What will compute, known before anything heavy is loaded.

    Attributes:
        kind: the backend's kind, a name of `KINDS`.
        device: ``cpu``, or a card as in ``cuda:0``.
        precision: what it computes with.
        name: the `Backend.name` that it will have.
    """

    kind: str
    device: str
    precision: str
    name: str


class BackendKind(Protocol):
    """One kind of backend; asked before anything heavy is loaded."""

    def choice(self, *, device: str, exact: bool) -> Choice | None:
        """What it would compute with on this machine; None when it is not installed or has no such device.

        Args:
            device: ``cpu``, ``cuda`` for the first card, or a card by number as in ``cuda:1``.
            exact: fp32 is asked for, whatever it costs.
        """
        ...

    def missing(self, *, device: str) -> InputError:
        """The error that names what `choice` did not find, with the cure."""
        ...

    def open(self, *, device: str, weights: Weights, precision: str, batch: int, threads: int) -> Backend:
        """As `open_backend`."""
        ...


#: The class of every kind of backend; imported when it is asked.
KINDS: Mapping[str, str] = {
    "torch": "pipeline.engines.face.wav2lip.backends.torch_kind:TorchKind",
    "openvino": "pipeline.engines.face.wav2lip.backends.openvino_kind:OpenvinoKind",
}

_PREFERENCE = (("torch", "cuda"), ("openvino", "cpu"), ("torch", "cpu"))


def choose(*, kind: str = AUTO, device: str = AUTO, exact: bool) -> Choice:
    """The fastest of what is asked for that this machine has.

    That is a card; on a processor that multiplies bf16 natively OpenVINO; on any other one, and wherever
    fp32 is asked for, torch, whose fp32 takes three quarters of the time of OpenVINO's.

    Args:
        kind: a name of `KINDS`, or ``auto``.
        device: ``cpu``, ``cuda``, ``cuda:1`` and so on, or ``auto``.
        exact: fp32 is asked for; otherwise half precision where the machine computes it natively.

    Raises:
        InputError: ``face-backend-unknown``; ``face-device-missing``: there is no such device here, or the
            kind cannot use it; ``engine-missing``: the kind is not installed.
    """
    if kind not in (AUTO, *KINDS):
        raise InputError("face-backend-unknown", backend=kind, known=", ".join(KINDS))
    wanted = [
        (name, where if device == AUTO else device)
        for name, where in _PREFERENCE
        if name in KINDS and kind in (AUTO, name) and device.partition(":")[0] in (AUTO, where)
    ]
    found = [_kind(name).choice(device=where, exact=exact) for name, where in wanted]
    if here := [choice for choice in found if choice is not None]:
        return min(here, key=_rank)
    if not wanted:
        raise InputError("face-device-missing", device=device, backend=kind)
    name, where = wanted[-1]
    raise _kind(name).missing(device=where)


def _rank(choice: Choice) -> tuple[bool, bool]:
    """The less the faster; of equals the first one of `_PREFERENCE`."""
    return choice.device == "cpu", choice.precision == "fp32" and choice.kind != "torch"


def open_backend(
    *, kind: str, device: str, weights: Weights, precision: str, batch: int, threads: int
) -> Backend:
    """A backend with its weights loaded.

    Args:
        kind: a `Choice.kind`.
        device: a `Choice.device`.
        weights: the checkpoint; see `checkpoint.read_weights`.
        precision: a `Choice.precision`.
        batch: how many windows are computed at a time, 1 or more.
        threads: how many threads a CPU computes with, 1 or more.

    Raises:
        InputError: a code ``model-*``: the file is no checkpoint of Wav2Lip.
        MouthMemoryError: not enough memory for the weights.
    """
    return _kind(kind).open(device=device, weights=weights, precision=precision, batch=batch, threads=threads)


def _kind(name: str) -> BackendKind:
    module, _, attribute = KINDS[name].partition(":")
    return cast("BackendKind", getattr(importlib.import_module(module), attribute)())
