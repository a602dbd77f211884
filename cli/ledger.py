"""`lectern db upgrade | current | check`: the ledger's schema, changed by these commands alone."""

from __future__ import annotations

import typer

from cli.exits import Exit
from cli.options import terminal_of
from db import migrate
from db.engine import connect, place_of
from farm.bootstrap import settings_of


def upgrade(context: typer.Context) -> Exit:
    """Make the ledger, or bring it to this version's schema. It is safe to run twice."""
    terminal = terminal_of(context)
    settings = settings_of()
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = connect(settings.ledger_url)
    before = migrate.current(engine)
    after = migrate.upgrade(engine)
    place = place_of(engine)
    words = "db-made" if before.found is None else "db-was-ready" if before.ready else "db-upgraded"
    document = {
        "kind": "schema",
        "place": place,
        "found": after.found,
        "wanted": after.wanted,
        "ready": after.ready,
    }
    terminal.answer(document, [terminal.words(words, place=place, revision=after.wanted)])
    return Exit.OK


def current(context: typer.Context) -> Exit:
    """Tell which schema the ledger has, and which one this version works with."""
    terminal = terminal_of(context)
    engine = connect(settings_of().ledger_url)
    state = migrate.current(engine)
    place = place_of(engine)
    document = {
        "kind": "schema",
        "place": place,
        "found": state.found,
        "wanted": state.wanted,
        "ready": state.ready,
    }
    found = state.found or terminal.words("db-none")
    terminal.answer(document, [terminal.words("db-current", place=place, found=found, wanted=state.wanted)])
    return Exit.OK if state.ready else Exit.SETUP


def check(context: typer.Context) -> Exit:
    """Compare the ledger's real tables with what this version expects."""
    terminal = terminal_of(context)
    engine = connect(settings_of().ledger_url)
    differences = migrate.check(engine)
    lines = list(differences) or [terminal.words("db-true", place=place_of(engine))]
    terminal.answer({"kind": "schema-check", "differences": list(differences)}, lines)
    return Exit.SETUP if differences else Exit.OK
