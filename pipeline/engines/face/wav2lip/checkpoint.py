"""Weights from an operator's file: as torch or safetensors keep them, checked entry by entry, never run.

A file from somewhere is a stranger's: nothing in it is executed. What torch saves is a pickle, which may name
code to call; it is read only when it calls nothing but what rebuilds tensors, and then by torch's own reader
for weights. A TorchScript archive is a program: it is opened for an operator who trusts it, by name.
"""

from __future__ import annotations

import errno
import warnings
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import IO
from zipfile import ZIP_STORED, ZipFile

import torch
from safetensors.torch import load_file
from torch import Tensor

from pipeline.engines.face.wav2lip.architecture import PARAMETERS
from pipeline.engines.face.wav2lip.network import Generator
from pipeline.engines.face.wav2lip.pickles import foreign_call
from pipeline.plan.errors import InputError, LecternError

#: The distributed files have 436 MB, with their optimizer.
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
# Networks have counted the batches of their training since torch 0.4.1; nothing is computed with it.
_COUNTER = "num_batches_tracked"


class _Form(Enum):
    """How a file keeps weights."""

    ZIP = "zip"
    STREAM = "stream"
    SAFE = "safetensors"
    SCRIPT = "torchscript"


def load_generator(path: Path, *, trusted: bool = False) -> Generator:
    """The network with a file's weights, for drawing: on the CPU, in fp32, no gradients kept.

    Args:
        path: as for `read_weights`.
        trusted: as for `read_weights`.

    Raises:
        InputError: as `read_weights`.
    """
    # Copies: what is read may lie in the file itself, which may be changed while the network is in use.
    weights = {name: value.clone() for name, value in read_weights(path, trusted=trusted).items()}
    # On the meta device nothing is drawn by lot that the weights replace.
    with torch.device("meta"):
        generator = Generator()
    generator.load_state_dict(weights, assign=True)
    return generator.eval().requires_grad_(requires_grad=False)


def read_weights(path: Path, *, trusted: bool = False) -> dict[str, Tensor]:
    """The weights of Wav2Lip's generator: every entry of `PARAMETERS` in its order, fp32 on the CPU, finite.

    A ``.pth`` as it is distributed (a dict with ``state_dict``, names with the prefix ``module.``) or a bare
    dict of weights, of any release of torch since 0.1.10; safetensors; half or double precision, too. What a
    file is, is told by its content.

    What is read lies in the file itself where it can, so that memory holds weights once: use them while
    the file stays as it is, or copy them.

    Args:
        path: the file.
        trusted: whether a TorchScript archive, which is a program, may be opened.

    Raises:
        InputError: with a code ``model-``: there is no such file, it is damaged, no weights, of another
            network (then with the first entry that differs), or it would run code.
    """
    return _checked(_weights_in(read_held(path, trusted=trusted), path.name), path.name)


def read_held(path: Path, *, trusted: bool = False) -> object:
    """What a file of any network's weights holds, as it was saved: most often dicts of tensors, on the CPU.

    Args:
        path: as for `read_weights`.
        trusted: as for `read_weights`.

    Raises:
        InputError: with a code ``model-file-`` or ``model-code-``: there is no such file, it is damaged, no
            file of weights, or it would run code.
    """
    try:
        return _READERS[_form_of(path, trusted=trusted)](path)
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


def _form_of(path: Path, *, trusted: bool) -> _Form:
    """How a file keeps weights, by its content; one that is read with this form runs nothing unasked.

    Raises:
        InputError: it is too large, nothing that keeps weights, or it would run code.
        Exception: any, of a damaged file.
    """
    if not path.is_file():
        raise InputError("model-file-unreadable", file=path.name)
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if path.stat().st_size > MOST_BYTES:
            raise InputError("model-file-too-large", file=path.name, most=MOST_BYTES // _MB)
        if head.startswith(_ZIP):
            return _form_of_archive(file, path.name, trusted=trusted)
        if head.startswith(_PICKLE):
            file.seek(0)
            stream = head.startswith(_STREAM)
            _refuse_calls(file, path.name, pickles=_STREAM_PICKLES if stream else 1)
            if stream:
                return _Form.STREAM
        if head[_SAFE_AT:].startswith(_SAFE):
            return _Form.SAFE
    raise InputError("model-file-foreign" if head else "model-file-broken", file=path.name)


def _form_of_archive(file: IO[bytes], name: str, *, trusted: bool) -> _Form:
    with ZipFile(file) as archive:
        entries = {entry.filename.partition("/")[2]: entry for entry in archive.infolist()}
        if len(entries) != len(archive.infolist()):
            raise InputError("model-file-broken", file=name)
        # A small archive can claim to hold more than any memory.
        if sum(entry.file_size for entry in entries.values()) > MOST_BYTES:
            raise InputError("model-file-too-large", file=name, most=MOST_BYTES // _MB)
        if "data.pkl" not in entries:
            raise InputError("model-file-foreign", file=name)
        if "constants.pkl" in entries:
            if not trusted:
                raise InputError("model-code-untrusted", file=name)
            return _Form.SCRIPT
        # torch packs without compressing, so that weights can be mapped into memory as they lie there.
        if any(entry.compress_type != ZIP_STORED for entry in entries.values()):
            raise InputError("model-file-broken", file=name)
        with archive.open(entries["data.pkl"]) as pickled:
            _refuse_calls(pickled, name, pickles=1)
    return _Form.ZIP


def _refuse_calls(pickled: IO[bytes], name: str, *, pickles: int) -> None:
    if (call := foreign_call(pickled, pickles)) is not None:
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


def _weights_in(held: object, file: str) -> dict[str, Tensor]:
    """The tensors of a file by the network's own names, whether they lie in a ``state_dict`` or bare."""
    if isinstance(held, Mapping) and isinstance(held.get("state_dict"), Mapping):
        held = held["state_dict"]
    if not isinstance(held, Mapping):
        raise InputError("model-no-weights", file=file)
    # Training on several cards puts each name below this word.
    tensors = {
        str(name).replace("module.", ""): value for name, value in held.items() if isinstance(value, Tensor)
    }
    if not tensors:
        raise InputError("model-no-weights", file=file)
    return tensors


def _checked(tensors: Mapping[str, Tensor], file: str) -> dict[str, Tensor]:
    """The network's entries in its order, fp32 and finite; what differs first is named."""
    for key, shape in PARAMETERS.items():
        if key in tensors:
            found = tuple(tensors[key].shape)
            if found != shape:
                raise InputError(
                    "model-entry-shape", file=file, key=key, shape=_sides(shape), found=_sides(found)
                )
        elif not key.endswith(_COUNTER):
            there = sum(name in tensors for name in PARAMETERS)
            raise InputError("model-entry-missing", file=file, key=key, shape=_sides(shape), there=there)
    for key, value in tensors.items():
        if key not in PARAMETERS:
            raise InputError("model-entry-extra", file=file, key=key, found=_sides(tuple(value.shape)))
    return {
        key: _numbers(tensors[key], key, file) if key in tensors else torch.zeros(shape, dtype=torch.int64)
        for key, shape in PARAMETERS.items()
    }


def _numbers(value: Tensor, key: str, file: str) -> Tensor:
    """An entry's numbers: fp32, or int64 where batches are counted."""
    if value.layout != torch.strided or value.device.type != "cpu" or value.is_quantized:
        raise InputError("model-entry-kind", file=file, key=key, kind=_kind(value))
    if key.endswith(_COUNTER):
        return value.to(torch.int64)
    if not value.is_floating_point():
        raise InputError("model-entry-kind", file=file, key=key, kind=_kind(value))
    numbers = value.detach().to(torch.float32).contiguous()
    if not numbers.isfinite().all() or (key.endswith("running_var") and (numbers < 0).any()):
        raise InputError("model-entry-impossible", file=file, key=key)
    return numbers


def _kind(value: Tensor) -> str:
    return str(value.dtype).removeprefix("torch.")


def _sides(shape: tuple[int, ...]) -> str:
    """A shape for people: 16 x 6 x 7 x 7, or 1 for a single number."""
    return " x ".join(map(str, shape)) or "1"
