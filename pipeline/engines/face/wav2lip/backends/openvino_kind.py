"""OpenVINO as a kind of backend: what it would compute with on this machine, told without loading it."""

from __future__ import annotations

import importlib.util
from importlib import metadata

from pipeline.engines.face.wav2lip.backends import Backend, Choice
from pipeline.engines.machine import has_bf16, instruction_set
from pipeline.engines.weights import Weights
from pipeline.plan.errors import InputError
from pipeline.plan.extras import how_to_install

_KIND = "openvino"
# The extra is for these; elsewhere torch is no slower, and half precision would not be bf16.
_FAMILIES = ("amx", "avx")


class OpenvinoKind:
    """OpenVINO on an x86 processor: fp32, or bf16 where the processor multiplies it natively."""

    def choice(self, *, device: str, exact: bool) -> Choice | None:
        """What it computes with; None without OpenVINO, on another processor, or for a card."""
        instructions = instruction_set()
        if device != "cpu" or not instructions.startswith(_FAMILIES) or not _installed():
            return None
        return Choice(
            kind=_KIND,
            device=device,
            precision="bf16" if has_bf16() and not exact else "fp32",
            name=f"{_KIND}-{metadata.version(_KIND)}-{instructions}",
        )

    def missing(self, *, device: str) -> InputError:
        """What `choice` did not find: OpenVINO itself, or a device that it serves."""
        if not _installed():
            install = how_to_install("openvino")
            return InputError("engine-missing", engine="wav2lip", library=_KIND, install=install)
        return InputError("face-device-missing", device=device, backend=_KIND)

    def open(self, *, device: str, weights: Weights, precision: str, batch: int, threads: int) -> Backend:
        """A backend with its weights ready.

        Raises:
            InputError: ``engine-missing``, ``face-device-missing``, or a code ``model-*``.
            MouthMemoryError: not enough memory.
        """
        if device != "cpu" or not _installed():
            raise self.missing(device=device)
        from pipeline.engines.face.wav2lip.backends.openvino_backend import OpenvinoBackend

        return OpenvinoBackend(weights=weights, precision=precision, batch=batch, threads=threads)


def _installed() -> bool:
    return importlib.util.find_spec(_KIND) is not None
