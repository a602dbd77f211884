"""Each role of a ledger on PostgreSQL can do nothing beside its work.

That the farm's can do all of its own is shown by `test_every_crash`, whose histories are its.
"""

from __future__ import annotations

import io
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.pool import NullPool

from cli.exits import Exit, exit_of
from cli.main import run
from db import migrate, roles, snapshots
from db.engine import check_schema, connect
from db.ledger import Ledger
from db.tables import metadata
from pipeline.plan.errors import AwayError, InputError
from tests.db.revisions import bring_to

#: A name that has to be quoted wherever it stands.
_ODD = "odd \"'%s $lectern$"
#: Columns with what people wrote, said or are called, with their files, or with what a secret may stand in.
_PRIVATE = {
    "attempts": ("error_facts", "log_tail"),
    "audit": ("by", "detail"),
    "batches": ("name", "user"),
    "deliveries": ("body",),
    "jobs": ("title", "user", "spec", "warnings", "error_facts", "archive_path", "member", "project"),
    "lexicon": ("word",),
    "posts": ("by", "reason", "detail"),
    "profiles": ("person", "owner", "name", "consent_id"),
    "steps": ("error_facts",),
    "stops": ("by", "reason"),
    "stopwords": ("word",),
}


def _as(url: str, role: str, password: str | None = None) -> str:
    return make_url(url).set(username=role, password=password).render_as_string(hide_password=False)


def _refused(url: str, role: str, statement: str) -> bool:
    engine = connect(_as(url, role))
    try:
        with psycopg.connect(**engine.dialect.create_connect_args(engine.url)[1]) as raw:
            raw.execute(statement.encode())
    except psycopg.errors.InsufficientPrivilege:
        return True
    except psycopg.errors.ReadOnlySqlTransaction:
        return True
    finally:
        engine.dispose()
    return False


def _apply(url: str, passwords: dict[str, str] | None = None) -> None:
    engine = connect(url)
    try:
        roles.apply(engine, passwords or {})
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def ruled(make_postgresql: Callable[[], str]) -> str:
    """URL of a migrated ledger whose roles were given their rights: by who may, then by the owner itself."""
    url = make_postgresql()
    _apply(url)
    _apply(_as(url, roles.OWNER))
    return url


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET by = 'nobody'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "DELETE FROM jobs",
        "DELETE FROM batches",
        "UPDATE alembic_version SET version_num = '0001'",
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE TEMPORARY TABLE mine (id int)",
        "DROP TABLE audit",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "CREATE ROLE mine",
        f"SET ROLE {roles.OWNER}",
    ],
)
def test_the_farm_s_role_can_do_nothing_beside_its_work(ruled: str, statement: str) -> None:
    """No table is changed by it, and nothing that stands in the audit."""
    assert _refused(ruled, roles.FARM, statement)
    assert _refused(ruled, roles.VIEWER, statement)


def test_the_viewer_reads_how_the_work_goes_and_nothing_private(ruled: str) -> None:
    """Every column that it may read can be read, no other can, and nothing is written."""
    for name, columns in roles.SEEN.items():
        listed = ", ".join(f'"{column}"' for column in columns)
        assert not _refused(ruled, roles.VIEWER, f"SELECT {listed} FROM {name}")  # noqa: S608 - our own names
        assert not set(columns) & set(_PRIVATE.get(name, ()))
    engine = connect(ruled)
    with engine.connect() as connection:
        seen = connection.execute(
            text(
                "SELECT table_name, column_name FROM information_schema.column_privileges"
                " WHERE grantee = :viewer AND table_name <> 'alembic_version'"
            ),
            {"viewer": roles.VIEWER},
        ).all()
    engine.dispose()
    assert {tuple(row) for row in seen} == {
        (name, each) for name, listed in roles.SEEN.items() for each in listed
    }
    assert {column for name in _PRIVATE for column in _PRIVATE[name]} <= {
        column.name for name in _PRIVATE for column in metadata.tables[name].columns
    }
    for statement in ("UPDATE steps SET state = 'done'", "INSERT INTO leaders VALUES (2, '', 0)"):
        assert _refused(ruled, roles.VIEWER, statement)


def test_what_an_upgrade_or_a_restore_makes_has_its_rights(
    make_empty_postgresql: Callable[[], str], tmp_path: Path
) -> None:
    """The owner does both, under a name that has to be quoted; who has no roles gets none."""
    plain = make_empty_postgresql()
    admin = create_engine(make_url(plain).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(
            f"CREATE DATABASE {admin.dialect.identifier_preparer.quote_identifier(_ODD)}"
        )
    admin.dispose()
    url = make_url(plain).set(database=_ODD).render_as_string(hide_password=False)
    engine = connect(url)
    migrate.upgrade(engine)
    engine.dispose()
    assert _refused(url, roles.FARM, "SELECT FROM jobs")
    _apply(url)
    owner = connect(_as(url, roles.OWNER))
    with owner.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    bring_to(owner, "0006")
    migrate.upgrade(owner)
    assert not _refused(url, roles.FARM, "DELETE FROM windows")
    assert _refused(url, roles.FARM, "DELETE FROM audit")
    taken = snapshots.take(owner, tmp_path)
    owner.dispose()
    snapshots.put_back(_as(url, roles.OWNER), taken, tmp_path).finish()
    assert not _refused(url, roles.FARM, "DELETE FROM windows")
    assert not _refused(url, roles.VIEWER, "SELECT id FROM jobs")
    assert _refused(url, roles.VIEWER, "SELECT title FROM jobs")


@pytest.fixture
def asking(postgresql_server: str, scratch: Path) -> Iterator[None]:
    """Meanwhile the server asks the roles for their passwords."""
    file = scratch / "postgresql/pg_hba.conf"
    before = file.read_text()
    place = postgresql_server.replace("postgresql:", "postgresql+psycopg:", 1)
    server = create_engine(place, poolclass=NullPool)

    def write(lines: str) -> None:
        file.write_text(lines)
        with server.begin() as connection:
            asked = connection.execute(text("SELECT now() FROM pg_reload_conf()")).scalar_one()
        # The server does so when it comes to it; each new connection tells what it had by then.
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with server.connect() as connection:
                if connection.execute(text("SELECT pg_conf_load_time()")).scalar_one() > asked:
                    return
            time.sleep(0.01)
        pytest.fail("the server never read its file anew")

    write(f"local all {','.join(roles.ROLES)} scram-sha-256\n{before}")
    yield
    write(before)
    server.dispose()


@pytest.mark.usefixtures("asking")
def test_a_password_is_asked_for_and_stored_scrambled(
    ruled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lets its role in; the server was never sent it. Who has another one is told so in words."""
    said: list[str] = []
    engine = connect(ruled)
    event.listen(engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    roles.apply(engine, {roles.FARM: "p@ss 'word\" %s 密码"})
    engine.dispose()
    assert any("SCRAM-SHA-256" in each for each in said)
    assert "p@ss" not in " ".join(said)
    for role in (roles.FARM, "nobody_such"):
        engine = connect(_as(ruled, role))
        with pytest.raises(AwayError, match="ledger-refused"):
            check_schema(engine)
        engine.dispose()
    for password, enters in (("p@ss 'word\" %s 密码", True), ("wrong", False)):
        engine = connect(_as(ruled, roles.FARM, password))
        with nullcontext() if enters else pytest.raises(AwayError, match="ledger-refused") as told:
            check_schema(engine)
        engine.dispose()
    assert "wrong" not in str(told.value)
    monkeypatch.setenv("LECTERN_LEDGER__URL", _as(ruled, roles.FARM, "wr0ng"))
    monkeypatch.setenv("LECTERN_HOME", str(tmp_path / "home"))
    for language, cure in (("en", "Correct [ledger] url"), ("zh", "请更正 [ledger] url")):
        out, err = io.StringIO(), io.StringIO()
        assert run(["status", "--lang", language], dict(os.environ), out, err) == Exit.SETUP
        assert cure in err.getvalue()
        assert "ledger-refused" in err.getvalue()
        assert "wr0ng" not in err.getvalue()


def test_a_role_without_the_rights_is_told_so(ruled: str) -> None:
    """Whoever works waits for them; it is no fault of ours, and no step's."""
    ledger = Ledger(connect(_as(ruled, roles.VIEWER)))
    with pytest.raises(AwayError) as told, ledger.read() as connection:
        connection.execute(text("SELECT title FROM jobs"))
    ledger.close()
    farm = connect(_as(ruled, roles.FARM))
    with pytest.raises(AwayError, match="ledger-no-rights"):
        roles.apply(farm, {})
    farm.dispose()
    assert told.value.code == "ledger-no-rights"
    assert exit_of(told.value) is Exit.SETUP


def test_the_command_shows_what_it_would_execute(
    make_postgresql: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it prints is SQL that psql takes; passwords come from files, and stand nowhere."""
    url = make_postgresql()
    monkeypatch.setenv("LECTERN_LEDGER__URL", url)
    monkeypatch.setenv("LECTERN_HOME", str(tmp_path / "home"))

    def call(*words: str) -> tuple[int, str]:
        out, err = io.StringIO(), io.StringIO()
        code = run(["db", "grants", *words], dict(os.environ), out, err)
        return code, out.getvalue() + err.getvalue()

    code, script = call()
    assert code == Exit.OK
    psql = Path(str(find_spec("pgserver").origin)).parent / "pginstall/bin/psql"  # type: ignore[union-attr]
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    done = subprocess.run([psql, "-qX", plain], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert not _refused(url, roles.FARM, "SELECT FROM jobs")
    (tmp_path / roles.VIEWER).write_text("geheim-1\n")
    code, told = call("--apply", "--passwords", str(tmp_path))
    assert code == Exit.OK
    assert "lectern_viewer has its new password" in told
    assert "\\password lectern_owner" in told
    assert "geheim" not in told
    assert call("--passwords", str(tmp_path))[0] == Exit.USAGE
    (tmp_path / roles.FARM).write_text("two\nlines")
    assert "grants-password-wrong" in call("--apply", "--passwords", str(tmp_path))[1]
    assert "grants-password-missing" in call("--apply", "--passwords", str(tmp_path / "none"))[1]


def test_sqlite_has_no_roles(make_sqlite: Callable[[], str]) -> None:
    """It is refused in words."""
    engine = connect(make_sqlite())
    with pytest.raises(InputError, match="grants-sqlite"):
        roles.plan(engine)
    engine.dispose()
