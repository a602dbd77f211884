"""Promises of `lectern submit`: a dry run, a question, a report, and nothing queued without a yes."""

from __future__ import annotations

import csv
import json
import os
import pty
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from cli.exits import Exit
from tests.cli.conftest import LECTERN, Lectern

pytestmark = pytest.mark.usefixtures("ready_home")


def batches(lectern: Lectern) -> int:
    """How many batches there are."""
    return len(lectern("list", "--json").document["batches"])


def stored(home: Path) -> list[Path]:
    """Every file in the store."""
    return [path for path in (home / "store").rglob("*") if path.is_file()]


def lookers_of(pid: int) -> list[psutil.Process]:
    """The processes that look at pictures for another one; others come and go beside them."""
    found = []
    with suppress(psutil.Error):
        for child in psutil.Process(pid).children():
            with suppress(psutil.Error):
                if "farm.looking" in child.cmdline():
                    found.append(child)
    return found


def at_terminal(home: Path, answer: str, *arguments: object) -> tuple[int, str]:
    """Run the program at a terminal of its own, and type an answer when it asks; exit code and screen."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "LECTERN_HOME": str(home), "TERM": "xterm", "COLUMNS": "100", "LINES": "40"}
    with subprocess.Popen(
        [str(LECTERN), *(str(argument) for argument in arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        screen, typed = b"", not answer
        while True:
            try:
                data = os.read(ours, 4096)
            except OSError:
                break
            screen += data
            if not data:
                break
            if not typed and b"[y/N]" in screen:
                os.write(ours, f"{answer}\n".encode())
                typed = True
        process.wait(60)
    os.close(ours)
    return process.returncode, screen.decode()


def test_a_dry_run_tells_everything_and_does_nothing(lectern: Lectern, manifest: Path, home: Path) -> None:
    """Rows as they would be made, time, room and what stands against it; nothing is stored or queued."""
    told = lectern("submit", manifest, "--dry-run")
    assert told.code == Exit.OK, told.err
    for words in ("row0", "512 × 512", "a rule of thumb", "Nothing was queued", "lectern up", "free in"):
        assert words in told.out
    document = lectern("submit", manifest, "--dry-run", "--json").document
    assert (document["kind"], document["jobs"], document["finish"]) == ("forecast", 3, None)
    assert [row["id"] for row in document["rows"]] == ["row0", "row1", "row2"]
    assert document["rows"][0]["voice"] == "espeak/en-us"
    assert document["clips"]["all"] == 9
    assert document["store"]["free_bytes"] > 0
    assert {notice["code"] for notice in document["notices"]} == {"submit-no-worker", "submit-archive-away"}
    assert "试运行" in lectern("submit", manifest, "--dry-run", "--lang", "zh").out
    assert batches(lectern) == 0
    assert not stored(home)


def test_a_dry_run_of_a_bad_batch_is_refused_like_it(lectern: Lectern, manifest: Path) -> None:
    """And with --skip-invalid it tells of the rows that are left."""
    manifest.write_text(manifest.read_text("utf-8").replace("face.png", "gone.png", 1), "utf-8")
    assert lectern("submit", manifest, "--dry-run").code == Exit.REFUSED
    document = lectern("submit", manifest, "--dry-run", "--skip-invalid", "--json").document
    assert (document["jobs"], [each["row"] for each in document["skipped"]]) == (2, [2])


def test_a_report_is_written_whatever_becomes_of_the_batch(
    lectern: Lectern, manifest: Path, tmp_path: Path
) -> None:
    """When it is refused, in a dry run, and with warnings alone; what was there before is replaced whole."""
    report = tmp_path / "errors.csv"

    def codes() -> list[str]:
        with report.open(encoding="utf-8-sig", newline="") as file:
            return [line[4] for line in csv.reader(file)][1:]

    good = manifest.read_text("utf-8")
    manifest.write_text(good.replace("face.png", "gone.png", 2), "utf-8")
    told = lectern("submit", manifest, "--report", report)
    assert (told.code, codes()) == (Exit.REFUSED, ["manifest-file-missing"] * 2)
    assert "errors.csv" in told.err
    manifest.write_text(good.replace("square-512", "square-1080"), "utf-8")
    assert lectern("submit", manifest, "--report", report, "--dry-run", "--json").code == Exit.OK
    assert codes() == ["portrait-face-enlarged"] * 3
    assert lectern("submit", manifest, "--report", report, "--strict").code == Exit.REFUSED
    assert lectern("submit", manifest, "--report", report).code == Exit.OK
    assert codes() == ["portrait-face-enlarged"] * 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["batch", "errors.csv", "home"]


@pytest.mark.parametrize(
    ("report", "code"), [("nowhere/e.csv", "command-output-nowhere"), ("", "command-output-exists")]
)
def test_a_report_that_cannot_be_written_is_refused_at_once(
    lectern: Lectern, manifest: Path, report: str, code: str
) -> None:
    """Before the check; the manifest itself is never written over, nor a folder."""
    before = manifest.read_bytes()
    for place in (manifest.parent / report, manifest if not report else None):
        if place is not None:
            answer = lectern("submit", manifest, "--report", place, "--json")
            assert answer.failure["code"] == code
    assert manifest.read_bytes() == before
    assert batches(lectern) == 0


def test_at_a_terminal_nothing_is_queued_without_a_yes(lectern: Lectern, manifest: Path, home: Path) -> None:
    """The forecast is shown, and a plain Enter is a no with an exit code of its own."""
    code, screen = at_terminal(home, "\x04", "submit", manifest)
    assert code == Exit.DECLINED, screen
    assert "CPU time" in screen
    assert "Nothing was queued." in screen
    assert batches(lectern) == 0
    assert not stored(home)
    code, screen = at_terminal(home, "是", "submit", manifest, "--lang", "zh")
    assert (code, batches(lectern)) == (Exit.OK, 1), screen
    assert "提交 3 部影片？" in screen
    code, screen = at_terminal(home, "", "submit", manifest)
    assert (code, batches(lectern)) == (Exit.OK, 1), screen
    assert "batch 1 already" in screen
    assert "Queue 3 films?" not in screen
    code, screen = at_terminal(home, "n", "submit", manifest, "--again")
    assert (code, batches(lectern)) == (Exit.DECLINED, 1), screen
    assert "batch 1 already" not in screen


@pytest.mark.parametrize(
    ("struck", "code"), [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_ending_it_in_the_check_leaves_nothing(
    lectern: Lectern, manifest: Path, home: Path, struck: signal.Signals, code: int
) -> None:
    """Ctrl-C, or killed for good: no process, no file, no batch, and not a word more than it takes."""
    folder = manifest.parent
    lines = ["script,portrait"]
    for number in range(12):
        shutil.copy(folder / "face.png", folder / f"{number}.png")
        with (folder / f"{number}.png").open("ab") as file:
            file.write(bytes([number]))
        lines.append(f"Hello.,{number}.png")
    manifest.write_text("\n".join(lines), "utf-8")
    with subprocess.Popen(
        [str(LECTERN), "submit", str(manifest)],
        env={**os.environ, "LECTERN_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        until = time.monotonic() + 60
        lookers: list[psutil.Process] = []
        while not lookers and time.monotonic() < until and process.poll() is None:
            lookers = lookers_of(process.pid)
            time.sleep(0.01)
        assert lookers
        process.send_signal(struck)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (code, b"")
    assert not psutil.wait_procs(lookers, timeout=10)[1]
    assert batches(lectern) == 0
    assert not stored(home)


def test_progress_is_drawn_at_a_terminal_alone(lectern: Lectern, manifest: Path, home: Path) -> None:
    """A log or a machine hears nothing of it, and on the terminal nothing of it remains."""
    answer = lectern("submit", manifest, "--dry-run", "--json")
    assert (answer.err, json.loads(answer.out)["kind"]) == ("", "forecast")
    _, screen = at_terminal(home, "", "submit", manifest, "--yes")
    assert "Checking the batch" in screen
    assert "3/3" in screen
    assert "Queue 3 films?" not in screen
    assert batches(lectern) == 1
