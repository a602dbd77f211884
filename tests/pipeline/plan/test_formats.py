"""What words of formats and frame rates promise: to be understood, whatever a spreadsheet made of them."""

from __future__ import annotations

import pytest

from pipeline.plan.canvas import Area, FacePlace, place
from pipeline.plan.clock import FRAME_RATES
from pipeline.plan.errors import InputError
from pipeline.plan.formats import FORMAT_WORDS, is_own_size, parse_format, parse_rate
from pipeline.plan.job import Format


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
        ("wide-1080p", (1920, 1080)),
        ("Tall – 1080", (1080, 1920)),
        ("16：9", (1280, 720)),
        ("１６：９", (1280, 720)),
        ("16 : 9", (1280, 720)),
        ("9∶16-1080", (1080, 1920)),
        ("16x9", (1280, 720)),
        ("16/9", (1280, 720)),
        ("9×16", (720, 1280)),
        ("横屏-1080", (1920, 1080)),
        ("竖屏", (720, 1280)),
        ("方形", (720, 720)),
    ],
)
def test_words_name_a_format(words: str, size: tuple[int, int]) -> None:
    """Shape and shorter side, 720 when there is none."""
    assert parse_format(words, fps=25) == Format(width=size[0], height=size[1], fps=25)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "huge",
        "wide-",
        "wide-0",
        "wide-721",
        "4:3",
        "16:10",
        "0.67",
        "4:16 PM",
        "16:09:01",
        "16-Sep",
        "1.78",
        "-720",
        "1280x720",
        "wide-720-720",
        "portrait-",
        "portrait-720",
    ],
)
def test_other_words_are_refused(words: str) -> None:
    """Nothing is guessed; the message names what is known."""
    with pytest.raises(InputError) as caught:
        parse_format(words, fps=25)
    assert caught.value.code == "portrait-format-unknown"
    assert caught.value.facts["known"] == ", ".join(FORMAT_WORDS)


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ("16:09", (1280, 720)),
        ("16:09:00", (1280, 720)),
        ("4:09 PM", (1280, 720)),
        ("4:09:00 p.m.", (1280, 720)),
        ("下午4:09", (1280, 720)),
        ("1899-12-30 16:09:00", (1280, 720)),
        ("1900-01-00T16:09:00", (1280, 720)),
        ("0.672916666666667", (1280, 720)),
        ("0.6729", (1280, 720)),
        ("0,67292", (1280, 720)),
        ("9:16:00", (720, 1280)),
        ("09:16", (720, 1280)),
        ("9:16 AM", (720, 1280)),
        ("上午 9:16", (720, 1280)),
        ("0.386111111111111", (720, 1280)),
        ("1:01", (720, 720)),
        ("01:01:00", (720, 720)),
        ("1:01 AM", (720, 720)),
        ("0.0424", (720, 720)),
    ],
)
def test_a_shape_that_a_spreadsheet_took_for_a_time_is_understood(words: str, size: tuple[int, int]) -> None:
    """However the time of day is shown or saved, the shape that was typed is meant."""
    assert parse_format(words, fps=25) == Format(width=size[0], height=size[1], fps=25)


@pytest.mark.parametrize("fps", FRAME_RATES)
@pytest.mark.parametrize(
    "words",
    ["{}", " {} fps", "{}FPS", "{}p", "{}.0", "{}.", "{},00", "{} Hz", "{}帧", "{} 帧/秒", "{} frames/s"],
)
def test_words_name_a_frame_rate(words: str, fps: int) -> None:
    """As people write it, and as spreadsheets save a number."""
    assert parse_rate(words.format(fps)) == fps


@pytest.mark.parametrize(
    "words", ["", "0", "23", "29.97", "23,976", "120", "2 5", "fps", "-25", "25 bananas"]
)
def test_words_that_name_no_frame_rate_are_refused(words: str) -> None:
    """A rate that is not exact is not rounded to one that is."""
    with pytest.raises(InputError) as caught:
        parse_rate(words)
    assert caught.value.code == "portrait-frame-rate-unknown"
    assert caught.value.facts == {"fps": words, "known": "24, 25, 30, 50, 60"}


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
        format_ = parse_format(words, fps=fps, own=(601, 703))
        assert (format_.width % 2, format_.height % 2, format_.fps) == (0, 0, fps)


@pytest.mark.parametrize(
    ("own", "size"),
    [
        ((600, 704), (600, 704)),
        ((601, 703), (600, 704)),
        ((1080, 1920), (1080, 1920)),
        ((4000, 3000), (1440, 1080)),
        ((3000, 4000), (1080, 1440)),
        ((20_000, 3000), (1920, 288)),
    ],
)
def test_a_film_in_the_portraits_own_size(own: tuple[int, int], size: tuple[int, int]) -> None:
    """As large as the portrait, all of which it shows, up to full HD whichever way it stands."""
    format_ = parse_format(" Portrait ", fps=25, own=own)
    assert is_own_size(" Portrait ")
    assert format_ == Format(width=size[0], height=size[1], fps=25, whole=True)
    shot = place(FacePlace(box=(0, 0, 90, 110), eye_line=40), size=own, format=format_)
    assert shot.part == Area(x=0, y=0, width=own[0], height=own[1])
    assert shot.at == Area(x=0, y=0, width=size[0], height=size[1])
