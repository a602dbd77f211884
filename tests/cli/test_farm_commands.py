"""Promises of the commands over a ledger: submit, list, show, cancel, pause, resume, requeue, status."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cli.exits import Exit
from tests.cli.conftest import Lectern

pytestmark = pytest.mark.usefixtures("ready_home", "looked_once")


def submitted(lectern: Lectern, manifest: Path) -> list[int]:
    """Submit the three rows; the numbers of their jobs."""
    receipt = lectern("submit", manifest, "--json")
    assert receipt.code == Exit.OK, receipt.err
    listed = lectern("list", receipt.document["batch"], "--json").document
    return [job["id"] for job in listed["rows"]]


def states(lectern: Lectern) -> list[tuple[str, list[str]]]:
    """State and holds of each job of the first batch."""
    return [(job["state"], job["holds"]) for job in lectern("list", 1, "--json").document["rows"]]


def test_submit_tells_the_batch_and_how_to_watch_it(lectern: Lectern, manifest: Path) -> None:
    """And where its results will be; the same manifest again is the same batch, and the person is told so."""
    first = lectern("submit", manifest)
    assert first.code == Exit.OK
    queued, results, watch = first.out.splitlines()
    assert (queued, watch) == ("Batch 1 is queued; films: 3.", "lectern watch 1")
    assert re.search(r"/home/archive/[\d-]{10}/\S+_batch\.results\.csv$", results)
    second = lectern("submit", manifest)
    assert second.code == Exit.OK
    assert "nothing new was queued" in second.out
    assert "keep" not in second.out
    for words in (("submit", manifest), ("submit", manifest, "--dry-run")):
        told = " ".join(lectern(*words, "--urgency", "bulk").out.split())
        assert "3 films keep their urgency: normal. Asked for this time: bulk." in told
        assert "`lectern set --batch 1 --urgency bulk`" in told
    assert lectern("submit", manifest, "--priority", 3, "--json").document["kept"]["what"][0]["has"] == "0"
    assert lectern("submit", manifest, "--again", "--json").document["batch"] == 2


def test_canceled_jobs_are_brought_back_by_retry(lectern: Lectern, manifest: Path) -> None:
    """What was changed and what was not is told by number."""
    first, second, third = submitted(lectern, manifest)
    assert lectern("cancel", first, second, "--json").document == {
        "kind": "changed",
        "changed": [first, second],
        "unchanged": [],
        "why": {},
        "stops": [],
        "back": [],
        "quota": {"films": 0, "last": ""},
        "windows": [],
        "dry_run": False,
    }
    assert states(lectern) == [("canceled", []), ("canceled", []), ("queued", [])]
    again = lectern("cancel", "--batch", 1)
    assert again.out == (
        f"Canceled 1 job: {third}\nLeft as they are, since they were canceled (2 jobs): {first}, {second}\n"
    )
    assert lectern("requeue", first, "--json").document["changed"] == [first]
    assert states(lectern)[0] == ("queued", [])


def test_paused_jobs_are_held_until_they_are_resumed(lectern: Lectern, manifest: Path) -> None:
    """A hold stands beside the state, and lists can be asked for it."""
    first, *_ = submitted(lectern, manifest)
    assert lectern("pause", first).code == Exit.OK
    assert states(lectern)[0] == ("queued", ["operator"])
    held = lectern("list", 1, "--state", "held", "--json").document
    assert [job["id"] for job in held["rows"]] == [first]
    assert held["counts"] == {"queued": 2, "held": 1}
    assert "2 queued · 1 held" in lectern("list", 1).out
    assert f"lectern resume {first}" in " ".join(lectern("list", 1).out.split())
    assert lectern("resume", first).code == Exit.OK
    assert states(lectern)[0] == ("queued", [])


def test_show_tells_everything_of_a_job(lectern: Lectern, manifest: Path) -> None:
    """Trace id, voice and format; and why nothing moves, with what to do about it."""
    first, *_ = submitted(lectern, manifest)
    document = lectern("show", first, "--json").document
    assert (document["row"], document["voice"][:7], document["format"]) == ("row0", "espeak/", "512x512")
    assert len(document["trace"]) == 32
    assert document["waiting"] == "no-worker"
    assert "lectern up" in lectern("show", first).out


def test_foreign_text_plays_no_tricks_on_the_terminal(lectern: Lectern, manifest: Path) -> None:
    """A title's control characters are gone, and what looks like markup is shown as it was written."""
    first, *_ = submitted(lectern, manifest)
    page = lectern("show", first).out
    assert "\x1b" not in page
    assert "[red]" in page


def test_status_says_what_keeps_the_farm_from_going_on(lectern: Lectern, manifest: Path) -> None:
    """Films are queued and nobody works: the cure stands in the answer, in the reader's language."""
    assert "Nothing was submitted yet." in lectern("status").out
    submitted(lectern, manifest)
    assert (
        "- The farm is not up, and films wait for it: 3. Start it with `lectern up`" in lectern("status").out
    )
    assert "用 `lectern up` 启动" in lectern("status", "--lang", "zh").out
    document = lectern("status", "--json").document
    assert (document["counts"], document["workers"]) == ({"queued": 3}, [])
    assert [advice["what"] for advice in document["attention"]] == ["farm-not-up", "archive-away"]


@pytest.mark.parametrize("arguments", [("show", 99), ("cancel", 99), ("list", 99), ("watch", 99), ("watch",)])
def test_what_is_not_there_has_an_exit_code_of_its_own(
    lectern: Lectern, arguments: tuple[object, ...]
) -> None:
    """Unknown jobs and batches, and watching a farm that has none."""
    answer = lectern(*arguments, "--json")
    assert answer.code == Exit.UNKNOWN
    assert answer.out == ""
    assert answer.failure["exit"] == Exit.UNKNOWN


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (("dance",), "command-unknown", "dance"),
        (("db",), "command-incomplete", "lectern db upgrade"),
        (("db", "dance"), "command-unknown", "db dance"),
        (("submit",), "command-argument-missing", "MANIFEST"),
        (("show",), "command-argument-missing", "JOB"),
        (("render", "-p", "a.png"), "command-argument-missing", "--output"),
        (("show", "one"), "command-number-wrong", "JOB"),
        (("cancel", "one"), "command-number-wrong", "JOB"),
        (("gc", "--grace-hours", 0), "command-number-wrong", "--grace-hours"),
        (("list", "--most", "many"), "command-number-wrong", "--most"),
        (("cancel",), "command-jobs-or-batch", "lectern cancel --batch 2"),
        (("cancel", 1, "--batch", 1), "command-jobs-or-batch", "lectern cancel"),
        (("status", "--dance"), "command-option-unknown", "--dance"),
        (("submit", "a.csv", "--key"), "command-option-value-missing", "--key"),
        (("submit", "a.csv", "--strict=yes"), "command-option-value-surplus", "--strict"),
        (("status", "now"), "command-words-surplus", "lectern status"),
    ],
)
def test_a_command_that_is_not_understood_is_a_mistake_of_usage(
    lectern: Lectern, arguments: tuple[object, ...], code: str, named: str
) -> None:
    """The answer names what was wrong, in the reader's language alone, and as JSON when that is asked for."""
    answer = lectern("--lang", "zh", *arguments, "--json")
    assert answer.code == Exit.USAGE
    assert answer.failure["code"] == code
    said = answer.failure["what"] + answer.failure["cure"]
    assert named in said
    assert not re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}", re.sub("`.*?`", "", said))


def test_a_state_that_does_not_exist_is_a_mistake_of_usage(lectern: Lectern, manifest: Path) -> None:
    """The known states are named, with or without a batch, and whether there are any jobs or none."""
    assert lectern("list", "--state", "dreaming").code == Exit.USAGE
    submitted(lectern, manifest)
    for arguments in (("list", 1), ("list",)):
        answer = lectern(*arguments, "--state", "dreaming")
        assert (answer.code, answer.out) == (Exit.USAGE, "")
        assert "queued" in answer.err


def test_jobs_of_all_batches_are_listed_by_state(lectern: Lectern, manifest: Path) -> None:
    """A job is found under the state that it is counted as; `--most` bounds the list."""
    first, second, third = submitted(lectern, manifest)
    assert lectern("submit", manifest, "--again").code == Exit.OK
    lectern("pause", first)
    lectern("cancel", second)
    queued = lectern("list", "--state", "queued", "--json").document
    assert queued["kind"] == "jobs"
    assert [(job["batch"], job["id"]) for job in queued["rows"]][:2] == [(1, third), (2, third + 1)]
    assert len(queued["rows"]) == 4
    assert len(lectern("list", "--state", "queued", "--most", 2, "--json").document["rows"]) == 2
    assert [job["id"] for job in lectern("list", "--state", "held", "--json").document["rows"]] == [first]
    page = lectern("list", "--state", "canceled").out
    assert page.splitlines()[0].split()[:3] == ["JOB", "BATCH", "ROW"]
    assert page.splitlines()[1].split()[:3] == [str(second), "1", "row1"]
    assert lectern("list", "--state", "failed").out == "No film is in this state.\n"


def test_watching_names_what_was_canceled_and_how_to_go_on(lectern: Lectern, manifest: Path) -> None:
    """A batch that ended without a film says which rows have none, and what brings them back."""
    first, *_ = submitted(lectern, manifest)
    lectern("cancel", "--batch", 1)
    assert f"`lectern requeue {first}` brings it back" in lectern("show", first).out
    answer = lectern("watch", 1)
    assert answer.code == Exit.FAILED
    assert [f"row{number}" in answer.out for number in range(3)] == [True] * 3
    assert "lectern requeue --batch 1" in answer.out
    assert "ETA" not in answer.out


def test_the_jobs_of_a_batch_are_listed_with_who_is_ahead(lectern: Lectern, manifest: Path) -> None:
    """And with the reason why nothing moves."""
    submitted(lectern, manifest)
    rows = lectern("list", 1, "--json").document["rows"]
    assert [job["ahead"] for job in rows] == [0, 1, 2]
    assert {job["waiting"] for job in rows} == {"no-worker"}
    assert "ETA" in lectern("list", 1).out


def test_people_read_the_time_of_their_own_clock(
    lectern: Lectern, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Machines get UTC."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        submitted(lectern, manifest)
        (batch,) = lectern("list", "--json").document["batches"]
        told = datetime.fromisoformat(batch["submitted"])
        assert batch["submitted"].endswith("Z")
        shown = (told + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M")
        assert shown in lectern("list").out
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_language_that_no_voice_speaks_is_refused(lectern: Lectern) -> None:
    """An empty list would look like an answer."""
    answer = lectern("voices", "--language", "klingon", "--json")
    assert (answer.code, answer.failure["code"]) == (Exit.REFUSED, "command-no-voice")
    assert lectern("voices", "--language", "zh", "--json").document["voices"]


def test_a_refused_batch_is_told_as_a_table_and_as_json(lectern: Lectern, manifest: Path) -> None:
    """Row, column, words, cure and code; nothing on standard output, and nothing queued."""
    manifest.write_text(manifest.read_text("utf-8").replace("face.png", "gone.png", 1), "utf-8")
    told = lectern("submit", manifest)
    assert (told.code, told.out) == (Exit.REFUSED, "")
    assert "[manifest-file-missing]" in told.err
    assert "--skip-invalid" in told.err
    failure = lectern("submit", manifest, "--json", "--lang", "zh").failure
    assert (failure["rows"], failure["good"]) == (3, 2)
    (problem,) = failure["problems"]
    assert (problem["row"], problem["column"], problem["code"]) == (2, "portrait", "manifest-file-missing")
    assert "gone.png" in problem["what"]
    assert lectern("list", "--json").document["batches"] == []


def test_a_missing_column_is_told_once(lectern: Lectern, manifest: Path) -> None:
    """Not again for each of the rows, among which it would be lost."""
    manifest.write_text(manifest.read_text("utf-8").replace("portrait", "sitter", 1), "utf-8")
    failure = lectern("submit", manifest, "--json").failure
    assert [(each["row"], each["column"], each["code"]) for each in failure["problems"]] == [
        (1, "portrait", "manifest-column-missing")
    ]


def test_a_header_that_is_refused_alone_blames_no_row(lectern: Lectern, manifest: Path) -> None:
    """With --strict a column that nothing uses refuses a batch of which each row could be made."""
    manifest.write_text(manifest.read_text("utf-8").replace("title", "tilte", 1), "utf-8")
    told = lectern("submit", manifest, "--strict")
    assert (told.code, told.out) == (Exit.REFUSED, "")
    assert "manifest-column-misspelt" in told.err
    assert "[command-batch-doubtful]" in told.err
    assert lectern("submit", manifest).code == Exit.OK


def test_what_a_job_was_accepted_in_spite_of_is_shown(lectern: Lectern, manifest: Path) -> None:
    """The warnings of its row stand in the answer, in words."""
    manifest.write_text(manifest.read_text("utf-8").replace("square-512", "square-1080"), "utf-8")
    first, *_ = submitted(lectern, manifest)
    assert "[portrait-face-enlarged]" in lectern("show", first).out


def test_a_defect_is_told_in_a_line_and_kept_in_a_log(
    lectern: Lectern, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody but the log sees a traceback."""

    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("farm.show.whole", break_down)
    answer = lectern("status")
    assert answer.code == Exit.UNEXPECTED
    assert "Traceback" not in answer.err
    log = home / "logs/command.log"
    assert str(log) in answer.err
    assert "RuntimeError: broken" in log.read_text("utf-8")
