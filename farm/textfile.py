"""Text files as people save them: UTF-8, UTF-16 with a byte order mark, or GB18030."""

from __future__ import annotations

import codecs

from pipeline.plan.errors import InputError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
# Lead and trail bytes of GB2312, which nearly every Chinese text is made of.
_GB_LEAD = range(0xA1, 0xF8)
_GB_TRAIL = range(0xA1, 0xFF)
_PLAUSIBLE_PER_CENT = 70


def decode(data: bytes) -> str:
    """The text of a file, without its byte order mark.

    A file without a mark is UTF-8 if it can be, else GB18030 if it reads like Chinese. The encodings of
    Western Europe are not guessed: what would become of their letters is often valid, and wrong.

    Raises:
        InputError: ``manifest-workbook``, ``manifest-nul`` or ``manifest-encoding``.
    """
    if data.startswith(_WORKBOOKS):
        raise InputError("manifest-workbook")
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    try:
        text = data.decode(encoding).removeprefix("\ufeff") if encoding else _unmarked(data)
    except UnicodeDecodeError as error:
        if encoding is None and b"\0" in data:
            # A picture, or another binary file: no other encoding would make a text of it.
            raise InputError("manifest-nul") from error
        raise InputError("manifest-encoding", byte=error.start) from error
    if "\0" in text:
        raise InputError("manifest-nul")
    return text


def _unmarked(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        text = data.decode("gb18030")
        if not _reads_like_chinese(text):
            raise error from None
        return text


def _reads_like_chinese(text: str) -> bool:
    foreign = [letter.encode("gb18030") for letter in text if not letter.isascii()]
    common = sum(1 for code in foreign if len(code) > 2 or (code[0] in _GB_LEAD and code[1] in _GB_TRAIL))  # noqa: PLR2004 - a two-byte code
    return common * 100 >= len(foreign) * _PLAUSIBLE_PER_CENT
