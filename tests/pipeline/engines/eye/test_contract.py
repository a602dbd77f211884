"""What every eye promises, whatever it is made of."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.engines.eye import EyeEngine
from tests.support import portraits


def overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    """Intersection over union of two boxes."""
    across = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    down = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return across * down / (areas - across * down)


def test_it_finds_the_one_face(engine: EyeEngine) -> None:
    """A photograph of one person gives one face, hairline to chin and jaw to jaw."""
    (face,) = engine.look(portraits.astronaut())
    assert overlap(face.box, (180, 70, 271, 178)) > 0.7


def test_it_finds_a_drawn_face(engine: EyeEngine) -> None:
    """An illustration counts as well as a photograph."""
    (face,) = engine.look(portraits.leo())
    assert overlap(face.box, (387, 350, 696, 714)) > 0.6


def test_it_gives_all_faces_the_largest_first(engine: EyeEngine) -> None:
    """Nobody is left out, and the order is by size."""
    both = portraits.beside(portraits.shrunk(portraits.close_up(3), 0.5), portraits.close_up(3))
    faces = engine.look(both)
    widths = [face.box[2] - face.box[0] for face in faces]
    assert len(faces) == 2
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize("shade", [0, 127, 255])
def test_it_finds_nothing_where_nothing_is(engine: EyeEngine, shade: int) -> None:
    """A plain picture has no face."""
    assert engine.look(np.full((300, 400, 3), shade, np.uint8)) == ()


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 2), (80, 30000)])
def test_no_shape_of_picture_breaks_it(engine: EyeEngine, size: tuple[int, int]) -> None:
    """The thinnest picture is looked at like any other."""
    assert engine.look(np.zeros((*size, 3), np.uint8)) == ()


def test_the_same_picture_gives_the_same_faces(engine: EyeEngine) -> None:
    """Looking is exact: again, and under another number of threads, to the last bit."""
    picture = portraits.astronaut()
    threads = cv2.getNumThreads()
    found = []
    for count in (1, 4, 1):
        cv2.setNumThreads(count)
        found.append(engine.look(picture)[0])
    cv2.setNumThreads(threads)
    assert found[0].box == found[1].box == found[2].box
    if found[0].landmarks is not None:
        for face in found[1:]:
            assert np.array_equal(face.landmarks, found[0].landmarks)


def test_a_person_is_where_the_face_is_or_unknown(engine: EyeEngine) -> None:
    """No mask, or one of the picture's size that has the face and not the corner, and always the same."""
    picture = portraits.astronaut()
    (face,) = engine.look(picture)
    person = engine.person(picture, face)
    if person is None:
        return
    assert person.shape == picture.shape[:2]
    assert person.dtype == np.uint8
    x0, y0, x1, y1 = (round(edge) for edge in face.box)
    assert person[y0:y1, x0:x1].mean() > 230
    assert person[:20, -20:].max() == 0
    engine.person(portraits.leo(), engine.look(portraits.leo())[0])
    assert np.array_equal(engine.person(picture, face), person)


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 2)])
def test_no_shape_of_picture_breaks_the_search_for_a_person(engine: EyeEngine, size: tuple[int, int]) -> None:
    """A thin picture, and a face that lies beyond it, are looked at like any other."""
    (face,) = engine.look(portraits.astronaut())
    person = engine.person(np.zeros((*size, 3), np.uint8), face)
    assert person is None or person.shape == size


def test_it_leaves_the_picture_alone(engine: EyeEngine) -> None:
    """Looking changes nothing."""
    picture = portraits.astronaut()
    for face in engine.look(picture):
        engine.person(picture, face)
    assert np.array_equal(picture, portraits.astronaut())


def test_closing_twice_is_closing_once(engine: EyeEngine) -> None:
    """An eye may be closed again, and used again after that."""
    engine.close()
    engine.close()
    assert len(engine.look(portraits.astronaut())) == 1
