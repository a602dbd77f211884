"""Promises of files of tensors: what their pickles name beside tensors is never made, asked for or not."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.plan.errors import InputError
from tests.support.wav2lip import require_torch

require_torch()

import torch  # noqa: E402 - where it is not installed, this file is skipped above

from pipeline.engines.tensorfile import read_held  # noqa: E402

_NAMES = ("library.Config", "collections.defaultdict", "__builtin__.dict")


class _Harm:
    def __init__(self, trace: Path) -> None:
        self._trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (f"touch '{self._trace}'",)


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> object:
    """A library's own object, which leaves a trace when it is made of a pickle."""
    module = ModuleType("library")
    code = "class Config:\n    made = 0\n    def __setstate__(self, state): Config.made += 1\n"
    exec(code, module.__dict__)  # noqa: S102 - a class whose module is the library
    monkeypatch.setitem(sys.modules, "library", module)
    made = module.Config()
    made.rate = 22050
    return made


@pytest.mark.parametrize("zipped", [True, False])
def test_what_is_named_inert_is_left_out(tmp_path: Path, config: object, *, zipped: bool) -> None:
    """The tensors beside it are read; its class is neither asked for nor called."""
    path = tmp_path / "model.pth"
    many = defaultdict(dict, {"a": 1})
    held = {"model": {"w": torch.arange(3.0)}, "config": config, "optimizer": [many]}
    torch.save(held, path, _use_new_zipfile_serialization=zipped)
    del sys.modules["library"]
    found = read_held(path, inert=_NAMES)
    assert isinstance(found, dict)
    assert torch.equal(found["model"]["w"], torch.arange(3.0))
    assert not isinstance(found["config"], type(config))
    assert vars(type(config))["made"] == 0
    with pytest.raises(InputError) as refused:
        read_held(path)
    assert refused.value.facts == {"file": "model.pth", "call": "library.Config"}


def test_what_nobody_named_is_refused_all_the_same(tmp_path: Path, config: object) -> None:
    """One harmless name opens no door to another one."""
    trace, path = tmp_path / "trace", tmp_path / "model.pth"
    torch.save({"model": {}, "config": config, "more": _Harm(trace)}, path)
    with pytest.raises(InputError) as refused:
        read_held(path, inert=_NAMES)
    assert refused.value.facts["call"] == "posix.system"
    assert not trace.exists()


def test_a_file_may_be_larger_where_its_kind_is(tmp_path: Path) -> None:
    """The largest of each kind is said by who opens it."""
    path = tmp_path / "model.pth"
    torch.save({"w": torch.zeros(1 << 18)}, path)
    with pytest.raises(InputError, match="model-file-too-large"):
        read_held(path, most_bytes=1 << 20)
    assert read_held(path, most_bytes=1 << 21)
