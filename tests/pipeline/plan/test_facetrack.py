"""A face through a film: filled, smoothed and interpolated."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.plan.facetrack import FaceTrack, track_of, unpacked

_Look = tuple[NDArray[np.float32], NDArray[np.float32] | None]


def _face(x: float, *, open_by: float = 0.0, turned: float = 0.0) -> _Look:
    """A face 100 pixels wide whose mouth is 40 wide."""
    points = np.zeros((478, 3), np.float32)
    points[61], points[291] = (x + 30, 80, 0), (x + 70, 80, 0)
    points[13], points[14] = (x + 50, 80, 0), (x + 50, 80 + open_by, 0)
    points[234], points[454], points[1] = (x, 50, 0), (x + 100, 50, 0), (x + 50 + turned, 60, 0)
    return np.array([x, 0, x + 100, 120], np.float32), points


def _track(looks: list[_Look | None]) -> FaceTrack:
    return track_of(looks, frames=len(looks) * 5, step=5)


def test_a_face_that_moves_evenly_is_where_it_is_without_lag() -> None:
    """Between the ends, smoothing and interpolation change nothing of an even motion."""
    track = _track([_face(10.0 * index) for index in range(12)])
    for frame in range(20, 36):
        assert np.allclose(track.box(frame)[0], 2.0 * frame, atol=0.05)
        points = track.points(frame)
        assert points is not None
        assert np.allclose(points[1, 0], 2.0 * frame + 50, atol=0.05)


def test_trembling_is_smoothed() -> None:
    """What jumps from look to look by two pixels moves by less than a quarter of that."""
    track = _track([_face(100.0 + (-1) ** index) for index in range(12)])
    lefts = [float(track.box(frame)[0]) for frame in range(20, 40)]
    assert max(lefts) - min(lefts) < 0.5


def test_a_look_without_a_face_keeps_the_last_one() -> None:
    """Also when the film begins without one, and to its end."""
    track = _track([None, _face(50), _face(50), None, None, None])
    assert track.seen.tolist() == [False, True, True, False, False, False]
    assert all(np.allclose(track.box(frame), [50, 0, 150, 120]) for frame in range(30))
    assert bool(track.seen[track.anchor // 5])


def test_a_film_without_a_face_has_no_track() -> None:
    """Nothing stands for it."""
    with pytest.raises(ValueError, match="no look"):
        _track([None, None])


def test_the_anchor_is_calm_shut_and_frontal() -> None:
    """Of a face that speaks, turns and moves, the one look at which it does neither is chosen."""
    looks: list[_Look | None] = [_face(10.0 * index, open_by=12) for index in range(4)]
    looks += [_face(40, open_by=12), _face(40, turned=30), _face(40), _face(40), _face(40, open_by=9)]
    assert _track(looks).anchor in {30, 35}


def test_a_mouth_counts_as_open_around_a_look_that_saw_it_open() -> None:
    """A mouth moves faster than it is looked at."""
    track = _track(
        [_face(0), _face(0), _face(0), _face(0), _face(0, open_by=20), _face(0), _face(0), _face(0)]
    )
    assert track.opening(0) < 0.02
    assert track.opening(18) > 0.1


def test_a_track_moves_with_what_is_cut_of_the_picture() -> None:
    """Boxes and landmarks are scaled and shifted alike."""
    track = _track([_face(20)] * 3).moved(x=10, y=0, across=2, down=3)
    assert track.box(4).tolist() == [20, 0, 220, 360]
    points = track.points(4)
    assert points is not None
    assert points[61, :2].tolist() == [80, 240]


def test_a_track_survives_being_packed_bit_for_bit() -> None:
    """Equal tracks give equal bytes, with and without landmarks."""
    bare = [look if look is None else (look[0], None) for look in (_face(3), None, _face(5))]
    for looks in ([_face(1.3), _face(4.7), None], bare):
        track = _track(list(looks))
        again = unpacked(track.packed())
        assert again.packed() == track.packed()
        assert (again.frames, again.step, again.anchor) == (track.frames, track.step, track.anchor)
        assert np.array_equal(again.boxes, track.boxes)
    for damaged in (b"nothing of the kind", b"", again.packed()[:100]):
        with pytest.raises(ValueError, match=r".+"):
            unpacked(damaged)
