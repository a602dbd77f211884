"""The boxes that an MP4 is made of (ISO/IEC 14496-12, section 4): written, and found again."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import NamedTuple

_HEAD = struct.Struct(">I4s")
_LARGE_HEAD = struct.Struct(">I4sQ")
# Told in place of a size: the size stands behind the name, in 8 bytes.
_LARGE = 1
_SMALL_LIMIT = 1 << 32


class Box(NamedTuple):
    """Where a box's contents lie in what holds it.

    Attributes:
        name: four characters.
        begin: offset of the first byte behind its head.
        end: offset of the first byte behind it.
    """

    name: bytes
    begin: int
    end: int


def box(name: bytes, *parts: bytes) -> bytes:
    """A box with these contents."""
    size = _HEAD.size + sum(map(len, parts))
    return b"".join((_HEAD.pack(size, name), *parts))


def full_box(name: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    """A box that tells its version and flags before its contents."""
    return box(name, struct.pack(">I", version << 24 | flags), *parts)


def head(name: bytes, contents: int) -> bytes:
    """What stands before so many bytes of contents."""
    if contents + _HEAD.size < _SMALL_LIMIT:
        return _HEAD.pack(contents + _HEAD.size, name)
    return _LARGE_HEAD.pack(_LARGE, name, contents + _LARGE_HEAD.size)


def boxes(data: bytes, begin: int = 0) -> Iterator[Box]:
    """The boxes that lie one behind the other in some bytes, from an offset on.

    Raises:
        ValueError: one reaches beyond the end.
    """
    while begin < len(data):
        found = _box_at(data[begin : begin + _LARGE_HEAD.size], begin)
        if found.end > len(data):
            raise ValueError(found.name)
        yield found
        begin = found.end


def child(data: bytes, *names: bytes) -> bytes:
    """The contents of the first box of a name, and in there of the next name, and so on.

    Raises:
        ValueError: there is none.
    """
    for name in names:
        inner = next((found for found in boxes(data) if found.name == name), None)
        if inner is None:
            raise ValueError(name)
        data = data[inner.begin : inner.end]
    return data


def file_boxes(descriptor: int) -> Iterator[Box]:
    """The boxes of an open file, by their heads alone.

    Raises:
        ValueError: one reaches beyond the end.
        OSError: the file cannot be read.
    """
    begin, size = 0, os.fstat(descriptor).st_size
    while begin < size:
        found = _box_at(os.pread(descriptor, _LARGE_HEAD.size, begin), begin)
        if found.end > size:
            raise ValueError(found.name)
        yield found
        begin = found.end


def _box_at(data: bytes, begin: int) -> Box:
    if len(data) < _HEAD.size:
        raise ValueError(data)
    size, name = _HEAD.unpack_from(data)
    length = _HEAD.size
    if size == _LARGE and len(data) >= _LARGE_HEAD.size:
        size, length = _LARGE_HEAD.unpack_from(data)[2], _LARGE_HEAD.size
    # Sizes below the head's own, 0 for "up to the end" among them, are in none of our own files.
    if size < length:
        raise ValueError(name)
    return Box(name, begin + length, begin + size)
