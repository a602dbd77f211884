"""Colours go through BT.709 limited range and come back as they were."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.media.packets import decode
from pipeline.media.picture import to_yuv
from pipeline.plan import graphs
from pipeline.plan.job import Format
from tests.support import films


def _exact(frame: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Luma and first chroma as ITU-R BT.709-6 defines them, in integers of ten binary places."""
    blue, green, red = (frame[..., channel].astype(np.int64) for channel in range(3))
    weights = np.array([[0.0722, 0.7152, 0.2126], [0.5, -0.7152 / 1.8556, -0.2126 / 1.8556]])
    weights *= np.array([[219.0], [224.0]]) / 255.0
    fixed = np.round(weights * 1024).astype(np.int64)
    luma, chroma = ((row[0] * blue + row[1] * green + row[2] * red) for row in fixed)
    return (luma + 16 * 1024 + 512) >> 10, (chroma + 128 * 1024 + 512) >> 10


def test_conversion_is_the_standard_in_integers() -> None:
    """Every pixel equals integer arithmetic after BT.709, so that no processor can give another one."""
    frame = np.random.default_rng(1).integers(0, 256, (66, 130, 3), dtype=np.uint8)
    raw = to_yuv(frame).ravel()
    luma, chroma = _exact(frame)
    size = 66 * 130
    assert np.array_equal(raw[:size].reshape(66, 130), luma)
    quarters = chroma.reshape(33, 2, 65, 2).sum(axis=(1, 3))
    assert np.array_equal(raw[size : size * 5 // 4].reshape(33, 65), (quarters + 2) >> 2)


def test_patches_come_back_within_two_levels(tmp_path: Path) -> None:
    """Colours encoded as a clip decode to the same colours, by FFmpeg's own BT.709."""
    colours = [(0, 0, 0), (255, 255, 255), (0, 0, 255), (0, 255, 0), (255, 0, 0)]
    colours += [(128, 128, 128), (40, 200, 240), (180, 130, 110), (60, 80, 150), (250, 220, 10)]
    picture = Format(width=640, height=64, fps=25)
    frame = np.zeros((64, 640, 3), np.uint8)
    for index, colour in enumerate(colours):
        frame[:, index * 64 : index * 64 + 64] = colour
    target = tmp_path / "patches.mp4"
    films.media().encode_clip(
        iter([to_yuv(frame)] * 5),
        target,
        picture=picture,
        total=5,
        parameters=graphs.video_parameters(qp=10, preset="veryfast"),
    )
    back = list(decode(target))
    assert len(back) == 5
    for index, colour in enumerate(colours):
        patch = back[4][16:48, index * 64 + 16 : index * 64 + 48].reshape(-1, 3).mean(axis=0)
        assert np.abs(patch - colour).max() <= 2, (colour, patch)


def test_one_library_thread_or_four_give_the_same_bytes() -> None:
    """The conversion does not depend on OpenCV's threads."""
    frame = np.random.default_rng(2).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    before = cv2.getNumThreads()
    try:
        raws = []
        for threads in (1, 4):
            cv2.setNumThreads(threads)
            raws.append(to_yuv(frame).tobytes())
    finally:
        cv2.setNumThreads(before)
    assert raws[0] == raws[1]
