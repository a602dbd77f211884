"""Where models lie on disk: files by content, a card beside each, a journal of who did what.

Below the root: ``files/DIGEST.pth``, or a folder ``files/DIGEST``; ``cards/NAME.json``, ``journal.jsonl``,
and ``parts``, which holds what is still being written. The root may be a share that several hosts write to.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Generator, Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from pipeline.durable import Trouble, give_name, sync_folder, trouble
from pipeline.engines.weights import digest_of_model
from pipeline.plan.errors import AwayError, Fact, InputError, LecternError
from pipeline.plan.keys import canonical
from pipeline.plan.models import ModelRecord, check_name, digest_of_files

#: The journal's name in the root.
JOURNAL = "journal.jsonl"
#: The numbers of errors by which a share tells that it knows no locks.
NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL})

_CARDS, _FILES, _PARTS, _LOCK = "cards", "files", "parts", ".lock"
_CARD_SUFFIX = ".json"
# A model may have a thousand speakers, whose names stand on its card.
_CARD_LIMIT = 1 << 18
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SUFFIX = re.compile(r"(\.[a-z0-9]{1,12})?")
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_READ_FILE, _READ_FOLDER, _WRITE_FOLDER = 0o444, 0o555, 0o755
_STALE_S = 7 * 24 * 3600.0
_RECORD = TypeAdapter(ModelRecord)


class Cabinet:
    """The files and cards below one folder; it may be written to by any number of processes and hosts.

    A file or card appears whole and durable, or not at all.

    Args:
        root: the folder; made when the first model is added.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def cards(self) -> tuple[str, ...]:
        """The names on all cards, sorted; none where no model was ever added.

        Raises:
            AwayError: ``model-shelf-away``.
        """
        try:
            files = sorted(
                (self.root / _CARDS).glob(f"*{_CARD_SUFFIX}"), key=lambda path: path.name.casefold()
            )
        except OSError as error:
            raise shelf_error(error, self.root) from error
        return tuple(path.stem for path in files)

    def mark(self) -> int:
        """When a card was last written or taken away, as the file system tells; 0 where none ever was."""
        try:
            return (self.root / _CARDS).stat().st_mtime_ns
        except OSError:
            return 0

    def card(self, name: str) -> ModelRecord | None:
        """What stands on a card; None if there is none of that name.

        Raises:
            InputError: ``model-name-wrong``, or ``model-card-damaged``: it cannot be read as one.
            AwayError: ``model-shelf-away``.
        """
        path = self._card(check_name(name))
        try:
            with path.open("rb") as file:
                content = file.read(_CARD_LIMIT + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise shelf_error(error, self.root) from error
        try:
            record = _RECORD.validate_json(content)
        except ValidationError as error:
            raise InputError("model-card-damaged", model=name, path=str(path)) from error
        if record.name != name or not _is_sound(record) or len(content) > _CARD_LIMIT:
            raise InputError("model-card-damaged", model=name, path=str(path))
        return record

    def file(self, record: ModelRecord) -> Path:
        """Where a model's file or folder of weights lies, or would lie."""
        return self.root / _FILES / f"{record.digest}{record.suffix}"

    @contextlib.contextmanager
    def changing(self) -> Generator[None]:
        """Be the only one who changes cards, as far as the file system knows locks.

        Raises:
            AwayError: ``model-shelf-away`` or ``model-shelf-full``.
        """
        try:
            for folder in (_CARDS, _FILES, _PARTS):
                (self.root / folder).mkdir(parents=True, exist_ok=True)
            lock = (self.root / _LOCK).open("a")
        except OSError as error:
            raise shelf_error(error, self.root) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
            except OSError as error:
                # Some shares know no locks. Each change is whole all the same; of two at once the later wins.
                if error.errno not in NO_LOCKS:
                    raise shelf_error(error, self.root) from error
            yield

    def part(self, name: str = "") -> Path:
        """A path to write a file at, before it is one: a new one, or the one that bears this name.

        What killed processes left there a week ago is taken away.

        Raises:
            AwayError: ``model-shelf-away`` or ``model-shelf-full``.
        """
        folder = self.root / _PARTS
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.iterdir():
                with contextlib.suppress(FileNotFoundError):
                    if time.time() - left.stat().st_mtime > _STALE_S:
                        discard(left)
        except OSError as error:
            raise shelf_error(error, self.root) from error
        return folder / (name or f"{uuid.uuid4().hex}.part")

    def keep(self, part: Path, record: ModelRecord) -> None:
        """Give a part the place of a model's weights, then write its card; within `changing`.

        Raises:
            AwayError: ``model-shelf-away`` or ``model-shelf-full``.
        """
        final = self.file(record)
        try:
            if record.files:
                self._keep_folder(part, final, record)
            else:
                _keep_file(part, final, record)
            sync_folder(final.parent)
        except OSError as error:
            raise shelf_error(error, self.root) from error
        self.write(record)

    def write(self, record: ModelRecord) -> None:
        """Write a card anew; within `changing`.

        Raises:
            AwayError: ``model-shelf-away`` or ``model-shelf-full``.
        """
        final = self._card(record.name)
        part = self.part()
        try:
            with part.open("w", encoding="utf-8") as file:
                file.write(_readable(canonical(record)))
                file.flush()
                os.fsync(file.fileno())
            part.replace(final)
            sync_folder(final.parent)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise shelf_error(error, self.root) from error

    def drop(self, name: str, record: ModelRecord | None) -> None:
        """Take a card away, and its file unless another card needs it; within `changing`.

        What engines keep beside a file, under its name with more behind it, goes with it.

        Args:
            name: what stands on the card's file.
            record: what stands on the card; None when it cannot be read.

        Raises:
            AwayError: ``model-shelf-away``.
        """
        try:
            self._card(name).unlink(missing_ok=True)
            if record is not None and record.digest not in self._digests():
                weights = self.file(record)
                for path in (weights, *weights.parent.glob(f"{weights.name}.*")):
                    discard(path)
                sync_folder(self.root / _FILES)
            sync_folder(self.root / _CARDS)
        except OSError as error:
            raise shelf_error(error, self.root) from error

    def journal(self, event: str, by: str, at_ms: int, facts: Mapping[str, Fact]) -> None:
        """Write down, durably, who did what; within `changing`, before it is done.

        Raises:
            AwayError: ``model-shelf-away`` or ``model-shelf-full``: then it must not be done.
        """
        line = json.dumps({"at_ms": at_ms, "event": event, "by": by, **facts}, ensure_ascii=False)
        try:
            with (self.root / JOURNAL).open("a", encoding="utf-8") as file:
                file.write(line + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise shelf_error(error, self.root) from error

    def _keep_folder(self, part: Path, final: Path, record: ModelRecord) -> None:
        """Give a folder its place at once, closed to whatever would write into it later."""
        for path in part.iterdir():
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.chmod(_READ_FILE)
        sync_folder(part)
        if final.exists() and not _holds(final, record):
            # What lies there instead goes aside first: a folder replaces none that has something in it.
            aside = self.part()
            final.chmod(_WRITE_FOLDER)
            final.rename(aside)
            discard(aside)
        if not final.exists():
            part.rename(final)
        # Only now: a folder that nobody may write to cannot be moved.
        final.chmod(_READ_FOLDER)

    def _card(self, name: str) -> Path:
        return self.root / _CARDS / f"{name}{_CARD_SUFFIX}"

    def _digests(self) -> set[str]:
        """The digests on all cards that can be read; one that cannot names none that is known."""
        found = set()
        for name in self.cards():
            with contextlib.suppress(InputError):
                if record := self.card(name):
                    found.add(record.digest)
        return found


def shelf_error(error: OSError, root: Path) -> LecternError:
    """What a failed file operation below the root means, in the operating system's words."""
    kind, reason = trouble(error)
    code = "model-shelf-full" if kind is Trouble.FULL else "model-shelf-away"
    return AwayError(code, root=str(root), reason=reason)


def discard(path: Path) -> None:
    """Take a file away, or a folder with all that is in it; it may be gone already.

    Raises:
        OSError: as the system says.
    """
    if not path.is_dir() or path.is_symlink():
        path.unlink(missing_ok=True)
        return
    path.chmod(_WRITE_FOLDER)
    shutil.rmtree(path)


def _keep_file(part: Path, final: Path, record: ModelRecord) -> None:
    with part.open("rb") as file:
        os.fsync(file.fileno())
    if not give_name(part, final) and not _holds(final, record):
        # The name says what belongs there, and something else lies there: it is healed.
        part.replace(final)
    part.unlink(missing_ok=True)


def _holds(path: Path, record: ModelRecord) -> bool:
    return digest_of_model(path) == record.digest


def _is_sound(record: ModelRecord) -> bool:
    """Whether paths may be made of what stands on a card."""
    if not (_DIGEST.fullmatch(record.digest) and _SUFFIX.fullmatch(record.suffix)):
        return False
    if not record.files:
        return True
    named = all(_FILE_NAME.fullmatch(file.name) for file in record.files)
    return named and not record.suffix and digest_of_files(record.files) == record.digest


def _readable(text: str) -> str:
    """The same JSON, a line a fact: operators look into cards."""
    return json.dumps({"schema": 1, **json.loads(text)}, ensure_ascii=False, indent=2) + "\n"
