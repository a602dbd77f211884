"""Promises about downloads from an owner's address: resumed, bounded, and opened only once verified."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.client import HTTPMessage
from io import BytesIO
from pathlib import Path
from urllib.request import Request

import pytest

from farm.models.cabinet import Cabinet
from farm.models.catalogue import Known
from farm.models.fetch import Patience, Redirects, downloaded
from pipeline.plan.errors import AwayError, InputError, LecternError
from pipeline.plan.messages import tell
from tests.farm.models import owner as owners
from tests.farm.models.owner import HASTY, Handler, Owner, owner_of

CONTENT = random.Random(1).randbytes(300_000)  # noqa: S311 - no secret
Act = Callable[[Handler, Owner], None]


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch) -> Iterator[Owner]:
    """An owner with a file of 300 kB, asked without a proxy in between."""
    monkeypatch.setenv("no_proxy", "*")
    with owner_of(CONTENT) as made:
        yield made


@pytest.fixture
def cabinet(tmp_path: Path) -> Cabinet:
    """A shelf's folder that is not there yet."""
    return Cabinet(tmp_path / "models")


def fetch(cabinet: Cabinet, known: Known, patience: Patience = HASTY) -> bytes:
    """What is downloaded."""
    with downloaded(cabinet, known, progress=lambda _done, _total: None, patience=patience) as path:
        return path.read_bytes()


def refused(cabinet: Cabinet, known: Known, patience: Patience = HASTY) -> LecternError:
    """Why it is not downloaded; nothing that is wrong stays, and there are words for it."""
    with pytest.raises(LecternError) as told:
        fetch(cabinet, known, patience)
    assert tell(told.value.code, told.value.facts, "en")
    assert tell(told.value.code, told.value.facts, "zh")
    return told.value


def parts(cabinet: Cabinet) -> list[int]:
    """The sizes of what lies there half."""
    return [path.stat().st_size for path in (cabinet.root / "parts").glob("*") if path.stat().st_size]


@pytest.mark.parametrize("act", [None, owners.moved, owners.overworked, owners.rangeless])
def test_a_file_comes_whole(owner: Owner, cabinet: Cabinet, act: Act | None) -> None:
    """From a plain address, behind a redirect, from an overworked server, and from one without ranges."""
    owner.act = act
    assert fetch(cabinet, owner.known()) == CONTENT


def test_what_breaks_off_goes_on_from_there(owner: Owner, cabinet: Cabinet) -> None:
    """After each break only the rest is asked for; when patience ends, the next call goes on."""
    owner.act = owners.broken_off
    error = refused(cabinet, owner.known())
    assert isinstance(error, AwayError)
    assert error.code == "model-fetch-away"
    assert owner.asked == ["", "bytes=100000-", "bytes=166666-"]
    assert parts(cabinet) == [211110]
    owner.act = None
    assert fetch(cabinet, owner.known()) == CONTENT
    assert owner.asked[3:] == ["bytes=211110-"]


def test_the_beginning_of_another_file_is_not_built_upon(owner: Owner, cabinet: Cabinet) -> None:
    """What was there may be of a file that the owner has replaced: then all is asked for anew."""
    with downloaded(cabinet, owner.known(), progress=lambda *_: None, patience=HASTY) as path:
        path.write_bytes(b"y" * 1000)
    assert fetch(cabinet, owner.known()) == CONTENT
    assert owner.asked[-2:] == ["bytes=1000-", ""]


def test_a_stop_keeps_what_is_there(owner: Owner, cabinet: Cabinet) -> None:
    """Ctrl-C loses nothing."""

    def stop(done: int, total: int) -> None:
        assert 0 < done <= total
        raise KeyboardInterrupt

    with (
        pytest.raises(KeyboardInterrupt),
        downloaded(cabinet, owner.known(), progress=stop, patience=HASTY),
    ):
        pass
    assert parts(cabinet)
    assert fetch(cabinet, owner.known()) == CONTENT


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (owners.another, "model-fetch-other"),
        (owners.endless, "model-fetch-other"),
        (owners.page, "model-fetch-page"),
        (owners.absent, "model-fetch-refused"),
        (owners.to_a_file, "model-fetch-refused"),
    ],
)
def test_what_is_not_the_file_is_thrown_away(owner: Owner, cabinet: Cabinet, act: Act, code: str) -> None:
    """Another content, more than there should be, a page, a no, a file of this machine: none is kept."""
    owner.act = act
    error = refused(cabinet, owner.known())
    assert isinstance(error, InputError)
    assert error.code == code
    assert not parts(cabinet)


@pytest.mark.parametrize("act", [owners.silent, owners.dripping, owners.around])
def test_nobody_waits_for_ever(owner: Owner, cabinet: Cabinet, act: Act) -> None:
    """A server that is silent, drips, or leads in circles is given up."""
    owner.act = act
    error = refused(cabinet, owner.known(), replace(HASTY, silent_s=0.3, pauses_s=()))
    assert error.code in {"model-fetch-away", "model-fetch-refused"}


def test_no_redirect_leads_out_of_encryption(owner: Owner) -> None:
    """Who asks an encrypted address is answered by encrypted ones alone."""
    following = Redirects(owner.known())
    request = Request("https://owner.example/lips.pth")
    answer = (BytesIO(), 302, "Found", HTTPMessage())
    assert following.redirect_request(request, *answer, newurl="https://elsewhere.example/lips.pth")
    with pytest.raises(InputError) as told:
        following.redirect_request(request, *answer, newurl="http://elsewhere.example/lips.pth")
    assert told.value.code == "model-fetch-insecure"


def test_a_wrong_size_is_told_before_anything_is_read(owner: Owner, cabinet: Cabinet) -> None:
    """A file of another length is another file."""
    assert refused(cabinet, owner.known(bytes=1000)).code == "model-fetch-other"
    assert not parts(cabinet)


def test_an_owner_with_a_page_alone_is_told_by_hand(owner: Owner, cabinet: Cabinet) -> None:
    """What to open and what to download stands in the message; nothing is asked of anybody."""
    known = owner.known(address=None, by_hand="https://drive.example/folder")
    error = refused(cabinet, known)
    assert error.code == "model-fetch-by-hand"
    assert error.facts == {"model": "lips", "page": "https://drive.example/folder", "file": "lips.pth"}
    assert not owner.asked


def test_without_a_digest_nothing_is_downloaded(owner: Owner, cabinet: Cabinet) -> None:
    """None is made up for it either."""
    assert refused(cabinet, owner.known(digest="")).code == "model-fetch-undigested"
    assert not owner.asked


def test_two_at_once_do_not_write_over_each_other(owner: Owner, cabinet: Cabinet) -> None:
    """The second is told that the first is at it."""
    with downloaded(cabinet, owner.known(), progress=lambda *_: None, patience=HASTY):
        assert refused(cabinet, owner.known()).code == "model-fetch-busy"


def test_an_owner_who_is_not_there_is_away(owner: Owner, cabinet: Cabinet) -> None:
    """Nobody listens at the address: it may be otherwise later."""
    error = refused(cabinet, owner.known(address="http://127.0.0.1:9/lips.pth"))
    assert isinstance(error, AwayError)
    assert error.facts["reason"] == "Connection refused"
