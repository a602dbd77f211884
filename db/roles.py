"""Who may do what in a ledger on PostgreSQL: three roles, none with more rights than its work takes.

The owner has the tables and upgrades them. The farm's processes and the command line change rows as the
transactions of this room do, and nothing else: no table, no line of the audit that was written. The viewer
reads how the work goes, column by column: nobody's words, names, secrets or consents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Engine, Table, text

from db.engine import WRITES, Reaching, check_schema, place_of
from db.tables import metadata
from pipeline.plan.errors import InputError

OWNER, FARM, VIEWER = "lectern_owner", "lectern_farm", "lectern_viewer"
#: All of them, in the order in which they are made.
ROLES = (OWNER, FARM, VIEWER)


def _words(line: str) -> tuple[str, ...]:
    return tuple(line.split())


#: Tables with rows that the farm changes, or holds while it changes others.
_CHANGED = frozenset(
    _words(
        "artifacts attempts batches blocks cards deliveries departments holds jobs key_leases leaders lexicon"
        " pools posts profile_files profiles reports results steps stops watchdogs windows workers"
    )
)
#: Tables with rows that the farm removes. Restoring a backup takes the owner.
_REMOVED = frozenset(
    _words(
        "allowances artifacts attempts charges deliveries delivery_tries departments grants holds"
        " job_profiles key_leases lexicon profile_files profiles results skills stops stopwords"
        " subscriptions uses windows workers"
    )
)
#: What the viewer may read: how the work goes, and nothing that a person wrote, said or is called.
SEEN: Mapping[str, tuple[str, ...]] = {
    "attempts": _words(
        "step_id number worker device started_at ended_at outcome machine_ms error_code span folded blamed"
        " held_ms good_ms"
    ),
    "batches": ("id", "department_id", "edition", "created_at"),
    "blocks": ("worker", "capability", "until", "reason"),
    "cards": _words("host device name state reason since temperature_c used_mb total_mb read_at"),
    "charges": ("job_id", "department_id", "day", "at"),
    "departments": _words("id name weight films running card_ms pool window store_bytes"),
    "holds": ("job_id", "reason", "until", "since"),
    "jobs": _words(
        "id batch_id position row_name state archive precedence traceparent submitted_at started_at ended_at"
        " error_code frames pool priority window deadline department_id"
    ),
    "leaders": ("id", "holder", "counter", "seen_at"),
    "makings": ("step_id", "number", "kind", "machine_ms", "made_at"),
    "pools": ("name", "lends", "standby"),
    "posts": ("worker", "pool", "version", "condition", "ordered", "at", "loaded"),
    "skills": ("worker", "capability", "profile"),
    "steps": _words(
        "id job_id stage index first end frames state closed department_id capability batch_id profile fence"
        " worker not_before published_at failures waits deaths avoid_worker avoid_until progress_done"
        " progress_total error_code rank window opening leave affinity"
    ),
    "stops": ("scope", "name", "kind", "until", "at"),
    "watchdogs": ("host", "seen_at"),
    "windows": ("name", "times"),
    "workers": _words("name host device counter alive draining registered_at seen_at boot memory_mb"),
}
_VERSIONS = "alembic_version"
#: For so long a question of the viewer's may take.
_VIEW_MS = 30_000

_HAS_ROLES = text(
    "SELECT EXISTS (SELECT FROM pg_database, aclexplode(datacl) JOIN pg_roles ON pg_roles.oid = grantee"
    " WHERE datname = current_database() AND rolname = :role)"
)
_NAMES = text("SELECT current_database(), current_schema()")
_MAKE = """DO $lectern$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {quoted} LOGIN; END IF;
END $lectern$"""
_JOIN = """DO $lectern$ BEGIN
  IF current_user <> '{owner}' AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    EXECUTE format('GRANT {owner} TO %I', current_user);
  END IF;
END $lectern$"""
_SET = """DO $lectern$ BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_roles WHERE rolname = '{role}' AND '{name}={value}' = ANY (rolconfig)
  ) THEN
    ALTER ROLE {quoted} SET {name} = '{value}';
  END IF;
END $lectern$"""
# Nobody waits for a table that has its owner already: a change of owner locks it.
_HAND_OVER = """DO $lectern$ DECLARE each text; BEGIN
  FOR each IN SELECT tablename FROM pg_tables
    WHERE schemaname = {schema} AND tablename IN ({tables}) AND tableowner <> '{owner}'
  LOOP EXECUTE format('ALTER TABLE %I.%I OWNER TO {owner}', {schema}, each); END LOOP;
END $lectern$"""


def plan(engine: Engine) -> tuple[str, ...]:
    """The statements that make the roles and give them their rights, whatever they had; safe to run again.

    They hold no password: a role that is made has none, and cannot log in by one before it is given.

    Raises:
        InputError: ``grants-sqlite``, or as `db.engine.check_schema`.
        AwayError: ``ledger-away``.
    """
    if engine.dialect.name != "postgresql":
        raise InputError("grants-sqlite", place=place_of(engine))
    check_schema(engine)
    with Reaching(engine), engine.connect() as connection:
        return (*_making(connection), *_giving(connection))


def apply(engine: Engine, passwords: Mapping[str, str]) -> None:
    """Make the roles and give them their rights, in one transaction that nobody at work notices.

    Args:
        engine: as who may make roles.
        passwords: what each role that is named logs in with from now on. The server is sent what it stores,
            which tells no password.

    Raises:
        InputError: as `plan`.
        AwayError: ``ledger-away``; ``ledger-no-rights``: somebody else has to do it.
    """
    statements = plan(engine)
    with Reaching(engine), engine.execution_options(**{WRITES: True}).begin() as connection:
        for statement in statements:
            _say(connection, statement)
        for role, password in passwords.items():
            stored = _scrambled(connection, role, password)
            _say(connection, f"ALTER ROLE {_quoted(role)} PASSWORD {_literal(stored)}")


def renew(connection: Connection) -> None:
    """Give the roles their rights on tables that have just been made; nothing where there are no roles.

    Which is the case unless `apply` was here: the database itself remembers that, whatever schema is put
    into it.
    """
    if (
        connection.dialect.name == "postgresql"
        and connection.execute(_HAS_ROLES, {"role": FARM}).scalar_one()
    ):
        for statement in _giving(connection):
            _say(connection, statement)


def _say(connection: Connection, statement: str) -> None:
    """Run a statement as it is: percent signs are no parameters."""
    connection.exec_driver_sql(statement.replace("%", "%%"))


def _quoted(name: str) -> str:
    # SQLAlchemy's own would double percent signs, which what is shown must not have.
    return '"' + name.replace('"', '""') + '"'


def _literal(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def _scrambled(connection: Connection, role: str, password: str) -> str:
    """What the server keeps instead of a password (SCRAM-SHA-256), made on this side of the network."""
    raw: Any = connection.connection.dbapi_connection
    made: bytes = raw.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    return made.decode("ascii")


def _making(connection: Connection) -> Iterator[str]:
    for role in ROLES:
        yield _MAKE.format(role=role, quoted=_quoted(role))
    viewer = _quoted(VIEWER)
    for name, value in (("default_transaction_read_only", "on"), ("statement_timeout", str(_VIEW_MS))):
        yield _SET.format(role=VIEWER, name=name, value=value, quoted=viewer)
    yield _JOIN.format(owner=OWNER)
    database, schema = (_quoted(name) for name in connection.execute(_NAMES).one())
    owner, farm = _quoted(OWNER), _quoted(FARM)
    yield f"ALTER DATABASE {database} OWNER TO {owner}"
    yield f"REVOKE ALL ON DATABASE {database} FROM PUBLIC"
    yield f"GRANT CONNECT ON DATABASE {database} TO {farm}, {viewer}"
    yield f"ALTER SCHEMA {schema} OWNER TO {owner}"


def _giving(connection: Connection) -> Iterator[str]:
    """The rights on what stands in the schema; what is there that is none of ours is left as it is."""
    named: str = connection.execute(_NAMES).one()[1]
    schema = _quoted(named)
    farm, viewer = _quoted(FARM), _quoted(VIEWER)
    tables = [metadata.tables[name] for name in sorted(metadata.tables)]
    names = ", ".join(_literal(name) for name in (*(table.name for table in tables), _VERSIONS))
    yield _HAND_OVER.format(schema=_literal(named), tables=names, owner=OWNER)
    yield f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {farm}, {viewer}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {farm}"
    versions = f"{schema}.{_quoted(_VERSIONS)}"
    yield f"REVOKE ALL ON {versions} FROM PUBLIC, {farm}, {viewer}"
    yield f"GRANT SELECT ON {versions} TO {farm}, {viewer}"
    for table in tables:
        place = f"{schema}.{_quoted(table.name)}"
        yield f"REVOKE ALL ON {place} FROM PUBLIC, {farm}, {viewer}"
        yield f"GRANT {', '.join(_rights(table))} ON {place} TO {farm}"
        if seen := SEEN.get(table.name):
            columns = ", ".join(_quoted(name) for name in seen)
            yield f"GRANT SELECT ({columns}) ON {place} TO {viewer}"


def _rights(table: Table) -> Iterator[str]:
    """What the farm may do with a table's rows."""
    yield from ("SELECT", "INSERT")
    if table.name in _CHANGED:
        yield "UPDATE"
    if table.name in _REMOVED:
        yield "DELETE"
