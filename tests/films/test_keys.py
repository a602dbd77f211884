"""The key table, with pixels: what shapes a clip changes key and frames; nothing else changes either."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.engines.face import Drive
from pipeline.media.packets import decode
from pipeline.plan import graphs
from pipeline.plan.job import Format, JobSpec, RenderProfile
from pipeline.steps.clips import ClipPlanner
from tests.films.cinema import ENGLISH, Cinema, Film
from tests.films.ledgered import made_by
from tests.support import portraits

_SAID = "Hello, Bob."
_TINY = Format(width=96, height=96, fps=25)


@dataclass(frozen=True)
class _Shown:
    """A clip's key, the digest of its decoded frames, and that of its file."""

    key: str
    frames: str
    file: str


_Make = Callable[..., _Shown]


@pytest.fixture(scope="module")
def make(cinema: Cinema, tmp_path_factory: pytest.TempPathFactory) -> _Make:
    """Renders the clip of what is said, every time in a folder where nothing was made before.

    It bears no label unless a test wants one: a label knows how far into the film it is.
    """

    def made(
        script: str = _SAID,
        *,
        profile: RenderProfile | None = None,
        at: int = 1,
        change: Callable[[JobSpec], JobSpec] = lambda job: job,
        **order: object,
    ) -> _Shown:
        with Cinema(tmp_path_factory.mktemp("other"), cinema.workshop) as fresh:
            job = change(fresh.order(script, **{"picture": _TINY, **order}))  # type: ignore[arg-type]
            job = replace(job, options={"label": "none", **job.options})
            _, timeline = fresh.speak(job)
            (clip,) = fresh.render(job, timeline, [range(at, at + 1)], profile)
            shown = hashlib.sha256()
            for frame in decode(fresh.store.verify(clip)):
                shown.update(f"{frame.shape}".encode())
                shown.update(frame)
        return _Shown(key=clip.key, frames=shown.hexdigest(), file=clip.digest)

    return made


@pytest.fixture(scope="module")
def plain(make: _Make) -> _Shown:
    """The clip that the others are compared with."""
    return make()


def _dotted(folder: Path) -> Path:
    """The portrait with one spot of another colour."""
    picture = portraits.leo().copy()
    picture[300:330, 520:550] = (60, 90, 200)
    return _written(folder / "dotted.png", picture)


def _written(path: Path, picture: portraits.Picture) -> Path:
    cv2.imwrite(str(path), picture)
    return path


def _coarser(profile: RenderProfile) -> RenderProfile:
    return replace(profile, parameters=graphs.video_parameters(qp=30, preset="veryfast"))


@pytest.mark.parametrize(
    "order",
    [
        {"script": "Hello, Tom."},
        {"voice": replace(ENGLISH, speed=120)},
        {"voice": replace(ENGLISH, pitch=130)},
        {"voice": replace(ENGLISH, name="en-gb")},
        {"picture": replace(_TINY, width=128)},
        {"picture": replace(_TINY, height=128)},
        {"picture": replace(_TINY, fps=30)},
        {"portrait": portraits.ASTRONAUT_FILE},
    ],
    ids=["text", "speed", "pitch", "voice", "width", "height", "fps", "portrait"],
)
def test_what_shapes_pixels_changes_key_and_pixels(
    make: _Make, plain: _Shown, order: dict[str, object]
) -> None:
    """Another text, speed, pitch, voice, size, rate or portrait is another clip that looks different."""
    other = make(**order)
    assert other.key != plain.key
    assert other.frames != plain.frames


def test_a_spot_on_the_portrait_changes_key_and_pixels(make: _Make, plain: _Shown, tmp_path: Path) -> None:
    """The portrait counts by its pixels; the same ones in another file are the same clip."""
    spotted = make(portrait=_dotted(tmp_path))
    assert spotted.key != plain.key
    assert spotted.frames != plain.frames
    assert make(portrait=_written(tmp_path / "again.bmp", portraits.leo())) == plain


def test_the_encoder_changes_key_and_pixels(make: _Make, plain: _Shown, cinema: Cinema) -> None:
    """Another quality of the encoder is another clip that looks different."""
    coarse = make(profile=_coarser(cinema.profile()))
    assert coarse.key != plain.key
    assert coarse.frames != plain.frames


def test_the_choice_of_a_face_changes_key_and_pixels(make: _Make, tmp_path: Path) -> None:
    """In a picture of two people, `face.box` says who talks."""
    pair = _written(tmp_path / "pair.png", portraits.beside(portraits.leo(), portraits.close_up()))

    def talking(box: str) -> _Shown:
        return make(portrait=pair, change=lambda job: replace(job, options={"face.box": box}))

    one, two = talking("380,280,320,420"), talking("1330,200,480,600")
    assert one.key != two.key
    assert one.frames != two.frames


@pytest.mark.parametrize(
    "options", [{"face.motion": "lively"}, {"face.motion": "none"}, {"face.expression": "friendly"}]
)
def test_the_bearing_changes_key_and_pixels(make: _Make, plain: _Shown, options: dict[str, str]) -> None:
    """The same words said in another manner are another clip that looks different."""
    other = make(change=lambda job: replace(job, options=options))
    assert other.key != plain.key
    assert other.frames != plain.frames


def test_a_background_changes_key_and_pixels(make: _Make) -> None:
    """A colour and another colour, where the portrait leaves room."""
    wide = replace(_TINY, width=192)

    def before(colour: str) -> _Shown:
        return make(picture=wide, change=lambda job: replace(job, options={"background": colour}))

    red, blue = before("#ff0000"), before("#0000ff")
    assert red.key != blue.key
    assert red.frames != blue.frames


def test_the_seed_changes_pixels(cinema: Cinema, long_film: Film) -> None:
    """What is made from audio and phonemes, the seed, moves the head: it belongs into the key, and is."""
    seat = cinema.seat(long_film.job)
    planner = ClipPlanner(
        job=long_film.job,
        timeline=long_film.timeline,
        store=cinema.store,
        profile=cinema.profile(),
        pixels=seat.pixels,
    )
    drive = planner.drive(planner.plan(1))
    middle = drive.frames // 2

    def frame(given: Drive) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        return next(frame.copy() for index, frame in enumerate(seat.sitter.frames(given)) if index == middle)

    assert not np.array_equal(frame(drive), frame(replace(drive, seed=drive.seed + 1)))


def test_the_label_changes_key_and_pixels_of_the_first_seconds_alone(make: _Make, plain: _Shown) -> None:
    """Each label is another first clip; what is said after two seconds is the unlabelled film's."""

    def labelled(word: str, **order: object) -> _Shown:
        return make(change=lambda job: replace(job, options={"label": word}), **order)

    begun = [plain, *(labelled(word) for word in ("cn", "eu", "both"))]
    assert len({shown.key for shown in begun}) == len({shown.frames for shown in begun}) == 4
    later = f"[pause 2s]\n\n{_SAID}"
    assert labelled("both", script=later, at=2) == make(script=later, at=2)


@pytest.mark.parametrize(
    "order",
    [
        {"title": "Another"},
        {"change": lambda job: replace(job, row="77", user="bob", scene="elsewhere")},
        {"change": lambda job: replace(job, options={"captions.burn": "no"})},
        {"script": f"Good morning! {_SAID} How are you?", "at": 2},
        {"script": f"Good morning!\n\n[pause 2s]\n\n{_SAID}", "at": 3},
    ],
    ids=["title", "row", "option", "neighbours", "pauses"],
)
def test_what_shapes_no_pixel_changes_neither(make: _Make, plain: _Shown, order: dict[str, object]) -> None:
    """Title, row, user, scene, neighbours: made anew at another time and place, it is the same file."""
    assert make(**order) == plain


def test_neither_worker_nor_trace_nor_row_order_shapes_a_clip(
    cinema: Cinema, plain: _Shown, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Claimed from two ledgers by two workers, in two orders and under traces of their own: the same file."""
    made = []
    for worker, reverse in (("cpu0@here", False), ("gpu7@elsewhere", True)):
        home = tmp_path_factory.mktemp("ledgered")
        with Cinema(home, cinema.workshop) as fresh:
            said, other = fresh.order(_SAID, picture=_TINY), fresh.order("Good night!", picture=_TINY)
            bare = {"label": "none", "label.name": "Test", "label.reason": "A test"}
            batch = [replace(said, row="said", options=bare), replace(other, row="other", options=bare)]
            clips = made_by(worker, fresh, home, batch[::-1] if reverse else batch)
        assert list(clips) == [job.row for job in (batch[::-1] if reverse else batch)]
        made.append({row: [(clip.key, clip.digest) for clip in of] for row, of in clips.items()})
    assert made[0] == made[1]
    assert made[0]["said"][1] == (plain.key, plain.file)
