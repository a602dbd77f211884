"""The promise of a dispatcher about notices: whoever leads tells them by itself, apart from dispatching."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from sqlalchemy import select

from db import leases, operations, outbox
from db.states import DeliveryState
from db.tables import subscriptions
from farm.bootstrap import Farm, environment_of, open_farm
from tests.db.values import submit
from tests.support.receiver import Desk, Posted, receiver
from tests.tasks.yard import break_ground, quick_settings, wait_for


def test_a_leading_dispatcher_tells_notices(tmp_path: Path, redis_url: str) -> None:
    """A receiver that takes its time delays nothing but its own notices."""
    answering = threading.Event()

    def slow(desk: Desk, _: Posted) -> None:
        answering.wait(20)
        desk.answer(204)

    with receiver(slow) as there:
        told = {"URL": there.address, "SECRET": "5f1c3e0a9b7d2468", "EVENTS": "film.canceled batch.complete"}
        notices = {f"NOTICES__{name}": value for name, value in told.items()}
        settings = quick_settings(tmp_path / "home", REDIS__URL=redis_url, **notices)
        break_ground(settings)
        with (
            open_farm(settings) as farm,
            subprocess.Popen(
                [sys.executable, "-P", "-m", "worker", "dispatcher", "dispatcher"],
                env={**os.environ, **environment_of(settings)},
                stderr=subprocess.DEVNULL,
                cwd=tmp_path,
            ) as process,
        ):
            try:
                wait_for(lambda: _wanted(farm), seconds=20)
                submit(farm.ledger, ["row"])
                operations.cancel(farm.ledger, [1], by="anna")
                wait_for(lambda: there.posted, seconds=20)
                # It is led as ever while somebody takes their time.
                led = leases.read_leadership(farm.ledger).counter
                wait_for(lambda: leases.read_leadership(farm.ledger).counter > led + 1, seconds=20)
                answering.set()
                wait_for(lambda: _states(farm) == [DeliveryState.SENT] * 2, seconds=20)
            finally:
                answering.set()
                process.terminate()
        events = [json.loads(posted.body)["event"] for posted in there.posted]
        assert events == ["film.canceled", "batch.complete"]


def _wanted(farm: Farm) -> bool:
    with farm.ledger.read() as connection:
        return connection.execute(select(subscriptions)).first() is not None


def _states(farm: Farm) -> list[DeliveryState]:
    return [each.state for each in outbox.read_newest(farm.ledger, most=9)]
