"""Promises of weights on record: what is read is what the card tells, from the first byte to the last."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.engines.weights import Weights, vouched
from pipeline.plan.errors import InputError
from pipeline.plan.messages import tell
from tests.support.wav2lip import weights_of


@pytest.fixture
def weights(tmp_path: Path) -> Weights:
    """A file as its card tells it."""
    file = tmp_path / "some.pth"
    file.write_bytes(b"weights")
    return weights_of(file, name="lips")


def test_a_sound_file_is_given_out(weights: Weights) -> None:
    """Its path, once all of it was read."""
    with vouched(weights) as path:
        assert path.read_bytes() == b"weights"


@pytest.mark.parametrize("content", [b"weighty", b"", b"weights and more"])
def test_another_file_is_never_opened(weights: Weights, content: bytes) -> None:
    """Also one of the same size and time; what is told names the model and the cure."""
    state = weights.path.stat()
    weights.path.write_bytes(content)
    os.utime(weights.path, ns=(state.st_atime_ns, state.st_mtime_ns))
    with pytest.raises(InputError) as raised, vouched(weights):
        raise AssertionError
    assert raised.value.code == "model-damaged"
    told = tell(raised.value.code, raised.value.facts, "en")
    assert "lips" in told
    assert "lectern models add" in told


def test_a_file_that_changes_while_it_is_read_is_told(weights: Weights) -> None:
    """Nothing that was read of it may be used: some of it may be of the other one."""

    def replaced() -> None:
        other = weights.path.with_name("other")
        other.write_bytes(b"weights")
        other.replace(weights.path)

    with pytest.raises(InputError, match="model-damaged"), vouched(weights):
        replaced()


def test_a_file_that_cannot_be_read_is_told(weights: Weights, tmp_path: Path) -> None:
    """One that is gone; a folder in its place is another model."""
    for path, code in ((tmp_path / "gone.pth", "model-file-unreadable"), (tmp_path, "model-damaged")):
        with pytest.raises(InputError, match=code), vouched(replace(weights, path=path)):
            raise AssertionError
