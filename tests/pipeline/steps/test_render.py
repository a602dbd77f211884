"""Rendering: each missing clip once, the same frames however the work is cut, and nothing left behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face import Drive
from pipeline.media.packets import decode
from pipeline.media.picture import to_yuv
from pipeline.plan import chunks
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import SupersededError
from pipeline.plan.job import Format, JobSpec
from pipeline.plan.timeline import Timeline
from pipeline.steps.clips import ClipPlanner
from pipeline.steps.render import render
from pipeline.store import Store
from tests.support import films
from tests.support.films import CountingDesk, SketchSitter

LENGTHS = (1.3, 2.2, 0.7, 3.1, 1.9)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store of one's own."""
    return Store(tmp_path / "store")


def _render(
    store: Store,
    timeline: Timeline,
    desk: CountingDesk,
    *,
    chunk: range | None = None,
    job: JobSpec | None = None,
    sitter: SketchSitter | None = None,
    pixels: str = films.PIXELS,
) -> bool:
    door = films.media()
    return render(
        job or films.job(),
        timeline,
        range(len(timeline.utterances)) if chunk is None else chunk,
        desk=desk,
        store=store,
        media=door,
        profile=films.profile(door),
        sitter=sitter or SketchSitter(films.SMALL),
        pixels=pixels,
    )


def _clips(
    store: Store,
    timeline: Timeline,
    desk: CountingDesk,
    job: JobSpec | None = None,
    pixels: str = films.PIXELS,
) -> list[str]:
    """Digests of a film's clips, in order."""
    planner = ClipPlanner(
        job=job or films.job(),
        timeline=timeline,
        store=store,
        profile=films.profile(films.media()),
        pixels=pixels,
    )
    found = [desk.find(Kind.CLIP, planner.plan(index).key) for index in range(len(timeline.utterances))]
    return [clip.digest for clip in found if clip is not None]


def test_every_clip_is_made_once(store: Store) -> None:
    """A chunk's clips are made, told and paid for; a second run makes none."""
    timeline, desk, sitter = films.timeline(store, LENGTHS), CountingDesk(), SketchSitter(films.SMALL)
    assert _render(store, timeline, desk, sitter=sitter)
    assert desk.count(Kind.CLIP) == len(timeline.utterances)
    assert sitter.drawn == timeline.frames
    assert len(_clips(store, timeline, desk)) == len(timeline.utterances)
    assert _render(store, timeline, desk, sitter=sitter)
    assert sitter.drawn == timeline.frames


def test_chunk_limits_do_not_touch_frames(tmp_path: Path) -> None:
    """Under any chunk limit, in another folder and with a half-filled cache the clips are the same files."""
    made = []
    for limit_s in (5, 30, 1000):
        store, desk = Store(tmp_path / str(limit_s)), CountingDesk()
        timeline = films.timeline(store, LENGTHS)
        assert _render(store, timeline, desk, chunk=range(2, 2 + limit_s % 4))
        for chunk in chunks.cut(timeline, limit_s=limit_s):
            assert _render(store, timeline, desk, chunk=chunk)
        made.append(_clips(store, timeline, desk))
    assert made[0] == made[1] == made[2]
    assert len(made[0]) == len(LENGTHS) + 2


def test_library_threads_do_not_touch_frames(tmp_path: Path) -> None:
    """One thread or four in the libraries: the same files."""
    made = []
    before = cv2.getNumThreads()
    try:
        for threads in (1, 4):
            cv2.setNumThreads(threads)
            store, desk = Store(tmp_path / str(threads)), CountingDesk()
            timeline = films.timeline(store, LENGTHS[:2])
            assert _render(store, timeline, desk)
            made.append(_clips(store, timeline, desk))
    finally:
        cv2.setNumThreads(before)
    assert made[0] == made[1]


def test_equal_utterances_share_a_clip(store: Store) -> None:
    """A sentence that is said twice is rendered once."""
    timeline = films.timeline(store, LENGTHS[:2])
    twice = replace(timeline, utterances=timeline.utterances + timeline.utterances)
    desk = CountingDesk()
    assert _render(store, twice, desk, job=replace(films.job(), options={"label": "none"}))
    assert desk.count(Kind.CLIP) == len(timeline.utterances)


def test_a_label_is_a_clip_s_own(store: Store) -> None:
    """Said in the first two seconds and said again later, a sentence is two clips, one without a label."""
    timeline = films.timeline(store, [2.4])
    twice = replace(timeline, utterances=timeline.utterances + timeline.utterances)
    desk = CountingDesk()
    assert _render(store, twice, desk)
    labelled = len(timeline.utterances) - 1
    assert desk.count(Kind.CLIP) == len(timeline.utterances) + labelled


def test_two_utterances_as_one_audio_equal_their_clips(store: Store) -> None:
    """What is drawn for an utterance depends on it alone: alone or after another one."""
    timeline = films.timeline(store, LENGTHS[:2])
    both, alone = CountingDesk(), CountingDesk()
    assert _render(store, timeline, both)
    assert _render(store, timeline, alone, chunk=range(2, 3))
    assert alone.made[0] in both.made


@pytest.mark.parametrize(
    "change", [{"title": "Another"}, {"row": "2"}, {"user": "bob"}, {"scene": "x"}, {"options": {"a.b": "c"}}]
)
def test_what_shapes_no_pixel_makes_no_clip(store: Store, change: dict[str, object]) -> None:
    """Another title, row, user or scene finds every clip."""
    timeline, desk = films.timeline(store, LENGTHS[:2]), CountingDesk()
    assert _render(store, timeline, desk)
    made = desk.count(Kind.CLIP)
    assert _render(store, timeline, desk, job=replace(films.job(), **change))  # type: ignore[arg-type]
    assert desk.count(Kind.CLIP) == made


def test_what_shapes_pixels_makes_clips(store: Store) -> None:
    """Another portrait or format finds none."""
    timeline, desk = films.timeline(store, LENGTHS[:2]), CountingDesk()
    count = len(timeline.utterances)
    assert _render(store, timeline, desk)
    assert _render(store, timeline, desk, pixels="f" * 64)
    large = Format(width=128, height=64, fps=25)
    assert _render(store, timeline, desk, job=films.job(large), sitter=SketchSitter(large))
    assert desk.count(Kind.CLIP) == 3 * count


def test_a_damaged_clip_is_made_again(store: Store) -> None:
    """A clip that is missing or shortened is forgotten, made again and healed."""
    timeline, desk = films.timeline(store, LENGTHS[:3]), CountingDesk()
    assert _render(store, timeline, desk)
    before = _clips(store, timeline, desk)
    store.open(desk.made[0]).unlink()
    path = store.open(desk.made[1])
    path.write_bytes(path.read_bytes()[:100])
    assert _render(store, timeline, desk)
    assert desk.count(Kind.CLIP) == len(timeline.utterances) + 2
    assert _clips(store, timeline, desk) == before
    for artifact in desk.made:
        store.verify(artifact)


def test_a_clip_that_another_makes_is_left_for_the_end(store: Store) -> None:
    """A taken key is passed over; all else is made, and the answer is: come back."""
    timeline, desk = films.timeline(store, LENGTHS[:3]), CountingDesk()
    planner = ClipPlanner(
        job=films.job(),
        timeline=timeline,
        store=store,
        profile=films.profile(films.media()),
        pixels=films.PIXELS,
    )
    held = planner.plan(1).key
    desk.held.add(held)
    assert not _render(store, timeline, desk)
    assert desk.count(Kind.CLIP) == len(timeline.utterances) - 1
    assert held not in {artifact.key for artifact in desk.made}
    desk.held.clear()
    assert _render(store, timeline, desk)
    assert desk.made[-1].key == held


class _TakenAway(CountingDesk):
    """A desk that loses its claim in the middle of a clip."""

    def __init__(self) -> None:
        super().__init__()
        self.checks = 0

    def still(self) -> None:
        self.checks += 1
        if self.checks > 40:
            raise SupersededError("ledger-superseded")


def test_losing_the_work_leaves_nothing(store: Store) -> None:
    """Once the work is another's, the clip in the making is gone and nothing was told."""
    timeline, desk = films.timeline(store, [4.0]), _TakenAway()
    with pytest.raises(SupersededError):
        _render(store, timeline, desk)
    assert desk.count(Kind.CLIP) == 1
    assert list((store.root / ".parts").iterdir()) == []


def test_progress_counts_frames(store: Store) -> None:
    """Progress begins at nothing, never falls, and ends with all frames of the chunk's distinct clips."""
    told: list[tuple[int, int]] = []

    class Telling(CountingDesk):
        def advance(self, done: int, total: int) -> None:
            told.append((done, total))

    timeline = films.timeline(store, LENGTHS[:3])
    assert _render(store, timeline, Telling())
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (timeline.frames, timeline.frames)


class _Numbered(SketchSitter):
    """Shows its frame's number as brightness."""

    def frames(self, drive: Drive) -> Iterator[NDArray[np.uint8]]:
        """Brighter by four levels each frame."""
        for index in range(drive.frames):
            yield to_yuv(np.full((64, 96, 3), 40 + 4 * index, np.uint8))


def test_frames_keep_their_order(store: Store) -> None:
    """The clip shows the engine's frames, each once, in order; below the label, each as it was drawn."""
    timeline, desk = films.timeline(store, []), CountingDesk()
    assert _render(store, timeline, desk, chunk=range(1), sitter=_Numbered(films.SMALL))
    levels = [float(frame[40:].mean()) for frame in decode(store.open(desk.made[0]))]
    assert levels == pytest.approx([40 + 4 * index for index in range(timeline.utterances[0].frames)], abs=2)
