"""Write docs/states.md from the ledger's table of transitions; with --check, fail when it is out of date."""

from __future__ import annotations

import sys
from pathlib import Path

from settling import settle

from db.transitions import ACTS, MACHINES, as_mermaid

PAGE = Path(__file__).resolve().parents[1] / "states.md"

_HEAD = """# States

Where jobs, their films' archiving, steps and attempts can stand, and what leads from one state to
another. This page is made by `make docs` from the table in [db/transitions.py](../db/transitions.py),
which `lectern states` prints too (`--dot` for Graphviz); tests hold it against what the ledger really
does. Holds are rows beside a job's state: a job with any dispatches nothing new.
"""


def page() -> str:
    """The page."""
    parts = [_HEAD]
    for machine in MACHINES:
        drawing = "\n".join(as_mermaid(machine))
        parts += [f"## {machine.name}\n\n```mermaid\n{drawing}\n```\n"]
    table = "\n".join(f"| {act} | {told} |" for act, told in ACTS.items())
    parts += [f"## What leads from one to another\n\n| act | meaning |\n| --- | --- |\n{table}\n"]
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(settle(PAGE, page()))
