"""Promises of the libraries that speak, hear and write: importable beside any torch, and quiet."""

from __future__ import annotations

import importlib
import logging
import os

import pytest

from tests.support.speech import require

require("transformers", "torchaudio")

import torch  # noqa: E402 - where it is not installed, this file is skipped above


@pytest.mark.parametrize("name", ["Qwen2ForCausalLM", "LlamaForCausalLM", "Glm4ForCausalLM"])
def test_language_models_are_importable_beside_this_torch(name: str) -> None:
    """Whatever torchvision and torchaudio were built for; the number of threads stays as it was."""
    threads = torch.get_num_threads()
    assert hasattr(importlib.import_module("transformers"), name)
    assert torch.get_num_threads() == threads


def test_what_is_written_in_python_works_without_the_native_part() -> None:
    """Scales of mel, for instance; what needs the native part says so when it is called, and not before."""
    functional = importlib.import_module("torchaudio.functional")
    assert functional.melscale_fbanks(9, 0.0, 4000.0, 4, 8000).shape == (9, 4)
    extension = importlib.import_module("torchaudio._extension")
    if not extension._IS_TORCHAUDIO_EXT_AVAILABLE:
        refusing = extension.fail_if_no_align(lambda: None)
        with pytest.raises(RuntimeError, match="native part"):
            refusing()


def test_libraries_are_offline_and_quiet() -> None:
    """Once they are prepared: the hub is closed, and only what went wrong is told."""
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    for name in ("TTS", "transformers"):
        assert logging.getLogger(name).getEffectiveLevel() >= logging.ERROR
