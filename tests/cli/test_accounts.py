"""Promises of `lectern usage`: an account for people, spreadsheets and programs, and clear refusals."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import pytest
from sqlalchemy import update

from cli.exits import Exit
from db import claims, commits, queue
from db.engine import connect
from db.ledger import Ledger
from db.tables import departments, jobs
from tests.cli.conftest import Lectern
from tests.db.values import CAPABILITIES, SKILLS, submit

pytestmark = pytest.mark.usefixtures("ready_home")
_HOUR = 3_600_000


@pytest.fixture
def used(ready_home: Path) -> Path:
    """A farm of a department with a dangerous name, which used a card for an hour and a half, for nothing."""
    ledger = Ledger(connect(f"sqlite:///{ready_home}/ledger.sqlite3"))
    submit(ledger, ["row"])
    with ledger.write("test") as connection:
        connection.execute(update(departments).values(name="=cmd|' /C calc'!A0"))
        connection.execute(update(jobs).values(project="spring"))
    now = time.time_ns() // 1_000_000
    ledger.clock = lambda: now - 3 * _HOUR // 2
    (head,) = queue.heads(ledger, SKILLS["speak"], limit=1)
    claim = claims.claim(ledger, head.step, worker="w", capabilities=CAPABILITIES, device="GPU-1")
    assert claim is not None
    ledger.clock = lambda: now
    commits.release(ledger, claim, delay_ms=0)
    ledger.close()
    return ready_home


def test_people_are_told_hours_in_a_table(lectern: Lectern, used: Path) -> None:
    """With the time that it is over, the total, and what is not in it; in either language."""
    assert used.is_dir()
    told = lectern("usage", "--since", "yesterday", "--by", "project")
    assert told.code == Exit.OK
    rows = [line.split() for line in told.out.splitlines()]
    assert ["spring", "1.50", "0.00", "100", "%", "0", "0", "s", "0", "MB"] in rows
    assert ["total", "1.50", "0.00", "100", "%", "0", "0", "s", "0", "MB"] in rows
    assert "what runs now is not in it yet" in told.out
    assert "COST" not in told.out
    assert "显卡小时" in lectern("usage", "--lang", "zh").out


def test_money_is_shown_where_prices_are_set(
    lectern: Lectern, used: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the operator's currency; a card without a price is named."""
    assert used.is_dir()
    monkeypatch.setenv("LECTERN_PRICES__CARDS", "any = 3.33")
    monkeypatch.setenv("LECTERN_PRICES__CURRENCY", "CNY")
    document = lectern("usage", "--since", "yesterday", "--json").document
    assert (document["total"]["cost"], document["currency"], document["unpriced"]) == ("5.00", "CNY", [])
    assert document["total"]["card_ms"] == document["lines"][0]["card_ms"] == 3 * _HOUR // 2
    assert "5.00 CNY" in lectern("usage", "--since", "yesterday").out
    monkeypatch.setenv("LECTERN_PRICES__CARDS", "H200 = 1")
    assert "No price is set for GPU-1" in lectern("usage", "--since", "yesterday").out
    monkeypatch.setenv("LECTERN_PRICES__CARDS", "H200")
    assert lectern("usage").code == Exit.SETUP


def test_a_spreadsheet_calculates_nothing(lectern: Lectern, used: Path) -> None:
    """Numbers are numbers, and a name that looks like a formula is text."""
    assert used.is_dir()
    told = lectern("usage", "--since", "yesterday", "--csv").out
    (line, total) = csv.DictReader(io.StringIO(told.removeprefix("\ufeff"), newline=""), strict=True)
    assert line["department"] == "'=cmd|' /C calc'!A0"
    assert (line["card_hours"], line["card_ms_wasted"], total["card_ms"]) == ("1.500", "5400000", "5400000")
    assert total["department"] == "total"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--month", "november"), "period-month-wrong"),
        (("--month", "2026-11", "--since", "today"), "period-both"),
        (("--until", "today"), "period-open"),
        (("--since", "soon"), "period-time-wrong"),
        (("--since", "2100-01-01"), "period-backwards"),
        (("--by", "planet"), "accounts-by-unknown"),
    ],
)
def test_what_is_no_account_is_a_wrong_command(lectern: Lectern, options: tuple[str, ...], code: str) -> None:
    """Each with what to type instead."""
    told = lectern("usage", *options, "--json")
    assert (told.code, told.failure["code"]) == (Exit.USAGE, code)


def test_an_unknown_department_is_refused_with_those_that_there_are(lectern: Lectern) -> None:
    """A name that is misspelt has no empty account."""
    told = lectern("usage", "--department", "slaes", "--json")
    assert (told.code, told.failure["facts"]["known"]) == (Exit.REFUSED, "default")
