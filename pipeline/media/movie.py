"""Writes a film's movie box: the tables by which players find each packet (ISO/IEC 14496-12, section 8)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.media.boxes import box, full_box
from pipeline.media.track import Numbers

_NORMAL_RATE = (1, 0)
# Of a track header: whether players play it without being asked, and that it belongs to the film.
_ENABLED, _IN_MOVIE = 1, 2
# When it was made and changed is not told, so that the same film has the same bytes.
_UNDATED = (0, 0)
_SAME_FILE = box(b"dinf", full_box(b"dref", struct.pack(">I", 1), full_box(b"url ", flags=1)))
_UTF8 = struct.pack(">II", 1, 0)
# Times of 4 bytes end after 24 hours, places of 4 bytes after 4 GiB.
_SMALL = 1 << 32
# Of a box that tells times, by how these are packed.
_VERSIONS = {"I": 0, "Q": 1}

Places = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Handler:
    """What the tracks of a picture, a sound and captions differ in.

    Attributes:
        name: four characters, as the standard names them.
        header: the media header box.
        volume: in 8.8 fixed point.
        group: players play one track of each group.
        layer: what is shown in front has the lower one.
        flags: of the track header.
    """

    name: bytes
    header: bytes
    volume: int
    group: int
    layer: int = 0
    flags: int = _ENABLED | _IN_MOVIE


PICTURE = Handler(name=b"vide", header=full_box(b"vmhd", bytes(8), flags=1), volume=0, group=0)
SOUND = Handler(name=b"soun", header=full_box(b"smhd", bytes(4)), volume=0x100, group=1)
# In front of the picture, and shown when somebody asks for it: the words may be burned in already.
TEXT = Handler(name=b"sbtl", header=full_box(b"nmhd"), volume=0, group=3, layer=-1, flags=_IN_MOVIE)


@dataclass(frozen=True, kw_only=True, eq=False)
class Laid:
    """A track as it lies in a film.

    Attributes:
        handler: `PICTURE`, `SOUND` or `TEXT`.
        entry: its sample entry.
        timescale: ticks a second, of all times here.
        sizes: bytes of each packet.
        times: pairs of a count of packets and the ticks of each of them, in order.
        keyframes: numbers, from 1 on, of the packets that can be decoded by themselves.
        hidden: ticks at the beginning that are decoded and not shown.
        shown: ticks that are.
        pixels: width and height, 0 for sound.
        above: pixels of the film above it.
        language: ISO 639-2/T, three letters.
        counts: packets in each chunk, none of them 0.
        places: of each chunk in the file.
    """

    handler: Handler
    entry: bytes
    timescale: int
    sizes: Numbers
    times: Sequence[tuple[int, int]]
    keyframes: Numbers
    hidden: int
    shown: int
    pixels: tuple[int, int]
    counts: Places
    above: int = 0
    language: str = "und"
    places: Places = field(repr=False)


def movie_box(
    tracks: Sequence[Laid], *, texts: Sequence[tuple[bytes, str]], keys: Sequence[tuple[str, str]] = ()
) -> bytes:
    """A film's movie box (``moov``). Its length does not depend on the places, unless they reach 4 GiB.

    Args:
        tracks: all of the same timescale.
        texts: what its metadata say, by names of four characters, such as ``©nam`` in Latin-1.
        keys: what they say by names of any length.
    """
    shown = max(track.shown for track in tracks)
    form = _form(shown)
    header = full_box(
        b"mvhd",
        struct.pack(f">{form}{form}I{form}", *_UNDATED, tracks[0].timescale, shown),
        struct.pack(">iH", 1 << 16, 0x100) + bytes(10) + _moved(0) + bytes(24),
        struct.pack(">I", len(tracks) + 1),
        version=_VERSIONS[form],
    )
    laid = (_track_box(number, track) for number, track in enumerate(tracks, start=1))
    return box(b"moov", header, *laid, box(b"udta", _keyed(keys), _metadata(texts)))


def _track_box(number: int, track: Laid) -> bytes:
    length = sum(count * ticks for count, ticks in track.times)
    form = _form(length)
    version = _VERSIONS[form]
    header = full_box(
        b"tkhd",
        struct.pack(f">{form}{form}II{form}", *_UNDATED, number, 0, track.shown),
        bytes(8) + struct.pack(">hHHH", track.handler.layer, track.handler.group, track.handler.volume, 0),
        _moved(track.above) + struct.pack(">II", *(side << 16 for side in track.pixels)),
        version=version,
        flags=track.handler.flags,
    )
    edit = struct.pack(f">I{form}{form}hh", 1, track.shown, track.hidden, *_NORMAL_RATE)
    media_header = full_box(
        b"mdhd",
        struct.pack(
            f">{form}{form}I{form}HH", *_UNDATED, track.timescale, length, _packed_language(track.language), 0
        ),
        version=version,
    )
    handler = full_box(b"hdlr", bytes(4) + track.handler.name + bytes(13))
    return box(
        b"trak",
        header,
        box(b"edts", full_box(b"elst", edit, version=version)),
        box(
            b"mdia",
            media_header,
            handler,
            box(b"minf", track.handler.header, _SAME_FILE, _sample_tables(track)),
        ),
    )


def _sample_tables(track: Laid) -> bytes:
    """Description, time, place and size of every packet."""
    # A run of chunks begins where a chunk has not as many packets as the one before it.
    runs = np.flatnonzero(np.diff(track.counts, prepend=0))
    chunks = np.stack([runs + 1, track.counts[runs], np.ones_like(runs)], axis=1)
    far = bool(track.places[-1] >= _SMALL)
    return box(
        b"stbl",
        full_box(b"stsd", struct.pack(">I", 1), track.entry),
        _table(b"stts", np.array(track.times, np.int64)),
        _table(b"stss", track.keyframes) if len(track.keyframes) < len(track.sizes) else b"",
        _table(b"stsc", chunks),
        full_box(b"stsz", struct.pack(">II", 0, len(track.sizes)), _packed(track.sizes)),
        full_box(
            b"co64" if far else b"stco",
            struct.pack(">I", len(track.places)),
            track.places.astype(">u8" if far else ">u4").tobytes(),
        ),
        _roll(len(track.sizes)) if track.handler is SOUND else b"",
    )


def _roll(packets: int) -> bytes:
    """A packet of AAC sounds right once the one before it was decoded: players begin one earlier."""
    group = full_box(b"sgpd", b"roll" + struct.pack(">IIh", 2, 1, -1), version=1)
    return group + full_box(b"sbgp", b"roll" + struct.pack(">III", 1, packets, 1))


def _metadata(texts: Sequence[tuple[bytes, str]]) -> bytes:
    """Texts where players look for them: a list as iTunes has it."""
    items = (box(name, box(b"data", _UTF8, text.encode())) for name, text in texts)
    handler = full_box(b"hdlr", bytes(4) + b"mdirappl" + bytes(9))
    return full_box(b"meta", handler, box(b"ilst", *items))


def _keyed(keys: Sequence[tuple[str, str]]) -> bytes:
    """Texts under names of any length, as the QuickTime File Format has them: names, then a list."""
    if not keys:
        return b""
    names = (box(b"mdta", name.encode()) for name, _ in keys)
    items = (
        box(struct.pack(">I", number), box(b"data", _UTF8, text.encode()))
        for number, (_, text) in enumerate(keys, start=1)
    )
    handler = full_box(b"hdlr", bytes(4) + b"mdta" + bytes(13))
    return full_box(
        b"meta",
        handler,
        full_box(b"keys", struct.pack(">I", len(keys)), *names),
        box(b"ilst", *items),
    )


def _moved(above: int) -> bytes:
    """A matrix that leaves a picture as it is, so many pixels further down."""
    return struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, above << 16, 1 << 30)


def _packed_language(letters: str) -> int:
    """Three letters of 5 bits each."""
    first, second, third = (ord(letter) - 0x60 for letter in letters)
    return first << 10 | second << 5 | third


def _table(name: bytes, rows: NDArray[np.integer]) -> bytes:
    return full_box(name, struct.pack(">I", len(rows)), _packed(rows))


def _packed(numbers: NDArray[np.integer]) -> bytes:
    return numbers.astype(">u4").tobytes()


def _form(ticks: int) -> str:
    """How times up to this one are packed."""
    return "Q" if ticks >= _SMALL else "I"
