"""What the demo's files promise; that it runs is shown by running it."""

from __future__ import annotations

import importlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from farm.manifest import read_manifest
from farm.rows import Manifest
from pipeline.plan.formats import parse_format
from pipeline.steps.look import PictureLimits, load_picture, look_at
from tests.support import portraits
from tests.support.eye import eye_with_landmarks

DEMO = Path(__file__).resolve().parents[2] / "demo"


@pytest.fixture(scope="module")
def batch() -> Manifest:
    """The demo's batch."""
    return read_manifest(DEMO / "batch.csv")


def test_the_batch_is_without_fault(batch: Manifest) -> None:
    """Every row can be submitted, and there is nothing to warn of."""
    assert batch.problems == ()
    assert batch.warnings == ()


def test_the_batch_shows_what_lectern_can(batch: Manifest) -> None:
    """Six rows and more: both languages, both portraits, one template for three people, one long course."""
    assert len(batch.rows) >= 6
    assert {row.language for row in batch.rows} == {"en", "zh"}
    assert {row.portrait.name for row in batch.rows} == {"leo.png", "astronaut.png"}
    templates = [row.template for row in batch.rows]
    assert sum(template.count("{{") > 0 and templates.count(template) == 3 for template in templates) == 3
    # Read at 175 words a minute, 280 words take over 90 seconds.
    assert max(len(row.script.split()) for row in batch.rows) > 280


def test_the_first_film_is_a_short_one(batch: Manifest) -> None:
    """What is urgent is short, so that there is soon something to look at."""
    urgent = [row for row in batch.rows if row.urgency == "urgent"]
    assert urgent
    assert all(len(row.script) < 200 for row in urgent)


def test_every_row_has_a_portrait_that_suits_its_format(batch: Manifest) -> None:
    """The precheck has nothing to say about the demo's own pictures."""
    limits = PictureLimits(file_bytes=10_000_000, pixels=10_000_000)
    with eye_with_landmarks() as eye:
        for row in batch.rows:
            report = look_at(load_picture(row.portrait, limits), eye, parse_format(row.format, fps=25))
            assert report.findings == (), row.id
            assert report.canvas is not None


def test_leo_is_what_the_program_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """The committed drawing comes from its program, to a rounding of the last level."""
    monkeypatch.syspath_prepend(str(DEMO))
    drawn = importlib.import_module("draw_portrait").draw_portrait()
    assert np.abs(drawn.astype(int) - portraits.leo()).max() <= 2


def test_the_astronaut_is_the_public_domain_picture() -> None:
    """The committed photograph is scikit-image's, pixel for pixel."""
    data = pytest.importorskip("skimage.data")
    assert np.array_equal(cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2BGR), portraits.astronaut())


def test_portraits_are_small_enough_for_a_repository() -> None:
    """Half a megabyte each at most."""
    for file in (DEMO / "portraits").glob("*.png"):
        assert file.stat().st_size < 600_000
