"""Promises of `lectern workers`: who works at what, and orders that a person can understand and trace."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from cli.exits import Exit
from db import posts, workers
from db.states import Condition
from db.tables import audit, cards
from farm.bootstrap import Farm, open_farm
from tests.cli.conftest import Lectern

pytestmark = pytest.mark.usefixtures("ready_home")


def begin(farm: Farm, name: str, device: str = "cpu") -> None:
    """A worker begins."""
    workers.register(
        farm.ledger, name, host=name.partition("@")[2], device=device, capabilities=["speak"], profiles=[]
    )


def test_an_order_is_given_by_a_short_name_shown_with_its_cure_and_ended(lectern: Lectern) -> None:
    """Drained, shown as such with who and why and how it ends, unlocked; the audit keeps both."""
    with open_farm() as farm:
        begin(farm, "cpu0@here")
        begin(farm, "cpu1@here")
        assert "drained" not in lectern("workers").out
        answer = lectern("workers", "drain", "cpu0", "--reason", "a fan \x1b[31m is replaced")
        assert answer.code == Exit.OK
        assert "cpu0@here finishes the clip" in answer.out
        page = lectern("workers").out
        assert "a fan" in page
        assert "\x1b" not in page
        assert "lectern workers unlock cpu0@here --reason" in page
        assert "已排空" in lectern("workers", "--lang", "zh").out
        states = {each["name"]: each["state"] for each in lectern("workers", "--json").document["workers"]}
        assert states == {"cpu0@here": "drained", "cpu1@here": "idle"}
        lectern("workers", "unlock", "cpu0@here", "--reason", "it turns")
        assert "drained" not in lectern("workers").out
        with farm.ledger.read() as connection:
            verbs = connection.execute(select(audit.c.verb)).scalars().all()
        assert verbs == ["worker-drain", "worker-unlock"]


def test_what_is_wrong_with_a_worker_stands_below_the_table(lectern: Lectern) -> None:
    """A full disk and a card that is sick are told with their cure; clearing the card ends that."""
    with open_farm() as farm:
        begin(farm, "cpu0@here")
        begin(farm, "gpu0@here", "GPU-1")
        posts.tell_condition(farm.ledger, "cpu0@here", Condition.DISK_LOW, detail="12 MB")
        ill = {"host": "here", "device": "GPU-1", "name": "L4", "state": "sick", "reason": "card-xid"}
        ill |= {"facts": '{"card":"L4","device":"GPU-1","xid":"79"}', "since": 1, "by": ""}
        with farm.ledger.write("test") as connection:
            connection.execute(cards.insert(), [ill])
        page = lectern("workers").out
        assert "12 MB" in page
        assert "lectern gc" in page
        assert "card sick" in page
        assert "then “lectern workers clear gpu0@here --reason TEXT”." in page
        for language in ("en", "zh"):
            assert lectern("workers", "--lang", language).out.count("workers clear") == 1, "told once"
        assert "told as “card sick”" in lectern("workers", "clear", "gpu0", "--reason", "seated anew").out
        assert "kept from nothing" in lectern("workers", "clear", "gpu0", "--reason", "once more").out
        assert "card sick" not in lectern("workers").out


@pytest.mark.parametrize(
    ("arguments", "code", "exit_"),
    [
        (("drain", "nobody", "--reason", "x"), "worker-unknown", Exit.UNKNOWN),
        (("lock", "cpu0", "--reason", " "), "worker-reason-missing", Exit.USAGE),
    ],
)
def test_an_order_to_nobody_or_without_a_reason_is_refused(
    lectern: Lectern, arguments: tuple[str, ...], code: str, exit_: Exit
) -> None:
    """The refusal names who there is, or asks for the reason."""
    with open_farm() as farm:
        begin(farm, "cpu0@here")
    answer = lectern("workers", *arguments, "--json")
    assert (answer.failure["code"], answer.code) == (code, exit_)
