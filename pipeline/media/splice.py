"""Joins clips, a sound and captions in one MP4 by copying their packets: nothing is decoded, nothing dropped.

Written here, since it must take no more memory for an hour than for a minute: the tables hold 4 bytes a
packet, where FFmpeg's muxer keeps about a hundred and has to be told beforehand how much room they need.
"""

from __future__ import annotations

import contextlib
import io
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from pipeline.media.boxes import box, head
from pipeline.media.movie import PICTURE, SOUND, TEXT, Laid, Places, movie_box
from pipeline.media.textentry import place_of, text_entry
from pipeline.media.track import Track, pixels_of
from pipeline.plan.aigc import AIGC
from pipeline.plan.cargo import Cargo
from pipeline.plan.softtrack import SoftTrack

_BRANDS = box(b"ftyp", b"isom", struct.pack(">I", 0x200), b"isom", b"iso2", b"avc1", b"mp41")
_TITLE = "©nam".encode("latin-1")
_COMMENT = "©cmt".encode("latin-1")
_BLOCK = 1 << 20


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout:
    """Where everything in a film lies.

    Attributes:
        front: all that stands before the packets.
        pieces: bytes of picture, of sound and, if there are any, of captions of each second; int64 (seconds,
            2 or 3).
    """

    front: bytes
    pieces: Places


def splice(
    target: Path,
    clips: Sequence[Track],
    sound: Track,
    cargo: Cargo,
    *,
    check: Callable[[], None],
) -> None:
    """Write a film: all packets of its parts, a second of each in turn, the tables before them.

    The same parts and the same cargo give the same bytes.

    Args:
        target: the file to make.
        clips: in order; the same one may come again. All have the same entry, timescale and step, and begin
            with a keyframe.
        sound: of the same timescale, as long as the clips.
        cargo: what the film carries besides.
        check: called before each second of film; what it raises ends it.

    Raises:
        ValueError: the sound is too short, or a part is shorter than its own tables say.
        OSError: a file cannot be read or written.
    """
    layout = lay_out(clips, sound, cargo)
    words = cargo.captions.packets if cargo.captions else ()
    with (
        target.open("wb") as film,
        contextlib.closing(_Source(clips)) as pictures,
        contextlib.closing(_Source([sound])) as sounds,
        io.BytesIO(b"".join(words)) as captions,
    ):
        film.write(layout.front)
        for seen, heard, *told in layout.pieces.tolist():
            check()
            pictures.copy(seen, film)
            sounds.copy(heard, film)
            film.writelines(map(captions.read, told))


def lay_out(clips: Sequence[Track], sound: Track, cargo: Cargo) -> Layout:
    """Where everything will lie in the film that `splice` makes of the same parts.

    Raises:
        ValueError: the sound is too short.
    """
    frames, step, timescale = sum(clip.packets for clip in clips), clips[0].step, clips[0].timescale
    seconds = np.arange(1, -(-frames * step // timescale), dtype=np.int64)
    frame_edges = np.concatenate([[0], seconds * timescale // step, [frames]])
    packet_edges = np.concatenate([[0], -(-seconds * timescale // sound.times[0][1]), [sound.packets]])
    picture = _laid_picture(clips, np.diff(frame_edges))
    heard = _laid_sound(sound, np.diff(packet_edges), shown=picture.shown)
    tracks = [(picture, frame_edges), (heard, packet_edges)]
    if cargo.captions is not None:
        tracks.append(_laid_captions(cargo.captions, picture, seconds))
    pieces = np.stack([_weights(track, edges) for track, edges in tracks], axis=1)
    payload = int(pieces.sum())
    ends = pieces.cumsum()
    texts = ((_TITLE, cargo.title), (_COMMENT, cargo.comment))
    keys = ((AIGC, cargo.label),) if cargo.label else ()

    def front(begin: int) -> bytes:
        """All that stands before the packets, if these begin there."""
        places = (begin + np.concatenate([[0], ends[:-1]])).reshape(pieces.shape)
        laid = (_placed(track, places[:, number]) for number, (track, _) in enumerate(tracks))
        return _BRANDS + movie_box(tuple(laid), texts=texts, keys=keys) + head(b"mdat", payload)

    # Places above 4 GiB take more room in the tables, and with that lie further behind.
    begin = 0
    while len(found := front(begin)) != begin:
        begin = len(found)
    return Layout(front=found, pieces=pieces)


class _Source:
    """The packets of some tracks, one track behind the other; at most one file is open."""

    def __init__(self, tracks: Iterable[Track]) -> None:
        self._tracks = iter(tracks)
        self._file: BinaryIO | None = None
        self._left = 0

    def copy(self, count: int, film: BinaryIO) -> None:
        """Copy the next bytes."""
        while count:
            if self._file is None or not self._left:
                self._turn()
                continue
            part = self._file.read(min(count, self._left, _BLOCK))
            if not part:
                raise ValueError(self._file.name)
            film.write(part)
            count -= len(part)
            self._left -= len(part)

    def close(self) -> None:
        """Close what is open."""
        if self._file is not None:
            self._file.close()

    def _turn(self) -> None:
        """Go on with the next track."""
        self.close()
        track = next(self._tracks)
        self._file = track.path.open("rb")
        self._file.seek(track.begin)
        self._left = int(track.sizes.sum())


def _laid_picture(clips: Sequence[Track], counts: Places) -> Laid:
    """The clips as one track, before its places are known."""
    first = clips[0]
    before = np.cumsum([0, *(clip.packets for clip in clips[:-1])])
    frames = sum(clip.packets for clip in clips)
    keyframes = [clip.keyframes + start for clip, start in zip(clips, before, strict=True)]
    return Laid(
        handler=PICTURE,
        entry=first.entry,
        timescale=first.timescale,
        sizes=np.concatenate([clip.sizes for clip in clips]),
        times=((frames, first.step),),
        keyframes=np.concatenate(keyframes).astype(np.uint32),
        hidden=0,
        shown=frames * first.step,
        pixels=pixels_of(first.entry),
        counts=counts,
        places=np.zeros_like(counts),
    )


def _laid_sound(sound: Track, counts: Places, *, shown: int) -> Laid:
    """The sound, of which as much is shown as of the picture."""
    if counts.min() < 1 or sound.ticks < sound.hidden + shown:
        raise ValueError(sound.path.name)
    return Laid(
        handler=SOUND,
        entry=sound.entry,
        timescale=sound.timescale,
        sizes=sound.sizes,
        times=sound.times,
        keyframes=sound.keyframes,
        hidden=sound.hidden,
        shown=shown,
        pixels=(0, 0),
        counts=counts,
        places=np.zeros_like(counts),
    )


def _laid_captions(track: SoftTrack, picture: Laid, seconds: Places) -> tuple[Laid, Places]:
    """Captions as they lie in a film, and how many of their packets begin before each second."""
    width, height = picture.pixels
    room, above = place_of(height)
    ticks, packets = np.array(track.ticks, np.int64), len(track.packets)
    begins = np.cumsum(ticks) - ticks
    edges = np.concatenate([[0], np.searchsorted(begins, seconds * picture.timescale), [packets]])
    counts = np.diff(edges)
    laid = Laid(
        handler=TEXT,
        entry=text_entry(width, height),
        timescale=picture.timescale,
        sizes=np.fromiter(map(len, track.packets), np.uint32, packets),
        times=[(1, each) for each in track.ticks],
        keyframes=np.arange(1, packets + 1, dtype=np.uint32),
        hidden=0,
        shown=picture.shown,
        pixels=(width, room),
        counts=counts,
        above=above,
        language=track.language,
        places=np.zeros_like(counts),
    )
    return laid, edges


def _placed(track: Laid, places: Places) -> Laid:
    """A track at its places; a second without any packet of it has no chunk."""
    kept = track.counts > 0
    return replace(track, counts=track.counts[kept], places=places[kept])


def _weights(track: Laid, edges: Places) -> Places:
    """Bytes between edges that are told in packets."""
    ends = np.concatenate([[0], np.cumsum(track.sizes, dtype=np.int64)])
    return np.diff(ends[edges])
