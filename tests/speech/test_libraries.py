"""Promises of the libraries that speak, hear and write: importable beside any torch, quiet, and offline."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.wav2lip import require_torch

require_torch()

_CHILD = """
import socket, sys, warnings
warnings.simplefilter("error")
asked = []
sys.addaudithook(lambda event, args: asked.append(event) if event in {asked_of} else None)
import torch
from pipeline.engines.libraries import prepare
prepare()
threads = torch.get_num_threads()
from transformers import LlamaForCausalLM, Qwen2ForCausalLM
assert torch.get_num_threads() == threads
print(len(asked))
"""


def test_language_models_are_importable_beside_this_torch() -> None:
    """Whatever torchvision was built for; without a warning, a word or a question to any host."""
    pytest.importorskip("transformers", reason="transformers is not installed: the extra brings it")
    events = {"socket.connect", "socket.getaddrinfo", "urllib.Request"}
    child = subprocess.run(
        [sys.executable, "-c", _CHILD.replace("{asked_of}", repr(events))],
        capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert (child.returncode, child.stdout, child.stderr) == (0, "0\n", "")
