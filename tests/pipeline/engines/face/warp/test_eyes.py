"""Lids and irises: what moves, what stays, and how finely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face import Canvas
from pipeline.engines.face.warp.head import HeadPose
from pipeline.engines.face.warp.lips import Mouth
from pipeline.engines.face.warp.rig import Rig
from pipeline.media.picture import planes_of, to_bgr
from tests.support.faces import canvas_of, drawn_canvas, landmarks, smiling_canvas

Picture = NDArray[np.uint8]

_SIDE = 512
_DEGREE = 1 / 300
_LIDS = ((33, 160, 158, 133, 153, 144), (362, 385, 387, 263, 373, 380))
_IRISES = (468, 473)
_EDGES = (
    ((246, 161, 160, 159, 158, 157, 173), (7, 163, 144, 145, 153, 154, 155)),
    ((398, 384, 385, 386, 387, 388, 466), (382, 381, 380, 374, 373, 390, 249)),
)


def _frames(canvas: Canvas, poses: Sequence[HeadPose]) -> list[Picture]:
    rig = Rig(canvas)
    frame = rig.blank()
    shown = []
    for pose in poses:
        rig.draw(frame, Mouth(), pose)
        shown.append(frame.copy())
    return shown


def _luma(frames: Sequence[Picture]) -> NDArray[np.int_]:
    return np.stack([planes_of(frame).luma for frame in frames]).astype(int)


def _points(canvas: Canvas) -> NDArray[np.float64]:
    assert canvas.face.landmarks is not None
    return canvas.face.landmarks[:, :2]


@pytest.mark.parametrize("make", [smiling_canvas, drawn_canvas])
@pytest.mark.parametrize("side", [128, 384])
def test_lids_move_as_finely_as_one_likes(make: type, side: int) -> None:
    """A fiftieth of the way more closes the eyes a little more, never by a step, at every size."""
    lids = np.linspace(0.0, 1.0, 51)
    luma = _luma(_frames(make(side), [HeadPose(blink=float(part)) for part in lids]))
    steps = np.abs(np.diff(luma, axis=0)).sum(axis=(1, 2))
    assert (steps[:-2] > 0).all()
    assert steps.max() < 4 * np.median(steps)


@pytest.mark.parametrize("make", [smiling_canvas, drawn_canvas])
def test_a_closed_lid_is_the_skin_around_it(make: type) -> None:
    """Neither pale nor dark: hardly darker than the skin above and below the eye."""
    canvas = make(_SIDE)
    (closed,) = (to_bgr(frame).astype(float) for frame in _frames(canvas, [HeadPose(blink=1.0)]))
    points = _points(canvas)
    unit = np.hypot(*(points[263] - points[33])) / 1.4
    for lids, iris in zip(_LIDS, _IRISES, strict=True):
        x, y = points[iris].round().astype(int)
        lid = closed[y - 4 : y + 2, x - 5 : x + 6].mean(axis=(0, 1))
        low = int(points[list(lids), 1].max() + 0.10 * unit)
        cheek = closed[low : low + 8, x - 8 : x + 9].mean(axis=(0, 1))
        assert 0.85 < lid.sum() / cheek.sum() < 1.08


def test_a_lid_bulges_out_of_a_dark_socket() -> None:
    """Below a socket in deep shade a closed lid is nearly as light as the cheek."""
    canvas = drawn_canvas(_SIDE)
    points, picture = _points(canvas), canvas.picture.copy()
    unit = np.hypot(*(points[263] - points[33])) / 1.4
    dark = np.zeros(picture.shape[:2], np.uint8)
    for (upper, lower), iris in zip(_EDGES, _IRISES, strict=True):
        x, y = (int(v) for v in points[iris])
        cv2.ellipse(dark, (x, y), (int(0.30 * unit), int(0.17 * unit)), 0, 180, 360, 255, -1)
        eye = np.concatenate([points[list(upper)], points[list(lower)][::-1]]).round().astype(np.int32)
        cv2.fillPoly(dark, [eye], 0)
    shade = cv2.GaussianBlur(dark, (0, 0), 1.5)[..., None] / 255
    picture = np.round(picture * (1 - 0.6 * shade)).astype(np.uint8)
    (closed,) = _luma(_frames(replace(canvas, picture=picture), [HeadPose(blink=1.0)]))
    for (_, lower), iris in zip(_EDGES, _IRISES, strict=True):
        x, y = points[iris].round().astype(int)
        low = int(points[list(lower), 1].max() + 0.10 * unit)
        cheek = np.median(closed[low : low + 8, x - 8 : x + 9])
        assert 0.88 < np.median(closed[y : y + 4, x - 8 : x + 9]) / cheek < 1.05


def test_lashes_of_both_eyes_are_of_one_colour() -> None:
    """Where the lashes of one eye are hidden, its closed lids meet in a line as dark as the other eye's."""
    canvas = drawn_canvas(_SIDE)
    points, picture = _points(canvas), canvas.picture.copy()
    line = np.round((points[list(_EDGES[0][0])] - (0, 3)) * 16).astype(np.int32)
    cv2.polylines(
        picture, [line], isClosed=False, color=(20, 20, 24), thickness=6, lineType=cv2.LINE_AA, shift=4
    )
    (closed,) = _luma(_frames(replace(canvas, picture=picture), [HeadPose(blink=1.0)]))
    darkest = []
    for (_, lower), iris in zip(_EDGES, _IRISES, strict=True):
        x, low = int(points[iris, 0]), int(points[list(lower), 1].max())
        darkest.append(closed[low - 12 : low + 8, x - 3 : x + 4].mean(axis=1).min())
    assert abs(darkest[0] - darkest[1]) < 25


def test_a_closed_lid_has_no_straight_sides() -> None:
    """Beside an eye in a dark socket what its lids cover fades: nothing ends within a pixel there."""
    canvas = drawn_canvas(_SIDE)
    points, picture = _points(canvas), canvas.picture.copy()
    unit = np.hypot(*(points[263] - points[33])) / 1.4
    sides = [(33, 133, -1), (263, 362, 1)]
    for outer, inner, side in sides:
        x, y = points[[outer, inner]].mean(axis=0)
        at = (int(x + side * 0.05 * unit), int(y - 0.05 * unit))
        shade = cv2.ellipse(
            np.zeros(picture.shape[:2], np.uint8), at, (int(0.4 * unit), int(0.17 * unit)), 0, 0, 360, 255, -1
        )
        eye = cv2.ellipse(
            np.zeros_like(shade), (int(x), int(y)), (int(0.21 * unit), int(0.09 * unit)), 0, 0, 360, 255, -1
        )
        weight = (
            cv2.GaussianBlur(shade, (0, 0), 0.02 * unit)
            / 255
            * (1 - cv2.GaussianBlur(eye, (0, 0), 1.0) / 255)
        )
        picture = np.clip(picture * (1 - 0.6 * weight[..., None]), 0, 255).astype(np.uint8)
    open_, closed = _luma(_frames(replace(canvas, picture=picture), [HeadPose(), HeadPose(blink=1.0)]))
    changed = closed - open_
    for outer, _, side in sides:
        x, y = (int(v) for v in points[outer])
        first, last = sorted((x + side * int(0.03 * unit), x + side * int(0.2 * unit)))
        beside = changed[y - int(0.2 * unit) : y + int(0.1 * unit), first:last]
        assert np.abs(np.diff(beside, axis=1)).max() < 12


def test_no_white_is_left_under_closed_lids() -> None:
    """Eyes that are larger than their landmarks say close all the same."""
    canvas = drawn_canvas(_SIDE)
    points, picture = _points(canvas), canvas.picture.copy()
    unit = np.hypot(*(points[263] - points[33])) / 1.4
    for (upper, lower), iris in zip(_EDGES, _IRISES, strict=True):
        down = np.array([0.0, 0.05 * unit])
        outline = np.concatenate([points[list(upper)], points[list(lower)][::-1] + down])
        cv2.fillPoly(picture, [np.round(outline * 16).astype(np.int32)], (235, 238, 240), cv2.LINE_AA, 4)
        at = tuple(int(v) for v in points[iris])
        cv2.circle(picture, at, _SIDE // 45, (60, 70, 50), -1, cv2.LINE_AA)
    open_, closed = _luma(_frames(replace(canvas, picture=picture), [HeadPose(), HeadPose(blink=1.0)]))
    for upper, lower in _EDGES:
        left, top = points[[*upper, *lower]].min(axis=0) - 0.08 * unit
        right, bottom = points[[*upper, *lower]].max(axis=0) + 0.08 * unit
        eye = np.s_[int(top) : int(bottom), int(left) : int(right)]
        skin = int(np.percentile(open_[eye], 50))
        assert (open_[eye] > skin + 25).sum() > 100
        assert (closed[eye] > skin + 25).sum() == 0


def test_a_closed_lid_has_the_grain_of_its_face() -> None:
    """Fine texture of the skin goes on over the lid: neither smooth as plastic nor rougher than the face."""
    canvas = drawn_canvas(_SIDE)
    noise = cv2.GaussianBlur(np.random.default_rng(1).normal(0, 14, canvas.picture.shape[:2]), (0, 0), 0.7)
    picture = np.clip(canvas.picture + noise[..., None], 0, 255).astype(np.uint8)
    (closed,) = _luma(_frames(replace(canvas, picture=picture), [HeadPose(blink=1.0)]))
    # Across, where lids have no edges.
    fine = np.abs(np.diff(closed, axis=1))
    points = _points(canvas)
    unit = np.hypot(*(points[263] - points[33])) / 1.4
    for iris in _IRISES:
        x, y = points[iris].round().astype(int)
        size = int(0.06 * unit)
        lid = fine[y - size // 2 : y, x - 2 * size : x + 2 * size].mean()
        low = y + int(0.30 * unit)
        cheek = fine[low : low + size, x - 2 * size : x + 2 * size].mean()
        assert 0.4 < lid / cheek < 1.3


def test_lashes_go_down_with_the_lid() -> None:
    """The dark line above an open eye is at the edge of its lid all the way, and nowhere else."""
    canvas = drawn_canvas(_SIDE)
    points, picture = _points(canvas), canvas.picture.copy()
    for upper, _ in _EDGES:
        line = np.round((points[list(upper)] - (0, 3)) * 16).astype(np.int32)
        cv2.polylines(
            picture, [line], isClosed=False, color=(25, 25, 30), thickness=6, lineType=cv2.LINE_AA, shift=4
        )
    poses = [HeadPose(blink=part) for part in (0.0, 0.25, 0.5, 0.75, 1.0)]
    frames = _luma(_frames(replace(canvas, picture=picture), poses))
    for (upper, lower), iris in zip(_EDGES, _IRISES, strict=True):
        # Beside the iris, which is as dark.
        x = int(points[iris, 0]) + _SIDE // 30
        top, bottom = int(points[list(upper), 1].min()) - 12, int(points[list(lower), 1].max()) + 8
        columns = frames[:, top:bottom, x : x + 3].mean(axis=2)
        at = columns.argmin(axis=1)
        assert (np.diff(at) > 0).all()
        assert (columns.min(axis=1) < 110).all()
        above = columns[-1, : at[-1] - 8]
        assert above.min() > 0.8 * np.median(above)


def test_lids_stay_within_their_eyes() -> None:
    """Blinking changes nothing farther than a tenth of the eyes' distance from the eyes."""
    canvas = smiling_canvas(_SIDE)
    open_, closed = _luma(_frames(canvas, [HeadPose(), HeadPose(blink=1.0)]))
    points = _points(canvas)
    unit = np.hypot(*(points[263] - points[33])) / 1.4
    mask = np.zeros(open_.shape, np.uint8)
    for lids in _LIDS:
        cv2.fillPoly(mask, [points[list(lids)].round().astype(np.int32)], 1)
    near = cv2.dilate(mask, np.ones((3, 3), np.uint8), iterations=round(0.13 * unit))
    assert (open_ != closed)[near == 1].sum() > 100
    assert not (open_ != closed)[near == 0].any()


def test_lids_close_behind_the_rim_of_glasses() -> None:
    """A dark rim close above the eye is as it was, whatever the lids do."""
    canvas = drawn_canvas(_SIDE)
    points, picture = _points(canvas), canvas.picture.copy()
    unit = np.hypot(*(points[263] - points[33])) / 1.4
    rim = np.zeros(picture.shape[:2], np.uint8)
    for lids in _LIDS:
        eye = points[list(lids)]
        top, across = eye[:, 1].min() - 0.05 * unit, eye.mean(axis=0)[0]
        ends = [(int(across + side * 0.5 * unit), int(top)) for side in (-1, 1)]
        cv2.line(rim, ends[0], ends[1], 255, max(2, int(0.04 * unit)))
    picture[rim > 0] = 20
    frames = _frames(replace(canvas, picture=picture), [HeadPose(), HeadPose(blink=1.0)])
    open_, closed = _luma(frames)
    inner = cv2.erode(rim, np.ones((3, 3), np.uint8)) > 0
    assert np.abs(open_ - closed)[inner].max() <= 6
    assert np.abs(open_ - closed).max() > 60


def test_a_dark_fold_at_an_outer_corner_leaves_no_hook() -> None:
    """A fold that runs from the eye to the temple is no rim: lids close over its end in the eye."""
    canvas = drawn_canvas(_SIDE)
    points, picture = _points(canvas), canvas.picture.copy()
    unit = np.hypot(*(points[263] - points[33])) / 1.4
    ends = []
    for corner, side, iris in zip((33, 263), (-1, 1), _IRISES, strict=True):
        inner = points[corner] + (points[iris] - points[corner]) * 0.15
        fold = np.array([inner, points[corner] + (side * 0.5 * unit, 0)])
        width, colour = max(2, int(0.05 * unit)), (56, 68, 86)
        cv2.polylines(
            picture, [np.round(fold * 16).astype(np.int32)], isClosed=False, color=colour, thickness=width,
            lineType=cv2.LINE_AA, shift=4,
        )  # fmt: skip
        ends.append((int(inner[0]), int(inner[1] - 0.06 * unit)))
    open_, closed = _luma(_frames(replace(canvas, picture=picture), [HeadPose(), HeadPose(blink=1.0)]))
    for (x, y), iris in zip(ends, _IRISES, strict=True):
        above_the_line = np.s_[y : y + int(0.08 * unit), x - 1 : x + 2]
        skin = np.median(closed[int(points[iris, 1] - 0.10 * unit), x - 2 : x + 3])
        assert open_[above_the_line].min() < 0.5 * skin
        assert closed[above_the_line].min() > 0.9 * skin


@pytest.mark.parametrize("case", ["closed", "dark glasses", "a rim across"])
def test_eyes_that_cannot_be_seen_are_left_alone(case: str) -> None:
    """Closed eyes do not close, nothing is painted on dark glasses, nor where a rim goes through an eye."""
    canvas = drawn_canvas(_SIDE)
    points, picture = landmarks() * (_SIDE / 256), canvas.picture.copy()
    if case == "closed":
        for upper, lower in _EDGES:
            points[list(upper)] = points[list(lower)]
    elif case == "a rim across":
        for corner, side in ((33, -1), (263, 1)):
            x, y = (int(v) for v in points[corner, :2])
            cv2.line(picture, (x - side * 2, y - 30), (x - side * 2, y + 18), (15, 15, 18), 7)
            cv2.line(picture, (x - side * 2, y + 18), (x + side * 80, y + 18), (15, 15, 18), 9)
    else:
        for iris in _IRISES:
            cv2.circle(picture, tuple(int(v) for v in points[iris, :2]), 60, (25, 22, 20), -1)
    poses = [HeadPose(), HeadPose(blink=1.0), HeadPose(gaze_x=2 * _DEGREE)]
    rest, blinking, looking = _frames(canvas_of(picture, points), poses)
    assert np.array_equal(rest, blinking)
    assert np.array_equal(rest, looking)


@pytest.mark.parametrize("make", [smiling_canvas, drawn_canvas])
def test_irises_go_where_they_look_and_lids_stay(make: type) -> None:
    """Two degrees to a side move both irises there by about a hundred and fiftieth of the eyes' distance."""
    canvas = make(_SIDE)
    points = _points(canvas)
    unit = np.hypot(*(points[468] - points[473]))
    frames = _frames(canvas, [HeadPose(gaze_x=side * 3 * _DEGREE) for side in (-1, 0, 1)])
    luma = _luma(frames)
    for lids, iris in zip(_LIDS, _IRISES, strict=True):
        left, right = points[list(lids), 0].min(), points[list(lids), 0].max()
        rows, columns = (
            slice(int(points[iris, 1]) - 1, int(points[iris, 1]) + 2),
            slice(int(left), int(right)),
        )
        dark = [np.clip(150 - view[rows, columns], 0, None).sum(axis=0) for view in luma]
        at = [float((row * np.arange(len(row))).sum() / row.sum()) for row in dark]
        assert at[0] < at[1] < at[2]
        assert 0.2 < (at[2] - at[0]) / (6 * _DEGREE * unit) < 1.3
    changed = (luma != luma[1]).any(axis=0)
    rows_changed = np.flatnonzero(changed.any(axis=1))
    tops, bottoms = (
        [points[list(lids), 1].min() for lids in _LIDS],
        [points[list(lids), 1].max() for lids in _LIDS],
    )
    assert rows_changed[0] >= min(tops) - 3
    assert rows_changed[-1] <= max(bottoms) + 3


def test_eyes_come_back_to_the_portrait() -> None:
    """After blinks and glances in any order the open eyes are the portrait's own, to the last bit."""
    poses = [
        HeadPose(),
        HeadPose(blink=0.4, gaze_x=0.006),
        HeadPose(gaze_y=0.004),
        HeadPose(blink=1.0),
        HeadPose(),
    ]
    frames = _frames(smiling_canvas(), poses)
    assert np.array_equal(frames[0], frames[-1])
    assert not np.array_equal(frames[0], frames[2])


def test_small_irises_do_not_move() -> None:
    """Where an iris is a few pixels wide, a glance would only blur it."""
    canvas = drawn_canvas(112)
    rest, looking = _frames(canvas, [HeadPose(), HeadPose(gaze_x=3 * _DEGREE)])
    assert np.array_equal(rest, looking)
