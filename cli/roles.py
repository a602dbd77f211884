"""`lectern db grants`: the roles of a ledger on PostgreSQL, and what each may do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.exits import Exit
from cli.options import terminal_of
from db import roles
from db.engine import connect, place_of
from farm.bootstrap import settings_of
from pipeline.plan.errors import InputError

Apply = Annotated[bool, typer.Option("--apply", help="Execute it in one transaction instead of showing it.")]
Passwords = Annotated[
    Path | None,
    typer.Option(
        "--passwords",
        metavar="FOLDER",
        help="Has a file for each role that gets a password, named after it, such as lectern_farm.",
    ),
]


def grants(context: typer.Context, *, apply: Apply = False, passwords: Passwords = None) -> Exit:
    """Show the SQL that makes three roles in PostgreSQL, each with the rights that its work takes.

    lectern_owner has the tables: it upgrades and restores. lectern_farm is what the farm and this command
    line work as. lectern_viewer reads how the work goes, for Grafana, and nobody's words or names. It
    takes a user who may make roles, and is safe to run again.
    """
    terminal = terminal_of(context)
    engine = connect(settings_of().ledger_url)
    try:
        if passwords is not None and not apply:
            raise InputError("grants-passwords-alone")
        statements = roles.plan(engine)
        given = _read(passwords) if passwords is not None else {}
        if apply:
            roles.apply(engine, given)
        document = {
            "kind": "grants",
            "place": place_of(engine),
            "applied": apply,
            "passwords": sorted(given),
            "statements": list(statements),
        }
        if apply:
            words = terminal.words
            lines = [words("grants-applied", place=place_of(engine))]
            lines += [words("grants-password", role=role) for role in sorted(given)]
            if without := [role for role in roles.ROLES if role not in given]:
                lines.append(words("grants-no-password", roles=", ".join(without), first=without[0]))
            terminal.answer(document, lines)
        elif terminal.json_wanted:
            terminal.document(document)
        else:
            terminal.hand_out(_script(statements).encode())
    finally:
        engine.dispose()
    return Exit.OK


def _script(statements: tuple[str, ...]) -> str:
    """As `psql` reads it: all or nothing."""
    body = "".join(f"{each};\n" for each in statements)
    passwords = "".join(f"-- \\password {role}\n" for role in roles.ROLES)
    return f"\\set ON_ERROR_STOP on\nBEGIN;\n{body}COMMIT;\n{passwords}"


def _read(folder: Path) -> dict[str, str]:
    """The password of each role that has a file in a folder; its last line end is cut.

    Raises:
        InputError: ``grants-password-missing`` or ``grants-password-wrong``.
    """
    found = {}
    for role in roles.ROLES:
        path = folder.expanduser() / role
        try:
            password = path.read_bytes().decode().removesuffix("\n").removesuffix("\r")
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError):
            raise InputError("grants-password-wrong", path=str(path)) from None
        if not password or not password.isprintable():
            raise InputError("grants-password-wrong", path=str(path))
        found[role] = password
    if not found:
        raise InputError("grants-password-missing", folder=str(folder), roles=", ".join(roles.ROLES))
    return found
