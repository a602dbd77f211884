"""Promises of `lectern` as a program: exit codes, languages, JSON, and a film from a bare command line."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

import av
import pytest

from cli.exits import Exit
from tests.cli.conftest import LECTERN, PORTRAIT, Lectern
from worker.places import Places, only_one


def test_a_missing_ledger_is_named_with_its_cure(program: Lectern, lectern: Lectern, home: Path) -> None:
    """In the language of the locale; and nothing makes the ledger but the command that is named."""
    answer = program("status", LC_ALL="zh_CN.UTF-8")
    assert answer.code == Exit.SETUP
    assert answer.out == ""
    assert "lectern db upgrade" in answer.err
    assert "账本" in answer.err
    assert "Traceback" not in answer.err
    assert not (home / "ledger.sqlite3").exists()
    made = program("db", "upgrade", "--json")
    assert made.code == Exit.OK
    assert made.document["ready"]
    assert lectern("db", "check").code == Exit.OK


def test_a_terminal_that_knows_no_chinese_gets_question_marks(program: Lectern) -> None:
    """No encoding ends in a crash."""
    answer = program("status", "--lang", "zh", PYTHONIOENCODING="ascii")
    assert answer.code == Exit.SETUP
    assert "lectern db upgrade" in answer.err


def test_a_setting_that_is_wrong_is_named(
    program: Lectern, lectern: Lectern, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A misspelt knob is no silent default."""
    answer = program("status", "--json", LECTERN_FILM__FPS="many")
    assert answer.code == Exit.SETUP
    assert answer.failure["code"] == "farm-knob-number"
    assert "film.fps takes a number, not “many”" in answer.failure["what"]
    monkeypatch.setenv("LECTERN_LOG__LEVEL", "loud")
    answer = lectern("status", "--json", "--lang", "zh")
    assert answer.failure["code"] == "farm-knob-choice"
    assert "debug, info, warning, error" in answer.failure["cure"]


@pytest.mark.parametrize(
    ("name", "told"), [("LECTERN_WORKER__CUONT", "worker.cuont"), ("LECTERN_WURKER", "LECTERN_WURKER")]
)
def test_a_knob_that_does_not_exist_is_named(
    lectern: Lectern, monkeypatch: pytest.MonkeyPatch, name: str, told: str
) -> None:
    """In the operator's own words, without those of a library."""
    monkeypatch.setenv(name, "3")
    answer = lectern("status", "--json")
    assert answer.code == Exit.SETUP
    assert f"There is no knob {told}" in answer.failure["what"]
    assert "pydantic" not in answer.err


def test_one_film_is_made_without_any_farm(
    program: Lectern, lectern: Lectern, home: Path, tmp_path: Path
) -> None:
    """Film, captions, poster and manifest lie together; the same again is found, nothing is overwritten."""
    script = tmp_path / "talk.txt"
    script.write_text("你好。", "utf-8")
    film = tmp_path / "film.mp4"
    order = ("render", "--portrait", PORTRAIT, "--script", script, "-o", film, "--format", "square-512")
    made = program(*order, "--json")
    assert made.code == Exit.OK, made.err
    document = made.document
    assert (document["film"], document["warnings"]) == (str(film), [])
    with av.open(str(film)) as opened:
        (picture,), (sound,) = opened.streams.video, opened.streams.audio
        assert (picture.width, picture.height, picture.frames) == (512, 512, document["frames"])
        assert sound.rate == 48_000
    names = {path.name for path in tmp_path.iterdir()} - {"home", "talk.txt"}
    assert names == {"film.mp4", "film.srt", "film.vtt", "film.jpg", "film.json"}
    assert "你好" in film.with_suffix(".srt").read_text("utf-8")
    assert not (home / "ledger.sqlite3").exists()

    refused = lectern(*order, "--json")
    assert refused.code == Exit.CONFLICT
    assert refused.failure["code"] == "command-output-exists"
    before = film.read_bytes()
    again = lectern(*order, "--force", "--json")
    assert again.code == Exit.OK
    assert again.document["essence"] == document["essence"]
    assert again.document["trace"] != document["trace"]
    assert film.read_bytes() != before


def test_an_interrupted_render_leaves_nothing_half(home: Path, tmp_path: Path) -> None:
    """Ctrl-C in the middle of the work: no file of the film, no part of one, and the exit code says so."""
    script = tmp_path / "talk.txt"
    script.write_text(" ".join(f"This is sentence number {number}." for number in range(12)), "utf-8")
    shutil.copy(PORTRAIT, tmp_path / "face.png")
    started = subprocess.Popen(
        [
            str(LECTERN),
            "render",
            "-p",
            "face.png",
            "-s",
            "talk.txt",
            "-o",
            "film.mp4",
            "--format",
            "square-512",
        ],
        cwd=tmp_path,
        env={"LECTERN_HOME": str(home), "PATH": "/usr/bin:/bin"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert started.stderr is not None
    for line in started.stderr:
        if line.strip() == "render":
            break
    started.send_signal(signal.SIGINT)
    rest = started.communicate(timeout=60)[1]
    assert started.returncode == Exit.INTERRUPTED
    assert "Traceback" not in rest
    assert {path.name for path in tmp_path.iterdir()} == {"home", "talk.txt", "face.png"}


def test_leaving_watch_leaves_the_farm_working(
    lectern: Lectern, home: Path, ready_home: Path, manifest: Path
) -> None:
    """Ctrl-C ends the view alone, and the way back is told."""
    assert lectern("submit", manifest).code == Exit.OK
    started = subprocess.Popen(
        [str(LECTERN), "watch"],
        env={"LECTERN_HOME": str(ready_home), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    assert "batch 1" in started.stdout.readline()
    started.send_signal(signal.SIGINT)
    _, told = started.communicate(timeout=60)
    assert started.returncode == Exit.INTERRUPTED
    assert "lectern watch 1" in told
    assert home == ready_home


def test_a_second_farm_is_refused_before_it_says_that_it_starts(lectern: Lectern, ready_home: Path) -> None:
    """Nothing is announced that does not happen."""
    with only_one(Places(home=ready_home)):
        answer = lectern("up")
    assert answer.code == Exit.CONFLICT
    assert "Starting" not in answer.err


def test_a_worker_without_a_ledger_does_not_begin(program: Lectern, lectern: Lectern) -> None:
    """Nor does a dispatcher: what stands against it is all that is said."""
    for answer in (program("worker"), lectern("dispatcher")):
        assert answer.code == Exit.SETUP
        assert "begins" not in answer.err


def test_the_doctor_finds_what_is_missing(program: Lectern, lectern: Lectern, ready_home: Path) -> None:
    """A machine that can render, with a ledger and without an archive: Lectern works, with less."""
    answer = program("doctor", "--json")
    assert answer.code == Exit.OK, answer.out
    levels = {finding["check"]: finding["level"] for finding in answer.document["findings"]}
    assert levels.pop("archive") == "warning"
    assert levels.pop("store") in {"ok", "warning"}
    assert levels.pop("fonts") in {"ok", "warning"}
    assert set(levels.values()) == {"ok"}
    needed = {"python", "ffmpeg", "eye", "voice", "face", "models", "ledger", "clock", "redis", "settings"}
    assert set(levels) == needed | {"narrators", "converter", "ear", "writer", "members", "consents"}
    assert all(finding["cure"] for finding in answer.document["findings"] if finding["level"] != "ok")
    assert ready_home.is_dir()
    page = lectern("doctor").out
    assert "GB free" in page
    assert "lectern archive init" in page
    chinese = lectern("doctor", "--lang", "zh").out
    assert "个声音" in chinese
    assert "voices" not in chinese
