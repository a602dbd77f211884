"""What is said at submission of portraits that cannot be used, or only look as if."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from farm.bootstrap import Workshop, open_workshop, settings_of
from farm.gallery import Gallery
from farm.portraits import picture_limits
from pipeline.plan.formats import parse_format
from pipeline.steps.look import load_picture, look_at
from tests.support.bad_portraits import CASES, Case
from tests.support.eye import require_landmarks
from tests.support.faces import drawn_canvas

SQUARE = parse_format("square-512", fps=25)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """Settings and the eye with landmarks, which is what is asked here."""
    home = tmp_path_factory.mktemp("home")
    with open_workshop(settings_of({"LECTERN_HOME": str(home)})) as opened:
        require_landmarks(opened.eyes)
        yield opened


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_kind_of_portrait_gets_its_verdict(workshop: Workshop, tmp_path: Path, case: Case) -> None:
    """Refused or warned with the one right code, or a canvas with the face where faces belong."""
    file = tmp_path / "portrait.bin"
    file.write_bytes(case.make())
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    findings = Gallery(workshop).look(file, digest, SQUARE, None, None)
    # What refuses a portrait is what counts; a face that cannot be seen well may have other flaws besides.
    errors = {finding.code for finding in findings if finding.level == "error"}
    assert (errors or {finding.code for finding in findings}) == case.codes
    if case.codes:
        return
    picture = load_picture(file, picture_limits(workshop.settings))
    canvas = look_at(picture, workshop.eyes.open("facemesh"), SQUARE).canvas
    assert canvas is not None
    x0, _, x1, _ = canvas.face.box
    assert (x0 + x1) / 2 == pytest.approx(256, abs=10)
    assert x1 - x0 > 150


def test_a_portrait_is_examined_before_its_background_colour(workshop: Workshop, tmp_path: Path) -> None:
    """What is seen at submission is what the film shows: a shadow of a face is none before black."""
    light = cv2.cvtColor(drawn_canvas().picture, cv2.COLOR_BGR2GRAY)
    file = tmp_path / "portrait.png"
    Image.merge("LA", (Image.fromarray(np.zeros_like(light)), Image.fromarray(255 - light))).save(file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    gallery = Gallery(workshop)
    errors = {
        colour: [one.code for one in gallery.look(file, digest, SQUARE, None, colour) if one.level == "error"]
        for colour in (None, (0, 0, 0))
    }
    assert errors == {None: [], (0, 0, 0): ["portrait-no-face"]}


def test_a_background_that_nobody_will_see_is_told_of(workshop: Workshop, tmp_path: Path) -> None:
    """A colour or a picture behind an opaque portrait that fills the film; not behind a transparent one."""
    drawn = drawn_canvas().picture
    opaque, transparent = tmp_path / "opaque.png", tmp_path / "transparent.png"
    cv2.imwrite(str(opaque), drawn)
    opacity = np.full(drawn.shape[:2], 255, np.uint8)
    opacity[:40] = 0
    cv2.imwrite(str(transparent), np.dstack([drawn, opacity]))
    gallery = Gallery(workshop)

    def told(file: Path, colour: tuple[int, int, int] | None, *, pictured: bool) -> bool:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        found = gallery.look(file, digest, SQUARE, None, colour, pictured=pictured)
        return "portrait-background-unseen" in {each.code for each in found}

    assert not told(opaque, None, pictured=False)
    assert told(opaque, None, pictured=True)
    assert told(opaque, (95, 58, 31), pictured=False)
    assert not told(transparent, None, pictured=True)
    assert not told(transparent, (95, 58, 31), pictured=False)
