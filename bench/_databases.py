"""A farm of its own on each database, for what is measured on both."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from _farm import break_ground, machine, settings_in

from farm.bootstrap import Farm, open_farm


def on_both(told: str | None, measure: Callable[[Farm, str, argparse.Namespace], None], **sizes: int) -> None:
    """Measure on SQLite and on PostgreSQL, as the command line asks.

    Args:
        told: what the command line's help says.
        measure: gets an empty farm, its database's name, and what was asked.
        sizes: options that are numbers, with what they are unless something else is asked.
    """
    parser = argparse.ArgumentParser(description=told, formatter_class=argparse.RawTextHelpFormatter)
    for name, usual in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--postgresql", default="", metavar="URL")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), default="")
    asked = parser.parse_args()

    def on(url: str, home: Path) -> None:
        settings = settings_in(home, **({"LEDGER__URL": url} if url else {}))
        break_ground(settings)
        with open_farm(settings) as farm:
            measure(farm, "sqlite" if farm.ledger.is_sqlite else "postgresql", asked)

    print(machine())
    with tempfile.TemporaryDirectory(prefix="lectern-bench-") as name:
        folder = Path(name)
        if asked.only != "postgresql":
            on("", folder / "sqlite")
        if asked.only == "sqlite":
            return
        if asked.postgresql:
            on(asked.postgresql, folder / "postgresql")
            return
        try:
            import pgserver
        except ImportError:
            print("postgresql: not measured, pgserver is not installed")
            return
        folder.chmod(0o755)
        server = pgserver.get_server(folder / "server", cleanup_mode="delete")
        on(server.get_uri(), folder / "postgresql")
        server.cleanup()
