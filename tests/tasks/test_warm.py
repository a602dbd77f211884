"""A worker stays warm: what it has opened for one step is there for the next."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import update

from db.tables import steps
from farm.bootstrap import Farm
from pipeline.engines.shelf import Shelf
from tasks.bell import Bell
from tasks.step import open_runner
from tests.tasks.yard import Row, all_archived, ask, sow, story


def test_engines_are_opened_once_for_many_films(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Voice, face and eye are opened by the first film, and by none that follows."""
    opened: Counter[str] = Counter()
    make = Shelf._make  # type: ignore[misc]

    def count(shelf: Shelf[object], name: str, *rest: object) -> object:
        opened[f"{shelf.group}/{name}"] += 1
        return make(shelf, name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Shelf, "_make", count)
    with open_runner(farm, "w", [], Bell("redis://127.0.0.1:9/0")) as runner:
        for number in range(2):
            batch = sow(farm, [Row(row=f"row{number}", script=f"Film {number}.")])
            while steps := ask(farm, "SELECT id FROM steps WHERE state = 'ready' ORDER BY id"):
                assert all(runner.run(int(str(step))) for (step,) in steps), story(farm)
            assert all_archived(farm, batch), story(farm)
    assert {"lectern.voices/espeak", "lectern.faces/warp"} <= set(opened)
    assert set(opened.values()) == {1}, opened


def test_a_worker_goes_on_with_the_portrait_that_it_has_at_hand(farm: Farm) -> None:
    """Told of an equal film with another one, it takes the nearer one, and the other is left to be sent."""
    sow(farm, [Row(row=f"row{number}", script="Hi.") for number in range(3)])
    with open_runner(farm, "w", [], Bell("redis://127.0.0.1:9/0")) as runner:
        for (step,) in ask(farm, "SELECT id FROM steps WHERE stage = 'speak' ORDER BY id"):
            assert runner.run(int(str(step)))
        first, other, last = (
            int(str(step)) for (step,) in ask(farm, "SELECT id FROM steps WHERE stage = 'render' ORDER BY id")
        )
        with farm.ledger.write("affinity") as connection:
            connection.execute(update(steps).where(steps.c.id == other).values(affinity="another|portrait"))
            connection.execute(update(steps).where(steps.c.id == other).values(published_at=1))
        assert runner.run(first)
        assert runner.run(other)
        states = ask(farm, "SELECT id, state, published_at FROM steps WHERE stage = 'render' ORDER BY id")
        assert states == [(first, "done", 0), (other, "ready", 0), (last, "done", 0)]
        assert runner.run(other), "nothing nearer is left"
