"""A workbook's parts: a ZIP archive of XML files that is trusted in nothing it says about itself.

Office Open XML, ECMA-376 part 2. What a central directory claims is checked before anything is unpacked, and
what unpacking really gives is counted again, since an archive can lie. Entities, and every bomb made of them,
are refused with the document type that would declare them.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from xml.parsers import expat

from pipeline.plan.errors import InputError

_ENTRY = b"PK\x01\x02"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
# Names of streams in an OLE file, as its directory spells them.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ENCRYPTED_FLAG = 1
#: Parts of a workbook; each sheet, drawing and comment is one.
_MOST_ENTRIES = 5_000
#: Elements of one part: four times what a full batch of rows of fifty cells has.
_MOST_ELEMENTS = 8_000_000
#: Elements within each other; a workbook's are a dozen.
_MOST_DEPTH = 100
#: The longest thing that is not text, such as a tag: parsers look through it again with each block.
_MOST_TOKEN_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 18

_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class Handler:
    """What is told of an XML part, by local names; a subclass overrides what it needs."""

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Some of an element's text."""


class Package:
    """The parts of a workbook by name.

    Args:
        data: the file.
        limit_bytes: how much all parts together may unpack to.

    Raises:
        InputError: ``manifest-workbook-locked``, ``manifest-workbook-old``, ``manifest-workbook-other``,
            ``manifest-workbook-bomb`` or ``manifest-workbook-damaged``.
    """

    def __init__(self, data: bytes, *, limit_bytes: int) -> None:
        if data.startswith(_OLE):
            raise InputError("manifest-workbook-locked" if _ENCRYPTED in data else "manifest-workbook-old")
        self._left = self._limit = limit_bytes
        # Counted here: the archive's own count may be wrong, and each entry costs memory.
        if data.count(_ENTRY) > _MOST_ENTRIES:
            raise self._bomb()
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except _UNREADABLE as error:
            raise _damaged() from error
        self._entries = {entry.filename.lstrip("/").casefold(): entry for entry in self._archive.infolist()}
        if sum(entry.file_size for entry in self._archive.infolist() if _is_xml(entry)) > limit_bytes:
            raise self._bomb()

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._entries

    def names(self) -> tuple[str, ...]:
        """The names of all parts, in small letters."""
        return tuple(self._entries)

    def parse(self, name: str, handler: Handler) -> None:
        """Read a part from its beginning to its end.

        Raises:
            InputError: as `read`.
        """
        for _ in self.read(name, handler):
            pass

    def read(self, name: str, handler: Handler) -> Iterator[None]:
        """Read a part block by block, coming back after each.

        Raises:
            InputError: ``manifest-workbook-bomb``, ``manifest-workbook-entity`` or
                ``manifest-workbook-damaged``; or what the handler raises.
        """
        feed = _Feed(handler)
        try:
            entry = self._entries[name.casefold()]
            if entry.flag_bits & _ENCRYPTED_FLAG:
                raise InputError("manifest-workbook-locked")
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise _damaged()
            with self._archive.open(entry) as stream:
                while block := stream.read(_BLOCK_BYTES):
                    self._left -= len(block)
                    if self._left < 0 or not feed.takes(block):
                        raise self._bomb()
                    yield
            feed.finish()
        except (*_UNREADABLE, expat.ExpatError) as error:
            raise _damaged() from error

    def _bomb(self) -> InputError:
        return InputError("manifest-workbook-bomb", megabytes=self._limit // 1_000_000)


class _Feed:
    """One part on its way through the parser."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._elements = 0
        self._depth = 0
        self._fed = 0
        # A space in front of local names: a prefix means nothing, and nobody's name holds a space.
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = handler.text
        self._parser.StartDoctypeDeclHandler = self._refuse

    def takes(self, block: bytes) -> bool:
        """Parse some more; whether it is still a workbook's."""
        self._fed += len(block)
        self._parser.Parse(block, False)  # noqa: FBT003 - expat takes no name for it
        waiting = self._fed - self._parser.CurrentByteIndex
        return self._elements <= _MOST_ELEMENTS and waiting <= _MOST_TOKEN_BYTES

    def finish(self) -> None:
        """Tell the parser that this was all."""
        self._parser.Parse(b"", True)  # noqa: FBT003 - expat takes no name for it

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise _damaged()
        self._handler.begin(name.rpartition(" ")[2], attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._handler.end(name.rpartition(" ")[2])

    def _refuse(self, *_: object) -> None:
        raise InputError("manifest-workbook-entity")


def is_package(data: bytes) -> bool:
    """Whether a file begins as workbooks do, those included that cannot be read."""
    return data.startswith((_ZIP, _OLE))


def _is_xml(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.casefold().endswith((".xml", ".rels"))


def _damaged() -> InputError:
    return InputError("manifest-workbook-damaged")
