"""Tensors from an operator's file: as torch or safetensors keep them, never run.

A file from somewhere is a stranger's: nothing in it is executed. What torch saves is a pickle, which may name
code to call; it is read only when it calls nothing but what rebuilds tensors, and then by torch's own reader
for weights. A TorchScript archive is a program: it is opened for an operator who trusts it, by name.
"""

from __future__ import annotations

import errno
import warnings
from _compat_pickle import IMPORT_MAPPING
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import IO, Self
from zipfile import ZIP_STORED, ZipFile

import torch
from safetensors.torch import load_file
from torch.serialization import safe_globals

from pipeline.engines.pickles import foreign_call
from pipeline.plan.errors import InputError, LecternError

#: More than most networks have; the distributed files of Wav2Lip have 436 MB, with their optimizer.
MOST_BYTES = 2 << 30
_MB = 1 << 20

_ZIP = b"PK\x03\x04"
_PICKLE = b"\x80"
# What torch wrote until 1.5 begins with this number (torch/serialization.py, MAGIC_NUMBER), pickled.
_STREAM_PICKLES = 5  # that number, a version, the machine, the dict, the order of what follows
_STREAM = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
# safetensors: the length of a JSON object, eight bytes, then the object.
_SAFE_AT, _SAFE = 8, b"{"
_HEAD = 16


class _Form(Enum):
    """How a file keeps weights."""

    ZIP = "zip"
    STREAM = "stream"
    SAFE = "safetensors"
    SCRIPT = "torchscript"


@dataclass(frozen=True, kw_only=True)
class _Terms:
    """On which terms a file is opened: as the arguments of `read_held`."""

    trusted: bool
    most_bytes: int
    inert: Collection[str]


class _Inert:
    """What a class that a pickle names is put down as: it takes anything, and does nothing with it."""

    def __new__(cls, *_args: object) -> Self:
        return super().__new__(cls)

    def __init__(self, *_args: object) -> None:
        """Forget what it is given."""

    def __setstate__(self, _state: object) -> None:
        """Forget what it is given."""


def _emptied(*_args: object) -> dict[object, object]:
    """What a dict with a default is put down as; torch's reader fills nothing but plain dicts."""
    return {}


def read_held(
    path: Path, *, trusted: bool = False, most_bytes: int = MOST_BYTES, inert: Collection[str] = ()
) -> object:
    """What a file of any network's weights holds, as it was saved: most often dicts of tensors, on the CPU.

    What is read lies in the file itself where it can: use it while the file stays as it is, or copy it.

    Args:
        path: the file.
        trusted: whether a TorchScript archive, which is a program, may be opened.
        most_bytes: how large the file may be, packed or unpacked.
        inert: what a pickle may name beside tensors, such as ``module.Class``. Nothing of that name is
            imported or made: an object that does nothing stands in its place.

    Raises:
        InputError: with a code ``model-file-`` or ``model-code-``: there is no such file, it is damaged, no
            file of weights, or it would run code.
    """
    terms = _Terms(trusted=trusted, most_bytes=most_bytes, inert=inert)
    try:
        form = _form_of(path, terms)
        with safe_globals([_stand_in(name) for name in inert]):
            return _READERS[form](path)
    except LecternError:
        raise
    except OSError as error:
        # An archive with nonsense in it sends its reader to places that no file has.
        damaged = error.errno == errno.EINVAL
        raise InputError(
            "model-file-broken" if damaged else "model-file-unreadable", file=path.name
        ) from error
    except Exception as error:  # a damaged file can fail in any way
        raise InputError("model-file-broken", file=path.name) from error


def _stand_in(name: str) -> tuple[Callable[..., object], str]:
    """What torch's reader shall take for something that a pickle names, under the name that it knows."""
    module, _, rest = name.rpartition(".")
    made = _emptied if rest == "defaultdict" else _Inert
    return made, f"{IMPORT_MAPPING.get(module, module)}.{rest}"


def _form_of(path: Path, terms: _Terms) -> _Form:
    """How a file keeps weights, by its content; one that is read with this form runs nothing unasked.

    Raises:
        InputError: it is too large, nothing that keeps weights, or it would run code.
        Exception: any, of a damaged file.
    """
    if not path.is_file():
        raise InputError("model-file-unreadable", file=path.name)
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if path.stat().st_size > terms.most_bytes:
            raise InputError("model-file-too-large", file=path.name, most=terms.most_bytes // _MB)
        if head.startswith(_ZIP):
            return _form_of_archive(file, path.name, terms)
        if head.startswith(_PICKLE):
            file.seek(0)
            stream = head.startswith(_STREAM)
            _refuse_calls(file, path.name, terms, pickles=_STREAM_PICKLES if stream else 1)
            if stream:
                return _Form.STREAM
        if head[_SAFE_AT:].startswith(_SAFE):
            return _Form.SAFE
    raise InputError("model-file-foreign" if head else "model-file-broken", file=path.name)


def _form_of_archive(file: IO[bytes], name: str, terms: _Terms) -> _Form:
    with ZipFile(file) as archive:
        entries = {entry.filename.partition("/")[2]: entry for entry in archive.infolist()}
        if len(entries) != len(archive.infolist()):
            raise InputError("model-file-broken", file=name)
        # A small archive can claim to hold more than any memory.
        if sum(entry.file_size for entry in entries.values()) > terms.most_bytes:
            raise InputError("model-file-too-large", file=name, most=terms.most_bytes // _MB)
        if "data.pkl" not in entries:
            raise InputError("model-file-foreign", file=name)
        if "constants.pkl" in entries:
            if not terms.trusted:
                raise InputError("model-code-untrusted", file=name)
            return _Form.SCRIPT
        # torch packs without compressing, so that weights can be mapped into memory as they lie there.
        if any(entry.compress_type != ZIP_STORED for entry in entries.values()):
            raise InputError("model-file-broken", file=name)
        with archive.open(entries["data.pkl"]) as pickled:
            _refuse_calls(pickled, name, terms, pickles=1)
    return _Form.ZIP


def _refuse_calls(pickled: IO[bytes], name: str, terms: _Terms, *, pickles: int) -> None:
    if (call := foreign_call(pickled, pickles, terms.inert)) is not None:
        raise InputError("model-file-code", file=name, call=call)


def _read_archive(path: Path) -> object:
    # Mapped, so that the optimizer's two thirds of the distributed files are never read.
    return torch.load(path, map_location="cpu", weights_only=True, mmap=True)


def _read_stream(path: Path) -> object:
    return torch.load(path, map_location="cpu", weights_only=True)


def _read_safe(path: Path) -> object:
    return load_file(path)


def _read_script(path: Path) -> object:
    with warnings.catch_warnings():
        # torch advises its users to write other files; these were written long ago.
        warnings.simplefilter("ignore", DeprecationWarning)
        return torch.jit.load(path, map_location="cpu").state_dict()  # type: ignore[no-untyped-call]


_READERS: Mapping[_Form, Callable[[Path], object]] = {
    _Form.ZIP: _read_archive,
    _Form.STREAM: _read_stream,
    _Form.SAFE: _read_safe,
    _Form.SCRIPT: _read_script,
}
