"""What a preview promises: a WebP that loops, moves and stays below its size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from pipeline.media.picture import to_yuv
from pipeline.plan import graphs, preview
from pipeline.plan.job import Format
from pipeline.plan.preview import plan_preview
from pipeline.steps.preview import write_preview
from tests.support import films

PICTURE = Format(width=640, height=360, fps=25)


def _clip(path: Path, frames: list[NDArray[np.uint8]]) -> Path:
    parameters = graphs.video_parameters(qp=18, preset="ultrafast")
    films.media().encode_clip(
        map(to_yuv, frames), path, picture=PICTURE, total=len(frames), parameters=parameters
    )
    return path


def _moving(count: int) -> list[NDArray[np.uint8]]:
    """A bright bar that walks to the right."""
    frames = []
    for index in range(count):
        frame = np.full((360, 640, 3), 60, np.uint8)
        frame[:, 10 + 3 * index : 90 + 3 * index] = 220
        frames.append(frame)
    return frames


def _seen(path: Path) -> list[NDArray[np.float64]]:
    with Image.open(path) as picture:
        return [np.asarray(each.convert("L"), np.float64) for each in ImageSequence.Iterator(picture)]


def _apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(np.abs(one - other).mean())


def _nothing() -> None:
    """Nobody wants the work ended."""


def test_a_short_clip_is_shown_whole(tmp_path: Path) -> None:
    """It loops for ever, as large as planned, at its own pace."""
    clip = _clip(tmp_path / "clip.mp4", _moving(50))
    target = tmp_path / "preview.webp"
    write_preview(target, clip, plan_preview(PICTURE, frames=50), media=films.media(), check=_nothing)
    with Image.open(target) as picture:
        assert (picture.format, picture.size, picture.n_frames) == ("WEBP", (480, 270), 25)
        picture.load()
        assert picture.info["loop"] == 0
        assert picture.info["duration"] == 80
    middles = [float((frame.mean(axis=0) > 140).nonzero()[0].mean()) for frame in _seen(target)]
    assert np.allclose(np.diff(middles), 4.5, atol=1)


def test_a_long_clip_melts_into_its_beginning(tmp_path: Path) -> None:
    """Six seconds of it; the seam is no jump."""
    clip = _clip(tmp_path / "clip.mp4", _moving(160))
    target = tmp_path / "preview.webp"
    write_preview(target, clip, plan_preview(PICTURE, frames=160), media=films.media(), check=_nothing)
    frames = _seen(target)
    assert len(frames) == 75
    apart = [_apart(frames[0], frame) for frame in frames[-6:]]
    assert apart == sorted(apart, reverse=True)
    assert apart[-1] < apart[0] / 3


def test_a_preview_that_would_be_too_large_is_made_coarser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quality gives way to size."""
    noise = np.random.default_rng(1).integers(0, 255, (20, 360, 640, 3)).astype(np.uint8)
    clip = _clip(tmp_path / "clip.mp4", list(noise))
    plan = plan_preview(PICTURE, frames=20)
    sizes = []
    for most in (10**9, 400_000):
        monkeypatch.setattr("pipeline.steps.preview.MOST_BYTES", most)
        write_preview(tmp_path / "preview.webp", clip, plan, media=films.media(), check=_nothing)
        sizes.append((tmp_path / "preview.webp").stat().st_size)
    assert sizes[0] > 400_000 > sizes[1]
    assert preview.MOST_BYTES == 2_000_000


def test_it_can_be_ended(tmp_path: Path) -> None:
    """Whoever lost the work stops."""

    def ended() -> None:
        raise KeyboardInterrupt

    clip = _clip(tmp_path / "clip.mp4", _moving(50))
    with pytest.raises(KeyboardInterrupt):
        write_preview(
            tmp_path / "preview.webp",
            clip,
            plan_preview(PICTURE, frames=50),
            media=films.media(),
            check=ended,
        )
