"""The demo itself, with a small batch: a farm comes up, films are made and delivered, and nothing is left."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import av
import psutil
import pytest

from cli.main import run
from tests.demo.test_demo import DEMO

LECTERN = Path(sys.executable).with_name("lectern")
# A whole farm comes up, which a busy machine may keep waiting.
pytestmark = pytest.mark.timeout(300)

_COMPANIONS = (".srt", ".vtt", ".jpg", ".json")


@dataclass(frozen=True, kw_only=True)
class _Demo:
    """A demo that has run."""

    code: int
    told: str
    out: Path
    manifest: Path

    @property
    def films(self) -> list[Path]:
        """The films that were delivered."""
        return sorted((self.out / "films").glob("*/*.mp4"))

    @property
    def homes(self) -> dict[str, str]:
        """What the demo's first line says how to set."""
        return {"LECTERN_HOME": str(self.out / "home"), "LECTERN_ARCHIVE__ROOT": str(self.out / "films")}


def _run(command: list[str], change: dict[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LECTERN_", "LC_", "LANG"))
    }
    return subprocess.run(
        command, env={**kept, **change}, capture_output=True, text=True, check=False, timeout=200
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> _Demo:
    """The demo's own program, run with two short rows of one template, as its own batch has them."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(DEMO / "portraits", folder / "portraits")
    (folder / "hello.txt").write_text("Hello, {{name}}.", "utf-8")
    manifest = folder / "two.csv"
    manifest.write_text(
        "id,script_file,portrait,format,user,scene,name\n"
        "hello-maria,hello.txt,portraits/leo.png,square-512,demo,hello Maria,Maria\n"
        "hello-li,hello.txt,portraits/astronaut.png,square-512,demo,hello Li,Li\n",
        "utf-8",
    )
    out = folder / "out"
    # As `make demo` runs it: isolated, so that nothing is imported from where one stands.
    ended = _run([sys.executable, "-I", str(DEMO / "run.py"), str(manifest), "--out", str(out)], {})
    return _Demo(code=ended.returncode, told=ended.stdout + ended.stderr, out=out, manifest=manifest)


def test_every_film_is_delivered_with_what_goes_with_it(demo: _Demo) -> None:
    """Exit code 0; two films on the archive, each with captions, poster and manifest beside it."""
    assert demo.code == 0, demo.told
    assert len(demo.films) == 2
    for film in demo.films:
        assert str(film) in demo.told
        for suffix in _COMPANIONS:
            assert film.with_suffix(suffix).stat().st_size > 0
        told = json.loads(film.with_suffix(".json").read_text("utf-8"))
        with av.open(str(film)) as container:
            assert sum(1 for _ in container.decode(video=0)) == told["frames"]


def test_what_became_of_each_row_stands_beside_the_films(demo: _Demo) -> None:
    """A table of both rows, named at the end, tells which film is whose."""
    (path,) = (demo.out / "films").glob("*/*.results.csv")
    assert str(path) in demo.told
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert [(row["id"], row["status"], row["archive"]) for row in rows] == [
        ("hello-maria", "completed", "archived"),
        ("hello-li", "completed", "archived"),
    ]
    assert sorted(demo.out / "films" / row["video"] for row in rows) == demo.films


def test_each_film_says_what_its_row_filled_in(demo: _Demo) -> None:
    """Each row's own name is spoken and shown, and the braces are nowhere."""
    shown = [film.with_suffix(".srt").read_text("utf-8") for film in demo.films]
    assert sorted(text.splitlines()[2] for text in shown) == ["Hello, Li.", "Hello, Maria."]


def test_progress_is_told_of_each_row(demo: _Demo) -> None:
    """While the batch is watched, every row has lines of its own, and at the end all of it is done."""
    lines = demo.told.splitlines()
    for row in ("hello-maria", "hello-li"):
        assert any(line.startswith(f"  {row}  ") for line in lines), demo.told
    assert "  100 %" in demo.told, demo.told


def test_the_farm_keeps_its_words_to_its_log(demo: _Demo) -> None:
    """What the farm says goes to a file that is named, and does not tear the progress on the screen."""
    log = demo.out / "up.log"
    assert str(log) in demo.told
    assert log.stat().st_size > 0
    assert not set(log.read_text("utf-8").splitlines()) & set(demo.told.splitlines()) - {""}


def test_no_process_is_left(demo: _Demo) -> None:
    """When the demo has ended, nothing works below its folder any more."""
    left = []
    for process in psutil.process_iter():
        try:
            told = [process.cwd(), *process.cmdline(), *process.environ().values()]
        except psutil.Error:
            continue
        if any(str(demo.out) in part for part in told):
            left.append(process.cmdline())
    assert left == []


def test_the_same_batch_again_is_the_one_that_is_there(demo: _Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Submitted a second time, the batch is found, and that is said."""
    in_words = _run([str(LECTERN), "submit", str(demo.manifest)], demo.homes)
    assert in_words.returncode == 0, in_words.stderr
    assert "Submitted before" in in_words.stdout
    for name, value in demo.homes.items():
        monkeypatch.setenv(name, value)
    out, err = io.StringIO(), io.StringIO()
    assert run(["submit", str(demo.manifest), "--json"], demo.homes, out, err) == 0, err.getvalue()
    assert json.loads(out.getvalue())["created"] is False


def test_a_folder_of_yours_is_never_cleared(demo: _Demo, tmp_path: Path) -> None:
    """A folder that holds anything but a demo is refused and left alone."""
    (tmp_path / "thesis.txt").write_text("mine")
    ended = _run([sys.executable, "-I", str(DEMO / "run.py"), str(demo.manifest), f"--out={tmp_path}"], {})
    assert ended.returncode == 2
    assert "--out" in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
