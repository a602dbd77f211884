"""Run as a program: one of several workers that share a ledger and a store; renders until nothing is left.

python -m tests.films.work HOME NAME; it says when it is ready, and begins when it reads a line.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from sqlalchemy import text

from farm.bootstrap import open_farm, settings_of
from tasks.bell import Bell
from tasks.step import open_runner

# Nobody listens there: a silent bell costs nothing but time.
_NOWHERE = "redis://127.0.0.1:9/0"


def main() -> None:
    """Claim and run render steps for as long as one is not done."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("name")
    given = parser.parse_args()
    farm = open_farm(settings_of({"LECTERN_HOME": str(given.home)}))
    with open_runner(farm, given.name, ["render.warp"], Bell(_NOWHERE)) as runner:
        print("ready", flush=True)  # noqa: T201 - the program's answer
        sys.stdin.readline()
        while True:
            with farm.ledger.read() as connection:
                question = "SELECT id FROM steps WHERE stage = 'render' AND state <> 'done' ORDER BY id"
                left = [int(step) for (step,) in connection.execute(text(question))]
            if not left:
                return
            if not any(runner.run(step) for step in left):
                time.sleep(0.1)


if __name__ == "__main__":
    main()
