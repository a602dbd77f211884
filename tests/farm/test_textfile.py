"""Text files: read in the encodings that people use, refused where guessing would go wrong."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farm.textfile import decode
from pipeline.plan.errors import InputError

TEXT = "你好，世界！Hello 🎉 – naïve.\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings(encoding: str) -> None:
    """The same text comes out of each encoding, without its mark."""
    assert decode(TEXT.encode(encoding)) == TEXT


def test_both_byte_orders() -> None:
    """UTF-16 is read in either byte order when its mark says which."""
    assert decode(b"\xfe\xff" + TEXT.encode("utf-16-be")) == TEXT
    assert decode(b"\xff\xfe" + TEXT.encode("utf-16-le")) == TEXT


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("Müller und Söhne".encode("latin-1"), "manifest-encoding"),
        ("“Smart” quotes – don’t".encode("cp1252"), "manifest-encoding"),
        ("Привет, мир".encode("cp1251"), "manifest-encoding"),
        (b"\xef\xbb\xbf\xff", "manifest-encoding"),
        (b"\xff\xfe\x00", "manifest-encoding"),
        ("hi".encode("utf-16-le"), "manifest-nul"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "manifest-nul"),
        (b"PK\x03\x04", "manifest-workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "manifest-workbook"),
    ],
)
def test_refused(data: bytes, code: str) -> None:
    """What is no text, or text in an encoding that cannot be told, is refused in words."""
    with pytest.raises(InputError) as caught:
        decode(data)
    assert caught.value.code == code


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    """Any bytes give text without NUL, or a coded error."""
    try:
        text = decode(data)
    except InputError:
        return
    assert "\0" not in text
