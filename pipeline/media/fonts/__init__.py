"""The fonts that captions and labels are drawn with: the label's own, and those of this machine."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from pipeline.plan.keys import canonical
from pipeline.plan.typefaces import Face

#: The font of labels.
LABEL_FILE = Path(__file__).with_name("label.otf")

_SUFFIXES = frozenset({".ttf", ".otf", ".ttc", ".otc"})
_SYSTEM = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
_MAC = ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts")
_SCHEMA = 1
# A file may bear a name that is no text, as old systems made them.
_ANY_NAME = "surrogateescape"


def system_folders() -> tuple[Path, ...]:
    """Where this system keeps fonts."""
    names = (*_SYSTEM, *(_MAC if sys.platform == "darwin" else ()))
    return tuple(Path(name).expanduser() for name in names)


def find_faces(own: Sequence[Path], folders: Iterable[Path], *, index: Path) -> tuple[Face, ...]:
    """Every font of these folders that captions can be set in, by path; what is no font is passed over.

    Args:
        own: folders that the operator named.
        folders: folders of the system.
        index: what was read of each file, so that it is read once; made anew when it is damaged.
    """
    known = _read_index(index)
    seen: dict[str, list[Face]] = {}
    faces: list[Face] = []
    for folder, is_own in (*((folder, True) for folder in own), *((folder, False) for folder in folders)):
        for path in _files(folder):
            mark = _mark(path)
            if mark in seen:
                continue
            seen[mark] = known[mark] if mark in known else _read(path)
            faces += (replace(face, own=is_own) for face in seen[mark])
    if seen.keys() != known.keys():
        _write_index(index, seen)
    return tuple(sorted(faces, key=lambda face: (face.path, face.family, face.weight)))


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(place, name) for name in sorted(names) if Path(name).suffix.lower() in _SUFFIXES)


def _mark(path: Path) -> str:
    """What a file is known by, as long as nobody changes it."""
    try:
        state = path.stat()
    except OSError:
        return f"{path}"
    return f"{path} {state.st_size} {state.st_mtime_ns}"


def _read(path: Path) -> list[Face]:
    from pipeline.media.fonts.reading import faces_of

    return list(faces_of(path))


def _read_index(index: Path) -> dict[str, list[Face]]:
    try:
        told = json.loads(index.read_text("utf-8", _ANY_NAME))
        if told["schema"] != _SCHEMA:
            return {}
        return {
            mark: [Face(**{**face, "ranges": tuple(face["ranges"])}) for face in faces]
            for mark, faces in told["files"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _write_index(index: Path, seen: dict[str, list[Face]]) -> None:
    """Keep what was read, where there is a folder for it; without it everything works, only slower."""
    files = {mark: [asdict(face) for face in faces] for mark, faces in seen.items()}
    part = index.with_name(f"{index.name}.{os.getpid()}.part")
    try:
        part.write_text(canonical({"schema": _SCHEMA, "files": files}), "utf-8", _ANY_NAME)
        part.replace(index)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
