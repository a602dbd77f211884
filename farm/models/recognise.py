"""Finds out what a file of weights is by what it holds, and that an engine here can open it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pipeline.plan.errors import InputError
from pipeline.plan.extras import how_to_install
from pipeline.plan.models import Kind

#: Opens a file as weights of one kind; raises an InputError that says what is wrong with it.
_Opener = Callable[[Path, bool], None]

#: Said of sound weights that are no weights of Wav2Lip: they may be of another kind.
_ANOTHER = ("model-entry-missing", "model-entry-shape", "model-entry-extra", "model-no-weights")
#: Said of weights that are nearly of a kind: of all that can be said, the most exact.
_NEARLY = ("model-restorer-other", "model-restorer-no-faces", *_ANOTHER[:-1])


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a file is.

    Attributes:
        kind: what it is good for.
        opened: whether it was opened to find that out; else somebody said so, and the libraries that could
            tell are not installed here.
    """

    kind: Kind
    opened: bool


def recognise(path: Path, *, trusted: bool, kind: Kind | None, file: str) -> Seen:
    """Find out what a file of weights is; nothing in it is run unless it is trusted.

    Args:
        path: where it lies.
        trusted: whether a program may be opened (TorchScript archives are programs).
        kind: what somebody says that it is; None to find out.
        file: what its owner calls it, for messages.

    Raises:
        InputError: nothing can open it, with the most exact that can be said of it; ``model-kind-unknown``:
            no file is of that kind; ``model-kind-unsure``: a library that could tell is missing and nobody
            said what it is; ``engine-missing``: it is sound, and needs a library that is not installed.
    """
    if kind and kind not in KINDS:
        raise InputError("model-kind-unknown", kind=kind.value, known=", ".join(KINDS))
    problems: list[InputError] = []
    absent: list[str] = []
    for each in (kind,) if kind else KINDS:
        library, opener = _OPENERS[each]
        if find_spec(library) is None:
            absent.append(library)
            continue
        try:
            opener(path, trusted)
        except InputError as error:
            problems.append(_named(error, file))
            if error.code not in _ANOTHER:
                break
        else:
            return Seen(kind=each, opened=True)
    if kind and absent:
        return Seen(kind=kind, opened=False)
    if absent and all(problem.code in _ANOTHER for problem in problems):
        raise InputError(
            "model-kind-unsure",
            file=file,
            library=absent[0],
            known=", ".join(KINDS),
            install=how_to_install("wav2lip", "restore"),
        )
    exact = [problem for code in _NEARLY for problem in problems if problem.code == code]
    raise (exact or problems[-1:])[0]


def _open_wav2lip(path: Path, trusted: bool) -> None:  # noqa: FBT001 - as every opener
    from pipeline.engines.face.wav2lip.checkpoint import read_weights

    read_weights(path, trusted=trusted)


def _open_restorer(path: Path, trusted: bool) -> None:  # noqa: FBT001 - as every opener
    from pipeline.engines.face.wav2lip.restorerfile import load_restorer

    load_restorer(path, trusted=trusted)


def _named(error: InputError, file: str) -> InputError:
    """The same error, of a file under its owner's name."""
    return InputError(error.code, **{**error.facts, "file": file} if "file" in error.facts else error.facts)


#: The library without which a kind cannot be opened, and how it is.
_OPENERS: Mapping[Kind, tuple[str, _Opener]] = {
    Kind.WAV2LIP: ("torch", _open_wav2lip),
    Kind.RESTORER: ("spandrel", _open_restorer),
}
#: What a file may be found to be, or said to be.
KINDS = tuple(_OPENERS)
