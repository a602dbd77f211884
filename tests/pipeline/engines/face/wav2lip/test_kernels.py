"""Kernels in a file beside the checkpoint: the checkpoint's own, and never a damaged one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from pipeline.engines.face.wav2lip import foldprogram, kernels
from pipeline.engines.face.wav2lip.architecture import layers
from pipeline.engines.face.wav2lip.kernels import SUFFIX, Kernels, kernels_of
from pipeline.engines.weights import Weights
from pipeline.plan.errors import InputError
from tests.support.wav2lip import require_torch, weights_of

_BY_HAND = """
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from pipeline.engines.face.wav2lip.kernels import kernels_of
from pipeline.engines.weights import Weights
kernels_of(Weights(path=Path(sys.argv[1]), digest=sys.argv[2], name="noise")).drawn("output_block.1")
sys.exit("torch" in sys.modules)
"""


@pytest.fixture
def weights(tmp_path: Path, wav2lip_checkpoint: Path) -> Path:
    """A checkpoint in a folder of its own."""
    weights = tmp_path / "wav2lip.pth"
    weights.symlink_to(wav2lip_checkpoint)
    return weights


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Path, list[float]]:
    """A file that stands for a checkpoint, whose only kernel is 1 when first made, then 2, and so on."""
    made: list[float] = []

    def make(weights: Weights, file: Path, *, origin: Mapping[str, str]) -> None:
        made.append(len(made) + 1.0)
        filled = np.full(1000, made[-1] + 100 * weights.trusted, np.float32)
        told = {**origin, foldprogram.SUM: foldprogram.check_sum([filled, filled])}
        save_file({"drawn.a.weight": filled, "drawn.a.bias": filled.copy()}, file, metadata=told)

    monkeypatch.setattr(kernels, "fold_apart", make)
    weights = tmp_path / "small.pth"
    weights.write_bytes(b"weights")
    return weights, made


def test_kernels_are_those_of_the_checkpoint_and_need_no_torch_again(weights: Path) -> None:
    """What is read back is what torch folds, layer by layer; who reads it imports no torch."""
    from pipeline.engines.face.wav2lip.checkpoint import read_weights
    from pipeline.engines.face.wav2lip.fold import fold

    got = kernels_of(weights_of(weights))
    folded = fold(read_weights(weights))
    for part, read in ((folded.drawn, got.drawn), (folded.face, got.face)):
        for name, kernel in part.items():
            weight, bias = read(name)
            np.testing.assert_array_equal(weight, kernel.weight.numpy())
            np.testing.assert_array_equal(bias, kernel.bias.numpy())
    assert {*folded.drawn, *folded.face} == {layer.name for layer in layers()}
    assert sorted(path.name for path in weights.parent.iterdir()) == ["wav2lip.pth", f"wav2lip.pth{SUFFIX}"]
    alone = [sys.executable, "-c", _BY_HAND, str(weights), weights_of(weights).digest]
    assert subprocess.run(alone, check=False).returncode == 0


def test_kernels_are_made_once(small: tuple[Path, list[float]]) -> None:
    """Whoever comes later reads the file."""
    weights, made = small
    assert [_value(kernels_of(weights_of(weights))) for _ in range(3)] == [1, 1, 1]
    assert made == [1]


@pytest.mark.parametrize("at", [3, 40, -5])
def test_a_damaged_file_is_made_anew(small: tuple[Path, list[float]], at: int) -> None:
    """One byte that changed anywhere in it, and it is not used."""
    weights, _ = small
    kernels_of(weights_of(weights))
    file = weights.with_name(weights.name + SUFFIX)
    content = bytearray(file.read_bytes())
    content[at] ^= 0x10
    file.write_bytes(content)
    assert _value(kernels_of(weights_of(weights))) == 2
    assert _value(kernels_of(weights_of(weights))) == 2


@pytest.mark.parametrize("left", [0, 7, 500])
def test_a_file_that_breaks_off_is_made_anew(small: tuple[Path, list[float]], left: int) -> None:
    """What a full disk left behind is not used."""
    weights, _ = small
    kernels_of(weights_of(weights))
    os.truncate(weights.with_name(weights.name + SUFFIX), left)
    assert _value(kernels_of(weights_of(weights))) == 2


def test_another_checkpoint_has_other_kernels(small: tuple[Path, list[float]]) -> None:
    """When another file lies where the checkpoint lay, its kernels are made."""
    weights, _ = small
    kernels_of(weights_of(weights))
    os.utime(weights, ns=(0, 0))
    assert _value(kernels_of(weights_of(weights))) == 2


def test_who_has_kernels_keeps_them(small: tuple[Path, list[float]]) -> None:
    """Whoever opened a checkpoint's kernels reads those, though another's lie there by now."""
    weights, _ = small
    before = kernels_of(weights_of(weights))
    os.utime(weights, ns=(0, 0))
    assert _value(kernels_of(weights_of(weights))) == 2
    assert _value(before) == 1


def test_what_was_made_in_trust_is_not_used_without(small: tuple[Path, list[float]]) -> None:
    """A program that ran because somebody trusted it gives nothing to who does not."""
    weights, _ = small
    assert _value(kernels_of(weights_of(weights, trusted=True))) == 101
    assert _value(kernels_of(weights_of(weights))) == 2


def test_kernels_of_other_bytes_are_not_used(small: tuple[Path, list[float]]) -> None:
    """Though the checkpoint's size and time are the same: what they were made of is written with them."""
    weights, _ = small
    before = weights_of(weights)
    assert _value(kernels_of(before)) == 1
    assert _value(kernels_of(replace(before, digest="b" * 64))) == 2
    assert _value(kernels_of(before)) == 3


def test_nothing_is_made_of_other_bytes_than_the_card_tells(tmp_path: Path, wav2lip_checkpoint: Path) -> None:
    """A sound checkpoint in the place of another one, of its size and time, is told and not used."""
    weights = tmp_path / "wav2lip.pth"
    shutil.copy2(wav2lip_checkpoint, weights)
    promised, state = weights_of(weights, name="lips"), weights.stat()
    with weights.open("r+b") as file:
        # In the weights themselves, which no reader could tell.
        file.seek(-(1 << 20), os.SEEK_END)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))
    os.utime(weights, ns=(state.st_atime_ns, state.st_mtime_ns))
    with pytest.raises(InputError) as raised:
        kernels_of(promised)
    assert raised.value.code == "model-damaged"
    assert raised.value.facts == {"model": "lips", "path": str(weights)}
    assert list(tmp_path.iterdir()) == [weights]


def test_where_no_file_can_be_kernels_are_read_each_time(
    small: tuple[Path, list[float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is only for reading stops nobody, and nothing is left anywhere."""
    weights, made = small
    (elsewhere := weights.parent / "elsewhere").mkdir()
    anywhere = tempfile.mkstemp

    def only_elsewhere(*, dir: Path | None, prefix: str) -> tuple[int, str]:  # noqa: A002 - as it is called there
        if dir is not None:
            raise PermissionError
        return anywhere(dir=elsewhere, prefix=prefix)

    monkeypatch.setattr("tempfile.mkstemp", only_elsewhere)
    assert [_value(kernels_of(weights_of(weights))) for _ in range(2)] == [1, 2]
    assert sorted(path.name for path in weights.parent.rglob("*")) == ["elsewhere", weights.name]
    assert made == [1, 2]


def test_what_is_wrong_with_a_checkpoint_is_told(tmp_path: Path) -> None:
    """The reader's own error comes out of its process, and nothing is left behind."""
    require_torch()
    wrong = tmp_path / "wrong.pth"
    wrong.write_text("no weights")
    with pytest.raises(InputError) as raised:
        kernels_of(weights_of(wrong))
    assert raised.value.code.startswith("model-")
    assert raised.value.facts["file"] == wrong.name
    assert list(tmp_path.iterdir()) == [wrong]


def _value(made: Kernels) -> int:
    weight, bias = made.drawn("a")
    assert weight.min() == weight.max() == bias.max()
    return int(weight[0])
