"""Reads the tables of our own MP4 files of one track: where each packet lies, and how it is decoded."""

from __future__ import annotations

import hashlib
import os
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.media.boxes import box, boxes, child, file_boxes

_MEDIA = (b"trak", b"mdia")
_TABLES = (*_MEDIA, b"minf", b"stbl")
# Offsets of a sample entry's own boxes (ISO/IEC 14496-12, 12.1.3 and 12.2.3).
_ENTRIES = {b"avc1": 78, b"mp4a": 28}
# A bit rate, which differs from file to file and which nothing is decoded by.
_RATE = b"btrt"

Numbers = NDArray[np.uint32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Track:
    """One track: its packets lie in its file one behind the other.

    Attributes:
        path: its file.
        begin: offset of its first packet there.
        entry: its sample entry (``avc1`` or ``mp4a``) with everything that a decoder needs to know, and
            without its bit rate; two tracks can be joined if their entries are equal.
        timescale: ticks a second.
        sizes: bytes of each packet.
        times: pairs of a count of packets and the ticks of each of them, in order.
        keyframes: numbers, from 1 on, of the packets that can be decoded by themselves.
        hidden: ticks at its beginning that are decoded and not shown.
    """

    path: Path
    begin: int
    entry: bytes
    timescale: int
    sizes: Numbers
    times: tuple[tuple[int, int], ...]
    keyframes: Numbers
    hidden: int

    @property
    def packets(self) -> int:
        """How many packets there are."""
        return len(self.sizes)

    @property
    def ticks(self) -> int:
        """How long it lasts, with what is hidden."""
        return sum(count * ticks for count, ticks in self.times)

    @property
    def step(self) -> int:
        """Ticks between any two packets, or 0 if they differ."""
        return self.times[0][1] if len(self.times) == 1 else 0

    @property
    def parameters(self) -> str:
        """SHA-256 (hex) of an H.264 track's decoder configuration (avcC).

        Raises:
            ValueError: it is no H.264.
        """
        return hashlib.sha256(child(self.entry[_begin_of(b"avc1") :], b"avcC")).hexdigest()


def read(path: Path) -> Track:
    """The one track of one of our own files; its packets are not read.

    Raises:
        ValueError: it is no MP4 of one track, it is cut short, or its packets lie scattered.
        OSError: it cannot be opened or read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        found = {each.name: each for each in file_boxes(descriptor)}
        index, contents = found[b"moov"], found[b"mdat"]
        movie = os.pread(descriptor, index.end - index.begin, index.begin)
        track = _track(path, movie)
    except (KeyError, IndexError, struct.error) as error:
        raise ValueError(path.name) from error
    finally:
        os.close(descriptor)
    if not contents.begin <= track.begin <= track.begin + int(track.sizes.sum()) <= contents.end:
        raise ValueError(path.name)
    return track


def pixels_of(entry: bytes) -> tuple[int, int]:
    """Width and height that a picture's sample entry tells."""
    width, height = struct.unpack_from(">HH", entry, 8 + 24)
    return width, height


def _track(path: Path, movie: bytes) -> Track:
    if sum(each.name == b"trak" for each in boxes(movie)) != 1:
        raise ValueError(path.name)
    tables = child(movie, *_TABLES)
    sizes = _sizes(child(tables, b"stsz"))
    track = Track(
        path=path,
        begin=_begin(tables, sizes),
        entry=_entry(child(tables, b"stsd")),
        timescale=struct.unpack_from(">I", child(movie, *_MEDIA, b"mdhd"), 12)[0],
        sizes=sizes,
        times=tuple(_pairs(child(tables, b"stts"))),
        keyframes=_keyframes(tables, len(sizes)),
        hidden=struct.unpack_from(">i", child(movie, b"trak", b"edts", b"elst"), 12)[0],
    )
    if track.packets == 0 or track.packets != sum(count for count, _ in track.times):
        raise ValueError(path.name)
    return track


def _keyframes(tables: bytes, packets: int) -> Numbers:
    """From ``stss``; without it every packet is one."""
    if any(each.name == b"stss" for each in boxes(tables)):
        return _numbers(child(tables, b"stss"), 8)
    return np.arange(1, packets + 1, dtype=np.uint32)


def _numbers(data: bytes, begin: int) -> Numbers:
    return np.frombuffer(data, ">u4", offset=begin).astype(np.uint32)


def _pairs(data: bytes) -> list[tuple[int, int]]:
    return [(int(count), int(ticks)) for count, ticks in _numbers(data, 8).reshape(-1, 2)]


def _sizes(data: bytes) -> Numbers:
    """Of each packet, from ``stsz``: one for all of them, or a table."""
    size, count = struct.unpack_from(">II", data, 4)
    sizes = np.full(count, size, np.uint32) if size else _numbers(data, 12)
    if len(sizes) != count:
        raise ValueError(count)
    return sizes


def _begin(tables: bytes, sizes: Numbers) -> int:
    """Where the packets begin, behind each other without a gap."""
    places = _numbers(child(tables, b"stco"), 8).astype(np.int64)
    runs = _numbers(child(tables, b"stsc"), 8).reshape(-1, 3).astype(np.int64)
    chunks = np.diff(np.append(runs[:, 0], len(places) + 1))
    counts = np.repeat(runs[:, 1], chunks)
    ends = np.cumsum(sizes, dtype=np.int64)[np.cumsum(counts) - 1]
    if counts.sum() != len(sizes) or not np.array_equal(places, places[0] + np.append(0, ends[:-1])):
        raise ValueError(len(places))
    return int(places[0])


def _begin_of(name: bytes) -> int:
    """Where an entry's own boxes begin."""
    return 8 + _ENTRIES[name]


def _entry(data: bytes) -> bytes:
    """The only sample entry, without its bit rate."""
    (found,) = boxes(data, 8)
    contents = data[found.begin : found.end]
    fixed = _ENTRIES[found.name]
    kept = (each for each in boxes(contents, fixed) if each.name != _RATE)
    # A head of 8 bytes is what every box in here has: none is large.
    return box(found.name, contents[:fixed], *(contents[each.begin - 8 : each.end] for each in kept))
