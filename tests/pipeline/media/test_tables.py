"""The room that is kept for a film's tables: always enough, and little more."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pipeline.plan import graphs
from pipeline.plan.clock import FRAME_RATES, samples_per_frame
from pipeline.plan.job import Format
from tests.support import films

FRAMES = 300
LONGEST_TITLE = "𝔏" * 1000


def _clip(path: Path, *, fps: int, frames: int) -> None:
    """Noise, since packets of equal sizes need no table of them."""
    picture = Format(width=64, height=64, fps=fps)
    noise = np.random.default_rng(fps).integers(0, 255, (frames, 64 * 64 * 3 // 2), np.uint8)
    parameters = graphs.video_parameters(crf=40, preset="veryfast")
    films.media().run(
        graphs.clip(path, picture=picture, parameters=parameters), feed=(frame.data for frame in noise)
    )


def _sound(path: Path, *, fps: int) -> None:
    noise = np.random.default_rng(fps).normal(0, 0.1, FRAMES * samples_per_frame(fps))
    films.media().run(graphs.sound(path), feed=[noise.astype("<f4").data])


def _boxes(film: bytes) -> Iterator[tuple[bytes, int]]:
    place = 0
    while place < len(film):
        size, name = struct.unpack_from(">I4s", film, place)
        yield name, size
        place += size


@pytest.mark.parametrize("fps", FRAME_RATES)
@pytest.mark.parametrize(
    ("length", "title"), [(1, LONGEST_TITLE), (15, "")], ids=["each a clip, the longest title", "no title"]
)
def test_a_films_tables_have_room(tmp_path: Path, fps: int, length: int, title: str) -> None:
    """At any rate, even if each frame is a clip by itself, the tables fit and stand before the packets."""
    (tmp_path / "clip").mkdir()
    clip, sound, film = (tmp_path / "clip" / name for name in ("clip.mp4", "sound.mp4", "film.mp4"))
    _clip(clip, fps=fps, frames=length)
    _sound(sound, fps=fps)
    count = FRAMES // length
    probed = films.media().probe(clip).picture
    assert probed is not None
    contents = graphs.Contents(
        fps=fps,
        frames=FRAMES,
        keyframes=probed.keyframes * count,
        size=clip.stat().st_size * count + sound.stat().st_size,
    )
    arguments = graphs.film(sound, film, contents=contents, title=title, comment="trace")
    films.media().run(arguments, feed=graphs.listing(["clip/clip.mp4"] * count), folder=tmp_path)
    names, sizes = zip(*_boxes(film.read_bytes()), strict=True)
    assert names == (b"ftyp", b"moov", b"free", b"free", b"mdat")
    # What is left of the room is a small part of any film.
    assert sizes[2] < 32 * FRAMES + 4096
    joined = films.media().probe(film)
    assert joined.picture is not None
    assert joined.picture.packets == FRAMES
