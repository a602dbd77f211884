"""Promises about opening restorers of faces: what is known, what is refused, and that nothing is run."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from pipeline.plan.errors import InputError
from tests.support.restorer import random_restorer, require_spandrel

require_spandrel()
import torch  # noqa: E402 - only where it is installed
from torch import Tensor  # noqa: E402


@pytest.fixture
def weights(tmp_path: Path) -> dict[str, Tensor]:
    """The entries of a small restorer."""
    path = tmp_path / "sound.pth"
    random_restorer(path)
    held: dict[str, dict[str, Tensor]] = torch.load(path, weights_only=True)
    return held["params_ema"]


def refused(path: Path) -> InputError:
    """Why a file is not opened."""
    # It takes long, and of several processes that collect tests one needs it.
    from pipeline.engines.face.wav2lip.restorerfile import load_restorer

    with pytest.raises(InputError) as told:
        load_restorer(path)
    return told.value


def test_a_restorer_restores(tmp_path: Path) -> None:
    """A face goes in and one of the same size comes out; nothing keeps gradients."""
    from pipeline.engines.face.wav2lip.restorerfile import load_restorer

    path = tmp_path / "face.pth"
    random_restorer(path)
    restorer = load_restorer(path)
    assert not any(parameter.requires_grad for parameter in restorer.model.parameters())
    assert restorer(torch.rand(1, 3, 64, 64)).shape == (1, 3, 64, 64)


def test_an_entry_that_is_missing_is_named(tmp_path: Path, weights: dict[str, Tensor]) -> None:
    """So is one of another shape."""
    path = tmp_path / "face.pth"
    torch.save({name: value for name, value in weights.items() if name != "post_quant_conv.bias"}, path)
    assert "post_quant_conv.bias" in str(refused(path).facts["reason"])
    torch.save({**weights, "post_quant_conv.bias": torch.zeros(7)}, path)
    error = refused(path)
    assert error.code == "model-restorer-other"
    assert "post_quant_conv.bias" in str(error.facts["reason"])
    assert "7" in str(error.facts["reason"])


def test_what_restores_no_faces_is_refused(tmp_path: Path) -> None:
    """A network that enlarges any picture is known, and is not what is wanted."""
    from spandrel.architectures.Compact import Compact

    path = tmp_path / "large.pth"
    torch.save(Compact(num_feat=4, num_conv=1, upscale=2).state_dict(), path)
    assert refused(path).code == "model-restorer-no-faces"


def test_a_stranger_is_refused(tmp_path: Path) -> None:
    """Weights that nothing is known of, no weights at all, and numbers that are none."""
    path = tmp_path / "face.pth"
    torch.save({"a": torch.zeros(3)}, path)
    assert refused(path).code == "model-restorer-unknown"
    torch.save({"a": 3}, path)
    assert refused(path).code == "model-no-weights"
    torch.save([1, 2], path)
    assert refused(path).code == "model-no-weights"
    torch.save({"a": torch.tensor([float("nan")])}, path)
    assert refused(path).code == "model-entry-impossible"


def test_codeformer_names_the_library_that_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its architecture comes apart, for its licence's sake."""
    monkeypatch.setattr("pipeline.engines.face.wav2lip.restorerfile.find_spec", lambda _name: None)
    path = tmp_path / "codeformer.pth"
    entries = ("position_emb", "idx_pred_layer.1.weight", "quantize.embedding.weight")
    torch.save({"params_ema": dict.fromkeys(entries, torch.zeros(1))}, path)
    error = refused(path)
    assert error.code == "engine-missing"
    assert error.facts["library"] == "spandrel_extra_arches"


class _Trap:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


def test_nothing_in_a_file_is_run(tmp_path: Path) -> None:
    """A pickle that would do something when it is opened is not opened."""
    path, mark = tmp_path / "face.pth", tmp_path / "ran"
    path.write_bytes(pickle.dumps({"params_ema": _Trap(mark)}, protocol=2))
    assert refused(path).code == "model-file-code"
    assert not mark.exists()
