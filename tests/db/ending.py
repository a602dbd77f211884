"""How everything comes to an end: the farm works until it rests, and clears away what nobody needs."""

from __future__ import annotations

from collections.abc import Iterable

from db import queue
from pipeline.steps.parts import sweep
from tests.db.world import GRACE_S, Worker, World


def settle(world: World, helper: Worker, late: Iterable[Worker]) -> None:
    """Work until there is nothing left to do; those who were given up come late once more."""
    for _ in range(200):
        world.offset_ms += 3_600_000
        world.read_leases()
        for lease in world.readings:
            world.expire(lease)
        world.readings.clear()
        queue.unmark_sent(world.ledger)
        world.messages.clear()
        world.send(1)
        if not world.messages:
            break
        for step in world.messages:
            world.claim(helper, step)
            while helper.work is not None:
                world.go_on(helper)
    else:
        raise AssertionError("the farm never comes to rest")
    for ghost in late:
        while ghost.work is not None:
            world.go_on(ghost)


def collect_at_last(world: World) -> None:
    """Clear everything away that is old by now, and have it told how everything ended."""
    for _ in range(2):
        world.pass_day()
    world.collect()
    sweep(world.archive, older_than_s=GRACE_S)
    world.tell(overtaken=True)
    world.tell()
