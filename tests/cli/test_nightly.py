"""Promises of `lectern nightly`: what it prints suits a mail, and its exit codes tell a night from none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli.exits import Exit
from farm.bootstrap import open_farm
from farm.inbox import Inbox
from tests.cli.conftest import Lectern
from tests.support.backend import as_if_new, receiving

pytestmark = pytest.mark.usefixtures("ready_home")


@pytest.fixture
def folder(ready_home: Path, manifest: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The nightly folder with one batch of three films, and no patience needed."""
    monkeypatch.setenv("LECTERN_NIGHTLY__SETTLED_S", "0")
    (ready_home / "nightly").mkdir()
    shutil.copytree(manifest.parent, ready_home / "nightly" / "november")
    return ready_home / "nightly"


def test_a_night_is_told_line_by_line(lectern: Lectern, folder: Path) -> None:
    """With the time before each; a bad batch and where it lies are told as well."""
    (folder / "bad").mkdir()
    (folder / "bad" / "bad.csv").write_text("id,script\n1,Hello.\n")
    answer = lectern("nightly", "--no-wait")
    assert answer.code == Exit.OK
    lines = answer.out.splitlines()
    assert [line[:2].isdigit() and line[2] == ":" for line in lines[:3]] == [True] * 3
    assert lines[0].endswith(f"batches lie in {folder}.")
    assert "bad: refused; why is told beside" in lines[1]
    assert lines[2].endswith("november: batch 1, 3 films.")
    assert "Batches: 1 submitted with 3 films, 1 refused." in lines
    (folder / "worse").mkdir()
    (folder / "worse" / "worse.csv").write_text("id,script\n1,Hello.\n")
    assert lectern("nightly", "--no-wait", "--fail-on-dead").code == Exit.FAILED
    document = lectern("nightly", "--no-wait", "--json").document
    assert (document["kind"], document["how"], document["submitted"]) == ("night", "not_waited", [])


@pytest.mark.usefixtures("looked_once")
def test_a_backend_of_traces_is_told_of_every_batch_of_a_night(
    lectern: Lectern, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the second and of all that come after it as of the first."""
    (other,) = shutil.copytree(folder / "november", folder / "october").glob("*.csv")
    other.write_text(other.read_text("utf-8").replace("Hello", "Goodbye"), "utf-8")
    with receiving() as backend:
        monkeypatch.setenv("LECTERN_TELEMETRY__OTLP_URL", backend.url)
        with as_if_new(monkeypatch):
            assert len(lectern("nightly", "--no-wait", "--json").document["submitted"]) == 2
    told = [
        attribute.value.int_value
        for span in backend.spans
        for attribute in span.attributes
        if (span.name, attribute.key) == ("submit", "lectern.batch")
    ]
    assert sorted(told) == [1, 1, 1, 2, 2, 2]


@pytest.mark.usefixtures("folder")
def test_failed_films_are_a_part_of_a_night(lectern: Lectern, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 0, unless it was asked for otherwise; that code is told apart from every other."""

    def fail_all(self: Inbox, *given: object, **told: str) -> Path:
        place = put_away(self, *given, **told)  # type: ignore[arg-type]
        with open_farm() as farm, farm.ledger.write("test") as connection:
            connection.exec_driver_sql(
                "UPDATE jobs SET state = 'failed', error_code = 'script-empty', ended_at = 9999999999999"
            )
        return place

    put_away = Inbox.put_away
    monkeypatch.setattr(Inbox, "put_away", fail_all)
    told = lectern("nightly", "--fail-on-dead", "--json")
    assert (told.code, told.document["failed"], told.document["how"]) == (3, 3, "empty")
    assert Exit(3) is Exit.DEAD is Exit.REFUSED
    assert lectern("nightly").code == Exit.OK


@pytest.mark.parametrize(
    ("arguments", "knob", "told"),
    [
        ((), ("FOLDER", "/nowhere/at/all"), (Exit.SETUP, "nightly-folder-missing")),
        ((), ("WINDOW", "no such"), (Exit.SETUP, "nightly-window-unknown")),
        (("--scale", "any"), ("WINDOW", ""), (Exit.USAGE, "nightly-pool-wrong")),
        (("--scale", "a", "--no-wait"), ("WINDOW", ""), (Exit.USAGE, "nightly-scale-alone")),
    ],
)
def test_a_night_that_could_not_be_is_no_night(
    lectern: Lectern,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    arguments: tuple[str, ...],
    knob: tuple[str, str],
    told: tuple[Exit, str],
) -> None:
    """With an exit code that is neither 0 nor 3, and nothing was done."""
    monkeypatch.setenv(f"LECTERN_NIGHTLY__{knob[0]}", knob[1])
    answer = lectern("nightly", *arguments, "--json")
    assert (answer.code, answer.failure["code"]) == told
    assert (folder / "november").exists()


def test_a_second_one_says_so(lectern: Lectern, folder: Path) -> None:
    """And does nothing."""
    with Inbox(folder, settled_s=0).alone():
        answer = lectern("nightly", "--json")
    assert (answer.code, answer.failure["code"]) == (Exit.CONFLICT, "nightly-running")
    assert (folder / "november").exists()
