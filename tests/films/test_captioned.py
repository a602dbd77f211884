"""Captions in the pictures of real films: seen when they are heard, each in its own clip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.media.packets import decode
from pipeline.plan.artifact import Kind
from pipeline.plan.captions import cues
from pipeline.plan.job import JobSpec, Typeface
from pipeline.plan.switches import BURN
from tests.films.cinema import SMALL, Cinema, Film
from tests.support.fonts import write_font

_SCRIPT = "Good morning to all of you!\n\n[pause 1s]\n\nHello, {name}.\n\nThat is all for today, thank you."
_LATIN = "".join(map(chr, range(32, 127)))
_UNLABELLED: Mapping[str, str] = {"label": "none", "label.name": "A test", "label.reason": "frames"}


@pytest.fixture(scope="module")
def typeface(cinema: Cinema, tmp_path_factory: pytest.TempPathFactory) -> Typeface:
    """A font of boxes, in the store."""
    file = write_font(tmp_path_factory.mktemp("fonts") / "boxes.otf", _LATIN)
    kept = cinema.store.adopt(Kind.SOURCE, ".otf", file, limit_bytes=1_000_000)
    return Typeface(file=kept, family="Boxes", bold=False, height=1200, advance=500)


def order(cinema: Cinema, typeface: Typeface, name: str) -> JobSpec:
    """A film for somebody, with captions in its pictures."""
    job = cinema.order(_SCRIPT.replace("{name}", name))
    return replace(job, options={**_UNLABELLED, BURN.name: "yes"}, typefaces=(typeface,))


@pytest.fixture(scope="module")
def captioned(cinema: Cinema, typeface: Typeface) -> Film:
    """A captioned film."""
    return cinema.film(order(cinema, typeface, "Anna"))


def frames(path: Path) -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    """The lower third of each frame, where captions are."""
    return [frame[SMALL.height * 2 // 3 :].copy() for frame in decode(path)]


def test_captions_are_seen_when_the_caption_file_says_so(cinema: Cinema, captioned: Film) -> None:
    """Against the same film without captions, frames differ in the cues' frames and in no other."""
    plain = cinema.film(replace(captioned.job, options=_UNLABELLED, typefaces=()))
    shown = cues(captioned.timeline)
    seen = {frame for cue in shown for frame in range(round(cue.start_ms / 40), round(cue.end_ms / 40))}
    assert len(shown) == 3
    differing = {
        number
        for number, (one, other) in enumerate(zip(frames(captioned.path), frames(plain.path), strict=True))
        if np.abs(one.astype(int) - other.astype(int)).max() > 60
    }
    assert differing == seen


def test_silence_is_shared_with_films_without_captions(cinema: Cinema, captioned: Film) -> None:
    """A clip in which nothing is drawn is the clip of every other film."""
    plain = cinema.film(replace(captioned.job, options=_UNLABELLED, typefaces=()))
    same = [one == other for one, other in zip(captioned.digests, plain.digests, strict=True)]
    silent = [not utterance.shown for utterance in captioned.timeline.utterances]
    assert same == silent


def test_a_name_changes_one_clip_also_with_captions(
    cinema: Cinema, captioned: Film, typeface: Typeface
) -> None:
    """Films that differ by a name share every captioned clip that does not bear it."""
    other = cinema.film(order(cinema, typeface, "Bert"))
    changed = [
        utterance.shown
        for utterance, one, two in zip(
            captioned.timeline.utterances, captioned.digests, other.digests, strict=True
        )
        if one != two
    ]
    assert changed == ["Hello, Anna."]
