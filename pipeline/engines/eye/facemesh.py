"""The eye `facemesh`: 478 landmarks and the pose of every face, by MediaPipe; and the person around it.

The models (BlazeFace short and full range, face mesh with attention, selfie segmentation) are inside the
wheel of mediapipe 0.10.21, the last one that has them; later ones download theirs.
Sources: Bazarevsky et al., "BlazeFace", 2019; Grishchenko et al., "Attention Mesh", 2020; "Model
Card MediaPipe Selfie Segmentation", 2021.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye import Face
from pipeline.engines.eye.plotless import without_matplotlib
from pipeline.engines.eye.pose import pose_of
from pipeline.engines.eye.quiet import quiet_native_logs
from pipeline.engines.eye.shrink import halve, shrink
from pipeline.engines.eye.silhouette import silhouette
from pipeline.plan.errors import DefectError

_Box = tuple[float, float, float, float]
_Picture = NDArray[np.uint8]

_CONFIDENCE = 0.5
# A golden retriever passes 0.5; every person, painting and drawing that was tried passes 0.98.
_PRESENCE = 0.9
# The mesh sees each face in a picture of its own of this size, so that its landmarks hardly depend on
# where and how large the face was; the face takes half of it.
_LOOK_SIDE = 512
_LOOK_MARGIN = 2.0
_DETECT_SIDE = 768
# A face detector sees a picture of 192 x 192 pixels: a face under a tenth of the picture is found in
# a part of it, and one under a fortieth is not looked for.
_PARTS = (2, 4)
_SMALLEST_PART = 256
_GREY = 127
# In a face that stands on its head the mesh sees an upright one, but both detectors together are surer of it
# turned round: by 0.8 or more in photographs, paintings and drawings. Of an upright one they are less sure by
# 0.1 or more, and of one that lies on its side they are as sure either way.
_SURER = 0.4
# The segmentation sees a square of this size; three heights of a face hold head, hair, hat and shoulders.
_PERSON_SIDE = 256
_PERSON_MARGIN = 3.0


class _Models:
    """MediaPipe's graphs; they hold threads and work only in the process that made them."""

    def __init__(self) -> None:
        with without_matplotlib():
            from mediapipe.python.solutions.face_detection import FaceDetection
            from mediapipe.python.solutions.face_mesh import FaceMesh
            from mediapipe.python.solutions.selfie_segmentation import SelfieSegmentation

        self.process_id = os.getpid()
        self.detectors: tuple[Any, ...] = tuple(
            FaceDetection(model_selection=model, min_detection_confidence=_CONFIDENCE) for model in (1, 0)
        )
        self.mesh: Any = FaceMesh(
            static_image_mode=True,
            refine_landmarks=True,
            max_num_faces=2,
            min_detection_confidence=_CONFIDENCE,
            # In a still picture, it is how sure the mesh must be that there is a face under it.
            min_tracking_confidence=_PRESENCE,
        )
        self.people: Any = SelfieSegmentation(model_selection=0)
        # A graph opens its parts in threads, which write to the log when done: a first look waits for them.
        nothing = np.full((_SMALLEST_PART, _SMALLEST_PART, 3), _GREY, np.uint8)
        for graph in self._graphs():
            graph.process(nothing)

    def close(self) -> None:
        for graph in self._graphs():
            graph.close()

    def _graphs(self) -> tuple[Any, ...]:
        return (*self.detectors, self.mesh, self.people)


class FaceMeshEye:
    """Finds every face with 478 landmarks, and small ones by looking again at parts of the picture.

    The models are made at the first look, in the process that looks: an engine that is opened before a
    fork and looks after it is safe. One that looked before the fork is not, and says so: MediaPipe, once
    used, corrupts the memory of forked children (seen with 0.10.21). Not for several threads at once.
    """

    name = "facemesh"
    version = "4"

    def __init__(self) -> None:
        self._models: _Models | None = None

    def look(self, picture: NDArray[np.uint8]) -> tuple[Face, ...]:
        """Every face in a BGR uint8 (height, width, 3) picture, the largest first; empty if there is none.

        Raises:
            DefectError: ``portrait-eye-after-fork``.
        """
        with quiet_native_logs():
            faces = _look(picture, self._ready())
        return tuple(sorted(faces, key=lambda face: _area(face.box), reverse=True))

    def person(self, picture: NDArray[np.uint8], face: Face) -> NDArray[np.uint8] | None:
        """How much of each pixel shows the person with this face, 0 to 255; None if none is seen around it.

        Raises:
            DefectError: ``portrait-eye-after-fork``.
        """
        with quiet_native_logs():
            return _person(picture, face.box, self._ready())

    def close(self) -> None:
        """Release the models; it may be called twice, and looking again makes them anew."""
        # A forked child leaves its parent's models alone: their threads did not come along.
        if self._models is not None and self._models.process_id == os.getpid():
            models, self._models = self._models, None
            models.close()

    def _ready(self) -> _Models:
        if self._models is None:
            self._models = _Models()
        if self._models.process_id != os.getpid():
            raise DefectError("portrait-eye-after-fork")
        return self._models


def _look(picture: _Picture, models: _Models) -> list[Face]:
    faces: list[Face] = []
    # The smallest parts are brought to the detector's size, so finer detail of a large picture finds nothing.
    small, scale = halve(picture, _PARTS[-1] * _DETECT_SIDE)
    for candidates in _ever_closer(small, models):
        for x0, y0, x1, y1 in candidates:
            landmarks = _mesh(picture, (x0 / scale, y0 / scale, x1 / scale, y1 / scale), models)
            if landmarks is not None:
                _add(faces, _face_of(_as_it_stands(picture, landmarks, models)))
        if faces:
            break
    return faces


def _ever_closer(picture: _Picture, models: _Models) -> Iterator[list[_Box]]:
    """Boxes that may be faces: in the whole picture, then with room around it, then in ever smaller parts."""
    height, width = picture.shape[:2]
    yield _detect(picture, models)
    yield _detect_with_room(picture, models)
    for parts in _PARTS:
        side = max(height, width) // parts
        if side < _SMALLEST_PART:
            return
        yield [
            _moved(box, x, y)
            for y in _starts(height, side)
            for x in _starts(width, side)
            for box in _detect(picture[y : y + side, x : x + side], models)
        ]


def _detect_with_room(picture: _Picture, models: _Models) -> list[_Box]:
    """Boxes of faces that fill the picture: they are found once there is room around them."""
    small, scale = shrink(picture, _LOOK_SIDE)
    room = max(small.shape[:2]) // 2
    padded = np.pad(small, ((room, room), (room, room), (0, 0)), constant_values=_GREY)
    moved = [_moved(box, -room, -room) for box in _detect(padded, models)]
    return [(x0 / scale, y0 / scale, x1 / scale, y1 / scale) for x0, y0, x1, y1 in moved]


def _starts(length: int, side: int) -> list[int]:
    """Where parts of a side begin so that they overlap by a third or more and end at the edge."""
    if length <= side:
        return [0]
    count = -(-(length - side) * 3 // (2 * side)) + 1
    return [round(index * (length - side) / (count - 1)) for index in range(count)]


def _detect(picture: _Picture, models: _Models) -> list[_Box]:
    height, width = picture.shape[:2]
    # MediaPipe copies what it is given several times before it brings it to the detector's size.
    small = _rgb(shrink(picture, _DETECT_SIDE)[0])
    boxes: list[_Box] = []
    for detector in models.detectors:
        for detection in detector.process(small).detections or ():
            found = detection.location_data.relative_bounding_box
            box = (
                found.xmin * width,
                found.ymin * height,
                (found.xmin + found.width) * width,
                (found.ymin + found.height) * height,
            )
            if all(_overlap(box, other) < 0.3 for other in boxes):  # noqa: PLR2004 - one face, two detectors
                boxes.append(box)
    return boxes


def _mesh(picture: _Picture, box: _Box, models: _Models) -> NDArray[np.float64] | None:
    """The landmarks of the face in a box, or None if there is no face in it after all."""
    landmarks = None
    # The second look is framed by what the first one found, which makes it independent of the detector's box.
    for _ in range(2):
        landmarks = _mesh_once(picture, box, models)
        if landmarks is None:
            return None
        box = _box_of(landmarks)
    return landmarks


def _as_it_stands(picture: _Picture, landmarks: NDArray[np.float64], models: _Models) -> NDArray[np.float64]:
    """The same landmarks, or those of the face on its head that was taken for an upright one."""
    look = _cut(picture, *_frame(_box_of(landmarks)))
    if _certainty(look[::-1, ::-1], models) - _certainty(look, models) < _SURER:
        return landmarks
    height, width = picture.shape[:2]
    x0, y0, x1, y1 = _box_of(landmarks)
    turned = _mesh(picture[::-1, ::-1], (width - x1, height - y1, width - x0, height - y0), models)
    return landmarks if turned is None else turned * (-1, -1, 1) + (width, height, 0)


def _certainty(picture: _Picture, models: _Models) -> float:
    """How sure the detectors together are of a face, each from 0 to 1."""
    given = _rgb(picture)
    found = (detector.process(given).detections or () for detector in models.detectors)
    return sum(max((detection.score[0] for detection in some), default=0.0) for some in found)


def _mesh_once(picture: _Picture, box: _Box, models: _Models) -> NDArray[np.float64] | None:
    x, y, side = _frame(box)
    look = _cut(picture, x, y, side)
    found = models.mesh.process(_rgb(look)).multi_face_landmarks or ()
    best, best_overlap = None, 0.2
    for face in found:
        points = np.array([(point.x, point.y, point.z) for point in face.landmark], np.float64) * side
        points[:, 0] += x
        points[:, 1] += y
        overlap = _overlap(_box_of(points), box)
        if overlap > best_overlap:
            best, best_overlap = points, overlap
    return best


def _frame(box: _Box) -> tuple[int, int, int]:
    side = max(8, round(max(box[2] - box[0], box[3] - box[1]) * _LOOK_MARGIN))
    return round((box[0] + box[2] - side) / 2), round((box[1] + box[3] - side) / 2), side


def _cut(picture: _Picture, x: int, y: int, side: int) -> _Picture:
    """A square of the picture, grey beyond its edges, at the size at which the mesh looks."""
    height, width = picture.shape[:2]
    left, top, right, bottom = max(x, 0), max(y, 0), min(x + side, width), min(y + side, height)
    square: _Picture = picture[top:bottom, left:right]
    if square.shape[:2] != (side, side):
        square = np.full((side, side, 3), _GREY, np.uint8)
        if right > left and bottom > top:
            square[top - y : bottom - y, left - x : right - x] = picture[top:bottom, left:right]
    how = cv2.INTER_AREA if side > _LOOK_SIDE else cv2.INTER_CUBIC
    small, _ = halve(square, 2 * _LOOK_SIDE)
    return np.asarray(cv2.resize(small, (_LOOK_SIDE, _LOOK_SIDE), interpolation=how), np.uint8)


def _person(picture: NDArray[np.uint8], box: _Box, models: _Models) -> NDArray[np.uint8] | None:
    height, width = picture.shape[:2]
    side = max(box[2] - box[0], box[3] - box[1]) * _PERSON_MARGIN
    middle = np.array([box[0] + box[2], box[1] + box[3]]) / 2
    left, top = np.clip(np.round(middle - side / 2), 0, (width - 1, height - 1)).astype(int)
    right, bottom = np.clip(np.round(middle + side / 2), (left + 1, top + 1), (width, height)).astype(int)
    part, _ = halve(picture[top:bottom, left:right], 4 * _PERSON_SIDE)
    how = cv2.INTER_AREA if min(part.shape[:2]) > _PERSON_SIDE else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(part, (_PERSON_SIDE, _PERSON_SIDE), interpolation=how), np.uint8)
    certainty = np.asarray(models.people.process(_rgb(small)).segmentation_mask, np.float32)
    column, row = np.clip((middle - (left, top)) / (right - left, bottom - top), 0, 1) * (_PERSON_SIDE - 1)
    found = silhouette(certainty, (round(row), round(column)))
    if found is None:
        return None
    person = np.zeros((height, width), np.uint8)
    person[top:bottom, left:right] = cv2.resize(found, (right - left, bottom - top))
    return person


def _rgb(picture: _Picture) -> _Picture:
    """A picture as MediaPipe takes it. What is small is turned, not the photograph that it was cut from."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def _face_of(landmarks: NDArray[np.float64]) -> Face:
    yaw, pitch, roll = pose_of(landmarks)
    return Face(box=_box_of(landmarks), landmarks=landmarks, yaw=yaw, pitch=pitch, roll=roll)


def _add(faces: list[Face], face: Face) -> None:
    if all(_overlap(face.box, other.box) < 0.3 for other in faces):  # noqa: PLR2004 - found twice
        faces.append(face)


def _box_of(landmarks: NDArray[np.float64]) -> _Box:
    (x0, y0), (x1, y1) = landmarks[:, :2].min(axis=0), landmarks[:, :2].max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def _moved(box: _Box, x: float, y: float) -> _Box:
    return box[0] + x, box[1] + y, box[2] + x, box[3] + y


def _area(box: _Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _overlap(one: _Box, other: _Box) -> float:
    """Intersection over union."""
    shared = _area(
        (max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))
    )
    whole = _area(one) + _area(other) - shared
    return shared / whole if whole > 0 else 0.0
