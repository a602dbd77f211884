"""Run as a program: submits a batch, and is killed when it passes a point for the nth time.

python -m tests.farm.dying HOME MANIFEST POINT NTH
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from db.ledger import Ledger
from farm.bootstrap import open_farm, settings_of
from farm.submit import Manner, submit
from pipeline.store import Store


def main(home: str, manifest: str, point: str, nth: str) -> None:
    """Submit it, and die on the way."""
    left = int(nth)

    def crash(passed: str) -> None:
        nonlocal left
        left -= passed == point
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with open_farm(settings_of({"LECTERN_HOME": home})) as farm:
        mortal = replace(
            farm,
            store=Store(farm.store.root, crash=crash),
            ledger=Ledger(farm.ledger.engine, crash=crash),
        )
        submit(mortal, Path(manifest), Manner(key="night"))


if __name__ == "__main__":
    main(*sys.argv[1:])
