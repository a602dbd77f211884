"""Promises of how weights are read: every form, what differs first is named."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import tarfile
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.engines.face.wav2lip.architecture import PARAMETERS
from tests.support.wav2lip import require_torch

require_torch()

import torch  # noqa: E402 - where it is not installed, this file is skipped above
from torch import Tensor  # noqa: E402

from pipeline.engines.face.wav2lip.checkpoint import load_generator, read_weights  # noqa: E402
from tests.support.checkpoints import FORMS, archived, distributed, light, refused, save_safe, saved  # noqa: E402

_FIRST = "face_encoder_blocks.0.0.conv_block.0.weight"


def test_a_distributed_file_comes_back_bit_for_bit(wav2lip_checkpoint: Path) -> None:
    """In the network's order and without the prefix."""
    kept = torch.load(wav2lip_checkpoint, weights_only=True, mmap=True)["state_dict"]
    weights = read_weights(wav2lip_checkpoint)
    assert [(name, tuple(value.shape)) for name, value in weights.items()] == list(PARAMETERS.items())
    assert all(torch.equal(value, kept[f"module.{name}"]) for name, value in weights.items())
    assert {value.dtype for value in weights.values()} == {torch.float32, torch.int64}


def test_a_generator_is_ready_to_draw(wav2lip_checkpoint: Path) -> None:
    """Its state is the file's, it normalises by what was learnt, and no gradient is kept."""
    generator = load_generator(wav2lip_checkpoint)
    assert not generator.training
    assert not any(value.requires_grad for value in generator.parameters())
    weights = read_weights(wav2lip_checkpoint)
    assert all(torch.equal(value, weights[name]) for name, value in generator.state_dict().items())


def test_a_generator_needs_its_file_no_longer(tmp_path: Path) -> None:
    """Whatever becomes of it, weights stay as they were read."""
    path = tmp_path / "weights.safetensors"
    save_safe(path, light(0.25))
    generator = load_generator(path)
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
    assert all(bool((value == 0.25).all()) for value in generator.parameters())


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read_by_its_content(tmp_path: Path, form: str) -> None:
    """Whatever the file's name says."""
    path = tmp_path / "weights.bin"
    FORMS[form](path, light(0.25))
    weights = read_weights(path)
    assert list(weights) == list(PARAMETERS)
    assert all(bool((value == 0.25).all()) for name, value in weights.items() if "tracked" not in name)


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_become_full(tmp_path: Path, kind: torch.dtype) -> None:
    """With the very value that was kept."""
    path = saved(tmp_path / "half.pth", distributed(light(0.1, kind)))
    value = read_weights(path)[_FIRST]
    assert value.dtype == torch.float32
    assert bool((value == float(torch.tensor(0.1).to(kind).to(torch.float32))).all())


def test_what_only_counts_the_training_may_be_left_out(tmp_path: Path) -> None:
    """Converters drop it, and nothing is computed with it."""
    kept = {name: value for name, value in light().items() if not name.endswith("num_batches_tracked")}
    weights = read_weights(saved(tmp_path / "slim.pth", kept))
    assert list(weights) == list(PARAMETERS)


def _without(name: str) -> dict[str, Tensor]:
    return {key: value for key, value in light().items() if key != name}


_OUT = "output_block.1.weight"


_LEVEL = "face_decoder_blocks.3.0.conv_block.0.weight"


@pytest.mark.parametrize(
    ("weights", "code", "facts"),
    [
        (
            {"conv1_1.weight": torch.zeros(64, 3, 3, 3), "conv1_1.bias": torch.zeros(64)},  # S3FD
            "model-entry-missing",
            {"key": _FIRST, "shape": "16 x 6 x 7 x 7", "there": 0},
        ),
        (
            {"face_encoder.0.conv_block.0.weight": torch.zeros(32, 15, 7, 7)},  # SyncNet
            "model-entry-missing",
            {"key": _FIRST, "shape": "16 x 6 x 7 x 7", "there": 0},
        ),
        (
            _without(_LEVEL),
            "model-entry-missing",
            {"key": _LEVEL, "shape": "768 x 384 x 3 x 3", "there": 351},
        ),
        (
            {**light(), _LEVEL: torch.zeros(1).expand(512, 384, 3, 3), _OUT: torch.zeros(1)},
            "model-entry-shape",
            {"key": _LEVEL, "shape": "768 x 384 x 3 x 3", "found": "512 x 384 x 3 x 3"},
        ),
        (
            {**_without(_OUT), _LEVEL: torch.zeros(())},
            "model-entry-shape",
            {"key": _LEVEL, "shape": "768 x 384 x 3 x 3", "found": "1"},
        ),
        (
            {**light(), "to_rgb.weight": torch.zeros(3, 5)},
            "model-entry-extra",
            {"key": "to_rgb.weight", "found": "3 x 5"},
        ),
    ],
)
def test_of_another_network_the_first_difference_is_named(
    tmp_path: Path, weights: dict[str, Tensor], code: str, facts: dict[str, str | int]
) -> None:
    """Entry and shape, in the network's order, whatever the file's."""
    error = refused(saved(tmp_path / "other.pth", distributed(dict(reversed(weights.items())))))
    assert (error.code, error.facts) == (code, {"file": "other.pth", **facts})


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        (_LEVEL, float("nan"), "model-entry-impossible"),
        (_LEVEL, float("inf"), "model-entry-impossible"),
        ("audio_encoder.0.conv_block.1.running_var", -0.01, "model-entry-impossible"),
        (_LEVEL, torch.tensor(1e60, dtype=torch.float64), "model-entry-impossible"),
        (_LEVEL, torch.tensor(3, dtype=torch.int8), "model-entry-kind"),
        (_LEVEL, torch.tensor(1j), "model-entry-kind"),
    ],
)
def test_numbers_that_cannot_be_computed_with_are_refused(
    tmp_path: Path, key: str, value: float | Tensor, code: str
) -> None:
    """One in one entry is enough, and that entry is named."""
    bad = torch.as_tensor(value).expand(PARAMETERS[key])
    error = refused(saved(tmp_path / "bad.pth", {**light(), key: bad}))
    assert (error.code, error.facts["key"]) == (code, key)


def test_sparse_weights_are_refused(tmp_path: Path) -> None:
    """A tensor in parts is put together by more than what rebuilds a plain one."""
    key = "output_block.1.weight"
    held = {**light(), key: torch.zeros(PARAMETERS[key]).to_sparse()}
    error = refused(saved(tmp_path / "sparse.pth", held))
    assert error.facts["call"] == "torch._utils._rebuild_sparse_tensor"


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("storages"))
    return buffer.getvalue()


def _png() -> bytes:
    return cv2.imencode(".png", np.zeros((9, 9, 3), np.uint8))[1].tobytes()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "model-file-broken"),
        (b"P", "model-file-foreign"),
        (_png(), "model-file-foreign"),
        (b"<!DOCTYPE html><title>Sign in</title>", "model-file-foreign"),
        (b"just some words, and then some more", "model-file-foreign"),
        (_tar(), "model-file-foreign"),
        (archived({"word/document.xml": b"<w/>"}), "model-file-foreign"),
        (pickle.dumps({"state_dict": {"a": [1.0]}}, protocol=2), "model-file-foreign"),
        (archived({"a/data.pkl": b"not a pickle", "a/version": b"3\n"}), "model-file-broken"),
        (
            archived({"a/data.pkl": pickle.dumps([1], 2), "b/data.pkl": pickle.dumps([2], 2)}),
            "model-file-broken",
        ),
        (archived({"a/data.pkl": pickle.dumps([1], 2)}, zipfile.ZIP_DEFLATED), "model-file-broken"),
        (b"\x80\x02", "model-file-broken"),
        (b"\x00" * 8 + b"{", "model-file-broken"),
        (b"\xff" * 8 + b"{}" + bytes(99), "model-file-broken"),
    ],
)
def test_what_is_no_checkpoint_is_told(tmp_path: Path, content: bytes, code: str) -> None:
    """Empty, another kind of file, or a container with nonsense in it."""
    path = tmp_path / "wav2lip.pth"
    path.write_bytes(content)
    assert refused(path).code == code


@pytest.mark.parametrize(
    "held", [[1, 2], {"state_dict": {}}, {"state_dict": {"a": 1}}, {"a": 1}, "words", None]
)
def test_a_file_without_weights_is_told(tmp_path: Path, held: object) -> None:
    """It may be torch's and whole."""
    assert refused(saved(tmp_path / "none.pth", held)).code == "model-no-weights"


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    """Missing, a folder, a pipe that nobody writes to, a file that may not be read."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "missing.pth", tmp_path, tmp_path / "pipe"):
        assert refused(path).code == "model-file-unreadable"


@pytest.mark.parametrize("form", ["as distributed", "as old torch saved", "safetensors"])
def test_a_file_that_is_cut_off_is_told(tmp_path: Path, form: str) -> None:
    """Wherever an interrupted download ended."""
    whole = tmp_path / "whole"
    some = {name: torch.rand(shape) for name, shape in list(PARAMETERS.items())[:14]}
    FORMS[form](whole, some)
    content = whole.read_bytes()
    path = tmp_path / "part.pth"
    for part in (0.001, 0.02, 0.3, 0.9, 0.999):
        path.write_bytes(content[: max(int(len(content) * part), 20)])
        assert refused(path).code == "model-file-broken"


def test_reading_leaves_torch_out_of_who_does_not_ask() -> None:
    """The table of the network is read without it."""
    code = "import sys, pipeline.engines.face.wav2lip.architecture; print('torch' in sys.modules)"
    done = subprocess.run(["python", "-c", code], capture_output=True, text=True, check=True, timeout=60)  # noqa: S607
    assert done.stdout.strip() == "False"
