"""Promises about weights that were made to harm, or were damaged: nothing is run, nothing crashes."""

from __future__ import annotations

import os
import pickle
import random
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pipeline.engines.face.wav2lip.architecture import PARAMETERS
from pipeline.plan.errors import InputError
from tests.support.wav2lip import require_torch

require_torch()

import torch  # noqa: E402 - where it is not installed, this file is skipped above

from pipeline.engines.face.wav2lip.checkpoint import load_generator, read_weights  # noqa: E402
from pipeline.engines.tensorfile import MOST_BYTES  # noqa: E402
from tests.support.checkpoints import FORMS, archived, distributed, light, refused, saved  # noqa: E402


class _Harm:
    """What is called when a pickle of it is opened: a command that leaves a trace."""

    def __init__(self, trace: Path) -> None:
        self._trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (f"touch '{self._trace}'",)


class _Room:
    """Asks for more memory than there is."""

    def __reduce__(self) -> tuple[object, ...]:
        return bytearray, (1 << 40,)


def _pickled_in_archive(harm: object, protocol: int) -> bytes:
    return archived({"a/data.pkl": pickle.dumps({"state_dict": harm}, protocol), "a/version": b"3\n"})


_WRAPS: Mapping[str, Callable[[object], bytes]] = {
    "alone": lambda harm: pickle.dumps(harm, 2),
    "alone, newer": lambda harm: pickle.dumps(harm, 5),
    "in an archive": lambda harm: _pickled_in_archive(harm, 2),
    "in an archive, newer": lambda harm: _pickled_in_archive(harm, 5),
    "in an archive, as text": lambda harm: _pickled_in_archive(harm, 0),
}


@pytest.mark.parametrize("wrap", _WRAPS)
def test_nothing_in_a_file_is_run(tmp_path: Path, wrap: str) -> None:
    """Not even for who trusts archives; the error says what it would have been."""
    trace, path = tmp_path / "trace", tmp_path / "harm.pth"
    path.write_bytes(_WRAPS[wrap](_Harm(trace)))
    for trusted in (False, True):
        error = refused(path, trusted=trusted)
        assert (error.code, error.facts) == ("model-file-code", {"file": "harm.pth", "call": "posix.system"})
    assert not trace.exists()
    with pytest.raises(InputError):
        load_generator(path)
    # The file is as harmful as it claims: Python's own reader runs it.
    pickle.loads(pickle.dumps(_Harm(trace), 2))  # noqa: S301 - that is what is shown
    assert trace.exists()


def test_nothing_is_run_beside_good_weights(tmp_path: Path) -> None:
    """In either of torch's containers, next to a state that would be accepted."""
    trace = tmp_path / "trace"
    for old in (False, True):
        held = {**distributed(light()), "optimizer": _Harm(trace)}
        path = saved(tmp_path / "harm.pth", held, _use_new_zipfile_serialization=not old)
        assert refused(path).facts == {"file": "harm.pth", "call": "posix.system"}
    assert not trace.exists()


def test_a_pickle_cannot_ask_for_memory(tmp_path: Path) -> None:
    """Not by what torch's own reader would allow."""
    path = saved(tmp_path / "room.pth", {**light(), "room": _Room()})
    assert refused(path).facts["call"] in {"builtins.bytearray", "__builtin__.bytearray"}


def test_an_archive_cannot_claim_more_than_there_is(tmp_path: Path) -> None:
    """Its sizes are added up before anything is unpacked."""
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", pickle.dumps([1], 2))
        archive.writestr("a/data/0", bytes(100))
        archive.filelist[-1].file_size = MOST_BYTES
    assert refused(path).code == "model-file-too-large"


def test_a_file_of_any_size_is_refused_at_once(tmp_path: Path) -> None:
    """Nothing of it is read but its beginning."""
    path = tmp_path / "large.pth"
    path.write_bytes(b"PK\x03\x04")
    os.truncate(path, MOST_BYTES + 1)
    assert refused(path).facts == {"file": "large.pth", "most": MOST_BYTES >> 20}


def test_a_program_is_opened_for_who_trusts_it(tmp_path: Path) -> None:
    """A TorchScript archive is refused without trust; with it, its weights are checked like any other's."""
    generator = load_generator(saved(tmp_path / "light.pth", light(0.01)))
    path = tmp_path / "script.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        shown = (torch.zeros(1, 1, 80, 16), torch.zeros(1, 6, 96, 96))
        torch.jit.trace(generator, shown, check_trace=False).save(str(path))
        torch.jit.trace(torch.nn.Linear(2, 2).eval(), torch.zeros(1, 2)).save(str(tmp_path / "other.pt"))
    assert refused(path).code == "model-code-untrusted"
    weights = read_weights(path, trusted=True)
    assert all(torch.equal(value, weights[name]) for name, value in generator.state_dict().items())
    assert refused(tmp_path / "other.pt", trusted=True).code == "model-entry-missing"


#: What a damaged file may turn out to be: anything but one that is not there.
_DAMAGED = {
    "model-file-broken",
    "model-file-foreign",
    "model-file-code",
    "model-file-too-large",
    "model-no-weights",
    "model-entry-missing",
}


def test_any_damage_ends_in_one_of_our_errors(tmp_path: Path) -> None:
    """Bytes changed anywhere: no crash, no other exception, no weights that were never there."""
    chance = random.Random(5)  # noqa: S311 - damage, the same each time
    some = {name: torch.rand(shape) for name, shape in list(PARAMETERS.items())[2:9]}
    path = tmp_path / "damaged.pth"
    for save in FORMS.values():
        save(path, some)
        content = path.read_bytes()
        for _ in range(40):
            damaged = bytearray(content)
            for _ in range(chance.choice((1, 3, 30))):
                # Half of it where a file tells what it holds: at its ends.
                at = chance.choice((chance.randrange(-900, 900), chance.randrange(len(damaged))))
                damaged[at] = chance.randrange(256)
            path.write_bytes(damaged)
            assert refused(path).code in _DAMAGED
