"""Turns one channel of AAC into two equal ones by rewriting its packets: nothing is decoded or encoded again.

A channel pair may carry its sum and its difference instead of its sides (ISO/IEC 14496-3, 4.6.8.1). Two equal
channels are their half sum and a difference of nothing. So a packet of one channel becomes a packet of two
by another head and, behind it, a channel without content: some 30 bits more, and half of an encoder's work.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from pipeline.media import track
from pipeline.media.boxes import box, head
from pipeline.media.movie import SOUND, Laid, movie_box
from pipeline.media.track import Track

_BRANDS = box(b"ftyp", b"M4A ", struct.pack(">I", 0x200), b"M4A ", b"isom", b"iso2")
# A decoder's configuration (14496-3, 1.6.2.1) behind its descriptor's tag and length: 5 bits AAC LC, 4 bits
# 48 kHz, 4 bits the count of channels.
_CONFIGURATION = re.compile(rb"\x05\x80\x80\x80[\x02-\x10](?=\x11\x88)")
_TWO_CHANNELS = b"\x11\x90"

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


def two_equal_channels(mono: Path, target: Path, *, check: Callable[[], None]) -> None:
    """Write the sound of an MP4 with one channel of AAC-LC at 48 kHz in two equal channels of another.

    Times, and what is hidden at the beginning, stay. Decoded, each channel is the same as before.

    Args:
        mono: one of our own files, whose sound is alone in it.
        target: the file to make.
        check: called now and then; what it raises ends it.

    Raises:
        ValueError: it is no such MP4.
        OSError: a file cannot be read or written.
    """
    found = track.read(mono)
    entry = _with_two_channels(found.entry)
    begin = len(_BRANDS) + len(head(b"mdat", 0))
    sizes = np.zeros(found.packets, np.uint32)
    with target.open("wb") as file:
        # How much there will be is known afterwards; an hour must take no more memory than a minute.
        file.write(_BRANDS + head(b"mdat", 0))
        for number, packet in enumerate(_packets(found)):
            if number % _CHECKED_PACKETS == 0:
                check()
            sizes[number] = file.write(paired(packet))
        laid = Laid(
            handler=SOUND,
            entry=entry,
            timescale=found.timescale,
            sizes=sizes,
            times=found.times,
            keyframes=found.keyframes,
            hidden=found.hidden,
            shown=found.ticks - found.hidden,
            pixels=(0, 0),
            counts=np.array([found.packets]),
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


def _packets(found: Track) -> Iterator[bytes]:
    with found.path.open("rb") as file:
        file.seek(found.begin)
        for size in found.sizes.tolist():
            packet = file.read(size)
            if len(packet) != size:
                raise ValueError(found.path.name)
            yield packet


def _with_two_channels(entry: bytes) -> bytes:
    """The sample entry of the same sound in two channels."""
    configuration = _CONFIGURATION.search(entry)
    if configuration is None:
        raise ValueError(entry)
    begin = configuration.end()
    return entry[:begin] + _TWO_CHANNELS + entry[begin + len(_TWO_CHANNELS) :]
