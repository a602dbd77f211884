"""Windows in the ledger, on both databases: kept as they are meant, audited, not removed while in use."""

from __future__ import annotations

import json
from threading import Thread

import pytest
from sqlalchemy import insert, select, update

from db.gates import gates_in
from db.ledger import Ledger
from db.tables import audit, departments, jobs
from db.windows import add_window, keep_window, read_windows, remove_window, set_window
from farm.policy.windows import parse
from pipeline.plan.errors import InputError
from tests.db.values import submit

NIGHT = parse("22:00-07:00", "Asia/Shanghai")
LATER = parse("23:00-06:00", "Asia/Shanghai")
#: 2026-11-26 21:59:59 and 22:30 in Shanghai.
BEFORE, WITHIN = 1_795_701_599_000, 1_795_703_400_000


def test_a_window_opens_and_shuts_by_the_clock_as_it_was_set_last(ledger: Ledger) -> None:
    """A change holds from the next look on."""
    add_window(ledger, "night", NIGHT, by="anna")
    with ledger.read() as connection:
        assert gates_in(connection, BEFORE).open == frozenset()
        assert gates_in(connection, WITHIN).open == {"night"}
    assert set_window(ledger, "night", LATER, by="bob") == NIGHT
    with ledger.read() as connection:
        assert gates_in(connection, WITHIN).open == frozenset()
    (kept,) = read_windows(ledger)
    assert (kept.name, kept.window, kept.by) == ("night", LATER, "bob")
    remove_window(ledger, "night", by="anna")
    assert read_windows(ledger) == ()


def test_every_change_is_audited_with_what_was_before_and_is_after(ledger: Ledger) -> None:
    """Setting what is so already changes nothing and is no act."""
    add_window(ledger, "night", NIGHT, by="anna")
    set_window(ledger, "night", LATER, by="bob")
    set_window(ledger, "night", LATER, by="bob")
    remove_window(ledger, "night", by="carl")
    with ledger.read() as connection:
        told = [(row.by, row.verb, json.loads(row.detail)) for row in connection.execute(select(audit))]
    assert told == [
        ("anna", "window-added", {"window": "night", "after": NIGHT.text}),
        ("bob", "window-set", {"window": "night", "before": NIGHT.text, "after": LATER.text}),
        ("carl", "window-removed", {"window": "night", "before": LATER.text}),
    ]


def test_a_window_is_added_once_and_only_what_is_there_is_changed(ledger: Ledger) -> None:
    """The refusal names what there is."""
    add_window(ledger, "night", NIGHT, by="anna")
    for change, code in [
        (lambda: add_window(ledger, "night", LATER, by="bob"), "window-there"),
        (lambda: set_window(ledger, "nigth", LATER, by="bob"), "window-unknown"),
        (lambda: remove_window(ledger, "nigth", by="bob"), "window-unknown"),
    ]:
        with pytest.raises(InputError) as refused:
            change()
        assert refused.value.code == code
        assert "night" in str(refused.value.facts)


def test_a_window_that_somebody_uses_stays(ledger: Ledger) -> None:
    """Films that are not over, and departments whose default it is; films that are over hold nothing."""
    add_window(ledger, "night", NIGHT, by="anna")
    submit(ledger, ["a"])
    with ledger.write("test") as connection:
        connection.execute(update(jobs).values(window="night"))
        connection.execute(insert(departments).values(name="training", window="night"))
    with pytest.raises(InputError) as refused:
        remove_window(ledger, "night", by="bob")
    assert refused.value.code == "window-used"
    assert dict(refused.value.facts) == {"window": "night", "films": 1, "departments": "training"}
    with ledger.write("test") as connection:
        connection.execute(update(jobs).values(state="canceled"))
        connection.execute(update(departments).values(window=""))
    remove_window(ledger, "night", by="bob")


def test_a_window_is_not_removed_while_somebody_begins_to_use_it(ledger: Ledger) -> None:
    """Who comes first keeps it; the removal then finds what uses it."""
    add_window(ledger, "night", NIGHT, by="anna")
    refused: list[str] = []

    def remove() -> None:
        try:
            remove_window(ledger, "night", by="bob")
        except InputError as error:
            refused.append(error.code)

    with ledger.write("test") as connection:
        keep_window(connection, "night")
        other = Thread(target=remove)
        other.start()
        connection.execute(update(departments).where(departments.c.name == "default").values(window="night"))
        other.join(0.05)
    other.join()
    assert refused == ["window-used"]
