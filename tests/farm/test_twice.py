"""Promises about a sheet that is submitted twice: its films are made once, and what they keep is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from db import nights, operations, standing
from db.standing import Wish
from db.tables import departments
from db.windows import add_window
from farm.bootstrap import Farm
from farm.policy.windows import parse
from farm.precheck import admit, check
from farm.reading import Reading
from farm.submit import Manner, queue
from farm.twice import Keeping, Kept, kept
from tests.farm.submitting import ROW, manifest, submit

pytestmark = pytest.mark.usefixtures("looked_once")

_ROWS = [{**ROW, "script": "Hello.", "id": name} for name in "abc"]
_LATER = "2090-01-02T07:00:00Z"


@pytest.fixture
def path(farm: Farm, batch_folder: Path) -> Path:
    """Three films that wait for nothing, in a farm with a window."""
    add_window(farm.ledger, "night", parse("22:00-07:00", "Asia/Shanghai"), by="anna")
    path = manifest(batch_folder, *_ROWS)
    submit(farm, path)
    return path


def again(farm: Farm, path: Path, **reading: str) -> Kept:
    """What stays otherwise than it is asked for when the films are submitted again."""
    admitted = admit(check(farm, path, reading=Reading(**reading)))  # type: ignore[arg-type]
    receipt = queue(farm, admitted, Manner())
    assert (receipt.batch, receipt.created) == (1, False)
    return kept(farm, 1, admitted.films)


def test_what_is_asked_for_otherwise_is_told_with_the_command_that_gives_it(farm: Farm, path: Path) -> None:
    """And once that was given, there is nothing to tell; of films that are over there is not, either."""
    assert again(farm, path) == Kept()
    told = again(farm, path, urgency="bulk", priority="7", off_peak="night", deadline=_LATER)
    assert [(each.name, each.films, each.has, each.asked) for each in told.what] == [
        ("urgency", 3, "normal", "bulk"),
        ("priority", 3, "0", "7"),
        ("window", 3, "no", "night"),
        ("deadline", 3, "no", _LATER),
    ]
    assert told.command == (
        f"lectern set --batch 1 --urgency bulk --priority 7 --window night --deadline {_LATER}"
    )
    standing.set_to(farm.ledger, [1, 2, 3], Wish(window="night"), by="anna")
    assert again(farm, path, off_peak="night") == Kept()
    operations.cancel(farm.ledger, [1, 2], by="anna")
    (window,) = again(farm, path).what
    assert (window.films, window.has, window.asked) == (1, "night", "no")


@pytest.mark.usefixtures("path")
def test_rows_that_ask_for_different_things_are_told_so(farm: Farm, batch_folder: Path) -> None:
    """No one command would do what each of them asks for."""
    pools = manifest(batch_folder, *({**row, "pool": row["id"] * 3} for row in _ROWS), name="other.csv")
    assert again(farm, pools) == Kept(what=(Keeping(name="pool", films=3, has="any", asked=""),))


def test_what_a_deadline_added_is_not_told_as_kept(farm: Farm, path: Path) -> None:
    """Nobody asked for it."""
    with farm.ledger.write("test") as connection:
        connection.execute(update(departments).values(urgent=1))
    standing.set_to(farm.ledger, [1, 2, 3], Wish(deadline=3_786_879_600_000), by="anna")
    assert nights.lift(farm.ledger, nights.read_wanted(farm.ledger), by="lectern") == (1, 2, 3)
    (deadline,) = again(farm, path).what
    assert deadline.name == "deadline"
