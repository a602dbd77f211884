"""Which backend computes, on which device and with which precision."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from importlib import metadata

import pytest

from farm.policy.profiles import CPU, device_of
from pipeline.engines.face.wav2lip.backends import AUTO, KINDS, choose
from pipeline.engines.face.wav2lip.backends import torch_kind as kind_module
from pipeline.engines.face.wav2lip.backends.torch_kind import TorchKind
from pipeline.plan.errors import InputError
from tests.db.values import PROFILE
from tests.support.wav2lip import require_torch

require_torch()

import torch  # noqa: E402 - where it is not installed, this file is skipped above


@pytest.fixture
def two_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """A torch built for cards that finds two, the second one of an old kind."""
    monkeypatch.setattr(metadata, "version", lambda _: "2.13.0+cu130")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda card: f"NVIDIA Card ({card[-1]})")
    monkeypatch.setattr(
        torch.cuda, "get_device_capability", lambda card: (9, 0) if card == "cuda:0" else (6, 1)
    )
    monkeypatch.setattr(torch.backends.cudnn, "version", lambda: 91002)


@pytest.mark.usefixtures("two_cards")
def test_a_card_is_taken_before_the_processor() -> None:
    """Asked for nothing, the first card computes, in half precision; build, library and card are its name."""
    choice = choose(exact=False)
    assert (choice.kind, choice.device, choice.precision) == ("torch", "cuda:0", "fp16")
    assert choice.name == "torch-2.13.0+cu130-cuda-nvidia-card-0-cudnn-91002"


@pytest.mark.usefixtures("two_cards")
def test_the_farm_knows_a_card_by_its_name() -> None:
    """A worker that computes on one is known as one: films are planned for it before processors."""
    on_card, on_cpu = (choose(device=device, exact=True).name for device in ("cuda", "cpu"))
    assert device_of([replace(PROFILE, backend=on_card)]) == "cuda"
    assert device_of([replace(PROFILE, backend=on_cpu)]) == CPU


@pytest.mark.usefixtures("two_cards")
def test_exact_is_single_precision_everywhere() -> None:
    """On a card and on a processor."""
    assert choose(device="cuda", exact=True).precision == "fp32"
    assert choose(device="cpu", exact=True).precision == "fp32"


@pytest.mark.usefixtures("two_cards")
def test_a_card_can_be_told_by_its_number() -> None:
    """The second one is taken; it has no fast half precision. A third one is not there."""
    choice = choose(device="cuda:1", exact=False)
    assert (choice.device, choice.precision) == ("cuda:1", "fp32")
    for device in ("cuda:2", "cuda:x", "cuda:-1"):
        with pytest.raises(InputError) as told:
            choose(device=device, exact=False)
        assert told.value.code == "face-device-missing"


@pytest.mark.parametrize("bf16", [True, False])
def test_a_processor_computes_in_half_precision_where_it_can(
    monkeypatch: pytest.MonkeyPatch, *, bf16: bool
) -> None:
    """In bf16 where there are instructions for it, else in fp32; when exactness is asked for, in fp32."""
    monkeypatch.setattr(kind_module, "has_bf16", lambda: bf16)
    assert choose(kind="torch", device="cpu", exact=False).precision == ("bf16" if bf16 else "fp32")
    assert choose(kind="torch", device="cpu", exact=True).precision == "fp32"


def test_a_card_that_is_not_there_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a build without cards, by one that finds none; and what is told says which device was asked for."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for build in ("2.13.0+cpu", "2.13.0"):
        monkeypatch.setattr(metadata, "version", lambda _, build=build: build)
        with pytest.raises(InputError) as told:
            choose(device="cuda", exact=False)
        assert told.value.code == "face-device-missing"
        assert told.value.facts["device"] == "cuda"


def test_without_torch_what_to_install_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library and the command."""
    monkeypatch.setattr(kind_module, "_version", lambda: None)
    with pytest.raises(InputError) as told:
        choose(kind="torch", device="cpu", exact=False)
    assert told.value.code == "engine-missing"
    assert told.value.facts["library"] == "torch"


def test_a_backend_that_nobody_knows_is_told() -> None:
    """With those that there are."""
    with pytest.raises(InputError) as told:
        choose(kind="abacus", exact=False)
    assert told.value.code == "face-backend-unknown"
    assert told.value.facts["known"] == ", ".join(KINDS)


def test_a_device_that_nobody_knows_is_told() -> None:
    """It is no device of any kind."""
    with pytest.raises(InputError) as told:
        choose(device="tpu", exact=False)
    assert told.value.code == "face-device-missing"


def test_a_name_can_stand_in_a_key() -> None:
    """It is one plain word."""
    assert re.fullmatch(r"[a-z0-9][a-z0-9.+-]*", choose(kind="torch", device="cpu", exact=True).name)


def test_a_choice_for_the_processor_loads_no_framework() -> None:
    """A process that only asks imports neither torch nor OpenVINO, with a build that knows no cards."""
    asked = (
        "import sys\n"
        "from pipeline.engines.face.wav2lip.backends.torch_kind import TorchKind\n"
        "assert TorchKind().choice(device='cpu', exact=False)\n"
        "assert not {'torch', 'openvino'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert TorchKind().choice(device="cpu", exact=False)
    assert AUTO not in KINDS
