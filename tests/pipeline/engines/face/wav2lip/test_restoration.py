"""A drawn mouth is restored: a network sees the face as it knows faces, and adds to the mouth alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import LEFT_EYE_CORNERS, MOUTH_CORNERS, RIGHT_EYE_CORNERS
from pipeline.engines.face import Canvas, Drive
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.wav2lip.alive import StillBody
from pipeline.engines.face.wav2lip.batches import NOTHING
from pipeline.engines.face.wav2lip.blend import SoftBlend, shown_to_network
from pipeline.engines.face.wav2lip.box import crop_of
from pipeline.engines.face.wav2lip.mask import Mask
from pipeline.engines.face.wav2lip.restoration import SIDE, Restore, RestoredStill, alignment, fineness
from pipeline.engines.face.wav2lip.sitter import Draw, StillSitter
from pipeline.engines.face.wav2lip.speech import windows_of
from pipeline.media.picture import planes_of, to_bgr, to_yuv
from pipeline.plan.clock import samples_per_frame
from pipeline.plan.lipsync import Lipsync, Pads
from tests.support.faces import murmured, silent
from tests.support.restorer import beyond

Values = NDArray[np.float32]
Picture = NDArray[np.uint8]


class Sharpener:
    """Stands in for a network: sharpens, and makes everything greener."""

    def __init__(self) -> None:
        self.seen: list[Picture] = []

    def __call__(self, face: Picture) -> Values:
        """Some detail, and another colour."""
        self.seen.append(face.copy())
        known = face.astype(np.float32)
        return known + 2 * (known - np.asarray(cv2.GaussianBlur(known, (0, 0), 2), np.float32)) + [0, 30, 0]


def _same(face: Picture) -> Values:
    return face.astype(np.float32)


def _talking(mask: Mask, *, loud: float = 0.5) -> Draw:
    """A network that draws stripes, which follow what it hears."""
    rows = mask.region.rows
    across = np.linspace(0.3, 0.6, mask.region.columns, dtype=np.float32)

    def draw(windows: NDArray[np.float32]) -> NDArray[np.float32]:
        heard = windows.mean(axis=(1, 2), dtype=np.float64).astype(np.float32) / 8 + np.float32(loud)
        return np.repeat(np.repeat((heard[:, None, None] * across[:, None])[:, None], rows, 1), 3, 3)

    return draw


@pytest.fixture
def restored(canvas: Canvas, crop: Box, mask: Mask) -> Callable[..., RestoredStill]:
    """The photograph, its mouth drawn by one network and restored by another."""

    def made(restore: Restore, draw: Draw | None = None) -> RestoredStill:
        return RestoredStill(
            restore,
            draw or _talking(mask),
            blend=SoftBlend(canvas.picture, crop, mask, None),
            face=canvas.face,
            picture=canvas.picture,
            crop=crop,
            mask=mask,
        )

    return made


def _sitter(canvas: Canvas, still: RestoredStill, batch: int) -> StillSitter:
    body = StillBody(canvas.picture, still.blend.box)
    return StillSitter(still, batch=batch, blend=still.blend, body=body, lipsync=Lipsync(), lively=False)


def _frames(sitter: StillSitter, drive: Drive) -> list[Picture]:
    return [frame.copy() for frame in sitter.frames(drive)]


def test_a_face_is_shown_as_networks_know_faces(canvas: Canvas, crop: Box) -> None:
    """Eyes and mouth stand where they stand in FFHQ; without landmarks the face is about there, too."""
    points = np.asarray(canvas.face.landmarks)[:, :2]
    eyes = [points[list(corners)].mean(axis=0) for corners in (RIGHT_EYE_CORNERS, LEFT_EYE_CORNERS)]
    mouth = points[list(MOUTH_CORNERS)].mean(axis=0)
    wanted = [(193, 240), (319, 240), (257, 371)]
    edges = tuple(float(edge) for edge in (crop.left, crop.top, crop.right, crop.bottom))
    for face, near in ((canvas.face, 15), (replace(canvas.face, landmarks=None), 25)):
        there = alignment(face, edges)  # type: ignore[arg-type]
        for at, known in zip([*eyes, mouth], wanted, strict=True):
            assert np.hypot(*(there[:, :2] @ at + there[:, 2] - known)) < near


def test_a_face_that_was_named_is_shown_and_not_the_one_that_was_found(canvas: Canvas) -> None:
    """Where the mouth's network is shown another part of the picture, what restores is shown that."""
    there = alignment(canvas.face, (10.0, 20.0, 60.0, 80.0))
    middle = there[:, :2] @ (35, 50) + there[:, 2]
    assert np.allclose(middle, (256, 320))
    assert there[0, 1] == 0


@pytest.mark.parametrize(("height", "times"), [(20, 1), (96, 1), (97, 2), (236, 3), (384, 4), (2_000, 4)])
def test_a_restored_mouth_is_as_fine_as_its_face_is_large(height: float, times: int) -> None:
    """But no finer than the picture that what restores is shown."""
    assert fineness(height) == times


def test_what_a_network_leaves_as_it_is_stays(
    canvas: Canvas, mask: Mask, restored: Callable[..., RestoredStill]
) -> None:
    """What the portrait shows of itself, and is given back as it is, differs by what turning it costs."""
    own = shown_to_network(canvas.picture, crop_of(canvas.face, (256, 256), Pads()))
    part = own[mask.region.top : mask.region.bottom, mask.region.left : mask.region.right]
    shown = part[None].astype(np.float32) / np.float32(255)
    still = restored(_same, lambda _windows: shown)
    blend = SoftBlend(canvas.picture, crop_of(canvas.face, (256, 256), Pads()), mask, None)
    plain = [plane.copy() for plane in blend.laid(shown[0], 0.0)]
    again = still.blend.laid(still(np.zeros((1, 80, 16), np.float32))[0], 0.0)
    for was, now in zip(plain, again, strict=True):
        off = np.abs(was.astype(int) - now)
        assert off.mean() < 0.6
        assert np.percentile(off, 99) <= 8


def test_nothing_but_the_mouth_changes_and_its_colours_stay(
    canvas: Canvas, mask: Mask, restored: Callable[..., RestoredStill]
) -> None:
    """Beyond the mask every byte is the portrait's; a network that turns all things greener is not seen."""
    network = Sharpener()
    drive = murmured()
    plain = _frames(_sitter(canvas, restored(_same), 4), drive)
    frames = _frames(_sitter(canvas, restored(network), 4), drive)
    assert {face.shape for face in network.seen} == {(SIDE, SIDE, 3)}
    outside, still = beyond(mask), to_yuv(canvas.picture)
    changes = []
    for was, now in zip(plain, frames, strict=True):
        assert np.array_equal(planes_of(now).luma[outside], planes_of(still).luma[outside])
        changes.append(np.abs(to_bgr(now).astype(int) - to_bgr(was)))
        # Where the mask begins, colours are those of before.
        means = to_bgr(now).astype(int) - to_bgr(was)
        edge = np.zeros((256, 256), np.bool_)
        edge[mask.box.top : mask.box.bottom, mask.box.left : mask.box.right] = (mask.share > 0) & (
            mask.share < 0.9
        )
        assert np.abs(means[edge].mean(axis=0)).max() < 4
    assert max(change.max() for change in changes) > 2


def test_equal_mouths_are_restored_once_and_closed_ones_not_at_all(
    canvas: Canvas, restored: Callable[..., RestoredStill]
) -> None:
    """However far a mouth is closed, and whenever it comes again; at rest the portrait is its own."""
    network, drive = Sharpener(), murmured()
    windows = windows_of(drive, Lipsync())
    said = [number for number in windows.numbers if number != NOTHING]
    frames = _frames(_sitter(canvas, restored(network), 4), drive)
    assert len(network.seen) == len(set(said)) > 4
    rest = to_yuv(canvas.picture)
    for frame, number in zip(frames, windows.numbers, strict=True):
        assert np.array_equal(frame, rest) or number != NOTHING
    quiet = Sharpener()
    for frame in _frames(_sitter(canvas, restored(quiet), 4), silent(9)):
        assert np.array_equal(frame, rest)
    assert not quiet.seen
    again = Sharpener()
    word = drive.audio[: 25 * samples_per_frame(25)]
    twice = replace(drive, audio=np.tile(word, 2), frames=50)
    numbers = [number for number in windows_of(twice, Lipsync()).numbers if number != NOTHING]
    _frames(_sitter(canvas, restored(again), 4), twice)
    assert len(again.seen) == len(set(numbers)) < len(numbers)


def test_frames_depend_neither_on_the_batch_nor_on_what_was_asked_before(
    canvas: Canvas, restored: Callable[..., RestoredStill]
) -> None:
    """Bit for bit, twice, in any chunks, and beside another clip that was left unfinished."""
    drive = murmured()
    frames = _frames(_sitter(canvas, restored(Sharpener()), 4), drive)
    sitter = _sitter(canvas, restored(Sharpener()), 1)
    unfinished = sitter.frames(replace(murmured(seed=2), audio=drive.audio[::-1].copy()))
    for _ in range(20):
        next(unfinished)
    assert all(map(np.array_equal, frames, _frames(sitter, drive)))
    unfinished.close()  # type: ignore[attr-defined]
