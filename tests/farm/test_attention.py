"""Promises of what is out of the ordinary: found in what was read, the gravest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from farm.attention import attention
from farm.views.films import Told
from farm.views.screen import ClockView, DiskView, FarmView, QueueView, WorkerView

AWAY = Told(code="farm-redis-away", facts={"where": "here"})
DISK = DiskView(
    of=("home", "store"), place="/h", free_mb=9000, size_mb=90_000, floor_mb=2000, low=False, error=None
)
WORKER = WorkerView(
    name="cpu0@here",
    capabilities=("speak",),
    host="here",
    device="cpu",
    pool="",
    version="1",
    pid=1,
    state="idle",
    reason="",
    by="",
    detail="",
    work=None,
    seen_s=1,
    failures=0,
    last_error=None,
    card=None,
    card_state="well",
    blocked={},
)
WELL = FarmView(
    counts={"queued": 3},
    workers=(WORKER,),
    dispatcher=True,
    batches=(),
    jobs=(),
    archive_pending=0,
    leader="d",
    leader_seen_s=1,
    watched=("here",),
    disks=(DISK,),
)


def worker(**told: object) -> FarmView:
    """A farm that is well but for its one worker."""
    return replace(WELL, workers=(replace(WORKER, **told),))  # type: ignore[arg-type]


def lost(state: str) -> FarmView:
    """A farm that is well but for a second worker that is not there."""
    return replace(WELL, workers=(WORKER, replace(WORKER, name="cpu1@here", state=state)))


@pytest.mark.parametrize(
    ("view", "found"),
    [
        (WELL, []),
        (replace(WELL, workers=(), dispatcher=False), ["2 farm-not-up"]),
        (replace(WELL, workers=(), dispatcher=False, counts={"completed": 9}), ["1 farm-not-up"]),
        (replace(WELL, workers=()), ["2 no-workers"]),
        (replace(WELL, dispatcher=False), ["2 dispatcher-silent"]),
        (replace(WELL, dispatcher=False, leader_seen_s=None), ["2 no-dispatcher"]),
        (replace(WELL, redis=AWAY), ["2 redis-silent"]),
        (replace(WELL, redis=Told(code="farm-redis-unknown", facts={})), []),
        (replace(WELL, unwatched=("here",)), ["1 unwatched"]),
        (replace(WELL, clocks=(ClockView(host="here", ahead_s=9),)), ["1 clock-ahead"]),
        (replace(WELL, clocks=(ClockView(host="here", ahead_s=-9),)), ["1 clock-behind"]),
        (replace(WELL, dead=3), ["1 dead-letters"]),
        (replace(WELL, notices_given_up=3), ["1 notices-given-up"]),
        (replace(WELL, poison=3), ["0 poison-messages"]),
        (replace(WELL, poison=0), []),
        (replace(WELL, disks=(replace(DISK, low=True),)), ["2 disk-low"]),
        (replace(WELL, disks=(replace(DISK, error=AWAY),)), ["2 disk-away"]),
        (replace(WELL, disks=(DISK, replace(DISK, of=("archive",), error=AWAY))), ["1 archive-away"]),
        (lost("gone"), ["1 worker-is-gone"]),
        (lost("silent"), ["1 worker-is-silent"]),
        (lost("left"), []),
        (worker(state="drained", reason="a fan", by="anna"), ["2 none-takes", "0 worker-ordered-drain"]),
        (worker(state="disk_low", detail="1 MB"), ["2 none-takes", "1 worker-disk"]),
        (worker(state="card_sick", card_state="sick", card=AWAY), ["2 none-takes", "1 worker-out"]),
        (worker(state="card_out", card_state="out", card=AWAY), ["2 none-takes", "1 worker-out"]),
        (worker(blocked={"speak": "2026-01-01T00:00:00Z"}), ["0 worker-blocked"]),
        (worker(failures=2, last_error=AWAY), []),
        (
            replace(
                WELL,
                queue=(
                    QueueView(stage="render", waiting=5, later=0, running=0, oldest_s=9, nobody=4),
                    QueueView(stage="join", waiting=1, later=0, running=0, oldest_s=9, nobody=0),
                ),
            ),
            ["2 nobody-can"],
        ),
        (replace(lost("gone"), dead=1, redis=AWAY), ["2 redis-silent", "1 worker-is-gone", "1 dead-letters"]),
    ],
)
def test_each_trouble_is_found_with_its_gravity(view: FarmView, found: Sequence[str]) -> None:
    """2: work stands still; 1: somebody has to see to it; 0: worth knowing."""
    assert [f"{each.level} {each.what}" for each in attention(view)] == found


def test_a_farm_that_is_not_up_is_one_trouble() -> None:
    """Not five: that its workers ended, that nobody leads and that no Redis answers is all the same."""
    gone = replace(WELL, workers=(replace(WORKER, state="gone"),), dispatcher=False, redis=AWAY)
    (advice,) = attention(gone)
    assert (advice.what, advice.facts) == ("farm-not-up", {"films": 3})
