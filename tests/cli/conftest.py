"""The command line over a home of its own: in this process, and as the real program."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from db import migrate
from db.engine import connect
from tests.support import looking

LECTERN = Path(sys.executable).with_name("lectern")
PORTRAIT = Path(__file__).resolve().parents[2] / "demo/portraits/astronaut.png"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command answered: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:  # noqa: ANN401 - JSON has no narrower type
        """The one JSON document on standard output."""
        return json.loads(self.out)

    @property
    def failure(self) -> Any:  # noqa: ANN401 - see above
        """The JSON of the error, the last line of standard error."""
        return json.loads(self.err.splitlines()[-1])


Lectern = Callable[..., Answer]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder that does not exist yet."""
    return tmp_path / "home"


@pytest.fixture(scope="session")
def fresh_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty ledger of this version's schema, to be copied."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.sqlite3"
    engine = connect(f"sqlite:///{path}")
    migrate.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def ready_home(home: Path, fresh_ledger: Path) -> Path:
    """A home folder with an empty ledger."""
    home.mkdir()
    shutil.copy(fresh_ledger, home / "ledger.sqlite3")
    return home


@pytest.fixture
def lectern(home: Path, monkeypatch: pytest.MonkeyPatch) -> Lectern:
    """Run a command in this process, without a locale of its own."""
    monkeypatch.setenv("LECTERN_HOME", str(home))

    def call(*arguments: object) -> Answer:
        out, err = io.StringIO(), io.StringIO()
        code = run([str(argument) for argument in arguments], {"LECTERN_HOME": str(home)}, out, err)
        return Answer(code=code, out=out.getvalue(), err=err.getvalue())

    return call


@pytest.fixture
def program(home: Path) -> Lectern:
    """Run the real program, with these environment variables besides."""

    def call(*arguments: object, **environment: str) -> Answer:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("LECTERN_", "LC_", "LANG"))
        }
        done = subprocess.run(
            [str(LECTERN), *(str(argument) for argument in arguments)],
            env={**kept, "LECTERN_HOME": str(home), **environment},
            capture_output=True,
            check=False,
            timeout=100,
        )
        return Answer(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())

    return call


@pytest.fixture(scope="module")
def looked_once() -> Iterator[None]:
    """Every picture of a file's tests is looked at once."""
    with looking.looked_once():
        yield


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A manifest of three good rows; their titles try to play tricks on a terminal."""
    folder = tmp_path / "batch"
    folder.mkdir()
    shutil.copy(PORTRAIT, folder / "face.png")
    path = folder / "batch.csv"
    rows = [
        f"row{number},Hello number {number}.,face.png,square-512,[red]\x1b[31mTitle {number}"
        for number in range(3)
    ]
    path.write_text("\n".join(["id,script,portrait,format,title", *rows]), "utf-8")
    return path
