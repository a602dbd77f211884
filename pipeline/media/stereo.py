"""Turns one channel of AAC into two equal ones by rewriting its packets: nothing is decoded or encoded again.

A channel pair may carry its sum and its difference instead of its sides (ISO/IEC 14496-3, 4.6.8.1). Two equal
channels are their half sum and a difference of nothing. So a packet of one channel becomes a packet of two
by another head and, behind it, a channel without content: some 30 bits more, and half of an encoder's work.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

import numpy as np

from pipeline.media.boxes import box, full_box, head
from pipeline.media.movie import SOUND, Laid, movie_box
from pipeline.plan.clock import SAMPLE_RATE

_BRANDS = box(b"ftyp", b"M4A ", struct.pack(">I", 0x200), b"M4A ", b"isom", b"iso2")
# A frame's head in a transport stream (14496-3, 1.A.2): its 28 fixed bits for AAC LC at 48 kHz in one channel
# without a checksum, of which three count for nothing; and the bits of its length.
_HEAD_BYTES = 7
_FIXED, _COUNTS = 0xFFF14C4, 0xFFFFFDC
_LENGTH_BITS, _BEHIND_LENGTH = 13, 13
# A decoder's configuration (14496-3, 1.6.2.1): 5 bits AAC LC, 4 bits 48 kHz, 4 bits two channels; and that
# nothing above is coded apart (1.6.6.1).
_CONFIGURATION = b"\x11\x90\x56\xe5\x00"
# Samples in a packet; as many are decoded before the first that is heard.
_PACKET = _HIDDEN = 1024

# Of 14496-3, tables 4.4 to 4.6 and 4.50, and 4.85: elements, and the one sequence that has short windows.
_SINGLE, _PAIR, _END = 0, 1, 7
_SHORT = 2
_WINDOWS = 8
_GAIN = 100
# As far as the shortest head reaches.
_HEAD_BITS = 26
_CHECKED_PACKETS = 256


@dataclass(frozen=True)
class _Bits:
    """A packet as one number, most significant bit first."""

    value: int
    count: int

    def at(self, begin: int, width: int) -> int:
        return self.value >> (self.count - begin - width) & ((1 << width) - 1)


def two_equal_channels(mono: Path, target: Path, *, samples: int, check: Callable[[], None]) -> None:
    """Write one channel of AAC-LC at 48 kHz as the two equal channels of an MP4. Decoded, each is the same.

    Args:
        mono: frames in a transport stream (ADTS): FFmpeg keeps no index for these, of 12 MiB for an hour.
        target: the file to make.
        samples: how many are heard.
        check: called now and then; what it raises ends it.

    Raises:
        ValueError: it is no such stream, or not of so many samples.
        OSError: a file cannot be read or written.
    """
    begin = len(_BRANDS) + len(head(b"mdat", 0))
    count = -(-(_HIDDEN + samples) // _PACKET)
    sizes = np.zeros(count, np.uint32)
    with mono.open("rb") as stream, target.open("wb") as file:
        # How much there will be is known afterwards; an hour must take no more memory than a minute.
        file.write(_BRANDS + head(b"mdat", 0))
        for number, packet in enumerate(_packets(stream, count)):
            if number % _CHECKED_PACKETS == 0:
                check()
            sizes[number] = file.write(paired(packet))
        laid = Laid(
            handler=SOUND,
            entry=_entry(rate=int(sizes.sum()) * 8 * SAMPLE_RATE // (_HIDDEN + samples)),
            timescale=SAMPLE_RATE,
            sizes=sizes,
            times=_times(_HIDDEN + samples),
            keyframes=np.arange(1, count + 1, dtype=np.uint32),
            hidden=_HIDDEN,
            shown=samples,
            pixels=(0, 0),
            counts=np.array([count]),
            places=np.array([begin]),
        )
        file.write(movie_box([laid], texts=()))
        file.seek(len(_BRANDS))
        file.write(head(b"mdat", int(sizes.sum())))


def paired(packet: bytes) -> bytes:
    """A packet of one channel (raw data block of AAC-LC) as one of two equal channels.

    Raises:
        ValueError: it does not hold one channel and nothing else in front of it.
    """
    bits = _Bits(int.from_bytes(packet, "big"), 8 * len(packet))
    # Behind the end's three ones there are only zeros, up to a whole byte.
    end = bits.count - (bits.value & -bits.value).bit_length() - 2
    if not bits.value or end < _HEAD_BITS or bits.at(0, 3) != _SINGLE or bits.at(end, 3) != _END:
        raise ValueError(len(packet))
    tag, gain = bits.at(3, 4), bits.at(7, 8)
    short = bits.at(16, 2) == _SHORT
    # Windows, and up to which band there is anything; behind that groups of windows, or whether it predicts.
    window_bits = 15 if short else 11
    bands = bits.at(19, 4 if short else 6)
    groups = _WINDOWS - bits.at(23, 7).bit_count() if short else 1
    # Both channels have the same windows, and in every band a sum and a difference.
    front = ((_PAIR << 4 | tag) << 1 | 1) << window_bits | bits.at(15, window_bits)
    content = end - 15 - window_bits
    value = ((front << 2 | 2) << 8 | gain) << content | bits.at(15 + window_bits, content)
    nothing, width = _empty_channel(bands, groups, length_bits=3 if short else 5)
    count = 3 + 4 + 1 + window_bits + 2 + 8 + content + width
    spare = -count % 8
    return ((value << width | nothing) << spare).to_bytes((count + spare) // 8, "big")


@cache
def _empty_channel(bands: int, groups: int, *, length_bits: int) -> tuple[int, int]:
    """A channel without content and the end of a packet, and how many bits they are."""
    # Whatever its gain is. In each group all bands are one section (table 4.52) of the codebook that stands
    # for no content; a length of all ones goes on.
    told = f"{_GAIN:08b}"
    if bands:
        full, rest = divmod(bands, (1 << length_bits) - 1)
        told += groups * ("0000" + full * length_bits * "1" + f"{rest:0{length_bits}b}")
    # No pulses, no shaped noise, no gain control.
    told += "000" + f"{_END:03b}"
    return int(told, 2), len(told)


def _packets(stream: BinaryIO, count: int) -> Iterator[bytes]:
    """The content of each of so many frames, and of no more."""
    for _ in range(count):
        told = int.from_bytes(stream.read(_HEAD_BYTES), "big")
        size = (told >> _BEHIND_LENGTH & ((1 << _LENGTH_BITS) - 1)) - _HEAD_BYTES
        if (told >> 28) & _COUNTS != _FIXED & _COUNTS or size <= 0:
            raise ValueError(stream.name)
        packet = stream.read(size)
        if len(packet) != size:
            raise ValueError(stream.name)
        yield packet
    if stream.read(1):
        raise ValueError(stream.name)


def _times(ticks: int) -> tuple[tuple[int, int], ...]:
    """What each packet lasts: the last one may hold less than it has room for."""
    full, rest = divmod(ticks, _PACKET)
    return ((full, _PACKET), (1, rest)) if rest else ((full, _PACKET),)


def _entry(*, rate: int) -> bytes:
    """The sample entry (14496-14, 5.6) of two channels of AAC-LC at 48 kHz.

    Args:
        rate: bits in a second.
    """
    decoder = b"\x40\x15" + bytes(3) + struct.pack(">II", rate, rate) + _described(5, _CONFIGURATION)
    stream = b"\x00\x01\x00" + _described(4, decoder) + _described(6, b"\x02")
    sound = struct.pack(">6xH8xHHxxxxI", 1, 2, 16, SAMPLE_RATE << 16)
    return box(b"mp4a", sound, full_box(b"esds", _described(3, stream)))


def _described(tag: int, content: bytes) -> bytes:
    """A descriptor (14496-1, 8.3.3), its length in four bytes."""
    return bytes((tag, 0x80, 0x80, 0x80, len(content))) + content
