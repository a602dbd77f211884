"""Every change of state that a ledger on SQLite makes, written down by the database itself."""

from __future__ import annotations

from sqlalchemy import Engine, text

from db.transitions import BEGIN, MACHINES, RUNNING

#: What a column without a value says.
_NONE = {machine.column: RUNNING if machine.name == "attempt" else BEGIN for machine in MACHINES}


def watch(engine: Engine) -> None:
    """Have every change of state written down from now on."""
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE moved (place TEXT, old TEXT, new TEXT, PRIMARY KEY (place, old, new))")
        )
        for place, none in _NONE.items():
            table, _, column = place.partition(".")
            noted = "BEGIN INSERT OR IGNORE INTO moved VALUES"
            new = f"coalesce(new.{column}, '{none}')"
            connection.execute(
                text(
                    f"CREATE TRIGGER changed_{table}_{column} AFTER UPDATE OF {column} ON {table} "
                    f"WHEN old.{column} IS NOT new.{column} "
                    f"{noted} ('{place}', coalesce(old.{column}, '{none}'), {new}); END"
                )
            )
            connection.execute(
                text(
                    f"CREATE TRIGGER begun_{table}_{column} AFTER INSERT ON {table} "
                    f"{noted} ('{place}', '{BEGIN}', {new}); END"
                )
            )


def seen(engine: Engine) -> set[tuple[str, str, str]]:
    """What was written down: column, state before, state after."""
    with engine.connect() as connection:
        return {
            (str(place), str(old), str(new))
            for place, old, new in connection.execute(text("SELECT place, old, new FROM moved"))
        }


def known() -> set[tuple[str, str, str]]:
    """What stands in the table of transitions."""
    return {
        (machine.column, str(move.before), str(move.after)) for machine in MACHINES for move in machine.moves
    }
