"""Finds out what a model is by what it holds, and that an engine here can open it."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from farm.models.folders import kind_of
from farm.models.openers import OPENINGS, Found
from pipeline.plan.errors import InputError
from pipeline.plan.extras import how_to_install
from pipeline.plan.models import ModelKind

#: What a model may be found to be, or said to be.
KINDS = tuple(OPENINGS)
#: Kinds that are one file.
_OF_A_FILE = tuple(kind for kind, opening in OPENINGS.items() if not opening.folder)

#: Said of sound weights that are no weights of Wav2Lip or Whisper: they may be of another kind.
_ANOTHER = (
    *("model-entry-missing", "model-entry-shape", "model-entry-extra", "model-no-weights"),
    *("model-ear-other", "model-file-too-large"),
)
#: Said of weights that are nearly of a kind: of all that can be said, the most exact.
_NEARLY = ("model-restorer-other", "model-restorer-no-faces", *_ANOTHER[:3])


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a model is.

    Attributes:
        kind: what it is good for.
        opened: whether it was opened to find that out; else somebody said so, and the libraries that could
            tell are not installed here.
        found: what it tells of itself.
    """

    kind: ModelKind
    opened: bool
    found: Found = field(default_factory=Found)


def recognise(path: Path, *, trusted: bool, kind: ModelKind | None, file: str) -> Seen:
    """Find out what a model is; nothing in it is run unless it is trusted.

    Args:
        path: where its file or folder lies.
        trusted: whether a program may be opened (TorchScript archives are programs).
        kind: what somebody says that it is; None to find out.
        file: what its owner calls it, for messages.

    Raises:
        InputError: nothing can open it, with the most exact that can be said of it; ``model-folder-needed``:
            models of that kind are folders; ``model-kind-unsure``: a library that could tell is missing and
            nobody said what it is; ``model-folder-other``: it is of another kind than somebody says;
            ``engine-missing``: it is sound, and needs a library that is not installed.
    """
    if path.is_dir():
        return _recognise_folder(path, trusted=trusted, kind=kind, folder=file)
    if kind and kind not in _OF_A_FILE:
        raise InputError("model-folder-needed", file=file, kind=kind.value)
    return _recognise_file(path, trusted=trusted, kind=kind, file=file)


def _recognise_file(path: Path, *, trusted: bool, kind: ModelKind | None, file: str) -> Seen:
    """As `recognise`, of a file: it is tried as each kind that it may be."""
    problems: list[InputError] = []
    absent: list[str] = []
    for each in (kind,) if kind else _OF_A_FILE:
        opening = OPENINGS[each]
        if find_spec(opening.library) is None:
            absent.append(opening.library)
            continue
        try:
            found = opening.open(path, trusted)
        except InputError as error:
            problems.append(_named(error, "file", file))
            if error.code not in _ANOTHER:
                break
        else:
            return Seen(kind=each, opened=True, found=found)
    if kind and absent:
        return Seen(kind=kind, opened=False)
    if absent and all(problem.code in _ANOTHER for problem in problems):
        raise InputError(
            "model-kind-unsure",
            file=file,
            library=absent[0],
            known=", ".join(_OF_A_FILE),
            install=how_to_install(*(OPENINGS[each].extra for each in _OF_A_FILE)),
        )
    exact = [problem for code in _NEARLY for problem in problems if problem.code == code]
    raise (exact or problems[-1:])[0]


def kind_of_folder(folder: Path, kind: ModelKind | None) -> ModelKind:
    """What a folder is, which its configuration tells.

    Raises:
        InputError: as `kind_of`; ``model-folder-other``: somebody says that it is something else.
    """
    found = kind_of(folder)
    if kind not in {None, found}:
        raise InputError("model-folder-other", folder=folder.name, kind=str(kind), found=found.value)
    return found


def _recognise_folder(path: Path, *, trusted: bool, kind: ModelKind | None, folder: str) -> Seen:
    """As `recognise`; without its library nothing is known of a folder that it is used by."""
    known = kind_of_folder(path, kind)
    opening = OPENINGS[known]
    if find_spec(opening.library) is None:
        install = how_to_install(opening.extra)
        raise InputError("engine-missing", engine=known.engine, library=opening.library, install=install)
    try:
        return Seen(kind=known, opened=True, found=opening.open(path, trusted))
    except InputError as error:
        raise _named(error, "folder", folder) from error


def _named(error: InputError, fact: str, name: str) -> InputError:
    """The same error, of a file or folder under its owner's name."""
    return InputError(error.code, **{**error.facts, fact: name} if fact in error.facts else error.facts)
