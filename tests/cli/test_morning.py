"""Promises of `lectern report`: told at once, written where it was asked for, sent, and never lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.exits import Exit
from tests.cli.conftest import Lectern
from tests.support.receiver import Receiver, receiver

pytestmark = pytest.mark.usefixtures("ready_home")


def test_a_report_is_told_and_written_in_every_form(lectern: Lectern, tmp_path: Path) -> None:
    """As text on standard output, with files beside; their places are notes, and no part of the answer."""
    page, table = tmp_path / "a.html", tmp_path / "a.csv"
    told = lectern("report", "--since", "yesterday", "--html", page, "--csv", table)
    assert told.code == Exit.OK
    assert told.out.startswith("Farm report: ")
    assert "Nothing has failed." in told.out
    assert str(page) in told.err
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert table.read_bytes().startswith(b"\xef\xbb\xbfpart,what,")
    document = lectern("report", "--json").document
    assert (document["kind"], document["completed"], document["reasons"]) == ("report", 0, [])
    assert lectern("report", "--lang", "zh").out.startswith("农场报告：")


@pytest.mark.parametrize(
    ("options", "code", "exit_"),
    [
        (("--since", "soon"), "period-time-wrong", Exit.USAGE),
        (("--send",), "report-nowhere", Exit.SETUP),
        (("--html", "/nowhere/a.html"), "command-output-nowhere", Exit.REFUSED),
    ],
)
def test_what_cannot_be_done_is_told_at_once(
    lectern: Lectern, options: tuple[str, ...], code: str, exit_: Exit
) -> None:
    """With nothing on standard output."""
    told = lectern("report", *options, "--json")
    assert (told.out, told.failure["code"], told.code) == ("", code, exit_)


def test_a_report_that_cannot_be_sent_is_told_and_kept(
    lectern: Lectern, ready_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is there all the same, the error names the page, and the exit code says that it failed."""
    there: Receiver
    with receiver() as there:
        monkeypatch.setenv("LECTERN_REPORT__WEBHOOK_URL", there.address)
        sent = lectern("report", "--send")
        assert (sent.code, len(there.posted)) == (Exit.OK, 1)
        there.act = lambda desk, _: desk.answer(503)
        told = lectern("report", "--send")
    assert told.code == Exit.AWAY
    assert told.out.startswith("Farm report: ")
    (kept,) = (ready_home / "reports").iterdir()
    assert str(kept) in " ".join(told.err.split())
    assert "topsecret" not in told.out + told.err
