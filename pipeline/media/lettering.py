"""Text in pictures: drawn once by libass in a run of FFmpeg, then laid over frame after frame."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.plan import graphs
from pipeline.plan.errors import AwayError, TransientError
from pipeline.plan.job import Format
from pipeline.plan.overlay import Inset, drawing
from pipeline.scratch import scratch_folder

#: What FFmpeg finds in the folder that it runs in.
_NO_OTHER_FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><cachedir>cache</cachedir></fontconfig>
"""
_WHITE = 255
_Plane = NDArray[np.uint8]


class Run(Protocol):
    """Runs FFmpeg: `pipeline.media.Media.run`."""

    def __call__(
        self,
        arguments: Sequence[str],
        *,
        feed: Iterable[bytes | memoryview],
        check: Callable[[], None],
        folder: Path,
        environment: Mapping[str, str],
    ) -> None:
        """Run it to its end."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Patch:
    """A part of a plane with something drawn on it.

    Attributes:
        plane: which plane: brightness, blue, red.
        rows, columns: which part of it.
        keep: how much is seen of what lies below, uint8 (height, width), 255 for all.
        add: what is seen besides, likewise.
    """

    plane: int
    rows: slice
    columns: slice
    keep: _Plane
    add: _Plane

    def over(self, below: _Plane, strength: int, full: int) -> _Plane:
        """What is seen of both together, at a part of the strength; whole numbers, so the same everywhere."""
        keep, add = self.keep, self.add
        if strength != full:
            keep = (_WHITE - (_WHITE - keep.astype(np.uint16)) * strength // full).astype(np.uint8)
            add = (add.astype(np.uint16) * strength // full).astype(np.uint8)
        mixed = below.astype(np.uint16)
        mixed *= keep
        mixed += _WHITE // 2
        # A division by 255 that rounds.
        mixed += (mixed + 1) >> 8
        mixed >>= 8
        return mixed.astype(np.uint8) + add


@dataclass(frozen=True, kw_only=True, eq=False)
class Plate:
    """An inset as it was drawn."""

    inset: Inset
    patches: tuple[_Patch, ...]

    def strength(self, frame: int) -> tuple[int, int]:
        """How much of it a frame shows: so many parts of so many."""
        full = self.inset.fade + 1
        if not self.inset.begin <= frame < self.inset.end:
            return 0, full
        return min(self.inset.end - frame, full), full


def draw(
    insets: Sequence[Inset],
    picture: Format,
    fonts: Mapping[str, Path],
    *,
    run: Run,
    check: Callable[[], None],
) -> tuple[Plate, ...]:
    """Have each inset drawn, with these fonts and no other that may be on this machine.

    Each is drawn on a black and on a white picture: the difference tells how much is seen of what lies below.

    Args:
        insets: what is drawn.
        picture: size of the film's pictures.
        fonts: the fonts' files by their digests.
        run: runs FFmpeg.
        check: as in `pipeline.media.Media.run`.

    Raises:
        TransientError, AwayError: as `pipeline.media.Media.run`.
        KeyError: a font that an inset needs is not among `fonts`.
    """
    try:
        return _drawn(insets, picture, fonts, run=run, check=check)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise AwayError("media-disk-full") from error
        raise TransientError("media-failed", reason=error.strerror or type(error).__name__) from error


def _drawn(
    insets: Sequence[Inset],
    picture: Format,
    fonts: Mapping[str, Path],
    *,
    run: Run,
    check: Callable[[], None],
) -> tuple[Plate, ...]:
    with scratch_folder() as folder:
        (folder / graphs.DRAWING).write_text(drawing(insets, picture), "utf-8")
        (folder / "fonts.conf").write_text(_NO_OTHER_FONTS, "utf-8")
        (folder / graphs.FONTS).mkdir()
        for digest in sorted({digest for inset in insets for digest in inset.fonts}):
            (folder / graphs.FONTS / digest).symlink_to(fonts[digest].resolve())
        drawn = folder / "drawn.yuv"
        run(
            graphs.lettering(drawn, picture=picture),
            feed=_grounds(len(insets), picture),
            check=check,
            folder=folder,
            environment={"FONTCONFIG_FILE": str(folder / "fonts.conf")},
        )
        shape = (len(insets), 2, picture.height * 3 // 2, picture.width)
        pairs = np.memmap(drawn, np.uint8, "r", shape=shape)
        return tuple(
            Plate(inset=inset, patches=_patches(pair[0], pair[1], picture))
            for inset, pair in zip(insets, pairs, strict=True)
        )


def laid_over(
    frames: Iterable[NDArray[np.uint8]], plates: Sequence[Plate], picture: Format
) -> Iterator[NDArray[np.uint8]]:
    """Frames with what was drawn over them; each is as it was when the next one is asked for.

    Args:
        frames: as `pipeline.media.Media.encode_clip` takes them.
        plates: what is laid over them, in order.
        picture: size of the frames.
    """
    for number, frame in enumerate(frames):
        planes = _planes(frame, picture)
        below: list[tuple[_Plane, _Plane]] = []
        for plate in plates:
            strength, full = plate.strength(number)
            for patch in plate.patches if strength else ():
                part = planes[patch.plane][patch.rows, patch.columns]
                below.append((part, part.copy()))
                part[...] = patch.over(part, strength, full)
        yield frame
        for part, was in reversed(below):
            part[...] = was


def _grounds(count: int, picture: Format) -> Iterator[memoryview]:
    """Black and white by turns, so often."""
    shape = (picture.height * 3 // 2, picture.width)
    black, white = np.zeros(shape, np.uint8), np.full(shape, _WHITE, np.uint8)
    for _ in range(count):
        yield black.data
        yield white.data


def _patches(on_black: _Plane, on_white: _Plane, picture: Format) -> tuple[_Patch, ...]:
    """What was drawn, plane by plane."""
    patches = []
    for number, (add, seen) in enumerate(
        zip(_planes(on_black, picture), _planes(on_white, picture), strict=True)
    ):
        keep = seen - np.minimum(add, seen)
        down = np.flatnonzero(keep.min(axis=1) < _WHITE)
        if not len(down):
            continue
        rows = slice(int(down[0]), int(down[-1]) + 1)
        across = np.flatnonzero(keep[rows].min(axis=0) < _WHITE)
        columns = slice(int(across[0]), int(across[-1]) + 1)
        part = np.s_[rows, columns]
        patches.append(
            _Patch(plane=number, rows=rows, columns=columns, keep=keep[part].copy(), add=add[part].copy())
        )
    return tuple(patches)


def _planes(frame: _Plane, picture: Format) -> tuple[_Plane, _Plane, _Plane]:
    """Brightness and the two colours of a frame, without a copy."""
    height, width = picture.height, picture.width
    flat = frame.reshape(-1)
    luma, blue, red = np.split(flat, (height * width, height * width * 5 // 4))
    half = (height // 2, width // 2)
    return luma.reshape(height, width), blue.reshape(half), red.reshape(half)
