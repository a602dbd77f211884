"""Promises about what a worker shows of itself to its own host, as the ledger answers its beats."""

from __future__ import annotations

from pathlib import Path

from db import posts
from db.states import WorkerOrder
from farm.bootstrap import open_farm
from farm.policy.readiness import Stance
from tasks.bell import Bell
from tasks.step import StepRunner
from tasks.witness import Unwatched
from tests.db.values import CAPABILITIES, PROFILE
from tests.tasks.yard import break_ground, quick_settings


class Onlooker(Unwatched):
    """Keeps what it was shown last."""

    stance: Stance | None = None

    def stand(self, stance: Stance) -> None:
        """Keep it."""
        self.stance = stance


def test_a_worker_shows_why_it_takes_no_work(tmp_path: Path) -> None:
    """That it was ordered so, that it ends, or that it has no engine to render by; else nothing."""
    settings = quick_settings(tmp_path / "home")
    break_ground(settings)
    seen = Onlooker()
    with open_farm(settings) as farm:
        bell = Bell("redis://127.0.0.1:1/0")
        for profiles, expected in (([PROFILE], Stance(0)), ([], Stance.UNABLE)):
            # Not started, so that no beat comes but ours.
            worker = StepRunner(
                farm, node="w", capabilities=CAPABILITIES, profiles=profiles, bell=bell, witness=seen
            )
            worker._standing.beat(None)
            assert seen.stance == expected
        posts.order(farm.ledger, "w", WorkerOrder.LOCK, reason="test", by="test")
        worker._standing.beat(None)
        assert seen.stance == Stance.UNABLE | Stance.ORDERED
        worker.drain()
        worker._standing.beat(None)
        assert seen.stance == Stance.UNABLE | Stance.ORDERED | Stance.ENDING
