"""Promises about a film's way into the archive: real ledger, store and folder; only the film is made up."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from db import commits, leases, operations, queue
from db.states import Stage
from db.values import Chunk, Claim, Film
from farm.bootstrap import Farm
from pipeline.plan import trace
from pipeline.plan.artifact import Artifact, Kind
from pipeline.steps.archive import init_archive
from pipeline.steps.desk import Desk
from pipeline.steps.parts import PARTS
from tasks.bell import Bell
from tasks.stages import STAGES, Bench, Commit
from tasks.step import StepRunner
from tests.db.values import CAPABILITIES, PROFILE, SKILLS, digest
from tests.support.faulty import faults_for
from tests.support.shares import frozen, remount, small
from tests.tasks.yard import Row, ask, one, sow, story
from worker.places import free_port


class KilledError(BaseException):
    """Plays the end of a process between the archive and the ledger."""


def _put(farm: Farm, kind: Kind, word: str, suffix: str, content: str) -> Artifact:
    def write(part: Path) -> None:
        part.write_text(content)

    return farm.store.put(kind, digest(word), suffix, write)


def _speak(bench: Bench, claim: Claim, _desk: Desk) -> Commit:
    timeline = _put(bench.farm, Kind.TIMELINE, "timeline", ".json", "{}")
    return lambda costs: commits.finish_speak(
        bench.farm.ledger,
        claim,
        timeline=timeline,
        chunks=[Chunk(first=0, end=1, frames=1)],
        profile=PROFILE,
        used=costs.used,
        machine_ms=1,
    )


def _render(bench: Bench, claim: Claim, _desk: Desk) -> Commit:
    return lambda costs: commits.finish_render(bench.farm.ledger, claim, used=costs.used, machine_ms=1)


def _join(bench: Bench, claim: Claim, _desk: Desk) -> Commit:
    """A film whose bytes are others each time, as another FFmpeg's might be."""
    farm, word = bench.farm, f"film {claim.fence} "
    film = _put(farm, Kind.FILM, "film", ".mp4", word * 1000)
    srt, vtt = (_put(farm, Kind.CAPTIONS, each, each, word + each) for each in (".srt", ".vtt"))
    poster = _put(farm, Kind.POSTER, "poster", ".jpg", word)
    files = {"film": film, "poster": poster, "captions": {"srt": srt, "vtt": vtt}}
    told = {"trace": trace.parse(claim.traceparent).trace_id, **files}
    text = json.dumps(told, default=lambda each: {"digest": each.digest})
    manifest = _put(farm, Kind.MANIFEST, "manifest", ".json", text)
    made = Film(film=film, srt=srt, vtt=vtt, poster=poster, manifest=manifest, frames=1, essence=film.digest)
    return lambda _costs: commits.finish_join(farm.ledger, claim, film=made, machine_ms=1)


def _archive_and_die(bench: Bench, claim: Claim, desk: Desk) -> Commit:
    STAGES[Stage.ARCHIVE](bench, claim, desk)
    raise KilledError


_MADE_UP = {Stage.SPEAK: _speak, Stage.RENDER: _render, Stage.JOIN: _join}


@pytest.fixture
def farm(farm: Farm) -> Farm:
    """A farm with one film to make."""
    sow(farm, [Row(row="row", script="Hello.")])
    return farm


@pytest.fixture
def runner(farm: Farm) -> Iterator[StepRunner]:
    """A worker that makes films up and delivers them truly."""
    bell = Bell(f"redis://127.0.0.1:{free_port(0)}/0")
    stages = {**STAGES, **_MADE_UP}
    with StepRunner(
        farm, node="w", capabilities=CAPABILITIES, profiles=[PROFILE], bell=bell, stages=stages
    ) as opened:
        yield opened


def work(farm: Farm, runner: StepRunner, *, steps: int) -> None:
    """Do so many steps, one after another, each when its wait is over."""
    for _ in range(steps):
        farm.ledger.clock = lambda now=farm.ledger.clock: now() + 600_000  # type: ignore[misc]
        (head,) = (
            each for every in CAPABILITIES for each in queue.heads(farm.ledger, SKILLS[every], limit=1)
        )
        assert runner.run(head.step)


def delivered(farm: Farm) -> set[Path]:
    """Every film in the archive."""
    return set(farm.archive.glob("*/*.mp4"))


def parts(farm: Farm) -> list[Path]:
    """What lies in the archive's hidden folder."""
    return list((farm.archive / PARTS).iterdir())


def test_a_delivery_that_was_not_committed_gives_way_to_the_film_that_was_joined_since(
    farm: Farm, runner: StepRunner
) -> None:
    """The worker dies after delivering, the film is lost and joined anew, with other bytes: one is there."""
    work(farm, runner, steps=3)
    with (
        pytest.raises(KilledError),
        StepRunner(
            farm,
            node="v",
            capabilities=CAPABILITIES,
            profiles=[PROFILE],
            bell=Bell(f"redis://127.0.0.1:{free_port(0)}/0"),
            stages={Stage.ARCHIVE: _archive_and_die},
        ) as dying,
    ):
        work(farm, dying, steps=1)
    (earlier,) = delivered(farm)
    before = earlier.read_bytes()
    (lease,) = leases.read_leases(farm.ledger)
    assert leases.expire(farm.ledger, lease, poison_deaths=3).taken
    for film in (farm.store.root / "film").glob("*/*"):
        film.unlink()
    # It is looked for twice, joined anew, and delivered.
    work(farm, runner, steps=4)
    assert one(farm, "SELECT archive FROM jobs") == "archived", story(farm)
    assert delivered(farm) == {earlier}
    assert earlier.read_bytes() != before
    known = one(
        farm, "SELECT digest FROM artifacts JOIN results ON artifact_id = artifacts.id WHERE role = 'film'"
    )
    assert hashlib.sha256(earlier.read_bytes()).hexdigest() == known
    assert parts(farm) == []


@pytest.mark.parametrize(
    "trouble", ["full", "full-at-close", "read-only", "unmounted", "frozen", "full-mount"]
)
def test_a_film_waits_while_the_archive_is_in_trouble(
    farm: Farm, runner: StepRunner, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """It uses up no retry, leaves nothing behind, and is delivered as it is once the trouble is over."""
    codes = {"full": "full", "full-at-close": "full", "full-mount": "full", "read-only": "away"}
    codes |= {"unmounted": "unmarked", "frozen": "stuck"}
    work(farm, runner, steps=3)
    with troubled(farm, monkeypatch, trouble):
        work(farm, runner, steps=2)
        assert one(farm, "SELECT state FROM jobs") == "completed"
        assert one(farm, "SELECT archive FROM jobs") == "pending"
        told = ask(
            farm,
            "SELECT attempts.error_code FROM attempts JOIN steps ON id = step_id WHERE stage = 'archive'",
        )
        assert told == [(f"archive-{codes[trouble]}",)], story(farm)
        assert one(farm, "SELECT failures FROM steps WHERE stage = 'archive'") == 0
    assert (delivered(farm), parts(farm)) == (set(), [])
    assert operations.requeue(farm.ledger, [1], by="anna").unchanged == (1,)
    work(farm, runner, steps=1)
    assert one(farm, "SELECT archive FROM jobs") == "archived", story(farm)
    assert one(farm, "SELECT count(*) FROM attempts JOIN steps ON id = step_id WHERE stage = 'join'") == 1
    assert len(delivered(farm)) == 1
    assert parts(farm) == []


@contextlib.contextmanager
def troubled(farm: Farm, monkeypatch: pytest.MonkeyPatch, trouble: str) -> Iterator[None]:
    """Have the archive in trouble for a while."""
    root = farm.archive
    (root / PARTS).mkdir(exist_ok=True)
    if trouble.startswith("full") and trouble != "full-mount":
        with monkeypatch.context() as patch:
            faults = faults_for(farm.settings.home, patch)
            operation = "close" if trouble == "full-at-close" else "write"
            faults.fail(operation, root / PARTS, errno.ENOSPC, first=1)
            farm.apart.close()
            yield
            farm.apart.close()
    elif trouble == "frozen":
        monkeypatch.setattr(farm.apart, "_stuck_s", 0.5)
        with frozen(root):
            yield
    elif trouble == "unmounted":
        root.rename(root.with_name("elsewhere"))
        root.mkdir()
        yield
        root.rmdir()
        root.with_name("elsewhere").rename(root)
    else:
        with small(root, kilobytes=24):
            init_archive(root)
            if trouble == "read-only":
                remount(root, writable=False)
            yield


def test_an_error_in_the_midst_of_a_film_is_tried_again(
    farm: Farm, runner: StepRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EIO half-way through a film: nothing of it is seen, the next try delivers it, no film is made anew."""
    work(farm, runner, steps=3)
    with monkeypatch.context() as patch:
        faults_for(farm.settings.home, patch).fail("write", farm.archive / PARTS, errno.EIO, first=4)
        work(farm, runner, steps=1)
        farm.apart.close()
    assert (delivered(farm), parts(farm)) == (set(), [])
    assert one(farm, "SELECT error_code FROM steps WHERE stage = 'archive'") == "archive-away"
    work(farm, runner, steps=1)
    assert one(farm, "SELECT archive FROM jobs") == "archived", story(farm)
    assert parts(farm) == []
