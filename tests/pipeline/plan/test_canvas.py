"""What the film's picture promises: words of formats, and the place of the face."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan.canvas import FORMAT_WORDS, Crop, FacePlace, parse_format, place
from pipeline.plan.clock import FRAME_RATES
from pipeline.plan.errors import InputError
from pipeline.plan.job import Format

SQUARE = Format(width=720, height=720, fps=25)


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ("square", (720, 720)),
        ("wide", (1280, 720)),
        ("tall", (720, 1280)),
        ("16:9", (1280, 720)),
        ("9:16-1080", (1080, 1920)),
        ("1:1-512", (512, 512)),
        ("wide-512", (910, 512)),
        ("tall-512", (512, 910)),
        ("wide-1080", (1920, 1080)),
        (" Square-1080 ", (1080, 1080)),
    ],
)
def test_words_name_a_format(words: str, size: tuple[int, int]) -> None:
    """Shape and shorter side, 720 when there is none."""
    assert parse_format(words, fps=25) == Format(width=size[0], height=size[1], fps=25)


@pytest.mark.parametrize(
    "words", ["", "huge", "wide-", "wide-0", "wide-720p", "-720", "1280x720", "wide-720-720"]
)
def test_other_words_are_refused(words: str) -> None:
    """Nothing is guessed; the message names what is known."""
    with pytest.raises(InputError) as caught:
        parse_format(words, fps=25)
    assert caught.value.code == "portrait-format-unknown"
    assert caught.value.facts["known"] == ", ".join(FORMAT_WORDS)


@pytest.mark.parametrize("fps", [0, 23, 29, 120])
def test_other_frame_rates_are_refused(fps: int) -> None:
    """Only rates at which a frame is a whole number of samples."""
    with pytest.raises(InputError) as caught:
        parse_format("wide", fps=fps)
    assert caught.value.code == "portrait-frame-rate-unknown"


@pytest.mark.parametrize("words", FORMAT_WORDS)
def test_every_known_word_gives_even_sides(words: str) -> None:
    """4:2:0 video needs even sides, at every frame rate."""
    for fps in FRAME_RATES:
        format_ = parse_format(words, fps=fps)
        assert (format_.width % 2, format_.height % 2, format_.fps) == (0, 0, fps)


def test_head_and_shoulders_where_the_picture_allows() -> None:
    """The face takes 44 per cent of the shorter side, in its middle, its eyes a little above the middle."""
    face = FacePlace(box=(900, 900, 1100, 1120), eye_line=980)
    crop = place(face, size=(2000, 2000), format=SQUARE)
    assert face.height / crop.height == pytest.approx(0.44, abs=0.01)
    assert crop.x + crop.width / 2 == pytest.approx(1000, abs=1)
    assert (face.eye_line - crop.y) / crop.height == pytest.approx(0.45, abs=0.01)
    wide = place(face, size=(2000, 2000), format=parse_format("wide", fps=25))
    assert face.height / wide.height == pytest.approx(0.44, abs=0.01)
    tall = place(face, size=(2000, 2000), format=parse_format("tall", fps=25))
    assert face.height / tall.width == pytest.approx(0.44, abs=0.01)


def test_a_picture_that_is_too_narrow_gives_what_it_has() -> None:
    """A wide film from a tall picture takes the whole width; whether the face fits is told."""
    face = FacePlace(box=(100, 300, 500, 800), eye_line=480)
    crop = place(face, size=(600, 1200), format=parse_format("wide", fps=25))
    assert (crop.x, crop.width) == (0, 600)
    assert crop.height == pytest.approx(337, abs=1)
    assert not crop.holds(face)
    assert crop.holds(FacePlace(box=(200, crop.y, 400, crop.y + 200), eye_line=crop.y + 80))


def test_enlargement_is_told() -> None:
    """How much the part of the picture grows."""
    assert Crop(x=0, y=0, width=360, height=360).enlarged(SQUARE) == 2


@given(
    picture=st.tuples(st.integers(80, 9000), st.integers(80, 9000)),
    words=st.sampled_from(FORMAT_WORDS),
    corner=st.tuples(st.floats(-0.2, 1), st.floats(-0.2, 1)),
    size=st.floats(0.01, 1.2),
)
def test_the_crop_never_leaves_the_picture(
    picture: tuple[int, int], words: str, corner: tuple[float, float], size: float
) -> None:
    """Wherever the face is, the crop is inside the picture and has the format's shape to the pixel."""
    format_ = parse_format(words, fps=25)
    width, height = picture
    x0, y0, tall = corner[0] * width, corner[1] * height, size * height
    face = FacePlace(box=(x0, y0, x0 + 0.85 * tall, y0 + tall), eye_line=y0 + 0.38 * tall)
    crop = place(face, size=(width, height), format=format_)
    assert crop.x >= 0
    assert crop.y >= 0
    assert crop.x + crop.width <= width
    assert crop.y + crop.height <= height
    aspect = format_.width / format_.height
    assert abs(crop.width - crop.height * aspect) <= max(1.0, aspect)
