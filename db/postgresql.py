"""PostgreSQL's own programs, and what server they speak to."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from db.engine import Reaching, place_of
from pipeline.plan.errors import AwayError, InputError

_DUMP_S = 24 * 3600
_TOLD_CHARACTERS = 300
_VERSION = text("SHOW server_version_num")


def server_of(engine: Engine) -> int:
    """The major version of the server that an engine leads to.

    Raises:
        AwayError: ``ledger-away``.
    """
    with Reaching(engine), engine.connect() as connection:
        return int(connection.execute(_VERSION).scalar_one()) // 10_000


def program(engine: Engine, name: str) -> str:
    """PostgreSQL's program of this name, new enough for the server: on the PATH, or of a bundled server.

    Raises:
        InputError: ``backup-no-tools``.
    """
    wanted = server_of(engine)
    bundled = find_spec("pgserver")
    folders = [] if bundled is None or bundled.origin is None else [Path(bundled.origin).parent]
    places = [shutil.which(name), *(shutil.which(name, path=folder / "pginstall/bin") for folder in folders)]
    for place in places:
        if place is not None and _major(place) >= wanted:
            return place
    raise InputError("backup-no-tools", program=name, version=wanted)


def _major(program: str) -> int:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - a program that was found, no words of a user's
    found = re.search(r"\b(\d+)\.", told.stdout)
    return int(found[1]) if found else 0


def run_program(engine: Engine, command: Sequence[str]) -> None:
    """Run one of PostgreSQL's programs at an engine's database; the password is in no command line.

    Raises:
        AwayError: ``backup-ledger-failed``, with the first line of what it said.
    """
    done = subprocess.run(  # noqa: S603 - no shell, and no words of a user's
        list(command),
        env={**os.environ, **_environment(engine)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
        timeout=_DUMP_S,
    )
    if done.returncode:
        lines = [line for line in done.stderr.strip().splitlines() if line.strip()] or [str(done.returncode)]
        reason = lines[0][:_TOLD_CHARACTERS]
        raise AwayError("backup-ledger-failed", place=place_of(engine), reason=reason)


#: What libpq calls the parts of a connection in a process's environment (PostgreSQL manual, 34.15).
_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslrootcert": "PGSSLROOTCERT",
    "options": "PGOPTIONS",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}


def _environment(engine: Engine) -> Mapping[str, str]:
    parts: Mapping[str, Any] = engine.dialect.create_connect_args(engine.url)[1]
    return {_VARIABLES[name]: str(value) for name, value in parts.items() if name in _VARIABLES}
