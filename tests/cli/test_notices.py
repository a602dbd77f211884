"""Promises of `lectern notices`, and of what `lectern status` says of them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from cli.exits import Exit
from db import news, operations, outbox
from db.states import DeliveryState, Event
from farm.bootstrap import open_farm
from tests.cli.conftest import Lectern
from tests.farm.test_results import sow
from tests.support.receiver import Receiver, receiver

pytestmark = pytest.mark.usefixtures("ready_home")


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver on this machine that the settings name."""
    with receiver() as made:
        monkeypatch.setenv("LECTERN_NOTICES__URL", made.address)
        monkeypatch.setenv("LECTERN_NOTICES__SECRET", "5f1c3e0a9b7d2468")
        yield made


@pytest.mark.usefixtures("there")
def test_what_was_given_up_is_seen_and_sent_anew(lectern: Lectern) -> None:
    """The screen says so and names the command, which is audited; the log has each try."""
    with open_farm() as farm:
        news.subscribe(farm.ledger, [Event.FILM_CANCELED])
        sow(farm, ["row"])
        operations.cancel(farm.ledger, [1], by="anna")
        (delivery,) = outbox.read_due(farm.ledger, most=1)
        outbox.tried(farm.ledger, delivery, status=410, detail="HTTP 410", state=DeliveryState.GIVEN_UP)
    assert "lectern notices replay --given-up" in lectern("status").out
    line = lectern("notices", "list", "--given-up").out.splitlines()[1]
    assert line.split()[0] == "1"
    assert "film.canceled" in line
    assert "given up" in line
    shown = lectern("notices", "show", "1", "--json").document
    assert json.loads(str(shown["body"]))["id"] == shown["id"] == delivery.key
    assert [each["status"] for each in shown["tries_made"]] == [410]
    assert "HTTP 410" in lectern("notices", "show", "1").out
    assert lectern("notices", "replay", "--given-up", "--json").document["notices"] == [1]
    assert lectern("notices", "list", "--given-up", "--json").document["notices"] == []
    assert "film.canceled 1" in lectern("audit").out


def test_a_trial_says_what_was_answered(lectern: Lectern, there: Receiver) -> None:
    """Signed as any notice; who does not take it is told, with an exit code."""
    assert lectern("notices", "test").out == "It was taken: status 204.\n"
    (posted,) = there.posted
    assert json.loads(posted.body)["event"] == posted.headers["Lectern-Event"] == "test"
    assert posted.headers["Lectern-Signature"].startswith("t=")
    there.act = lambda desk, _: desk.answer(500)
    refused = lectern("notices", "test", "--json")
    assert (refused.code, refused.document["status"], refused.document["taken"]) == (Exit.AWAY, 500, False)


@pytest.mark.parametrize(
    ("arguments", "exit_", "code"),
    [
        (("notices", "test"), Exit.SETUP, "notice-nowhere"),
        (("notices", "replay"), Exit.USAGE, "command-incomplete"),
        (("notices", "show", "7"), Exit.UNKNOWN, "notice-unknown"),
    ],
)
def test_what_cannot_be_done_is_told(
    lectern: Lectern, arguments: tuple[str, ...], exit_: Exit, code: str
) -> None:
    """With a code, and an exit code of its own kind."""
    answer = lectern(*arguments, "--json")
    assert (answer.code, answer.failure["code"]) == (exit_, code)
