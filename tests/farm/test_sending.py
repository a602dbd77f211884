"""Promises of sending a report: every way is gone, a failure is one clear error, and no secret is in it."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from farm import mailing
from farm.bootstrap import Settings, settings_of
from farm.morningdocument import document_of
from farm.sending import Sender
from pipeline.plan.errors import AwayError, InputError, LecternError
from tests.farm.test_morning import NIGHT
from tests.support.postbox import Postbox, postbox
from tests.support.receiver import Desk, Posted, Receiver, certificate_of_nobody, receiver

_SECRET = "top-secret-word"  # noqa: S105 - nobody's
_DOCUMENT = {"kind": "report", **document_of(NIGHT)}


def settings(tmp_path: Path, **knobs: object) -> Settings:
    """The farm's settings, with these in [report]."""
    told = {f"LECTERN_REPORT__{name.upper()}": str(value) for name, value in knobs.items()}
    return settings_of({"LECTERN_HOME": str(tmp_path / "home"), **told})


def send(tmp_path: Path, **knobs: object) -> tuple[str, ...]:
    """Send the report as `lectern report --send` does."""
    sender = Sender(settings(tmp_path, **knobs), "en")
    return sender.send(NIGHT, _DOCUMENT, sender.keep(NIGHT))


def refused(tmp_path: Path, **knobs: object) -> str:
    """Why a report was not sent; the report is kept, and no secret is told."""
    with pytest.raises(AwayError) as caught:
        send(tmp_path, **knobs)
    error = caught.value
    assert error.code == "report-not-sent"
    assert Path(str(error.facts["kept"])).read_text("utf-8").startswith("<!doctype html>")
    assert _SECRET not in str(error)
    assert "topsecret" not in str(error)
    return str(error.facts["reasons"])


@pytest.fixture
def there() -> Iterator[Receiver]:
    """A program that is posted to."""
    with receiver() as made:
        yield made


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    """A mail server that encrypts, whose certificate is known here."""
    with postbox(certificate_of_nobody(tmp_path)) as made:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "public.pem"))
        yield made


def test_a_webhook_gets_the_document(there: Receiver, tmp_path: Path) -> None:
    """The same as programs get on standard output."""
    assert send(tmp_path, webhook_url=there.address) == ("webhook",)
    (posted,) = there.posted
    assert json.loads(posted.body) == json.loads(json.dumps(_DOCUMENT))
    assert posted.headers["Content-Type"].startswith("application/json")


_LONG = "5f1c3e0a9b7d2468"


def test_a_webhook_is_signed_as_notices_are(there: Receiver, tmp_path: Path) -> None:
    """Whoever checks the one checks the other."""
    send(tmp_path, webhook_url=there.address, webhook_secret=_LONG)
    (posted,) = there.posted
    at, _, mark = posted.headers["Lectern-Signature"].removeprefix("t=").partition(",v1=")
    wanted = hmac.new(_LONG.encode(), f"{at}.".encode() + posted.body, hashlib.sha256)
    assert mark == wanted.hexdigest()
    assert posted.headers["Lectern-Event"] == "report"


def test_robots_get_a_short_form_each_in_its_own(there: Receiver, tmp_path: Path) -> None:
    """No larger than they take, signed where they have a secret, with the link to all of it."""
    there.act = lambda desk, _: desk.answer(200, b'{"errcode":0,"errmsg":"ok"}')
    url = there.address
    ways = send(
        tmp_path,
        wecom_url=url,
        dingtalk_url=url,
        dingtalk_secret=_SECRET,
        feishu_url=url,
        feishu_secret=_SECRET,
        link="https://farm.example/report.html",
    )
    assert ways == ("wecom", "dingtalk", "feishu")
    first, second, third = (json.loads(posted.body) for posted in there.posted)
    assert len(first["markdown"]["content"].encode()) <= 4096
    assert first["markdown"]["content"].splitlines()[1].startswith("48 films done, 10 failed")
    assert "https://farm.example/report.html" in first["markdown"]["content"]
    assert second["markdown"]["title"].startswith("Farm report")
    assert "&sign=" in there.posted[1].path
    assert third["sign"]
    assert not [posted for posted in there.posted if _SECRET.encode() in posted.body]


def test_one_way_that_fails_keeps_none_of_the_others(there: Receiver, box: Postbox, tmp_path: Path) -> None:
    """All are gone; the error tells which was not, why, and where the report is."""

    def act(desk: Desk, posted: Posted) -> None:
        robot = b"markdown" in posted.body
        desk.answer(200, b'{"errcode":93000,"errmsg":"invalid webhook url"}' if robot else b"ok")

    there.act = act
    reasons = refused(
        tmp_path,
        webhook_url=there.address,
        wecom_url=there.address,
        mail_host="127.0.0.1",
        mail_port=box.port,
        mail_from="farm@example.com",
        mail_to="anna@example.com",
    )
    assert reasons.startswith(
        "wecom: 127.0.0.1 has not taken the report: 93000 invalid webhook url (there is no"
    )
    assert len(there.posted) == 2
    assert len(box.mails) == 1


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_refuses_is_told_by_its_status(there: Receiver, tmp_path: Path, status: int) -> None:
    """Also one that would have it somewhere else."""
    there.act = lambda desk, _: desk.answer(status, Location=there.address)
    assert f"HTTP {status}" in refused(tmp_path, webhook_url=there.address)
    assert len(there.posted) == 1


def test_mail_is_text_with_the_page_attached(box: Postbox, tmp_path: Path) -> None:
    """To everybody at once, encrypted before a password is told, which may stand in a file."""
    box.password = _SECRET
    (tmp_path / "password").write_text(f"{_SECRET}\n")
    assert send(
        tmp_path,
        mail_host="127.0.0.1",
        mail_port=box.port,
        mail_user="farm",
        mail_password_file=tmp_path / "password",
        mail_from="Farm <farm@example.com>",
        mail_to="anna@example.com, bob@example.com",
    ) == ("mail",)
    ((mail, to),) = box.mails
    assert (to, box.encrypted) == (("anna@example.com", "bob@example.com"), [True])
    assert mail["Subject"].strip().startswith("Farm report: 48 films done, 10 failed")
    body = mail.get_body(("plain",))
    assert body is not None
    assert "What failed, and what to do" in body.get_content()
    (page,) = mail.iter_attachments()
    assert (page.get_filename(), page.get_content_type()) == ("report.html", "text/html")
    assert "<!doctype html>" in page.get_content()
    assert not [line for line in box.heard if "AUTH" in line]


def test_a_mail_server_that_refuses_is_told_in_its_words(box: Postbox, tmp_path: Path) -> None:
    """A wrong password, which it repeats, and a receiver whom it does not know."""
    box.password = _SECRET[:-1]
    knobs = {"mail_host": "127.0.0.1", "mail_port": box.port, "mail_user": "farm", "mail_password": _SECRET}
    knobs |= {"mail_from": "farm@example.com", "mail_to": "nobody@example.com"}
    box.password = _SECRET
    box.strangers = frozenset({"nobody@example.com"})
    assert "550 nobody of that name" in refused(tmp_path, **knobs)
    assert "535 ?" in refused(tmp_path, **{**knobs, "mail_password": _SECRET[:-1]})
    assert not box.mails


def test_a_mail_server_of_which_nobody_knows_gets_nothing(tmp_path: Path) -> None:
    """No password and no report goes to who shows a certificate that nobody has signed, or none at all."""
    knobs = {"mail_host": "127.0.0.1", "mail_from": "f@example.com", "mail_to": "a@example.com"}
    knobs |= {"mail_user": "farm", "mail_password": _SECRET}
    with postbox(certificate_of_nobody(tmp_path)) as box:
        assert "self" in refused(tmp_path, **knobs, mail_port=box.port)
        box.certificate = None
        assert "STARTTLS" in refused(tmp_path, **knobs, mail_port=box.port)
        assert not [line for line in box.heard if "AUTH" in line]
        assert send(tmp_path, **{**knobs, "mail_user": ""}, mail_port=box.port, mail_tls="none") == ("mail",)


def test_who_is_silent_or_gone_is_told_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither holds up anybody for ever."""
    monkeypatch.setattr(mailing, "PATIENCE_S", 0.1)
    knobs = {"mail_host": "127.0.0.1", "mail_from": "f@example.com", "mail_to": "a@example.com"}
    with postbox() as box:
        box.silent_s = 0.4
        assert "Connection timed out" in refused(tmp_path, **knobs, mail_port=box.port, mail_tls="none")
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert "Connection refused" in refused(tmp_path, **knobs, mail_port=port, mail_tls="none")
    assert "Connection refused" in refused(tmp_path, webhook_url=f"http://127.0.0.1:{port}/topsecret")


@pytest.mark.parametrize(
    ("knobs", "code"),
    [
        ({}, "report-nowhere"),
        ({"webhook_url": "http://farm.example/top-secret-word"}, "post-address-plain"),
        ({"wecom_url": "top-secret-word"}, "post-address-wrong"),
        ({"mail_host": "h", "mail_to": "a@b"}, "mail-incomplete"),
        ({"mail_host": "h", "mail_from": "a@b"}, "mail-incomplete"),
        ({"mail_host": "h", "mail_from": "a@b\nBcc: c@d", "mail_to": "a@b"}, "mail-incomplete"),
        ({"mail_host": "h", "mail_from": "a@b", "mail_to": "a@b", "mail_tls": "none"}, "mail-plain"),
        (
            {"mail_host": "h", "mail_from": "a@b", "mail_to": "a@b", "mail_password_file": "/nowhere"},
            "farm-secret-unread",
        ),
    ],
)
def test_wrong_settings_are_told_before_anything_is_counted(
    tmp_path: Path, knobs: dict[str, str], code: str
) -> None:
    """Without repeating what may be a secret."""
    with pytest.raises(InputError, match=code) as caught:
        Sender(settings(tmp_path, **knobs), "en")
    error: LecternError = caught.value
    assert _SECRET not in str(error)
