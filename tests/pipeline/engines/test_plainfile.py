"""Promises of checkpoints that are written anew: tensors, numbers and words stay, all else is left out."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.durable import digest_of
from pipeline.plan.errors import InputError
from tests.support.wav2lip import require_torch

require_torch()

import torch  # noqa: E402 - where it is not installed, this file is skipped above

from pipeline.engines.plainfile import make_plain  # noqa: E402


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkpoint as XTTS's was distributed: with its configuration as an object, which nobody has here."""
    room = "TTS.tts.models.xtts"
    module = ModuleType(room)
    exec("class XttsArgs:\n    pass\n", module.__dict__)  # noqa: S102 - a class whose module is the library's
    monkeypatch.setitem(sys.modules, "TTS", ModuleType("TTS"))
    monkeypatch.setitem(sys.modules, "TTS.tts", ModuleType("TTS.tts"))
    monkeypatch.setitem(sys.modules, "TTS.tts.models", ModuleType("TTS.tts.models"))
    monkeypatch.setitem(sys.modules, room, module)
    args = module.XttsArgs()
    args.__dict__.update(layers=30, seen=defaultdict(dict, {"a": 1}))
    whole = torch.arange(8.0)
    model = {"first": whole[:2], "second": whole[2:].reshape(2, 3).T, "mask": torch.tensor([0.0, -torch.inf])}
    path = tmp_path / "best_model.pth"
    torch.save({"model": model, "config": args, "optimizer": [{"lr": 0.1}], "step": 7}, path)
    monkeypatch.undo()
    return path


def test_a_network_keeps_its_weights_alone(saved: Path, tmp_path: Path) -> None:
    """Each entry with its own numbers; what is written names nothing but tensors."""
    before = digest_of(saved)
    target = tmp_path / "model.pth"
    make_plain(saved, target)
    assert digest_of(saved) == before
    held = torch.load(target, weights_only=True)
    assert sorted(held) == ["model", "step"]
    assert held["step"] == 0
    assert held["model"]["first"].tolist() == [0.0, 1.0]
    assert held["model"]["second"].tolist() == [[2.0, 5.0], [3.0, 6.0], [4.0, 7.0]]
    assert held["model"]["mask"].tolist() == [0.0, float("-inf")]
    assert held["model"]["first"].untyped_storage().nbytes() == 8


def test_a_tacotron_keeps_its_frames_and_a_vocoder_its_form(tmp_path: Path) -> None:
    """The library asks for them: how many frames at a time, and whether a generator stands alone."""
    model = {"weight": torch.zeros(2)}
    files = {
        "own": {"model": model, "r": 2, "config": {"r": 7}},
        "trained": {"model": model, "config": {"r": 3, "audio": {}}},
        "bare": {"model": model, "config": {}},
        "vocoder": {"model": model, "model_disc": {"weight": torch.ones(9)}},
    }
    found = {}
    for name, held in files.items():
        torch.save(held, tmp_path / f"{name}.pth")
        make_plain(tmp_path / f"{name}.pth", tmp_path / "plain.pth")
        plain = torch.load(tmp_path / "plain.pth", weights_only=True)
        found[name] = {key: value for key, value in plain.items() if key not in {"model", "step"}}
    assert found == {"own": {"r": 2}, "trained": {"r": 3}, "bare": {}, "vocoder": {"model_disc": {}}}


def test_the_same_gives_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    """So that the same model again is the same model; what is plain already stays as it is."""
    for folder in ("one", "two", "three"):
        (tmp_path / folder).mkdir()
    make_plain(saved, tmp_path / "one/model.pth")
    make_plain(saved, tmp_path / "two/model.pth")
    make_plain(tmp_path / "two/model.pth", tmp_path / "three/model.pth")
    digests = {digest_of(tmp_path / folder / "model.pth") for folder in ("one", "two", "three")}
    assert len(digests) == 1


def test_a_table_of_speakers_stays_one(tmp_path: Path) -> None:
    """Names, numbers and tensors, however deep; no entry of a network is asked for."""
    source, target = tmp_path / "speakers_xtts.pth", tmp_path / "plain.pth"
    table = {"Ana": {"latent": torch.ones(1, 2), "age": 30, "tags": ["a", None, True]}, "model": {"id": 1}}
    torch.save(table, source)
    make_plain(source, target, table=True)
    held = torch.load(target, weights_only=True)
    assert held["Ana"]["latent"].tolist() == [[1.0, 1.0]]
    assert (held["Ana"]["age"], held["Ana"]["tags"], held["model"]) == (30, ["a", None, True], {"id": 1})


@pytest.mark.parametrize(
    ("held", "code"),
    [
        ({"optimizer": 1}, "model-no-weights"),
        ({"model": {"step": 1}}, "model-no-weights"),
        ([1, 2], "model-no-weights"),
        ({"model": {"w": torch.tensor([1.0, torch.nan])}}, "model-entry-impossible"),
        ({"model": {"w": torch.tensor([torch.inf])}}, "model-entry-impossible"),
        ({"model": {"w": torch.eye(2).to_sparse()}}, "model-file-code"),
    ],
)
def test_what_holds_no_weights_is_refused(tmp_path: Path, held: object, code: str) -> None:
    """With the file's own name."""
    source = tmp_path / "model.pth"
    torch.save(held, source)
    with pytest.raises(InputError) as refused:
        make_plain(source, tmp_path / "plain.pth")
    assert (refused.value.code, refused.value.facts["file"]) == (code, "model.pth")
