"""Tables of what is written and what is said."""

from __future__ import annotations


def rows(table: str) -> list[tuple[str, str]]:
    """The rows of a table: ``written => said`` each; lines that begin with "# " are headings."""
    lines = [line for line in table.strip().splitlines() if line and not line.startswith("# ")]
    pairs = [line.split(" => ") for line in lines]
    return [(written, said) for written, said in pairs]
