"""What every generator of a page does with it in the end: write it, or with --check compare it."""

from __future__ import annotations

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


def settle(page: Path, made: str) -> int:
    """Write a page, or compare it with what stands there; the exit code of its generator."""
    if "--check" in sys.argv[1:]:
        if page.is_file() and page.read_text("utf-8") == made:
            return 0
        print(f"{page.relative_to(_ROOT)} is out of date: run `make docs`", file=sys.stderr)
        return 1
    page.write_text(made, "utf-8")
    return 0
