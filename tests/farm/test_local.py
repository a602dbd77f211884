"""Promises about one film in this process: refused before the work begins, or delivered whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from farm.bootstrap import Workshop, open_workshop, settings_of
from farm.choices import Wish
from farm.local import make_film
from farm.orders import Order
from pipeline.plan.errors import InputError
from tests.support import portraits
from tests.support.variants import VARIANTS, draw


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """A workshop with a cache of its own."""
    with open_workshop(settings_of({"LECTERN_HOME": str(tmp_path / "home")})) as opened:
        yield opened


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"film": "film.avi"}, "command-output-suffix"),
        ({"film": "nowhere/film.mp4"}, "command-output-nowhere"),
        ({"film": "there.mp4"}, "command-output-exists"),
        ({"film": "beside.mp4"}, "command-output-exists"),
        ({"script": "gone.txt"}, "command-file-unreadable"),
        ({"script": "marks.txt"}, "script-empty"),
        ({"script": "talk.txt", "portrait": "gone.png"}, "store-source-unreadable"),
        ({"portrait": "talk.txt"}, "portrait-no-picture"),
    ],
)
def test_what_cannot_be_made_is_refused_before_the_work_begins(
    workshop: Workshop, batch_folder: Path, changes: dict[str, str], code: str
) -> None:
    """Nothing is written beside the film, and nothing that lay there is touched."""
    (batch_folder / "talk.txt").write_text("Hello.")
    (batch_folder / "marks.txt").write_text("…!")
    (batch_folder / "there.mp4").write_text("mine")
    (batch_folder / "beside.srt").write_text("mine")
    before = sorted(batch_folder.iterdir())
    paths = {"portrait": "astronaut.png", "script": "talk.txt", "film": "film.mp4", **changes}
    order = Order(**{name: batch_folder / path for name, path in paths.items()}, wish=Wish())  # type: ignore[arg-type]
    with pytest.raises(InputError) as refused:
        make_film(workshop, order, progress=lambda *_: None, check=lambda: None)
    assert refused.value.code == code
    assert sorted(batch_folder.iterdir()) == before
    assert (batch_folder / "there.mp4").read_text() == "mine"


def test_of_several_faces_one_can_be_named(workshop: Workshop, batch_folder: Path) -> None:
    """Without a name the film is refused, and what the refusal tells to write is taken."""
    face = cv2.imread(str(batch_folder / "astronaut.png"))
    cv2.imwrite(str(batch_folder / "both.png"), np.hstack([face, face[:, ::-1]]))
    (batch_folder / "talk.txt").write_text("Hi.")
    order = Order(
        portrait=batch_folder / "both.png",
        script=batch_folder / "talk.txt",
        film=batch_folder / "film.mp4",
        wish=Wish(format="square-512"),
    )
    with pytest.raises(InputError) as refused:
        make_film(workshop, order, progress=lambda *_: None, check=lambda: None)
    assert refused.value.code == "portrait-several-faces"
    for number, box in enumerate(str(refused.value.facts["boxes"]).split("; ")):
        named = replace(order, face_box=box, film=batch_folder / f"film{number}.mp4")
        assert make_film(workshop, named, progress=lambda *_: None, check=lambda: None).frames > 0
    assert (batch_folder / "film0.jpg").read_bytes() != (batch_folder / "film1.jpg").read_bytes()
    with pytest.raises(InputError) as wrong:
        make_film(workshop, replace(order, face_box="left"), progress=lambda *_: None, check=lambda: None)
    assert wrong.value.code == "submit-face-box-wrong"


def test_a_film_never_replaces_its_own_inputs(workshop: Workshop, batch_folder: Path) -> None:
    """Not even when replacing was asked for: the poster of talk.mp4 would be talk.jpg."""
    portrait = (batch_folder / "astronaut.png").rename(batch_folder / "talk.jpg")
    (batch_folder / "talk.txt").write_text("Hello.")
    order = Order(
        portrait=portrait,
        script=batch_folder / "talk.txt",
        film=batch_folder / "talk.mp4",
        wish=Wish(),
        replace=True,
    )
    with pytest.raises(InputError, match="command-output-input"):
        make_film(workshop, order, progress=lambda *_: None, check=lambda: None)
    behind = portrait.rename(batch_folder / "behind.jpg")
    order = replace(order, background=str(behind), film=batch_folder / "behind.mp4")
    with pytest.raises(InputError, match="command-output-input"):
        make_film(workshop, order, progress=lambda *_: None, check=lambda: None)


def test_a_transparent_portrait_stands_before_a_picture(workshop: Workshop, batch_folder: Path) -> None:
    """Of the film, not of its margin alone; another cut of the same portrait is another portrait."""
    (batch_folder / "talk.txt").write_text("Hi.")
    Image.new("RGB", (160, 90), "#00ff00").save(batch_folder / "green.png")
    drawn = draw(VARIANTS["glasses"])
    cv2.imwrite(str(batch_folder / "cut.png"), np.dstack([drawn.picture, drawn.person]))
    order = Order(
        portrait=batch_folder / "cut.png",
        script=batch_folder / "talk.txt",
        film=batch_folder / "film.mp4",
        wish=Wish(format="square-512"),
        background=str(batch_folder / "green.png"),
    )
    made = make_film(workshop, order, progress=lambda *_: None, check=lambda: None)
    assert made.warnings == ()
    poster = cv2.imread(str(made.files[".jpg"]))
    assert poster is not None
    assert np.abs(poster[100:160, :60].astype(int) - (0, 255, 0)).mean() < 8
    grey = replace(order, background="", film=batch_folder / "grey.mp4")
    plain = make_film(workshop, grey, progress=lambda *_: None, check=lambda: None)
    one, other = (json.loads(each.files[".json"].read_text("utf-8"))["inputs"] for each in (made, plain))
    assert one["portrait"] == {**other["portrait"], "pixels": one["portrait"]["pixels"]}
    assert one["portrait"]["pixels"] != other["portrait"]["pixels"]


def test_a_background_may_be_a_picture(workshop: Workshop, batch_folder: Path) -> None:
    """It shows where the portrait leaves room, of several frames the first; what is no picture is refused."""
    (batch_folder / "talk.txt").write_text("Hi.")
    (batch_folder / "no.png").write_text("nothing")
    red, blue = (Image.new("RGB", (160, 90), colour) for colour in ("#ff0000", "#0000ff"))
    red.save(batch_folder / "red.png", save_all=True, append_images=[blue])
    cv2.imwrite(str(batch_folder / "close.png"), portraits.close_up(4)[160:680, 240:720])
    order = Order(
        portrait=batch_folder / "close.png",
        script=batch_folder / "talk.txt",
        film=batch_folder / "film.mp4",
        wish=Wish(format="wide-512"),
        background=str(batch_folder / "red.png"),
    )
    made = make_film(workshop, order, progress=lambda *_: None, check=lambda: None)
    assert "portrait-animated" in {warning.code for warning in made.warnings}
    poster = cv2.imread(str(made.files[".jpg"]))
    assert poster is not None
    assert np.abs(poster[:, :60].astype(int) - (0, 0, 255)).mean() < 8
    digest = hashlib.sha256((batch_folder / "red.png").read_bytes()).hexdigest()
    told = json.loads(made.files[".json"].read_text("utf-8"))
    assert told["inputs"]["background"]["digest"] == digest
    with pytest.raises(InputError, match="portrait-no-picture"):
        make_film(
            workshop,
            replace(order, background=str(batch_folder / "no.png"), film=batch_folder / "other.mp4"),
            progress=lambda *_: None,
            check=lambda: None,
        )


def test_a_film_is_delivered_as_it_was_wished_for(workshop: Workshop, batch_folder: Path) -> None:
    """Frame rate, quality, loudness, and a preview beside it, which is not written over either."""
    (batch_folder / "talk.txt").write_text("Wait for Bob.")
    order = Order(
        portrait=batch_folder / "leo.png",
        script=batch_folder / "talk.txt",
        film=batch_folder / "film.mp4",
        wish=Wish(format="square-512", fps="24 fps"),
        quality="Draft",
        loudness="−20",
        preview="yes",
    )
    (batch_folder / "film.webp").write_text("mine")
    with pytest.raises(InputError, match="command-output-exists"):
        make_film(workshop, order, progress=lambda *_: None, check=lambda: None)
    (batch_folder / "film.webp").unlink()
    made = make_film(workshop, order, progress=lambda *_: None, check=lambda: None)
    assert (made.fps, made.warnings) == (24, ())
    assert set(made.files) == {".mp4", ".srt", ".vtt", ".jpg", ".json", ".webp"}
    with Image.open(made.files[".webp"]) as preview:
        assert (preview.format, preview.size) == ("WEBP", (480, 480))
        assert getattr(preview, "n_frames", 1) > 5
    told = json.loads(made.files[".json"].read_text("utf-8"))
    assert told["inputs"]["options"] == {"quality": "draft", "loudness": "-20", "preview": "yes"}
    assert told["measured"]["sound"]["loudness_lufs"] == pytest.approx(-20, abs=0.2)
