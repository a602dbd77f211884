"""What looking a film over promises: faults that came through the real render, sound and join are told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face import Drive, Sitter
from pipeline.media import notes
from pipeline.plan.artifact import Kind
from pipeline.plan.clock import samples_per_frame
from pipeline.plan.delivery import LOUDNESS, loudness_for
from pipeline.plan.errors import TransientError
from pipeline.plan.film import told_by
from pipeline.plan.job import JobSpec
from pipeline.plan.script import Pause
from pipeline.plan.switches import PREVIEW
from pipeline.plan.timeline import Take, Timeline, lay
from pipeline.steps.clips import ClipPlanner
from pipeline.steps.join import JoinedFilm, join
from pipeline.steps.render import render
from pipeline.store import Store
from tests.support import films
from tests.support.films import CountingDesk, SketchSitter
from tests.support.sound import loudness_and_peak

TEXTS = ("Please move the five boxes.", "Wait for Bob at the open window.")
SECONDS = (1.5, 1.8)


class BlackSitter:
    """An engine at fault: its frames are black from the second on that it is told."""

    def __init__(self, begin: int) -> None:
        self._begin = begin

    def frames(self, drive: Drive) -> Iterator[NDArray[np.uint8]]:
        """Like `SketchSitter`, and then nothing."""
        for index, frame in enumerate(SketchSitter(films.SMALL).frames(drive)):
            if index >= self._begin:
                frame[: films.SMALL.height] = 16
                frame[films.SMALL.height :] = 128
            yield frame


class FrozenSitter:
    """An engine at fault: whatever is said, it shows its first picture."""

    def frames(self, drive: Drive) -> Iterator[NDArray[np.uint8]]:
        """The same frame throughout."""
        first = next(SketchSitter(films.SMALL).frames(drive))
        for _ in range(drive.frames):
            yield first


@dataclass(frozen=True, kw_only=True)
class _Studio:
    store: Store
    desk: CountingDesk

    def timeline(self, *samples: NDArray[np.int16], texts: tuple[str, ...] = TEXTS) -> Timeline:
        """A film of these speeches, with these words."""
        takes: list[Take | Pause] = []
        for text, speech in zip(texts, samples, strict=True):
            takes.append(films.spoken(self.store, text, speech))
        return lay([Pause(ms=400), *takes, Pause(ms=600)], fps=25)

    def film(
        self, timeline: Timeline, *, sitter: Sitter | None = None, job: JobSpec | None = None
    ) -> JoinedFilm:
        """Rendered and joined as a worker does it."""
        self.render(timeline, sitter or SketchSitter(films.SMALL), job)
        return self.join(timeline, job)

    def render(self, timeline: Timeline, sitter: Sitter, job: JobSpec | None = None) -> None:
        """Every clip of it."""
        door = films.media()
        assert render(
            job or films.job(),
            timeline,
            range(len(timeline.utterances)),
            desk=self.desk,
            store=self.store,
            media=door,
            profile=films.profile(door),
            sitter=sitter,
            pixels=films.PIXELS,
        )

    def join(self, timeline: Timeline, job: JobSpec | None = None) -> JoinedFilm:
        """The film of what was rendered."""
        door = films.media()
        film = join(
            job or films.job(),
            timeline,
            desk=self.desk,
            store=self.store,
            media=door,
            profile=films.profile(door),
            pixels=films.PIXELS,
            trace=films.TRACE,
            submitted_ms=1_795_222_801_500,
            loudness=loudness_for((job or films.job()).options, films.LOUDNESS),
            producer=films.PRODUCER,
        )
        assert film is not None
        return film

    def measured(self, film: JoinedFilm) -> dict[str, dict[str, object]]:
        """What its manifest tells."""
        told: dict[str, dict[str, dict[str, object]]] = json.loads(
            self.store.verify(film.manifest).read_text("utf-8")
        )
        return told["measured"]


@pytest.fixture
def studio(tmp_path: Path) -> _Studio:
    """Where films are made."""
    return _Studio(store=Store(tmp_path), desk=CountingDesk())


def voices() -> list[NDArray[np.int16]]:
    """A voice that says all of the texts."""
    return [films.hum(seed, length) for seed, length in enumerate(SECONDS)]


def codes(film: JoinedFilm) -> set[str]:
    """What is told of a film."""
    return {warning.code for warning in film.warnings}


def test_a_good_film_is_told_nothing_of(studio: _Studio) -> None:
    """Its manifest bears its figures all the same, and joining it again gives the same."""
    timeline = studio.timeline(*voices())
    film = studio.film(timeline)
    assert film.warnings == ()
    told = studio.measured(film)
    assert told["picture"]["black"] == told["picture"]["frozen"] == told["sound"]["silent"] == []
    assert told["warnings"] == []
    assert told["sound"]["loudness_lufs"] == pytest.approx(-16, abs=0.15)
    samples = sum(each.frames for each in timeline.utterances) * samples_per_frame(timeline.fps)
    assert (told["sound"]["samples"], told["sound"]["late_ms"]) == (samples, 0)
    assert told["script"]["speech_ms"] == 3_300
    track = next(artifact for artifact in studio.desk.made if artifact.kind is Kind.AUDIO)
    loudness, peak = loudness_and_peak(studio.store.open(track))
    assert told["sound"]["loudness_lufs"] == pytest.approx(loudness, abs=0.15)
    assert told["sound"]["peak_dbfs"] == pytest.approx(peak, abs=0.5)
    assert studio.join(timeline) == film


def test_black_frames_are_told(studio: _Studio) -> None:
    """An engine that gives black frames from the second half-second of each clip on."""
    film = studio.film(studio.timeline(*voices()), sitter=BlackSitter(12))
    (warning,) = film.warnings
    assert (warning.code, warning.facts["places"], warning.facts["begin"]) == ("film-black", 2, "0:00.8")


def test_a_frozen_face_is_told(studio: _Studio) -> None:
    """An engine that does not move while something is said."""
    assert codes(studio.film(studio.timeline(*voices()), sitter=FrozenSitter())) == {"film-frozen"}


def test_a_silent_voice_is_told(studio: _Studio) -> None:
    """A voice that gives silence for one of two sentences."""
    first, second = voices()
    film = studio.film(studio.timeline(first, np.zeros_like(second)))
    assert codes(film) == {"film-silent"}
    assert film.warnings[0].facts["places"] == 1


def test_a_clipped_voice_is_told(studio: _Studio) -> None:
    """A voice whose loud sounds are cut flat before they come here."""
    cut = [np.clip(each.astype(int) * 8, -32_768, 32_767).astype(np.int16) for each in voices()]
    assert codes(studio.film(studio.timeline(*cut))) == {"film-clipped"}


def test_a_voice_that_swallows_half_of_the_text_is_told(studio: _Studio) -> None:
    """What is heard is held against the script."""
    half = [each[: len(each) // 2] for each in voices()]
    film = studio.film(studio.timeline(*half))
    assert codes(film) == {"film-short"}
    assert film.warnings[0].facts["heard"] == "0:01.6"


def test_a_loudness_that_is_not_reached_is_told(studio: _Studio) -> None:
    """Sparse clicks cannot be as loud as speech without being cut."""
    clicks = [np.zeros_like(each) for each in voices()]
    for each in clicks:
        each[2_400::19_200] = 20_000
    film = studio.film(studio.timeline(*clicks))
    assert "film-loudness" in codes(film)


def test_a_row_has_its_own_loudness(studio: _Studio) -> None:
    """The film is brought to it, and nothing is told."""
    job = replace(films.job(), options={LOUDNESS: "-23"})
    film = studio.film(studio.timeline(*voices()), job=job)
    assert film.warnings == ()
    assert studio.measured(film)["sound"]["loudness_lufs"] == pytest.approx(-23, abs=0.15)


def test_a_film_that_shows_something_else_is_refused(studio: _Studio) -> None:
    """A clip whose frames are not those that were measured does not come into a film."""
    timeline = studio.timeline(*voices())
    studio.render(timeline, SketchSitter(films.SMALL))
    door = films.media()
    planner = ClipPlanner(
        job=films.job(),
        timeline=timeline,
        store=studio.store,
        profile=films.profile(door),
        pixels=films.PIXELS,
    )
    plan = planner.plan(1)
    right = studio.desk.find(Kind.CLIP, plan.key)
    assert right is not None

    def write(path: Path) -> None:
        frames = BlackSitter(0).frames(planner.drive(plan))
        parameters = films.profile(door).parameters
        door.encode_clip(
            frames, path, picture=films.SMALL, total=plan.utterance.frames, parameters=parameters
        )
        data = path.read_bytes()
        path.write_bytes(data[: data.index(b"uuid") - 4])
        notes.write(path, notes.read(studio.store.open(right)))

    studio.desk.put(studio.store.put(Kind.CLIP, plan.key, ".mp4", write), 0)
    with pytest.raises(TransientError) as caught:
        studio.join(timeline)
    assert caught.value.code == "media-film-other"
    assert caught.value.facts["frame"] == timeline.utterances[0].frames
    assert studio.desk.count(Kind.FILM) == 0


def test_a_sound_that_is_not_what_was_laid_is_refused(
    studio: _Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An encoder that begins late is found out, whatever its file says of its length."""
    timeline = studio.timeline(*voices())
    studio.render(timeline, SketchSitter(films.SMALL))
    door = films.media()
    encode = door.encode_sound

    def late(blocks: Iterator[NDArray[np.float32]], target: Path, **given: object) -> None:
        whole = np.concatenate([np.zeros(1024, np.float32), *blocks])[:-1024]
        encode([whole], target, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(door, "encode_sound", late)
    with pytest.raises(TransientError) as caught:
        studio.join(timeline)
    assert caught.value.code == "media-sound-wrong"


def test_a_preview_goes_with_a_film_that_wants_one(studio: _Studio) -> None:
    """It is in the manifest, which vouches for it, and found again when the film is joined again."""
    timeline = studio.timeline(*voices())
    plain = studio.film(timeline)
    assert plain.preview is None
    film = studio.join(timeline, replace(films.job(), options={PREVIEW.name: "yes"}))
    assert film.preview is not None
    assert film.preview.suffix == ".webp"
    assert film.preview.digest in told_by(studio.store.verify(film.manifest).read_bytes()).digests
    assert film.film == plain.film
    made = studio.desk.count(Kind.POSTER)
    assert studio.join(timeline, replace(films.job(), options={PREVIEW.name: "yes"})) == film
    assert studio.desk.count(Kind.POSTER) == made
