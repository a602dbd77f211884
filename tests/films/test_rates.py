"""Films of every frame rate: exact from the spoken word to the last frame and sample, and fine to look at."""

from __future__ import annotations

import json

import av
import pytest

from pipeline.plan.clock import FRAME_RATES, grid_frames, samples_per_frame
from pipeline.plan.job import Format
from tests.films.cinema import Cinema, Film

_TEXT = "Wait for Bob. [pause 700ms] He has the key."


@pytest.fixture(scope="module", params=FRAME_RATES)
def film(cinema: Cinema, request: pytest.FixtureRequest) -> Film:
    """A short film at each rate."""
    return cinema.film(cinema.order(_TEXT, picture=Format(width=160, height=160, fps=request.param)))


def test_picture_and_sound_are_exactly_as_long_as_each_other(film: Film, cinema: Cinema) -> None:
    """A whole number of frames on the grid of the rate, each a whole number of samples."""
    fps, frames = film.timeline.fps, film.timeline.frames
    assert fps == film.job.format.fps
    assert all(utterance.frames % grid_frames(fps) == 0 for utterance in film.timeline.utterances)
    found = cinema.workshop.media.probe(film.path)
    assert found.picture is not None
    assert found.sound is not None
    assert found.picture.packets == frames
    assert found.picture.end * fps == frames
    assert found.picture.step == samples_per_frame(fps)
    assert found.sound.samples == frames * samples_per_frame(fps)


def test_every_frame_is_shown_at_its_time(film: Film) -> None:
    """Decoded from the beginning to the end, none is missing, doubled or late."""
    fps = film.timeline.fps
    with av.open(str(film.path)) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == fps
        shown = [frame.pts for frame in container.decode(stream)]
    assert shown == [number * samples_per_frame(fps) for number in range(film.timeline.frames)]


def test_nothing_is_to_be_said_of_it(film: Film) -> None:
    """It is measured like any other, and its manifest tells its rate."""
    assert film.made.warnings == ()
    told = json.loads(film.store.verify(film.made.manifest).read_text("utf-8"))
    assert told["format"]["fps"] == film.timeline.fps
    assert told["measured"]["sound"]["samples"] == film.timeline.frames * samples_per_frame(film.timeline.fps)


def test_the_same_is_said_at_the_same_time_at_every_rate(film: Film, cinema: Cinema) -> None:
    """Speech is the same; it begins within a grid's length of where it does at 25 frames a second."""
    _, usual = cinema.speak(cinema.order(_TEXT))
    spoken = [each.speech_digest for each in film.timeline.utterances if each.spoken]
    assert spoken == [each.speech_digest for each in usual.utterances if each.spoken]
    begins = []
    for timeline in (film.timeline, usual):
        at = 0
        for utterance in timeline.utterances:
            if utterance.spoken:
                begins.append((at * samples_per_frame(timeline.fps) + utterance.lead) / 48_000)
            at += utterance.frames
    half = len(begins) // 2
    assert begins[:half] == pytest.approx(begins[half:], abs=0.5)
