"""Hidden folders of an archive: a film's files lie there until they are whole, and what gives way to them.

Whoever is killed leaves one behind, which is swept later; what was set aside there and proves to be a
stranger's goes back first.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from pipeline.durable import digest_of, give_name, sync_folder
from pipeline.store import CrashPoint

#: Where films lie until they are whole: hidden, and on the same mount.
PARTS = ".lectern-parts"
#: Where an earlier delivery's files lie until what takes their place is there; in a folder of parts.
_ASIDE = "earlier"


def new_parts(root: Path, name: str) -> Path:
    """Where a folder for the parts of a film may be made: a name that nobody has.

    Args:
        root: the archive.
        name: the film's path in it, as it stands in the ledger.
    """
    return root / PARTS / f"{_owner(name)}.{uuid.uuid4().hex}"


@contextlib.contextmanager
def hidden_folder(parts: Path, root: Path, crash: CrashPoint) -> Iterator[None]:
    """A folder for parts of one's own, removed when delivering failed; who is killed leaves it to `sweep`."""
    parts.parent.mkdir(exist_ok=True)
    parts.mkdir()
    crash("archive-parts-made")
    try:
        yield
    except Exception:
        with contextlib.suppress(OSError):
            _remove(parts, root)
        raise


def set_aside(file: Path, digest: str, parts: Path, root: Path, crash: CrashPoint) -> bool:
    """Take a file out of the way, into a folder of parts; False: it was another one by then, and is back.

    Its name there tells what it is held to be, and where it was: whoever is killed now leaves it so that what
    came in the last moment goes back to its place.

    Args:
        file: the file.
        digest: of its content, as it was seen.
        parts: the folder of parts.
        root: the archive.
        crash: called after each file operation with the point's name.

    Raises:
        FileNotFoundError: it is not there any more.
        OSError: the archive cannot be written.
    """
    kept = parts / _ASIDE
    aside = kept / digest / file.relative_to(root)
    aside.parent.mkdir(parents=True, exist_ok=True)
    file.rename(aside)
    crash("archive-earlier-moved")
    return not _return(aside, kept, root)


def give_back(root: Path, name: str) -> None:
    """Have everything in its place again that was set aside for a film and is not what it was held to be.

    Raises:
        OSError: the archive cannot be written.
    """
    for parts in _parts_of(root, name):
        _give_back(parts, root)


def drop_parts(root: Path, name: str) -> None:
    """Remove the hidden parts of a film, whoever writes them: a delivery that is under way has to begin anew.

    Args:
        root: the archive.
        name: the film's path in it, as it stands in the ledger.

    Raises:
        OSError: the archive cannot be written.
    """
    for entry in _parts_of(root, name):
        _remove(entry, root)


def sweep(root: Path, *, older_than_s: float) -> int:
    """Remove hidden parts that nobody wrote to for so long, by the archive's own clock; how many there were.

    Raises:
        OSError: the archive cannot be written.
    """
    folder = root / PARTS
    if not folder.is_dir():
        return 0
    # A share's clock need not be ours, so its own says how old a part is.
    probe = folder / f"{uuid.uuid4().hex}.clock"
    try:
        probe.touch()
        now = probe.stat().st_mtime
    finally:
        # Where it was made and its close failed, too.
        probe.unlink(missing_ok=True)
    stale = [entry for entry in folder.iterdir() if now - _last_write(entry, now) >= older_than_s]
    for entry in stale:
        _remove(entry, root)
    return len(stale)


def _parts_of(root: Path, name: str) -> list[Path]:
    """The hidden folders of a film's parts, whoever made them."""
    return list((root / PARTS).glob(f"{_owner(name)}.*"))


def _owner(name: str) -> str:
    """What the hidden folders of a film's parts begin with."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _give_back(parts: Path, root: Path) -> None:
    """Have everything in its place again that was set aside and is not what it was held to be."""
    kept = parts / _ASIDE
    for file in [each for each in kept.rglob("*") if each.is_file()]:
        _return(file, kept, root)


def _return(file: Path, kept: Path, root: Path) -> bool:
    """Have a file that was set aside in its place again unless it is what its name says; whether it is there.

    Where somebody has taken its place since, it lies beside it.
    """
    digest, *place = file.relative_to(kept).parts
    with contextlib.suppress(FileNotFoundError):
        if digest_of(file) != digest:
            wanted = root.joinpath(*place)
            others = (wanted.with_stem(f"{wanted.stem}.kept-{number}") for number in itertools.count(1))
            final = next(each for each in itertools.chain([wanted], others) if give_name(file, each))
            sync_folder(final.parent)
            file.unlink(missing_ok=True)
            return True
    return False


def _last_write(entry: Path, otherwise: float) -> float:
    try:
        inside = [entry, *entry.iterdir()] if entry.is_dir() else [entry]
        return max(path.stat().st_mtime for path in inside)
    except FileNotFoundError:
        return otherwise  # its writer has just removed it


def _remove(entry: Path, root: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if entry.is_dir():
            _give_back(entry, root)
            shutil.rmtree(entry)
        else:
            entry.unlink()
