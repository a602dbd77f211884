"""Downloads a known model from its owner's address: resumed where it broke off, opened only once verified."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO, BinaryIO, cast
from urllib.parse import urlsplit

from typing_extensions import override

from farm.models.cabinet import NO_LOCKS, Cabinet, shelf_error
from farm.models.catalogue import Known
from pipeline.durable import Trouble, digest_of, trouble
from pipeline.plan.errors import AwayError, InputError

#: Told how many bytes there are, of how many; it may raise to stop, and what is there stays for next time.
Progress = Callable[[int, int], None]

_BLOCK = 1 << 18
_REDIRECTS = 5
_PAGE_KINDS = ("text/html", "application/xhtml+xml")
_PARTIAL, _NO_SUCH_RANGE = 206, 416
_AGAIN = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long an address is waited for.

    Attributes:
        silent_s: without a single byte.
        slow_s: with fewer than `slow_bytes` in that time.
        slow_bytes: what counts as slow.
        pauses_s: before the second try, the third and so on; after the last one it is given up.
    """

    silent_s: float = 30.0
    slow_s: float = 60.0
    slow_bytes: int = 1 << 16
    pauses_s: tuple[float, ...] = (1.0, 4.0, 15.0)


class _Broken(Exception):  # noqa: N818 - no error of its own: it is tried again
    """The answer ended before the file did."""


@contextlib.contextmanager
def downloaded(
    cabinet: Cabinet, known: Known, *, progress: Progress, patience: Patience | None = None
) -> Generator[Path]:
    """Download a model's file beside the shelf and verify its size and digest; where it lies.

    What an earlier call got is used again. The file is not opened as a model, and nobody else downloads it
    until the block ends.

    Raises:
        InputError: ``model-fetch-by-hand``: its owner has only a page; ``model-fetch-undigested``: nobody
            knows its digest; ``model-fetch-refused``, ``model-fetch-page``, ``model-fetch-other``: the
            address answers with no, with a page or with another file; ``model-fetch-insecure``.
        AwayError: ``model-fetch-away``: the address does not answer, or gives up in between;
            ``model-fetch-busy``: somebody else is at it; ``model-shelf-away``, ``model-shelf-full``.
    """
    address = _address_of(known)
    part = cabinet.part(f"{known.digest}{Path(known.file).suffix.lower()}")
    with _alone(part, known, cabinet.root) as file:
        _check_room(part, known, cabinet.root)
        resumed = file.tell() > 0
        download = _Download(
            known=known,
            address=address,
            file=file,
            progress=progress,
            patience=patience or Patience(),
            root=cabinet.root,
        )
        download.run()
        if resumed and digest_of(part) != known.digest:
            # What was there may have been the beginning of another file.
            download.restart()
            download.run()
        if digest_of(part) != known.digest:
            part.unlink()
            raise InputError("model-fetch-other", model=known.name, address=address)
        yield part


class _Download:
    """One file on its way, in as many answers as it takes."""

    def __init__(
        self,
        *,
        known: Known,
        address: str,
        file: BinaryIO,
        progress: Progress,
        patience: Patience,
        root: Path,
    ) -> None:
        self._known, self._address, self._file = known, address, file
        self._progress, self._patience, self._root = progress, patience, root

    def run(self) -> None:
        """Ask until the whole file is there, or patience ends."""
        if self._file.seek(0, os.SEEK_END) > self._known.bytes:
            self.restart()
        reason = ""
        for pause in (0.0, *self._patience.pauses_s):
            time.sleep(pause)
            if self._file.tell() == self._known.bytes:
                return
            try:
                with self._answer() as answer:
                    self._take(answer)
            except _Broken as broken:
                reason = str(broken)
            if self._file.tell() == self._known.bytes:
                self._file.flush()
                return
        kept = self._file.tell() // 1_000_000
        host = urlsplit(self._address).hostname or self._address
        raise AwayError("model-fetch-away", model=self._known.name, host=host, reason=reason, kept_mb=kept)

    @contextlib.contextmanager
    def _answer(self) -> Generator[HTTPResponse]:
        """What the address answers to the question for the rest of the file."""
        there = self._file.tell()
        headers = {"User-Agent": "lectern", "Accept-Encoding": "identity"}
        if there:
            headers["Range"] = f"bytes={there}-"
        request = urllib.request.Request(self._address, headers=headers)  # noqa: S310 - checked by _address_of
        opener = urllib.request.build_opener(Redirects(self._known))
        try:
            with cast("HTTPResponse", opener.open(request, timeout=self._patience.silent_s)) as answer:
                yield answer
        except urllib.error.HTTPError as error:
            with error:
                if error.code == _NO_SUCH_RANGE:
                    self.restart()
                elif error.code not in _AGAIN:
                    raise InputError(
                        "model-fetch-refused",
                        model=self._known.name,
                        address=self._address,
                        status=error.code,
                    ) from error
            raise _Broken(f"HTTP {error.code}") from error
        except (OSError, HTTPException) as error:
            if isinstance(error, OSError) and trouble(error)[0] is Trouble.FULL:
                raise shelf_error(error, self._root) from error
            raise _Broken(_reason(error)) from error

    def _take(self, answer: HTTPResponse) -> None:
        """Write an answer to the file, from where it begins."""
        if answer.headers.get_content_type() in _PAGE_KINDS:
            raise InputError("model-fetch-page", model=self._known.name, address=self._address)
        there = self._file.tell()
        begins = f"bytes {there}-" if there else None
        if begins and not (answer.status == _PARTIAL and _range_of(answer).startswith(begins)):
            self.restart()
        left = self._known.bytes - self._file.tell()
        if answer.length is not None and answer.length != left:
            raise InputError("model-fetch-other", model=self._known.name, address=self._address)
        since, had = time.monotonic(), self._file.tell()
        # read1 returns what has come: an address that drips is noticed.
        while block := answer.read1(_BLOCK):
            if self._file.tell() + len(block) > self._known.bytes:
                self.restart()
                raise InputError("model-fetch-other", model=self._known.name, address=self._address)
            self._file.write(block)
            self._progress(self._file.tell(), self._known.bytes)
            if time.monotonic() - since > self._patience.slow_s:
                if self._file.tell() - had < self._patience.slow_bytes:
                    raise _Broken("Connection timed out")
                since, had = time.monotonic(), self._file.tell()
        if self._file.tell() < self._known.bytes:
            raise _Broken("Connection reset by peer")

    def restart(self) -> None:
        """Begin from nothing: what is there is not what is wanted."""
        self._file.seek(0)
        self._file.truncate()


class Redirects(urllib.request.HTTPRedirectHandler):
    """Follows few redirects, and none from an encrypted address to a plain one."""

    max_redirections = _REDIRECTS

    def __init__(self, known: Known) -> None:
        self._known = known

    @override
    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if urlsplit(newurl).scheme not in {"https", urlsplit(req.full_url).scheme}:
            raise InputError("model-fetch-insecure", model=self._known.name, address=newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _address_of(known: Known) -> str:
    if known.address is None:
        raise InputError(
            "model-fetch-by-hand", model=known.name, file=known.file, page=known.by_hand or known.page
        )
    if not known.digest:
        raise InputError("model-fetch-undigested", model=known.name, file=known.file, address=known.address)
    return known.address


@contextlib.contextmanager
def _alone(part: Path, known: Known, root: Path) -> Generator[BinaryIO]:
    """The part, to be written on; nobody else does so at the same time."""
    try:
        file = part.open("ab+")
    except OSError as error:
        raise shelf_error(error, root) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AwayError("model-fetch-busy", model=known.name) from error
        except OSError as error:
            # A share without locks: two at once are found out by the digest.
            if error.errno not in NO_LOCKS:
                raise shelf_error(error, root) from error
        yield file


def _check_room(part: Path, known: Known, root: Path) -> None:
    wanted = known.bytes - part.stat().st_size
    if shutil.disk_usage(part.parent).free < wanted:
        raise shelf_error(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), root)


def _range_of(answer: HTTPResponse) -> str:
    return answer.headers.get("Content-Range", "").strip().lower()


def _reason(error: OSError | HTTPException) -> str:
    """Why there was no answer, in the operating system's words where it has any."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return "Connection timed out"
    said = cause.strerror if isinstance(cause, OSError) else str(cause)
    return said or type(cause).__name__
