"""Promises about the engines that a worker keeps open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from farm.bootstrap import Workshop, open_workshop, settings_of
from farm.facedoor import open_face
from farm.studio import Studio
from pipeline.media import Media
from pipeline.plan.faceway import FaceWay
from tests.farm.models.cards import put
from tests.support.lips import faces_with_lips


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """A workshop with an engine that draws with a model."""
    with open_workshop(settings_of({"LECTERN_HOME": str(tmp_path / "home")})) as opened:
        yield replace(opened, faces=faces_with_lips())


def _way(workshop: Workshop, name: str) -> FaceWay:
    digest = put(workshop.models.root, name, name.encode()).digest
    return FaceWay(engine="lips", mode="fast", weights=digest)


def test_a_model_that_was_taken_off_the_shelf_is_let_go_all_the_same(workshop: Workshop) -> None:
    """Of three models the one used first is closed, be its card there or not; no other film hears of it."""
    first, second, third = (_way(workshop, name) for name in ("one", "two", "three"))
    studio = Studio(workshop)
    studio.profile(first)
    opened = open_face(workshop, first)
    studio.profile(second)
    workshop.models.remove("one", by="anna", at_ms=1)
    assert studio.profile(first).weights == first.weights
    assert studio.profile(third).weights == third.weights
    put(workshop.models.root, "one", b"one")
    assert open_face(workshop, first) is not opened


def test_an_encoder_is_tried_anew_after_an_error_alone(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That an engine makes room for another one says nothing about the encoder."""
    forgotten: list[Media] = []
    monkeypatch.setattr(Media, "forget_trials", lambda media: forgotten.append(media))  # noqa: PLW0108 - a method
    studio = Studio(workshop)
    ways = [_way(workshop, name) for name in ("one", "two", "three")]
    for way in ways:
        studio.profile(way)
    assert forgotten == []
    studio.forget(ways[2])
    assert forgotten == [workshop.media]
