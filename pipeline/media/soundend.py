"""Whether a recording's file is whole, told by what the file says of its own length; nothing is decoded.

FFmpeg decodes what is there of an MP3, an Ogg, a Matroska or an AVI and says nothing of what is not: half a
file would be a recording of half the length.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from pipeline.plan.errors import InputError
from pipeline.plan.soundfile import END_OPEN, HEAD_BYTES, WHOLE, FileEnd, reader_of

# Lengths that writers put where they cannot go back to write the true one (FFmpeg, SoX, hardware recorders).
_UNKNOWN_FROM = 0x7FFFF000
_BOXES = re.compile(rb"[ -~\xa9]{4}")
_MPEG_RATES = (44_100, 48_000, 32_000)
_KBITS: Mapping[tuple[bool, int], tuple[int, ...]] = {
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_ID3_HEAD, _MPEG_HEAD = 10, 4
# A frame begins with eleven ones.
_SYNC = 0xFFE0
_PAGE_HEAD, _PAGE_MOST = 27, 65_307
_LAST_PAGE = 0x04
_SEGMENT = b"\x18\x53\x80\x67"
_EBML_WITHIN = 1 << 12


def end_of(source: Path) -> FileEnd:
    """How much of a recording's file is missing at its end, as far as the file tells.

    Sources: Microsoft, "Multiple Channel Audio Data and WAVE Files"; EBU Tech 3306 (RF64); ISO/IEC 11172-3,
    2.4.1.3; Xing's and Fraunhofer's (VBRI) headers of variable bit rate; ID3v2.4, 3.1; RFC 3533, 6;
    RFC 8794, 11.2.1; ISO/IEC 14496-12, 4.2.

    Raises:
        InputError: ``recording-unreadable``: the file cannot be read.
    """
    try:
        with source.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            look = _LOOKS.get(reader_of(file.read(HEAD_BYTES)))
            return look(file, size) if look else WHOLE
    except OSError as error:
        raise InputError("recording-unreadable", reason=error.strerror or type(error).__name__) from error


def _promised(end: int, size: int) -> FileEnd:
    """A file that says where it ends."""
    return FileEnd(missing=max(0, end - size), size=size)


def _riff(file: BinaryIO, size: int) -> FileEnd:
    """WAV and AVI: the length of the sound's own part, or of all."""
    head = _read(file, 0, 12)
    wide, at = head.startswith(b"RF64"), 12
    if head[8:12] == b"AVI ":
        length = int.from_bytes(head[4:8], "little")
        return WHOLE if not length or length >= _UNKNOWN_FROM else _promised(8 + length, size)
    long = 0
    while len(part := _read(file, at, 8)) == 8:  # noqa: PLR2004 - a name and a length
        length = int.from_bytes(part[4:], "little")
        if part.startswith(b"ds64"):
            long = int.from_bytes(_read(file, at + 16, 8), "little")
        if part.startswith(b"data"):
            length = long if wide and long else length
            unknown = not length or (not wide and length >= _UNKNOWN_FROM)
            return WHOLE if unknown else _promised(at + 8 + length, size)
        at += 8 + length + length % 2
    return WHOLE


def _mov(file: BinaryIO, size: int) -> FileEnd:
    """MP4, M4A and MOV: no box ends behind the file."""
    at = 0
    while at + 8 <= size and _BOXES.fullmatch((head := _read(file, at, 16))[4:8]):
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length < 8:  # noqa: PLR2004 - 0: up to the end of the file; less than its own head: broken
            return WHOLE
        at += length
    return _promised(at, size)


def _matroska(file: BinaryIO, size: int) -> FileEnd:
    """Matroska and WebM: the length of the segment; recorders of live sound leave it open."""
    head = _read(file, 0, _EBML_WITHIN)
    found = head.find(_SEGMENT)
    if found < 0 or found + 12 > len(head):
        return WHOLE
    first = head[found + 4]
    width = 9 - first.bit_length()
    length = int.from_bytes(head[found + 4 : found + 4 + width], "big") & ((1 << 7 * width) - 1)
    if width > 8 or length == (1 << 7 * width) - 1:  # noqa: PLR2004 - all ones: unknown
        return WHOLE
    return _promised(found + 4 + width + length, size)


def _ogg(file: BinaryIO, size: int) -> FileEnd:
    """Ogg: the last page is whole, and says that it is the last."""
    start = max(0, size - 2 * _PAGE_MOST)
    tail = _read(file, start, size - start)
    at = tail.rfind(b"OggS")
    page = tail[at:]
    if at < 0 or len(page) < _PAGE_HEAD:
        return END_OPEN
    lengths = page[_PAGE_HEAD : _PAGE_HEAD + page[26]]
    whole = len(lengths) == page[26] and len(page) >= _PAGE_HEAD + len(lengths) + sum(lengths)
    return WHOLE if whole and page[5] & _LAST_PAGE else END_OPEN


def _mp3(file: BinaryIO, size: int) -> FileEnd:
    """MP3: what the header of variable bit rate says; without one, the last frame is whole."""
    at = _behind_tags(file)
    length = _frame_length(head := _read(file, at, _MPEG_HEAD))
    if not length:
        return WHOLE
    first = _read(file, at, length)
    newest, mono = head[1] & 0x08, head[3] >> 6 == 3  # noqa: PLR2004 - the mode of one channel
    side = (17 if mono else 32) if newest else (9 if mono else 17)
    told = first[_MPEG_HEAD + side :]
    if told[:4] in {b"Xing", b"Info"} and told[7] & 0x02:
        where = 12 if told[7] & 0x01 else 8
        return _promised(at + int.from_bytes(told[where : where + 4], "big"), size)
    if first[36:40] == b"VBRI":
        return _promised(at + int.from_bytes(first[46:50], "big"), size)
    while length:
        at += length
        length = _frame_length(_read(file, at, _MPEG_HEAD))
    return END_OPEN if at > size else WHOLE


def _behind_tags(file: BinaryIO) -> int:
    """Where the sound begins: pictures and names stand before it."""
    at = 0
    while (head := _read(file, at, _ID3_HEAD)).startswith(b"ID3") and len(head) == _ID3_HEAD:
        length = 0
        for part in head[6:]:
            length = length << 7 | part & 0x7F
        at += _ID3_HEAD + length + (_ID3_HEAD if head[5] & 0x10 else 0)
    return at


def _frame_length(head: bytes) -> int:
    """How many bytes a frame of MPEG audio has; 0 for what is no head of one."""
    if len(head) < _MPEG_HEAD or int.from_bytes(head[:2], "big") & _SYNC != _SYNC:
        return 0
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    bits, rate = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer == 4 or bits in {0, 15} or rate == 3:  # noqa: PLR2004 - reserved, or free
        return 0
    newest = version == 3  # noqa: PLR2004 - MPEG-1; 2 is MPEG-2, 0 is MPEG-2.5
    hertz = _MPEG_RATES[rate] // {3: 1, 2: 2, 0: 4}[version]
    bits_a_second, padded = _KBITS[newest, layer][bits - 1] * 1000, head[2] >> 1 & 1
    if layer == 1:
        return (12 * bits_a_second // hertz + padded) * 4
    samples = 576 if layer == 3 and not newest else 1152  # noqa: PLR2004 - half a frame of MPEG-1
    return samples // 8 * bits_a_second // hertz + padded


def _read(file: BinaryIO, at: int, length: int) -> bytes:
    file.seek(at)
    return file.read(length)


_LOOKS: Mapping[str, Callable[[BinaryIO, int], FileEnd]] = {
    "wav": _riff,
    "avi": _riff,
    "mov": _mov,
    "matroska": _matroska,
    "ogg": _ogg,
    "mp3": _mp3,
}
