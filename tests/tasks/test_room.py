"""A worker whose disk is low begins nothing, says so, and goes on by itself when there is room again."""

from __future__ import annotations

from pathlib import Path

from db import posts, queue, reads
from db.states import Condition, Stage
from db.workers import read_workers
from farm.bootstrap import open_farm
from pipeline.plan.errors import TransientError
from tasks.bell import Bell
from tasks.room import Room
from tasks.step import StepRunner
from tests.db.values import CAPABILITIES, PROFILE, SKILLS
from tests.support.shares import mount, needs_mounts, unmount
from tests.tasks.test_step import raising
from tests.tasks.yard import Row, break_ground, quick_settings, sow, wait_for


def test_a_full_store_stops_a_worker_until_it_has_room(tmp_path: Path, redis_url: str) -> None:
    """On a real disk that is filled: the step stays in the line, and is begun when there is room."""
    needs_mounts()
    settings = quick_settings(tmp_path / "home", LEASE__EXPIRY_S="60", LEASE__BEAT_S="0.2")
    break_ground(settings)
    settings.store_root.mkdir()
    mount("tmpfs", settings.store_root, "size=16m")
    ballast = settings.store_root / "ballast"
    try:
        with open_farm(settings) as farm:
            sow(farm, [Row(row="row", script="Hello.")])
            (head,) = queue.heads(farm.ledger, SKILLS["speak"], limit=1)
            ballast.write_bytes(bytes(15_500_000))
            worker = StepRunner(
                farm,
                node="w",
                capabilities=CAPABILITIES,
                profiles=[PROFILE],
                bell=Bell(redis_url),
                stages={Stage.SPEAK: raising(TransientError("media-failed", words=""))},
            )
            with worker:
                assert not worker.run(head.step)
                post = posts.read_posts(farm.ledger)["w"]
                assert post.condition is Condition.DISK_LOW
                assert post.detail.startswith(str(settings.store_root))
                assert [each.takes_work for each in read_workers(farm.ledger)] == [False]
                assert reads.read_job(farm.ledger, 1).steps[0].attempts == ()
                ballast.unlink()
                wait_for(lambda: worker.run(head.step), seconds=20)
                assert posts.read_posts(farm.ledger)["w"].condition is Condition.ABLE
    finally:
        unmount(settings.store_root)


def test_a_place_that_is_gone_stops_nobody(tmp_path: Path) -> None:
    """Whoever writes there tells better what is wrong with it."""
    room = Room([tmp_path / "gone"], mark_mb=1 << 40, every_s=60)
    room.measure()
    assert room.low == ""
