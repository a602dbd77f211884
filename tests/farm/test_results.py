"""Promises about results: a table that spreadsheets open, a document for programs, and what is left alone."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import update

from db import commits, leases, operations, submission
from db.states import Urgency
from db.tables import leaders
from db.values import JobDraft, Notice, Submission
from farm.bootstrap import Farm, open_farm, settings_of
from farm.results import HEADER, Results, are_coming, results_of, save
from pipeline.plan import trace
from pipeline.plan.errors import AwayError, InputError
from pipeline.plan.messages import Language
from tests.db.acting import CHUNKS, fail, join, render, speak, take
from tests.db.values import digest, spec

FILM = "2026-11-20/anna_20261120-221502_welcome.mp4"


def sow(farm: Farm, rows: Sequence[str], *, language: Language = "en") -> int:
    """Submit a batch of rows that are made of a word; its id."""
    warning = Notice(code="portrait-turned", facts={"degrees": 17})
    batch = Submission(
        content=digest(os.urandom(8).hex()), name="november.csv", user="anna", language=language
    )
    drafts = (
        JobDraft(
            spec=spec(row),
            urgency=Urgency.NORMAL,
            traceparent=trace.new(os.urandom(24)).traceparent,
            warnings=(warning,),
        )
        for row in rows
    )
    return submission.submit(farm.ledger, batch, drafts).batch


def make_film(farm: Farm, *, archived: bool = True) -> None:
    """Bring the first waiting row to its film, and that to the archive."""
    speak(farm.ledger, take(farm.ledger, "speak"))
    for _ in CHUNKS:
        render(farm.ledger, take(farm.ledger, "render.warp"))
    join(farm.ledger, take(farm.ledger, "join"))
    if archived:
        commits.finish_archive(farm.ledger, take(farm.ledger, "archive"), path=FILM, machine_ms=1)


def table(content: bytes) -> list[dict[str, str]]:
    """The rows of a table, as a CSV reader finds them."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


@pytest.fixture
def mixed(farm: Farm) -> int:
    """A film, a row that failed, one that was canceled, and one that waits."""
    batch = sow(farm, ["welcome", "=bad", "gone", "later"])
    make_film(farm)
    fail(farm.ledger, take(farm.ledger, "speak"), InputError("script-empty"))
    operations.cancel(farm.ledger, [3], by="anna")
    return batch


def test_the_table_tells_every_row_in_the_manifests_order(farm: Farm, mixed: int) -> None:
    """What it became, where the film is and how it is opened, its length, and what went wrong."""
    content = results_of(farm, mixed, "en").forms["csv"]
    assert content.startswith(b"\xef\xbb\xbf" + ",".join(HEADER).encode() + b"\r\n")
    rows = table(content)
    assert [row["id"] for row in rows] == ["welcome", "'=bad", "gone", "later"]
    assert [row["status"] for row in rows] == ["completed", "failed", "canceled", "queued"]
    film, bad, *_ = rows
    assert (film["archive"], film["video"], film["duration_s"]) == ("archived", FILM, "3")
    assert film["link"] == f"file://{farm.archive}/{FILM}"
    assert "17 degrees" in film["warnings"]
    assert film["message"] == ""
    assert bad["video"] == bad["link"] == bad["duration_s"] == ""
    assert "script" in bad["message"]
    assert len({row["trace_id"] for row in rows}) == 4


def test_the_document_tells_the_same(farm: Farm, mixed: int) -> None:
    """With codes for programs, and lengths to the millisecond."""
    document = json.loads(results_of(farm, mixed, "en").forms["json"])
    assert (document["kind"], document["batch"], document["name"]) == ("results", mixed, "november.csv")
    film, bad, *_ = document["rows"]
    assert (film["duration_s"], film["warnings"][0]["code"]) == (3.0, "portrait-turned")
    assert (bad["id"], bad["code"], bad["duration_s"]) == ("=bad", "script-empty", None)


def test_messages_are_in_the_readers_language(farm: Farm, mixed: int) -> None:
    """Column names and states stay as they are, since programs go by them."""
    rows = table(results_of(farm, mixed, "zh").forms["csv"])
    assert rows[1]["status"] == "failed"
    assert "文" in rows[1]["message"] or "脚本" in rows[1]["message"]


def test_a_link_opens_from_another_machine(farm: Farm, mixed: int) -> None:
    """It is what the operator put before the archive's paths."""
    settings = settings_of(
        {
            "LECTERN_HOME": str(farm.settings.home),
            "LECTERN_ARCHIVE__PUBLIC_PREFIX": "https://nas.example/films/",
        }
    )
    with open_farm(settings) as elsewhere:
        rows = table(results_of(elsewhere, mixed, "en").forms["csv"])
    assert rows[0]["link"] == f"https://nas.example/films/{FILM}"


def test_results_are_told_while_the_archive_is_away(farm: Farm) -> None:
    """The film is made and measured; where it will be is not known, and the message says why."""
    batch = sow(farm, ["welcome"])
    make_film(farm, archived=False)
    away = AwayError("archive-away", root=str(farm.archive), reason="there is no archive")
    fail(farm.ledger, take(farm.ledger, "archive"), away)
    for language, word in (("en", "archive"), ("zh", "归档")):
        (film,) = table(results_of(farm, batch, language).forms["csv"])
        assert (film["status"], film["archive"], film["duration_s"]) == ("completed", "pending", "3")
        assert film["video"] == film["link"] == ""
        assert word in film["message"]


@pytest.fixture
def results(farm: Farm, mixed: int) -> Results:
    """Results of the batch."""
    return results_of(farm, mixed, "en")


def test_earlier_results_give_way_and_nothing_else_does(farm: Farm, results: Results, tmp_path: Path) -> None:
    """A file of this batch is renewed; anything else only when that was asked for."""
    path = tmp_path / "results.csv"
    save(results, path, "csv", replace=False)
    save(results, path, "csv", replace=False)
    assert path.read_bytes() == results.forms["csv"]
    other = results_of(farm, sow(farm, ["other"]), "en")
    for content in (
        b"my own table\r\n",
        other.forms["csv"],
        results.forms["csv"].replace(b"id,", b"no,id,", 1),
    ):
        path.write_bytes(content)
        with pytest.raises(InputError, match="command-output-exists"):
            save(results, path, "csv", replace=False)
        assert path.read_bytes() == content
    save(results, path, "csv", replace=True)
    assert path.read_bytes() == results.forms["csv"]
    assert [entry.name for entry in tmp_path.glob("results*")] == ["results.csv"]


def test_a_place_that_takes_no_file_is_told(results: Results, tmp_path: Path) -> None:
    """No folder, or a folder of that name."""
    with pytest.raises(InputError, match="command-output-nowhere"):
        save(results, tmp_path / "no" / "results.csv", "csv", replace=False)
    (tmp_path / "results.csv").mkdir()
    with pytest.raises(InputError, match="command-output-unwritable"):
        save(results, tmp_path / "results.csv", "csv", replace=True)


def test_files_are_awaited_from_a_leader_that_is_there(farm: Farm, mixed: int) -> None:
    """There is news of the batch; a dispatcher that was killed is still named, and tells nobody of it."""
    assert not are_coming(farm, mixed)
    assert leases.take_lead(farm.ledger, "dispatcher", leases.read_leadership(farm.ledger))
    assert are_coming(farm, mixed)
    with farm.ledger.write("test") as connection:
        connection.execute(update(leaders).values(seen_at=farm.ledger.clock() - 60_000))
    assert leases.read_leadership(farm.ledger).holder
    assert not are_coming(farm, mixed)
