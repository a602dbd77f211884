"""Whatever is handed in gives films' plans or coded errors: never a traceback, in bounded time and memory."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.farm.fuzz.batches import damaged_batch

_ROOT = Path(__file__).resolve().parents[2]
_SHM = Path("/dev/shm")  # noqa: S108 - files that need no disk
#: Seconds of a processor that a small batch may take, however it is damaged, and minutes on a busy machine.
_CPU_S = 20
_STUCK_S = 180


def hand_in(first: int, count: int) -> Iterator[dict[str, object]]:
    """Hand in the batches of so many seeds; what came of each. A process that ends is replaced."""
    end = first + count
    while first < end:
        for told in _process(first, end - first):
            yield told
            first = int(str(told["seed"])) + 1


def _process(first: int, count: int) -> Iterator[dict[str, object]]:
    """What came of each batch, until all are done or one ends the process."""
    with tempfile.TemporaryDirectory(dir=_SHM if _SHM.is_dir() else None, prefix="lectern-fuzz-") as home:
        trial = subprocess.Popen(
            [sys.executable, "-m", "tests.farm.fuzz.trial", home, str(first), str(count)],
            cwd=_ROOT,
            env={**os.environ, "PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert trial.stdout is not None
        lines: queue.Queue[str] = queue.Queue()
        reader = threading.Thread(target=_read, args=(trial, lines), daemon=True)
        reader.start()
        under_way = first
        try:
            while True:
                told = json.loads(lines.get(timeout=_STUCK_S) or "{}")
                if not told:
                    break
                under_way = told["seed"]
                if "cpu_s" in told:
                    yield told
                    under_way += 1
        except queue.Empty:
            yield {"seed": under_way, "traceback": f"stuck for {_STUCK_S} s"}
            return
        finally:
            trial.kill()
            trial.wait()
            reader.join()
            trial.stdout.close()
        if under_way < first + count:
            yield {"seed": under_way, "traceback": f"the process ended with {trial.returncode}"}


def _read(trial: subprocess.Popen[str], lines: queue.Queue[str]) -> None:
    assert trial.stdout is not None
    for line in trial.stdout:
        lines.put(line)
    lines.put("")


def audit(first: int, count: int) -> Counter[str]:
    """Hand them in and find nothing; how often each outcome came."""
    outcomes: Counter[str] = Counter()
    wrong: list[dict[str, object]] = []
    for told in hand_in(first, count):
        outcomes["films"] += not str(told.get("outcome", "0")).startswith(("0", "refused"))
        if "traceback" in told or float(str(told["cpu_s"])) > _CPU_S:
            wrong.append(told)
        else:
            outcomes.update(str(told["outcome"]).replace(",", "").split()[2:] or ["good"])
    assert not wrong, f"{len(wrong)} of {count}: {json.dumps(wrong, indent=1)}"
    return outcomes


def test_a_damaged_batch_gives_plans_or_coded_errors() -> None:
    """A few of the many, the same each time."""
    outcomes = audit(1, 80)
    assert len(outcomes) > 20, "the damage is too much alike"
    assert 20 < outcomes["films"] < 80, "some can be made in spite of it"


def test_damage_is_repeatable() -> None:
    """A seed that was found to be wrong can be looked at."""
    assert all(damaged_batch(seed) == damaged_batch(seed) for seed in range(20))


@pytest.mark.soak
def test_ten_thousand_damaged_batches() -> None:
    """The whole campaign; FUZZ_BATCHES for another number, FUZZ_FIRST for other damage."""
    first, count = int(os.environ.get("FUZZ_FIRST", "1000")), int(os.environ.get("FUZZ_BATCHES", "10000"))
    outcomes = audit(first, count)
    print(outcomes.most_common())  # noqa: T201 - what a campaign has met
