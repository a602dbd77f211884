"""Text files as people save them: UTF-8, UTF-16 with a byte order mark, or GB18030."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.plan.errors import InputError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_DOCUMENTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
# Lead and trail bytes of GB2312, which nearly every Chinese text is made of.
_GB_LEAD = range(0xA1, 0xF8)
_GB_TRAIL = range(0xA1, 0xFF)
_PLAUSIBLE_PER_CENT = 70
#: How much of a text is decoded at a time, and how many of its foreign letters tell what it is.
_BLOCK_BYTES = 1 << 20
_SAMPLE_LETTERS = 20_000


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text file whose every byte can be decoded, and that holds no NUL.

    Attributes:
        data: the file.
        encoding: what it is in, as Python names it.
        lead: how many bytes of it are its byte order mark.
    """

    data: bytes
    encoding: str
    lead: int

    def whole(self) -> str:
        """All of it."""
        return self.data[self.lead :].decode(self.encoding)

    def lines(self, *, most: int) -> Iterator[str]:
        """Its lines with their ends (CR, LF or both), decoded as they are read.

        A line of more than `most` characters comes in pieces of so many, so that it is never held whole.
        """
        stream = io.BytesIO(self.data)
        stream.seek(self.lead)
        reader = io.TextIOWrapper(stream, self.encoding, newline="")
        while line := reader.readline(most):
            yield line

    def start(self, characters: int) -> str:
        """So many characters of its beginning, or as many as it has."""
        decoder = codecs.getincrementaldecoder(self.encoding)()
        return decoder.decode(self.data[self.lead : self.lead + 4 * characters])[:characters]


def text_of(data: bytes) -> Text:
    """A file as text.

    A file without a byte order mark is UTF-8 if it can be, else GB18030 if it reads like Chinese. The
    encodings of Western Europe are not guessed: what would become of their letters is often valid, and wrong.

    Raises:
        InputError: ``manifest-workbook``, ``manifest-nul`` or ``manifest-encoding``.
    """
    if data.startswith(_OTHER_DOCUMENTS):
        raise InputError("manifest-workbook")
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", ""))
    try:
        encoding = encoding or _guessed(data)
        text = Text(data=data, encoding=encoding, lead=len(mark))
        nul = any("\0" in block for block in _decoded(data, encoding, len(mark)))
    except UnicodeDecodeError as error:
        if not mark and b"\0" in data:
            # A picture, or another binary file: no other encoding would make a text of it.
            raise InputError("manifest-nul") from error
        raise InputError("manifest-encoding", byte=error.start) from error
    if nul:
        raise InputError("manifest-nul")
    return text


def decode(data: bytes) -> str:
    """The text of a file, without its byte order mark.

    Raises:
        InputError: as `text_of`.
    """
    return text_of(data).whole()


def _decoded(data: bytes, encoding: str, start: int = 0) -> Iterator[str]:
    """A text in blocks.

    Raises:
        UnicodeDecodeError: with its place in the whole file.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    for at in range(start, len(data) + 1, _BLOCK_BYTES):
        block = data[at : at + _BLOCK_BYTES]
        waiting = len(decoder.getstate()[0])
        try:
            yield decoder.decode(block, final=at + _BLOCK_BYTES > len(data))
        except UnicodeDecodeError as error:
            error.start += at - waiting
            raise


def _guessed(data: bytes) -> str:
    try:
        for _ in _decoded(data, "utf-8"):
            pass
    except UnicodeDecodeError:
        if not _reads_like_chinese(data):
            raise
        return "gb18030"
    return "utf-8"


def _reads_like_chinese(data: bytes) -> bool:
    """Whether most foreign letters of a text in GB18030 are common ones; all of it must be valid."""
    seen = common = 0
    try:
        for block in _decoded(data, "gb18030"):
            for letter in block if seen < _SAMPLE_LETTERS else "":
                if not letter.isascii():
                    code = letter.encode("gb18030")
                    seen += 1
                    common += len(code) > 2 or (code[0] in _GB_LEAD and code[1] in _GB_TRAIL)  # noqa: PLR2004 - a two-byte code
    except UnicodeDecodeError:
        return False
    return common * 100 >= seen * _PLAUSIBLE_PER_CENT
