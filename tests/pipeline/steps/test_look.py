"""What looking at a portrait promises, on a photograph and on the same one spoiled."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from pipeline.engines.eye import EyeEngine
from pipeline.engines.eye.haar import HaarEye
from pipeline.plan.formats import parse_format
from pipeline.plan.lipsync import Crop
from pipeline.steps.look import PortraitReport, examine, look_at, shows_behind
from tests.support import portraits
from tests.support.eye import eye_with_landmarks
from tests.support.portraits import Picture
from tests.support.variants import VARIANTS, draw

SQUARE = parse_format("square-512", fps=25)


@pytest.fixture(scope="module")
def eye() -> Iterator[EyeEngine]:
    """The eye with landmarks."""
    with eye_with_landmarks() as opened:
        yield opened


def codes(report: PortraitReport) -> set[str]:
    """What is said, without the facts."""
    return {finding.code for finding in report.findings}


@pytest.mark.parametrize("picture", [portraits.astronaut(), portraits.leo()], ids=["photograph", "drawing"])
@pytest.mark.parametrize("words", ["square-512", "wide-512", "tall-512"])
def test_a_good_portrait_gives_a_canvas_without_a_word(eye: EyeEngine, picture: Picture, words: str) -> None:
    """The film's picture, its face where faces belong, and nothing to say."""
    format_ = parse_format(words, fps=25)
    report = look_at(picture, eye, format_)
    assert report.findings == ()
    assert report.canvas is not None
    assert report.canvas.picture.shape == (format_.height, format_.width, 3)
    assert report.canvas.picture.dtype == np.uint8
    assert report.canvas.face.landmarks is not None
    x0, y0, x1, y1 = report.canvas.face.box
    assert 0 <= x0 < x1 <= format_.width
    assert 0 <= y0 < y1 <= format_.height
    assert (x0 + x1) / 2 == pytest.approx(format_.width / 2, abs=0.03 * format_.width)


def test_a_canvas_tells_where_the_person_is(eye: EyeEngine) -> None:
    """As large as the picture, covering the face; an eye without such a mask gives none."""
    canvas = look_at(portraits.leo(), eye, parse_format("wide-512", fps=25)).canvas
    assert canvas is not None
    assert canvas.person is not None
    assert canvas.person.shape == canvas.picture.shape[:2]
    x0, y0, x1, y1 = (round(edge) for edge in canvas.face.box)
    assert canvas.person[y0:y1, x0:x1].mean() > 230
    boxed = look_at(portraits.leo(), HaarEye(), SQUARE).canvas
    assert boxed is not None
    assert boxed.person is None


def test_people_in_a_background_do_not_join_the_person(eye: EyeEngine) -> None:
    """Whoever looks over the portrait's edge is no part of who talks, and the person itself is as without."""
    close = portraits.close_up(4)[160:680, 240:720]
    crowd = np.tile(portraits.close_up(3)[90:570, 150:640], (1, 2, 1))
    film = parse_format("wide-512", fps=25)
    plain, crowded = (look_at(close, eye, film, behind=each).canvas for each in ((90, 60, 30), crowd))
    assert plain is not None
    assert crowded is not None
    assert crowded.within is not None
    assert crowded.person is not None
    x0, y0, x1, y1 = crowded.within
    assert crowded.person[y0:y1, x0:x1].sum() == crowded.person.sum() > 0
    assert np.array_equal(crowded.person, plain.person)


def test_a_person_whom_the_portrait_cuts_goes_on_in_what_continues_it(eye: EyeEngine) -> None:
    """Where shoulders end in a blur, the blur is theirs."""
    canvas = look_at(portraits.close_up(4)[160:680, 240:720], eye, parse_format("wide-512", fps=25)).canvas
    assert canvas is not None
    assert canvas.person is not None
    assert canvas.within is None
    left = canvas.person[:, :200]
    assert np.array_equal(left, np.tile(left[:, :1], (1, 200)))
    assert (left.min(), left.max()) == (0, 255)


def test_a_background_in_the_colour_of_skin_hides_no_outline(eye: EyeEngine) -> None:
    """The face is found as before any other one, to 3 % of the picture, so there is nothing to warn of."""
    plain, before_skin = (look_at(each, eye, SQUARE) for each in (portraits.leo(), portraits.before_skin()))
    assert before_skin.findings == ()
    assert plain.canvas is not None
    assert before_skin.canvas is not None
    assert before_skin.canvas.face.box == pytest.approx(plain.canvas.face.box, abs=0.03 * 512)


def test_a_picture_stands_behind_a_transparent_portrait(eye: EyeEngine) -> None:
    """In the whole film, whatever the portrait leaves of it; face and person are as before the grey."""
    drawn = draw(VARIANTS["glasses"])
    opacity = drawn.person
    share = opacity[..., None] / 255
    grey = np.round(drawn.picture * share + 216 * (1 - share)).astype(np.uint8)
    behind = np.zeros((300, 400, 3), np.uint8)
    behind[:, :] = (20, 180, 20)
    for words in ("square-512", "wide-512"):
        film = parse_format(words, fps=25)
        plain = look_at(grey, eye, film).canvas
        canvas = look_at(grey, eye, film, behind=behind, opacity=opacity).canvas
        assert plain is not None
        assert canvas is not None
        assert canvas.person is not None
        assert plain.person is not None
        assert np.array_equal(canvas.face.landmarks, plain.face.landmarks)
        assert (canvas.picture[:60, :60] == (20, 180, 20)).all()
        assert (canvas.picture[:60, -60:] == (20, 180, 20)).all()
        x, y = (round(sum(canvas.face.box[axis::2]) / 2) for axis in (0, 1))
        inner = slice(y - 60, y + 60), slice(x - 60, x + 60)
        assert np.array_equal(canvas.picture[inner], plain.picture[inner])
        shown = np.abs(canvas.picture.astype(int) - (20, 180, 20)).max(axis=2) > 0
        assert not canvas.person[~cv2.dilate(shown.astype(np.uint8), np.ones((5, 5))).astype(bool)].any()


def test_whether_a_background_is_seen(eye: EyeEngine) -> None:
    """Around a portrait, or through it, and only where the film shows that part of it."""
    astronaut, close = portraits.astronaut(), portraits.close_up(4)[160:680, 240:720]
    filled = examine(astronaut, eye, SQUARE).shot
    unfilled = examine(close, eye, parse_format("wide-512", fps=25)).shot
    assert filled is not None
    assert unfilled is not None
    assert not shows_behind(filled, None)
    assert shows_behind(unfilled, None)
    below = np.full((512, 512), 255, np.uint8)
    below[-1] = 0
    assert not shows_behind(filled, below)
    below[filled.part.y] = 0
    assert shows_behind(filled, below)


def test_landmarks_fit_the_canvas(eye: EyeEngine) -> None:
    """The moved landmarks are where a look at the canvas itself finds them, to 1.5 % of the face."""
    report = look_at(portraits.astronaut(), eye, parse_format("wide-720", fps=25))
    assert report.canvas is not None
    (again,) = eye.look(report.canvas.picture)
    moved = report.canvas.face.landmarks
    assert moved is not None
    assert again.landmarks is not None
    width = again.box[2] - again.box[0]
    assert np.median(np.abs(moved - again.landmarks)[:, :2]) < 0.015 * width
    assert report.canvas.enlarged == pytest.approx(2.95, abs=0.2)


def test_the_same_pixels_give_the_same_canvas_on_any_number_of_threads(eye: EyeEngine) -> None:
    """One or four threads of OpenCV: equal pixels, equal landmarks; enlarging and reducing."""
    threads = cv2.getNumThreads()
    for words in ("wide-1080", "square-512"):
        found = []
        for count in (1, 4):
            cv2.setNumThreads(count)
            report = look_at(portraits.leo(), eye, parse_format(words, fps=25))
            assert report.canvas is not None
            found.append(report.canvas)
        assert np.array_equal(found[0].picture, found[1].picture)
        assert np.array_equal(found[0].face.landmarks, found[1].face.landmarks)
        assert np.array_equal(found[0].person, found[1].person)
    cv2.setNumThreads(threads)


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (portraits.half_dark(portraits.astronaut(), 225, 0.4), "portrait-shadowed"),
        (portraits.blurred(portraits.astronaut(), 2.0), "portrait-soft"),
        (portraits.patched(portraits.astronaut(), (160, 90, 40)), "portrait-mouth-covered"),
        (portraits.patched(portraits.astronaut(), (235, 235, 235)), "portrait-mouth-covered"),
        (portraits.patched(portraits.astronaut(), (130, 160, 215)), "portrait-mouth-covered"),
        (portraits.microphone(portraits.astronaut()), "portrait-mouth-covered"),
        (portraits.astronaut()[:400], "portrait-picture-small"),
        (portraits.shrunk(portraits.astronaut(), 0.94), "portrait-face-small"),
        (portraits.rotated(portraits.astronaut(), 30), "portrait-leaning"),
        (portraits.turned(portraits.astronaut(), 30), "portrait-turned"),
        (
            portraits.beside(portraits.close_up(3), portraits.shrunk(portraits.close_up(3), 0.45)),
            "portrait-faces-behind",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_flaw_is_told_and_the_film_can_still_be_made(eye: EyeEngine, picture: Picture, code: str) -> None:
    """A warning names the flaw, and there is a canvas all the same."""
    report = look_at(picture, eye, SQUARE)
    assert code in codes(report)
    assert report.errors == ()
    assert report.canvas is not None


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (np.full((600, 600, 3), 150, np.uint8), "portrait-no-face"),
        (portraits.beside(portraits.astronaut(), portraits.astronaut()), "portrait-several-faces"),
        (portraits.close_up(4)[:, 330:], "portrait-face-cut"),
        (portraits.shrunk(portraits.astronaut(), 0.6), "portrait-face-too-small"),
        (portraits.rotated(portraits.astronaut(), 90), "portrait-lying"),
        (np.ascontiguousarray(portraits.leo()[::-1, ::-1]), "portrait-lying"),
        (portraits.turned(portraits.astronaut(), 62), "portrait-turned-away"),
        (portraits.blurred(portraits.astronaut(), 4.0), "portrait-blurred"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_talk_is_refused(eye: EyeEngine, picture: Picture, code: str) -> None:
    """An error names the reason, and there is no canvas."""
    report = look_at(picture, eye, SQUARE)
    assert code in {finding.code for finding in report.errors}
    assert report.canvas is None


def test_a_close_portrait_stands_before_a_background_in_a_wide_film(eye: EyeEngine) -> None:
    """It is told, the face stands in the middle, and where the picture ends there is no line."""
    close = portraits.close_up(4)[160:680, 240:720]
    report = look_at(close, eye, parse_format("wide-512", fps=25))
    assert "portrait-film-unfilled" in codes(report)
    canvas = report.canvas
    assert canvas is not None
    assert canvas.picture.shape == (512, 910, 3)
    again = eye.look(canvas.picture)
    assert len(again) == 1
    assert again[0].box == pytest.approx(canvas.face.box, abs=0.03 * 512)
    steps = np.abs(np.diff(canvas.picture[:, :200].astype(int), axis=1)).mean(axis=(0, 2))
    assert steps.max() < 6


def test_what_is_left_of_a_frame_is_not_in_the_film(eye: EyeEngine) -> None:
    """A white line at an edge of the portrait is cut off, and nothing else moves; shown whole it is kept."""
    close = portraits.close_up(4)[160:680, 240:760]
    framed = np.pad(close, ((0, 3), (4, 0), (0, 0)), constant_values=255)
    plain, cut = (look_at(each, eye, SQUARE).canvas for each in (close, framed))
    assert plain is not None
    assert cut is not None
    assert cut.picture[-1].mean() < 200
    assert cut.picture[:, 0].mean() < 200
    assert cut.face.box == pytest.approx(plain.face.box, abs=0.02 * 512)
    whole = look_at(framed, eye, parse_format("portrait", fps=25, own=(524, 523))).canvas
    assert whole is not None
    assert whole.picture[-1].mean() > 240


def test_a_film_in_the_portraits_own_size_is_the_portrait(eye: EyeEngine) -> None:
    """Up to full HD not a pixel is changed."""
    picture = portraits.astronaut()
    report = look_at(picture, eye, parse_format("portrait", fps=25, own=(512, 512)))
    assert report.findings == ()
    assert report.canvas is not None
    assert np.array_equal(report.canvas.picture, picture)


def test_a_face_that_the_whole_portrait_loses_is_refused(eye: EyeEngine) -> None:
    """Where a film shows a large picture whole, a small face in it would be too small to talk."""
    large = np.pad(portraits.astronaut(), ((0, 900), (0, 1900), (0, 0)), mode="edge")
    whole = examine(large, eye, parse_format("portrait", fps=25, own=(large.shape[1], large.shape[0])))
    assert "portrait-face-lost" in {finding.code for finding in whole.findings}
    assert look_at(large, eye, SQUARE).canvas is not None


def test_a_box_chooses_the_face(eye: EyeEngine) -> None:
    """Of two like faces the named one talks: the canvas is cut around it."""
    both = portraits.beside(portraits.astronaut(), portraits.astronaut()[:, ::-1])
    left = look_at(both, eye, SQUARE, box=(180, 70, 91, 108))
    right = look_at(both, eye, SQUARE, box=(753, 70, 91, 108))
    assert left.canvas is not None
    assert right.canvas is not None
    assert not np.array_equal(left.canvas.picture, right.canvas.picture)
    for report in (left, right):
        assert report.canvas is not None
        assert sum(report.canvas.face.box[::2]) / 2 == pytest.approx(256, abs=5)


def test_without_landmarks_a_portrait_is_cut_but_not_examined() -> None:
    """The fallback eye finds the place, and the report says what could not be checked."""
    report = look_at(portraits.astronaut(), HaarEye(), SQUARE)
    assert "portrait-not-examined" in codes(report)
    assert report.errors == ()
    assert report.canvas is not None
    assert report.canvas.face.landmarks is None


def test_a_crop_goes_where_the_portrait_goes(eye: EyeEngine) -> None:
    """What a model is to be shown is told in the film's pixels: around the face there as in the portrait."""
    picture = portraits.astronaut()
    x0, y0, x1, y1 = (round(edge) for edge in eye.look(picture)[0].box)
    canvas = look_at(picture, eye, SQUARE, crop=Crop(x0, y0, x1 - x0, y1 - y0)).canvas
    assert canvas is not None
    assert canvas.crop == pytest.approx(canvas.face.box, abs=1.5)
    plain = look_at(picture, eye, SQUARE).canvas
    assert plain is not None
    assert plain.crop is None


def test_a_crop_that_the_film_does_not_show_is_refused(eye: EyeEngine) -> None:
    """Before anything is queued, with what is left of it."""
    report = look_at(portraits.astronaut(), eye, SQUARE, crop=Crop(4, 490, 20, 20))
    assert codes(report) == {"face-crop-outside"}
    assert report.canvas is None
