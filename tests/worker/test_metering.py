"""What workers measure: one answer for all processes of a host, those included that are long gone."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from db.states import Outcome, Stage
from db.values import Claim
from farm.meters import METERS, Form, Teller
from pipeline.engines.holding import Load
from pipeline.plan.artifact import Kind
from tasks.measuring import Ended
from tests.tasks.test_heart import claim as some_claim
from worker import metering
from worker.metering import Metering, begin, exposition, folder_in

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the workers of a host count."""
    monkeypatch.setenv(metering.VARIABLE, "")
    place = folder_in(tmp_path)
    begin(place)
    return place


@pytest.fixture
def hire(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Metering]]:
    """Begins the next process that works; the one before it is gone, and its files are closed."""
    from prometheus_client import values
    from prometheus_client.mmap_dict import MmapedDict

    names = (f"{1 << 30}-{number}" for number in range(1, 1000))
    opened: list[MmapedDict] = []

    def opening(path: str) -> MmapedDict:
        opened.append(MmapedDict(path))  # type: ignore[no-untyped-call]
        return opened[-1]

    def gone() -> None:
        while opened:
            opened.pop().close()  # type: ignore[no-untyped-call]

    def next_one() -> Metering:
        gone()
        monkeypatch.setattr(metering, "_own_name", lambda: next(names))
        return Metering(folder, device="GPU-1")

    monkeypatch.setattr(values, "MmapedDict", opening)
    before = values.ValueClass
    yield next_one
    values.ValueClass = before
    gone()


def claim_of(stage: Stage) -> Claim:
    """A claim of some film's step; it has 25 frames a second."""
    return replace(some_claim(), stage=stage)


def _told(folder: Path) -> Samples:
    """Every sample, as Prometheus's own reader understands it."""
    text = exposition(folder).decode()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def _of(told: Samples, name: str, **labels: str) -> float | None:
    return told.get((name, frozenset(labels.items())))


def _ended(claim: Claim, *, outcome: Outcome = Outcome.OK, code: str = "", frames: int = 50) -> Ended:
    return Ended(
        claim=claim,
        outcome=outcome,
        code=code,
        seconds=4.0,
        frames=frames,
        found={Kind.CLIP: 3},
        made={Kind.CLIP: 1},
    )


def test_two_hundred_processes_leave_a_few_files_and_every_count(
    folder: Path, hire: Callable[[], Metering]
) -> None:
    """However many processes come and go, what they counted is there, and nothing else grows with them."""
    claim = claim_of(Stage.RENDER)
    most, seen = 0, -1.0
    for number in range(200):
        worker = hire()
        worker.begun(claim)
        worker.drew(claim, 50)
        worker.ended(_ended(claim))
        most = max(most, len(list(folder.iterdir())))
        if number % 40 == 0:
            frames = _of(_told(folder), "lectern_frames_rendered_total", device="GPU-1", engine="warp") or 0
            assert frames > seen
            seen = frames
    told = _told(folder)
    assert most <= 6
    assert _of(told, "lectern_frames_rendered_total", device="GPU-1", engine="warp") == 200 * 50
    assert _of(told, "lectern_stage_duration_seconds_count", stage="render") == 200
    assert _of(told, "lectern_stage_duration_seconds_bucket", stage="render", le="5.0") == 200
    assert _of(told, "lectern_stage_duration_seconds_bucket", stage="render", le="2.5") == 0
    assert _of(told, "lectern_cache_lookups_total", kind="clip", result="hit") == 600
    assert _of(told, "lectern_cache_lookups_total", kind="clip", result="miss") == 200


def test_what_is_told_stands_in_the_catalogue_and_passes_the_reader(
    folder: Path, hire: Callable[[], Metering]
) -> None:
    """Each metric has its form, its help and its labels from the catalogue; no sample bears another one."""
    worker, claim = hire(), claim_of(Stage.RENDER)
    worker.begun(claim)
    worker.ended(_ended(claim))
    worker.begun(claim)
    worker.ended(_ended(claim, outcome=Outcome.ERROR, code="no-such-code-there-is", frames=0))
    worker.ended(_ended(claim, outcome=Outcome.SUPERSEDED, code="farm-superseded", frames=0))
    worker.drained()
    families = {family.name: family for family in text_string_to_metric_families(exposition(folder).decode())}
    assert families
    for name, family in families.items():
        meter = METERS[f"{name}_total" if family.type == "counter" else name]
        assert Form(family.type) is meter.form
        assert family.documentation == meter.help
        assert meter.teller is Teller.WORKERS
        for sample in family.samples:
            assert set(sample.labels) - {"le"} == set(meter.label_names)
    told = _told(folder)
    attempts = "lectern_worker_attempts_total"
    assert _of(told, attempts, stage="render", outcome="ok", code="none") == 1
    assert _of(told, attempts, stage="render", outcome="error", code="other") == 1
    assert _of(told, "lectern_worker_leases_lost_total", stage="render") == 1
    assert _of(told, "lectern_worker_leases_lost_total", stage="join") == 0
    assert _of(told, "lectern_worker_drains_total") == 1
    assert _of(told, "lectern_render_realtime_ratio_sum", engine="warp") == 2.0
    assert _of(told, "lectern_render_busy_seconds_total", device="GPU-1", engine="warp") == 4.0
    # All three attempts found and made something; one of them was done.
    assert _of(told, "lectern_stage_duration_seconds_count", stage="render") == 1


def test_what_a_process_serves_goes_with_it(
    folder: Path, hire: Callable[[], Metering], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that was killed at a step serves nothing any more; those that live are added up."""
    claim = replace(claim_of(Stage.RENDER), pool="studio", waited_ms=7500)
    hire().begun(claim)
    assert _of(_told(folder), "lectern_queue_wait_seconds_sum", stage="render") == 7.5
    serving = {"device": "GPU-1", "stage": "render", "pool": "studio"}
    assert _of(_told(folder), "lectern_worker_serving", **serving) is None
    monkeypatch.undo()
    monkeypatch.setenv(metering.VARIABLE, "")
    alive = Metering(folder, device="GPU-1")
    alive.begun(claim)
    assert _of(_told(folder), "lectern_worker_serving", **serving) == 1
    alive.ended(_ended(claim))
    assert _of(_told(folder), "lectern_worker_serving", **serving) == 0
    alive.models([], {"warp": 0, "wav2lip": 700})
    held = "lectern_gpu_memory_bytes"
    assert _of(_told(folder), held, device="GPU-1", engine="wav2lip") == 700
    assert _of(_told(folder), held, device="GPU-1", engine="warp") is None
    alive.models([], {})
    assert _of(_told(folder), held, device="GPU-1", engine="wav2lip") == 0


def test_loads_are_counted(folder: Path, hire: Callable[[], Metering]) -> None:
    """Each loading and its time, by engine."""
    worker = hire()
    worker.models([Load(engine="xtts", seconds=2.0), Load(engine="xtts", seconds=4.0)], {"xtts": 0})
    assert _of(_told(folder), "lectern_model_loads_total", engine="xtts") == 2
    assert _of(_told(folder), "lectern_model_load_duration_seconds_sum", engine="xtts") == 6.0


@pytest.mark.parametrize("fatal", ["rename", "unlink"])
def test_whoever_folds_may_be_killed_at_it(
    folder: Path, hire: Callable[[], Metering], monkeypatch: pytest.MonkeyPatch, fatal: str
) -> None:
    """Ended by force between any two moves of folding, everything is counted once, and never less."""
    claim = claim_of(Stage.RENDER)
    for _ in range(3):
        hire().drew(claim, 50)
    move, spare = getattr(Path, fatal), 0

    def dies(self: Path, *told: object, **more: object) -> object:
        nonlocal spare
        if spare == 0:
            raise KeyboardInterrupt
        spare -= 1
        return move(self, *told, **more)

    for moves in range(8):
        hire().drew(claim, 50)
        spare = moves
        with monkeypatch.context() as patch:
            patch.setattr(Path, fatal, dies)
            with contextlib.suppress(KeyboardInterrupt):
                exposition(folder)
        told = _told(folder)
        assert _of(told, "lectern_frames_rendered_total", device="GPU-1", engine="warp") == (moves + 4) * 50


def test_a_full_disk_is_told_before_anything_is_counted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Room is taken first: a page that cannot be written to would end the process at some later count."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match="No space"):
        Metering(folder, device="cpu")
    assert [path.name for path in folder.iterdir()] == ["lock"]


def test_a_folder_of_old_is_emptied_and_none_tells_nothing(
    folder: Path, hire: Callable[[], Metering]
) -> None:
    """Whoever keeps the folder begins at nothing, as a process that Prometheus asks anew does."""
    hire().ended(_ended(claim_of(Stage.JOIN)))
    begin(folder)
    assert exposition(folder) == b""
    assert exposition(folder / "none") == b""
