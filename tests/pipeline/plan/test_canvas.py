"""What the film's picture promises: the place of the face."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan.canvas import Area, FacePlace, Shot, place
from pipeline.plan.formats import FORMAT_WORDS, parse_format
from pipeline.plan.job import Format

SQUARE = Format(width=720, height=720, fps=25)


def eyes_down(face: FacePlace, shot: Shot) -> float:
    """How far down the film the eyes are, as a part of its height."""
    return ((face.eye_line - shot.part.y) * shot.scale[1] + shot.at.y) / shot.format.height


@pytest.mark.parametrize("words", ["square", "wide", "tall", "square-512", "wide-1080", "tall-1080"])
def test_head_and_shoulders_where_the_picture_allows(words: str) -> None:
    """The face takes 44 per cent of the shorter side, in the middle across, its eyes a third from the top."""
    face = FacePlace(box=(1900, 1900, 2100, 2120), eye_line=1980, crown=1860)
    format_ = parse_format(words, fps=25)
    shot = place(face, size=(4000, 4000), format=format_)
    assert face.height * shot.scale[1] / min(format_.width, format_.height) == pytest.approx(0.44, abs=0.01)
    assert shot.part.x + shot.part.width / 2 == pytest.approx(2000, abs=1)
    assert eyes_down(face, shot) == pytest.approx(1 / 3, abs=0.01)
    assert shot.filled == 100


def test_high_hair_moves_the_eyes_down() -> None:
    """Air stays above the hair, wherever it ends; where nobody knows, room is left for it."""
    for crown in (1800.0, 1750.0, None):
        face = FacePlace(box=(1900, 1900, 2100, 2120), eye_line=1980, crown=crown)
        shot = place(face, size=(4000, 4000), format=SQUARE)
        hair = 1900 - 0.45 * 220 if crown is None else crown
        assert (hair - shot.part.y) / shot.part.height >= 0.029
        assert eyes_down(face, shot) < 0.5


def test_a_narrow_picture_is_shown_from_nearer_as_long_as_hair_and_chin_stay() -> None:
    """A wide film of a square picture comes close to the face, and fills."""
    face = FacePlace(box=(430, 300, 630, 560), eye_line=400, crown=240)
    shot = place(face, size=(900, 900), format=parse_format("wide", fps=25))
    assert shot.filled == 100
    assert shot.part.y < 240
    assert shot.part.y + shot.part.height > 560


def test_a_picture_that_cannot_fill_leaves_room_at_its_sides() -> None:
    """A close portrait in a wide film stands in its middle, from above the hair to below the chin."""
    face = FacePlace(box=(100, 200, 500, 750), eye_line=420, crown=80)
    shot = place(face, size=(600, 1200), format=parse_format("wide", fps=25))
    assert shot.filled < 100
    assert (shot.at.y, shot.at.height) == (0, 720)
    assert shot.at.x == pytest.approx((1280 - shot.at.width) / 2, abs=1)
    assert (shot.part.x, shot.part.width) == (0, 600)
    assert shot.part.y < 80
    assert shot.part.y + shot.part.height > 750


def test_hair_that_the_picture_cuts_leaves_no_room() -> None:
    """Where the picture itself ends within the hair, a film that could fill does."""
    face = FacePlace(box=(60, 40, 420, 470), eye_line=220)
    assert place(face, size=(480, 520), format=SQUARE).filled == 100


def test_enlargement_is_told() -> None:
    """How much the part of the picture grows."""
    film = Area(x=0, y=0, width=720, height=720)
    assert Shot(part=Area(x=0, y=0, width=360, height=360), at=film, format=SQUARE).enlarged == 2


@given(
    picture=st.tuples(st.integers(80, 9000), st.integers(80, 9000)),
    words=st.sampled_from(FORMAT_WORDS),
    corner=st.tuples(st.floats(-0.2, 1), st.floats(-0.2, 1)),
    size=st.floats(0.01, 1.2),
    crown=st.none() | st.floats(0, 0.6),
)
def test_part_and_place_stay_inside_and_keep_their_shape(
    picture: tuple[int, int],
    words: str,
    corner: tuple[float, float],
    size: float,
    crown: float | None,
) -> None:
    """Within picture and film, background beside all of a picture only, nothing stretched."""
    format_ = parse_format(words, fps=25, own=picture)
    width, height = picture
    x0, y0, tall = corner[0] * width, corner[1] * height, size * height
    face = FacePlace(
        box=(x0, y0, x0 + 0.85 * tall, y0 + tall),
        eye_line=y0 + 0.38 * tall,
        crown=None if crown is None else y0 - crown * tall,
    )
    shot = place(face, size=picture, format=format_)
    for start, length, whole, at, spread, film in (
        (shot.part.x, shot.part.width, width, shot.at.x, shot.at.width, format_.width),
        (shot.part.y, shot.part.height, height, shot.at.y, shot.at.height, format_.height),
    ):
        assert 0 <= start < start + length <= whole
        assert 0 <= at < at + spread <= film
        assert spread == film or length == whole
    across, down = shot.scale
    longest = max(shot.part.width, shot.part.height, 1)
    if not format_.whole:
        assert abs(across / down - 1) <= 2.1 / min(shot.part.width, shot.part.height) + 2.1 / longest + (
            2.1 / min(shot.at.width, shot.at.height)
        )
