"""Where a face is in each frame of a film: seen every few frames, smoothed without lag, interpolated."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

_Numbers = NDArray[np.float32]

# Landmarks and boxes are kept in whole multiples of this part of a pixel, so that the last bits of a
# processor's floating point, which differ between makes, do not reach the film.
_STEPS = 32
# A Gaussian over neighbouring looks, in looks: steady enough for a box that nobody sees tremble, quick enough
# for a head that turns within half a second.
_SMOOTHING = 1.0
_REACH = 3
# Inner lips and mouth corners, the edges of the face beside the ears, and the nose (MediaPipe's face mesh).
_LIPS, _CORNERS = (13, 14), (61, 291)
_EARS, _NOSE = (234, 454), 1
# The anchor's mouth may be open by so many parts of its width before that counts; the rest is stillness.
_SHUT = 0.03
# What counts besides: turning, in parts of the face's width, and moving, in parts of it from look to look.
_TURNING, _MOVING = 0.3, 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class FaceTrack:
    """A face through a film, by looks at every few frames.

    Attributes:
        frames: of the film.
        step: frames from one look to the next; the first is at frame 0.
        seen: whether each look saw the face, bool (looks,).
        boxes: x0, y0, x1, y1 in pixels of the film, float32 (looks, 4); the last one seen where none was.
        landmarks: likewise, float32 (looks, 478, 3), as an eye gives them; None when it finds boxes only.
        anchor: the frame in which each clip begins and ends: the face is seen there, calm, its mouth shut.
    """

    frames: int
    step: int
    seen: NDArray[np.bool_]
    boxes: _Numbers
    landmarks: _Numbers | None
    anchor: int

    def box(self, frame: int) -> _Numbers:
        """The face's box in a frame, float32 (4,)."""
        return _between(self.boxes, frame / self.step)

    def points(self, frame: int) -> _Numbers | None:
        """The face's landmarks in a frame, float32 (478, 3); None when only boxes are known."""
        return None if self.landmarks is None else _between(self.landmarks, frame / self.step)

    def opening(self, frame: int) -> float:
        """How far the mouth may be open around a frame, in parts of its width; 0.0 when nothing tells.

        A mouth moves faster than it is looked at: the wider one of the looks around the frame counts.
        """
        if self.landmarks is None:
            return 0.0
        first = min(frame // self.step, len(self.landmarks) - 1)
        return float(openings(self.landmarks[first : first + 2]).max())

    def moved(self, *, x: float, y: float, across: float, down: float) -> FaceTrack:
        """The same face in a picture cut from this one at (x, y) and scaled."""
        boxes = (self.boxes - np.array([x, y, x, y], np.float32)) * np.array(
            [across, down, across, down], np.float32
        )
        landmarks = self.landmarks
        if landmarks is not None:
            landmarks = _rounded(
                (landmarks - np.array([x, y, 0], np.float32)) * np.array([across, down, across], np.float32)
            )
        return replace(self, boxes=_rounded(boxes), landmarks=landmarks)

    def packed(self) -> bytes:
        """The track as bytes; equal tracks give equal bytes."""
        kept = {"boxes": self.boxes} if self.landmarks is None else {
            "boxes": self.boxes, "landmarks": self.landmarks
        }  # fmt: skip
        whole = {name: np.round(part * _STEPS).astype("<i4") for name, part in kept.items()}
        numbers = np.array([self.frames, self.step, self.anchor], "<i8")
        file = io.BytesIO()
        np.savez_compressed(file, allow_pickle=False, numbers=numbers, seen=self.seen, **whole)
        return file.getvalue()


def unpacked(data: bytes) -> FaceTrack:
    """The track that `FaceTrack.packed` gave.

    Raises:
        ValueError: it is none.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            frames, step, anchor = (int(number) for number in file["numbers"])
            boxes = (file["boxes"] / _STEPS).astype(np.float32)
            landmarks = (file["landmarks"] / _STEPS).astype(np.float32) if "landmarks" in file else None
            seen = file["seen"]
    except (OSError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError("no face track") from error
    return FaceTrack(frames=frames, step=step, anchor=anchor, seen=seen, boxes=boxes, landmarks=landmarks)


def track_of(looks: list[tuple[_Numbers, _Numbers | None] | None], *, frames: int, step: int) -> FaceTrack:
    """A face's track from what each look saw.

    Args:
        looks: box (4,) and landmarks (478, 3) of each look; None where the face was not seen.
        frames: of the film.
        step: frames from one look to the next.

    Raises:
        ValueError: no look saw it.
    """
    seen = np.array([look is not None for look in looks], np.bool_)
    if not seen.any():
        raise ValueError("no look saw the face")
    # The last one that was seen stands for what was not, before the first one that one.
    last = np.maximum.accumulate(np.where(seen, np.arange(len(looks)), -1))
    last = np.where(last < 0, int(np.flatnonzero(seen)[0]), last)
    filled = [each for each in (looks[index] for index in last) if each is not None]
    boxes = np.stack([box for box, _ in filled]).astype(np.float32)
    points = [landmarks for _, landmarks in filled if landmarks is not None]
    landmarks = np.stack(points).astype(np.float32) if len(points) == len(filled) else None
    anchor = _anchor(boxes, landmarks, seen)
    return FaceTrack(
        frames=frames,
        step=step,
        seen=seen,
        boxes=_rounded(_smoothed(boxes)),
        landmarks=None if landmarks is None else _rounded(_smoothed(landmarks)),
        anchor=anchor * step,
    )


def openings(landmarks: _Numbers) -> _Numbers:
    """How far mouths are open, in parts of their width: float32 (looks,) of (looks, 478, 3)."""
    apart = np.linalg.norm(landmarks[:, _LIPS[0], :2] - landmarks[:, _LIPS[1], :2], axis=1)
    width = np.linalg.norm(landmarks[:, _CORNERS[0], :2] - landmarks[:, _CORNERS[1], :2], axis=1)
    return np.asarray(apart / np.maximum(width, 1e-3), np.float32)


def _anchor(boxes: _Numbers, landmarks: _Numbers | None, seen: NDArray[np.bool_]) -> int:
    """The look at which the face is calmest, looks ahead and has its mouth shut; of equal ones the first."""
    width = np.maximum(boxes[:, 2] - boxes[:, 0], 1.0)
    middles = np.stack([boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]], axis=1) / 2
    steps = np.linalg.norm(np.diff(middles, axis=0), axis=1) / width[1:]
    moving = np.maximum(np.append(steps, 0.0), np.insert(steps, 0, 0.0))
    cost = _MOVING * moving
    if landmarks is not None:
        cost = cost + np.maximum(openings(landmarks) - _SHUT, 0.0)
        sides = np.abs(landmarks[:, _EARS, 0] - landmarks[:, _NOSE, 0][:, None])
        cost = cost + _TURNING * np.abs(sides[:, 0] - sides[:, 1]) / np.maximum(sides.sum(axis=1), 1.0)
    # To a thousandth: what a processor's last bits tell apart is no better.
    rounded = np.round(np.where(seen, cost, np.inf) * 1000)
    return int(np.argmin(rounded))


def _smoothed(values: _Numbers) -> _Numbers:
    """Each look averaged with its neighbours on both sides; at the ends the last one is repeated."""
    offsets = np.arange(-_REACH, _REACH + 1)
    weights = np.exp(-0.5 * (offsets / _SMOOTHING) ** 2)
    weights /= weights.sum()
    total = np.zeros(values.shape, np.float64)
    for offset, weight in zip(offsets, weights, strict=True):
        total += weight * values[np.clip(np.arange(len(values)) + offset, 0, len(values) - 1)]
    return total.astype(np.float32)


def _between(values: _Numbers, place: float) -> _Numbers:
    first = min(int(place), len(values) - 1)
    second = min(first + 1, len(values) - 1)
    part = np.float32(place - first)
    return np.asarray(values[first] + part * (values[second] - values[first]), np.float32)


def _rounded(values: NDArray[np.floating]) -> _Numbers:
    return (np.round(values * _STEPS) / _STEPS).astype(np.float32)
