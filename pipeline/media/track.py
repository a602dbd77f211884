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
        ValueError: it is no MP4 of one track, it is cut short, its packets lie scattered or are shown in
            another order than they are decoded in.
        OSError: it cannot be opened or read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        found = {each.name: each for each in file_boxes(descriptor)}
        index, contents = found[b"moov"], found[b"mdat"]
        movie = os.pread(descriptor, index.end - index.begin, index.begin)
        track = _track(path, movie, room=contents.end - contents.begin)
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


def _track(path: Path, movie: bytes, *, room: int) -> Track:
    if sum(each.name == b"trak" for each in boxes(movie)) != 1:
        raise ValueError(path.name)
    tables = child(movie, *_TABLES)
    # Times of showing that differ from those of decoding would be lost.
    if any(each.name == b"ctts" for each in boxes(tables)):
        raise ValueError(path.name)
    sizes = _sizes(child(tables, b"stsz"), room)
    track = Track(
        path=path,
        begin=_begin(tables, sizes),
        entry=_entry(child(tables, b"stsd")),
        timescale=_timescale(child(movie, *_MEDIA, b"mdhd")),
        sizes=sizes,
        times=tuple((int(count), int(ticks)) for count, ticks in _rows(child(tables, b"stts"), 2)),
        keyframes=_keyframes(tables, len(sizes)),
        hidden=_hidden(child(movie, b"trak", b"edts", b"elst")),
    )
    if track.packets == 0 or track.packets != sum(count for count, _ in track.times):
        raise ValueError(path.name)
    return track


def _keyframes(tables: bytes, packets: int) -> Numbers:
    """From ``stss``; without it every packet is one."""
    if not any(each.name == b"stss" for each in boxes(tables)):
        return np.arange(1, packets + 1, dtype=np.uint32)
    found = _rows(child(tables, b"stss"), 1)[:, 0]
    if not len(found) or found[0] < 1 or found[-1] > packets or np.any(found[1:] <= found[:-1]):
        raise ValueError(len(found))
    return found


def _timescale(data: bytes) -> int:
    """From ``mdhd``, where it stands behind two times of 4 or, in version 1, of 8 bytes."""
    return int(struct.unpack_from(">I", data, 20 if data[0] else 12)[0])


def _hidden(data: bytes) -> int:
    """Where the only edit of ``elst`` begins."""
    count, _, begin = struct.unpack_from(">IQq" if data[0] else ">IIi", data, 4)
    if count != 1 or begin < 0:
        raise ValueError(count)
    return int(begin)


def _rows(data: bytes, width: int) -> Numbers:
    """A table's rows, as many as it says before them."""
    (count,) = struct.unpack_from(">I", data, 4)
    rows = np.frombuffer(data, ">u4", offset=8).astype(np.uint32).reshape(-1, width)
    if len(rows) != count:
        raise ValueError(count)
    return rows


def _sizes(data: bytes, room: int) -> Numbers:
    """Of each packet, from ``stsz``: one for all of them, or a table."""
    size, count = struct.unpack_from(">II", data, 4)
    # Looked at before a spoiled count asks for 16 GiB.
    if size * count > room:
        raise ValueError(count)
    sizes = (
        np.full(count, size, np.uint32) if size else np.frombuffer(data, ">u4", offset=12).astype(np.uint32)
    )
    if len(sizes) != count:
        raise ValueError(count)
    return sizes


def _begin(tables: bytes, sizes: Numbers) -> int:
    """Where the packets begin, behind each other without a gap."""
    places = _rows(child(tables, b"stco"), 1)[:, 0].astype(np.int64)
    runs = _rows(child(tables, b"stsc"), 3).astype(np.int64)
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
