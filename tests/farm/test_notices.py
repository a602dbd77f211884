"""Promises about notices: told until they are taken, signed as the page says, and silent about secrets."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from db import news, operations, outbox
from db.states import DeliveryState, Event
from farm import notices
from farm.bootstrap import Farm, settings_of
from farm.notices import Address, Herald, addresses_of
from farm.signing import signed
from pipeline.plan.errors import AwayError, InputError
from tests.farm.test_results import FILM, make_film, sow
from tests.support.receiver import Posted, Receiver, certificate_of_nobody, receiver

PAGE = (Path(__file__).resolve().parents[2] / "docs/notices.md").read_text("utf-8")
SECRET, OLD = "5f1c3e0a9b7d2468", "a-secret-of-yesterday"


@pytest.fixture
def there(farm: Farm) -> Iterator[Receiver]:
    """A receiver on this machine, and a farm on which everything is news."""
    news.subscribe(farm.ledger, tuple(Event))
    with receiver() as made:
        yield made


def _address(url: str, *secrets: str) -> Address:
    return Address(
        url=url,
        name="127.0.0.1",
        secrets=secrets or (SECRET,),
        events=frozenset(Event),
        allow_http=False,
        prefix="https://nas.example/films",
    )


def _states(farm: Farm) -> list[tuple[DeliveryState, int]]:
    return [(each.state, each.tries) for each in outbox.read_newest(farm.ledger, most=9)]


def _tries(farm: Farm) -> list[tuple[int, str]]:
    newest = outbox.read_newest(farm.ledger, most=1)[0]
    return [(each.status, each.detail) for each in outbox.read_one(farm.ledger, newest.id)[1]]


def test_a_film_and_its_batch_are_told(farm: Farm, there: Receiver) -> None:
    """Once, with where the film is, how long it is and its trace."""
    batch = sow(farm, ["a"])
    make_film(farm)
    herald = Herald(farm.ledger, _address(there.address))
    herald.turn()
    herald.turn()
    film, whole = (json.loads(posted.body) for posted in there.posted)
    assert (film["event"], film["batch"], film["job"], film["row"]) == ("film.done", batch, 1, "a")
    assert film["path"] == FILM
    assert film["link"] == f"https://nas.example/films/{FILM}"
    assert film["length_ms"] > 0
    assert re.fullmatch("[0-9a-f]{32}", film["trace"])
    assert whole["films"] == {"done": 1, "failed": 0, "canceled": 0}
    assert [posted.headers["Lectern-Delivery"] for posted in there.posted] == [film["id"], whole["id"]]
    assert _states(farm) == [(DeliveryState.SENT, 1)] * 2


def _fields(text: str) -> set[str]:
    return set(json.loads(text))


def test_the_page_shows_the_document(farm: Farm, there: Receiver) -> None:
    """Its example has the fields that there are."""
    sow(farm, ["row"])
    make_film(farm)
    Herald(farm.ledger, _address(there.address)).turn()
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert _fields(example) == _fields(there.posted[0].body.decode())
    assert all(f"`{event.value}`" in PAGE for event in Event)


def _one_canceled(farm: Farm) -> None:
    news.subscribe(farm.ledger, [Event.FILM_CANCELED])
    sow(farm, ["row"])
    operations.cancel(farm.ledger, [1], by="anna")


@pytest.mark.parametrize(
    ("status", "state"), [(500, DeliveryState.DUE), (302, DeliveryState.DUE), (410, DeliveryState.GIVEN_UP)]
)
def test_what_is_not_taken_is_remembered(
    farm: Farm, there: Receiver, status: int, state: DeliveryState
) -> None:
    """Each try with its answer; and no redirect is followed."""
    there.act = lambda desk, _: desk.answer(status, Location=there.address)
    _one_canceled(farm)
    Herald(farm.ledger, replace(_address(there.address), events=frozenset([Event.FILM_CANCELED]))).turn()
    assert len(there.posted) == 1
    assert _states(farm) == [(state, 1)]
    assert _tries(farm) == [(status, f"HTTP {status}")]


def test_who_is_down_is_asked_no_more_for_the_rest(farm: Farm, tmp_path: Path) -> None:
    """One try of one notice finds it out; a wrong certificate likewise, and nothing is told to it."""
    with receiver() as gone:
        pass
    news.subscribe(farm.ledger, [Event.FILM_CANCELED])
    sow(farm, ["one", "two"])
    operations.cancel(farm.ledger, [1, 2], by="anna")
    down = replace(_address(gone.address), events=frozenset([Event.FILM_CANCELED]))
    Herald(farm.ledger, down).turn()
    assert _states(farm) == [(DeliveryState.DUE, 0), (DeliveryState.DUE, 1)]
    with receiver(certificate=certificate_of_nobody(tmp_path)) as nobody:
        Herald(farm.ledger, replace(down, url=nobody.address)).turn()
        assert not nobody.posted
    assert [status for status, _ in _tries(farm)] == [0]
    assert "self" in _tries(farm)[0][1]


def test_a_slow_one_is_given_so_much_time(
    farm: Farm, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no more."""
    monkeypatch.setattr(notices, "PATIENCE_S", 0.1)
    there.act = lambda *_: time.sleep(0.5)
    _one_canceled(farm)
    Herald(farm.ledger, replace(_address(there.address), events=frozenset([Event.FILM_CANCELED]))).turn()
    assert _tries(farm) == [(0, "Connection timed out")]


def test_who_dies_between_answer_and_note_tells_again_under_the_same_id(farm: Farm, there: Receiver) -> None:
    """Twice is better than never, and can be told apart."""
    _one_canceled(farm)
    address = replace(_address(there.address), events=frozenset([Event.FILM_CANCELED]))

    def die(point: str) -> None:
        if point == "news-tried-before-commit":
            raise AwayError("ledger-away", reason="a test")

    farm.ledger._crash = die
    with pytest.raises(AwayError):
        Herald(farm.ledger, address).turn()
    farm.ledger._crash = lambda _: None
    Herald(farm.ledger, address).turn()
    first, second = there.posted
    assert first.body == second.body
    assert first.headers["Lectern-Delivery"] == second.headers["Lectern-Delivery"]
    assert _states(farm) == [(DeliveryState.SENT, 1)]


def test_without_an_address_nothing_is_entered(farm: Farm) -> None:
    """Whoever led before may have had one."""
    news.subscribe(farm.ledger, tuple(Event))
    Herald(farm.ledger).turn()
    sow(farm, ["row"])
    operations.cancel(farm.ledger, [1], by="anna")
    assert _states(farm) == []


def _python(posted: Posted, secret: str, signature: str) -> bool:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)  # noqa: S102 - the page's own words
    check = cast("Callable[[bytes, str, str], bool]", names["is_genuine"])
    return check(posted.body, signature, secret)


def _shell(posted: Posted, secret: str, signature: str) -> bool:
    (code,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    Path("body").write_bytes(posted.body)
    given = {"PATH": os.environ["PATH"], "SIGNATURE": signature, "SECRET": secret}
    return subprocess.run(["sh", "-c", code], env=given, check=False).returncode == 0  # noqa: S607 - any


@pytest.mark.parametrize("check", [_python, _shell])
def test_the_page_tells_ours_from_others(
    farm: Farm,
    there: Receiver,
    check: Callable[[Posted, str, str], bool],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both recipes take what either secret has signed, and nothing that is changed, old or of others."""
    monkeypatch.chdir(tmp_path)
    _one_canceled(farm)
    address = _address(there.address, SECRET, OLD)
    Herald(farm.ledger, replace(address, events=frozenset([Event.FILM_CANCELED]))).turn()
    (posted,) = there.posted
    signature = posted.headers["Lectern-Signature"]
    assert check(posted, SECRET, signature)
    assert check(posted, OLD, signature)
    assert not check(posted, "somebody else's one", signature)
    assert not check(replace(posted, body=posted.body + b" "), SECRET, signature)
    assert not check(posted, SECRET, "")
    early = signed(address.secrets, posted.body, key="k", event="e", at_s=int(time.time()) - 400)
    assert not check(posted, SECRET, early["Lectern-Signature"])


@pytest.mark.parametrize(
    ("knobs", "code"),
    [
        ({"URL": "http://films.example/?key=topsecret"}, "post-address-plain"),
        ({"URL": "https://me:topsecret@films.example/"}, "post-address-wrong"),
        ({"URL": "https://films.example/", "SECRET": ""}, "notice-secret-short"),
        ({"URL": "https://films.example/", "SECRET": f"{SECRET} tiny"}, "notice-secret-short"),
        (
            {"URL": "https://a.b/ https://c.d/ https://e.f/", "SECRET": f"{SECRET},{OLD}"},
            "notice-secrets-differ",
        ),
        ({"URL": "https://films.example/", "EVENTS": "film.done film.gone"}, "notice-event-unknown"),
    ],
)
def test_wrong_settings_are_refused(knobs: dict[str, str], code: str) -> None:
    """When the dispatcher starts, and without telling a secret."""
    given = {"LECTERN_NOTICES__SECRET": SECRET} | {f"LECTERN_NOTICES__{k}": v for k, v in knobs.items()}
    with pytest.raises(InputError) as caught:
        addresses_of(settings_of(given))
    assert caught.value.code == code
    assert not {"topsecret", SECRET, "tiny"} & set(re.split(r"[\W]+", str(caught.value)))


def test_settings_say_where_to() -> None:
    """Both secrets, and the events by name; nowhere unless told."""
    assert addresses_of(settings_of({})) == ()
    told = {
        "URL": "https://films.example/",
        "SECRET": f"{SECRET} {OLD}",
        "EVENTS": "film.done, batch.complete",
    }
    (address,) = addresses_of(
        settings_of({f"LECTERN_NOTICES__{name}": value for name, value in told.items()})
    )
    assert address.secrets == (SECRET, OLD)
    assert address.events == {Event.FILM_DONE, Event.BATCH_COMPLETE}
    assert SECRET not in repr(address)


def test_each_of_several_addresses_is_told_by_itself(farm: Farm, there: Receiver) -> None:
    """One that is away keeps nothing from the others; each has its own ids, tries, secret and end."""
    told = {
        "URL": f"http://127.0.0.1:9/ {there.address} {there.address}2",
        "SECRET": f"{SECRET}, {OLD}, {SECRET}",
        "EVENTS": "film.canceled",
    }
    addresses = addresses_of(settings_of({f"LECTERN_NOTICES__{name}": value for name, value in told.items()}))
    assert [each.name for each in addresses] == ["127.0.0.1", "127.0.0.1#2", "127.0.0.1#3"]
    news.subscribe(farm.ledger, addresses[0].events)
    _one_canceled(farm)
    herald = Herald(farm.ledger, *addresses)
    herald.turn()
    herald.turn()
    first, second = there.posted
    assert first.path + "2" == second.path
    assert first.headers["Lectern-Delivery"] != second.headers["Lectern-Delivery"]
    assert _python(first, OLD, first.headers["Lectern-Signature"])
    assert not _python(second, OLD, second.headers["Lectern-Signature"])
    found = {each.to: (each.state, each.tries) for each in outbox.read_newest(farm.ledger, most=9)}
    assert found == {
        "127.0.0.1": (DeliveryState.DUE, 1),
        "127.0.0.1#2": (DeliveryState.SENT, 1),
        "127.0.0.1#3": (DeliveryState.SENT, 1),
    }
    # Who is not set any more is told nothing, and nobody in their place.
    farm.ledger.clock = lambda: 2**52
    Herald(farm.ledger, replace(addresses[1], name="other")).turn()
    assert len(there.posted) == 2
    (lost,) = [each for each in outbox.read_newest(farm.ledger, most=9) if each.to == "127.0.0.1"]
    assert lost.state is DeliveryState.GIVEN_UP
    assert outbox.read_one(farm.ledger, lost.id)[1][-1].detail == "no such address is set"


def test_no_log_tells_a_secret(farm: Farm, there: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the signature's nor that in an address."""
    there.act = lambda desk, _: desk.answer(500, b"topsecret")
    _one_canceled(farm)
    with caplog.at_level(logging.DEBUG):
        Herald(farm.ledger, _address(there.address)).turn()
    assert there.posted
    told = caplog.text + repr(_tries(farm))
    assert "topsecret" not in told
    assert SECRET not in told
