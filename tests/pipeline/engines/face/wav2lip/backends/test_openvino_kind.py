"""When OpenVINO is chosen, and with which arithmetic."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from pipeline.engines.face.wav2lip.backends import KINDS, choose, open_backend, openvino_kind
from pipeline.engines.face.wav2lip.backends.openvino_kind import OpenvinoKind
from pipeline.engines.weights import Weights
from pipeline.plan.errors import InputError
from tests.support.openvino import require_openvino
from tests.support.wav2lip import require_torch


@pytest.fixture(autouse=True)
def _openvino() -> None:
    require_openvino()
    require_torch()


def _on(monkeypatch: pytest.MonkeyPatch, instructions: str, *, bf16: bool) -> None:
    """Stand on another processor."""
    monkeypatch.setattr(openvino_kind, "instruction_set", lambda: instructions)
    monkeypatch.setattr(openvino_kind, "has_bf16", lambda: bf16)


def _gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand where OpenVINO is not installed."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "openvino" else found(name, *rest)
    )


@pytest.mark.parametrize(
    ("instructions", "bf16", "exact", "precision"),
    [
        ("amx", True, False, "bf16"),
        ("avx512-bf16", True, False, "bf16"),
        ("avx512-bf16", True, True, "fp32"),
        ("avx512", False, False, "fp32"),
        ("avx2", False, False, "fp32"),
    ],
)
def test_half_precision_where_the_processor_has_it(
    monkeypatch: pytest.MonkeyPatch, instructions: str, precision: str, *, bf16: bool, exact: bool
) -> None:
    """Fast is bf16 where that is native, else fp32; exact is fp32. The name tells build and processor."""
    _on(monkeypatch, instructions, bf16=bf16)
    choice = OpenvinoKind().choice(device="cpu", exact=exact)
    assert choice is not None
    assert (choice.kind, choice.device, choice.precision) == ("openvino", "cpu", precision)
    assert choice.name.startswith("openvino-2")
    assert choice.name.endswith(instructions)


def test_it_serves_no_card_and_no_other_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A card is torch's, and so is a processor of another family."""
    _on(monkeypatch, "avx2", bf16=False)
    assert OpenvinoKind().choice(device="cuda:0", exact=False) is None
    assert OpenvinoKind().missing(device="cuda:0").code == "face-device-missing"
    _on(monkeypatch, "neon-bf16", bf16=True)
    assert OpenvinoKind().choice(device="cpu", exact=False) is None


def test_nothing_is_loaded_to_choose() -> None:
    """What it would be called is known without importing it."""
    before = "openvino" in sys.modules
    assert OpenvinoKind().choice(device="cpu", exact=False) is not None
    assert ("openvino" in sys.modules) is before


def test_it_is_preferred_for_half_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    """Automatic choice takes it where half precision is native; for fp32 torch is the faster one."""
    _on(monkeypatch, "amx", bf16=True)
    assert choose(device="cpu", exact=False).kind == "openvino"
    assert choose(device="cpu", exact=True).kind == "torch"
    _on(monkeypatch, "avx2", bf16=False)
    assert choose(device="cpu", exact=False).kind == "torch"


def test_without_it_torch_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Automatic choice falls back to torch; who asks for it by name is told what to install."""
    _gone(monkeypatch)
    assert OpenvinoKind().choice(device="cpu", exact=False) is None
    assert choose(device="cpu", exact=False).kind == "torch"
    with pytest.raises(InputError) as raised:
        choose(kind="openvino", device="cpu", exact=False)
    assert raised.value.code == "engine-missing"
    assert raised.value.facts["library"] == "openvino"
    with pytest.raises(InputError):
        open_backend(
            kind="openvino",
            device="cpu",
            weights=Weights(path=Path("none.pth"), digest="", name="none"),
            precision="fp32",
            batch=1,
            threads=1,
        )
    assert "openvino" in KINDS
