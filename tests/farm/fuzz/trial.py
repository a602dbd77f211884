"""Hands in damaged batches, in a process that may be stopped, and says what came of each.

Run as ``python -m tests.farm.fuzz.trial FOLDER FIRST COUNT``: for each seed a line with its number when it
begins, and one with its outcome when it ends.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
import traceback
from pathlib import Path

from db import migrate
from db.engine import connect
from farm.bootstrap import Farm, open_farm, settings_of
from farm.precheck import Checked, admit, check
from farm.results import results_of
from farm.submit import Manner, queue
from pipeline.plan import script
from pipeline.plan.errors import LecternError
from pipeline.plan.messages import Language, tell
from tests.farm.fuzz.batches import Batch, damaged_batch

_LANGUAGES: tuple[Language, ...] = ("en", "zh")
#: More than a process that looks at pictures takes; a batch that needs so much more is a bomb.
MEMORY_BYTES = 2 << 30


def outcome_of(farm: Farm, batch: Batch, folder: Path) -> str:
    """What comes of a batch: how many films are planned, and the codes of what is wrong with the rest.

    Raises:
        Exception: anything but a coded error.
    """
    for name, data in batch.files.items():
        (folder / name).write_bytes(data)
    checked = check(farm, folder / batch.manifest)
    _tell_all(checked)
    codes = {problem.code for problem in checked.problems}
    if checked.films and not any(problem.row == 0 for problem in checked.problems):
        for film in checked.films:
            script.split(film.row.script, language=film.voice.language)
        try:
            receipt = queue(farm, admit(checked, skip_invalid=True), Manner(again=True))
        except LecternError as error:
            tell(error.code, error.facts, "en")
            return f"refused: {error.code}"
        results_of(farm, receipt.batch, "zh")
    return f"{len(checked.films)} films, {' '.join(sorted(codes))}"


def _tell_all(checked: Checked) -> None:
    """Every message is told in both languages with the facts that it has."""
    for problem in (*checked.problems, *checked.warnings):
        for language in _LANGUAGES:
            assert tell(problem.code, problem.facts, language)


def main(home: Path, first: int, count: int) -> None:
    """Hand in the batches of so many seeds."""
    engine = connect(f"sqlite:///{home}/ledger.sqlite3")
    migrate.upgrade(engine)
    engine.dispose()
    with open_farm(settings_of({"LECTERN_HOME": str(home)})) as farm:
        _hand_in(farm, home, damaged_batch(0), first)
        # Everything is loaded: from here on, memory is what batches take.
        size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY_BYTES, size + MEMORY_BYTES))
        for seed in range(first, first + count):
            print(json.dumps({"seed": seed}), flush=True)  # noqa: T201 - it is what the owner reads
            begun = time.process_time()
            told = _hand_in(farm, home, damaged_batch(seed), seed)
            took = time.process_time() - begun
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(json.dumps({"seed": seed, "cpu_s": round(took, 3), "peak_mb": peak, **told}), flush=True)  # noqa: T201


def _hand_in(farm: Farm, home: Path, batch: Batch, seed: int) -> dict[str, str]:
    folder = home / f"batch-{seed}"
    folder.mkdir()
    try:
        return {"outcome": outcome_of(farm, batch, folder)}
    except Exception:  # noqa: BLE001 - that is what is looked for
        return {"traceback": traceback.format_exc()}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
