"""Mouths by torch: on which device, with which precision, and under which name."""

from __future__ import annotations

import importlib.util
import re
from importlib import metadata

from pipeline.engines.face.wav2lip.backends import Backend, Choice
from pipeline.engines.machine import has_bf16, instruction_set
from pipeline.engines.weights import Weights
from pipeline.plan.errors import InputError
from pipeline.plan.extras import how_to_install

#: From this compute capability on half precision is faster than single.
_HALF_SINCE = (7, 0)


class TorchKind:
    """Torch, on a card or on the processor."""

    def choice(self, *, device: str, exact: bool) -> Choice | None:
        """What it would compute with; torch itself is imported only where its build may find a card."""
        version = _version()
        if version is None:
            return None
        if device != "cpu":
            return _on_card(version, device, exact=exact)
        precision = "bf16" if has_bf16() and not exact else "fp32"
        release = version.partition("+")[0]
        name = f"torch-{release}-cpu-{instruction_set()}"
        return Choice(kind="torch", device="cpu", precision=precision, name=name)

    def missing(self, *, device: str) -> InputError:
        """Torch is not installed, or it finds no such device."""
        if _version() is None:
            install = how_to_install("wav2lip")
            return InputError("engine-missing", engine="wav2lip", library="torch", install=install)
        return InputError("face-device-missing", device=device, backend="torch")

    def open(self, *, device: str, weights: Weights, precision: str, batch: int, threads: int) -> Backend:
        """Load the weights; torch is imported here."""
        from pipeline.engines.face.wav2lip.backends.torch_backend import TorchBackend

        choice = self.choice(device=device, exact=precision == "fp32")
        if choice is None:
            raise self.missing(device=device)
        return TorchBackend(
            name=choice.name,
            device=choice.device,
            weights=weights,
            precision=precision,
            batch=batch,
            threads=threads,
        )


def _version() -> str | None:
    """Torch's version with its build, as in ``2.13.0+cpu``; None when it is not installed."""
    if importlib.util.find_spec("torch") is None:
        return None
    return metadata.version("torch").lower()


def _on_card(version: str, device: str, *, exact: bool) -> Choice | None:
    """The choice for a card; None when torch sees no such card."""
    if version.endswith("+cpu"):
        return None
    import torch

    number = device.partition(":")[2] or "0"
    if not (torch.cuda.is_available() and number.isdecimal() and int(number) < torch.cuda.device_count()):
        return None
    card = f"cuda:{int(number)}"
    half = not exact and torch.cuda.get_device_capability(card) >= _HALF_SINCE
    # Which algorithm cuDNN takes depends on its version and on the card.
    model = re.sub(r"[^a-z0-9]+", "-", torch.cuda.get_device_name(card).lower()).strip("-")
    cudnn: int | None = torch.backends.cudnn.version()  # type: ignore[no-untyped-call]
    name = f"torch-{version}-cuda-{model}-cudnn-{cudnn}"
    return Choice(kind="torch", device=card, precision="fp16" if half else "fp32", name=name)
