"""Promises about a step that hangs, with the real stage, a real process and a clock of the test's own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from db import queue
from farm.bootstrap import open_farm
from farm.policy.vigilance import Patience
from tasks.bell import Bell
from tasks.step import StepRunner
from tests.db.values import PROFILE, SKILLS
from tests.tasks.yard import Row, break_ground, hung, quick_settings, sow, wait_for
from worker.aftermath import Left
from worker.proof import Proof
from worker.watchdog import Watchdog

_ROOT = str(Path(__file__).parents[2])
_WORK = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tests.worker.test_stalls import work
work(Path(sys.argv[2]), int(sys.argv[3]))
"""
_STALLED_S = 5.0


def work(folder: Path, step: int) -> None:
    """Be a worker's process that does one step."""
    with open_farm(quick_settings(folder / "home")) as farm:
        proof = Proof(folder / "proofs", role="hand", node="w@here", above=os.getpid(), beat_s=0.02)
        proof.start()
        with StepRunner(
            farm,
            node="w@here",
            capabilities=["speak"],
            profiles=[PROFILE],
            bell=Bell("redis://127.0.0.1:1/0"),
            witness=proof,
        ) as runner:
            runner.run(step)


def test_a_sentence_that_is_never_spoken_is_a_hang_as_a_missing_frame_is(tmp_path: Path) -> None:
    """The store hangs under a speak step: the process beats on, and is killed with what it held."""
    settings = quick_settings(tmp_path / "home")
    break_ground(settings)
    now = 0.0
    left: list[Left] = []

    def settle(each: Left, settled: Callable[[], None]) -> None:
        left.append(each)
        settled()

    patience = Patience(silent_s=3.0, stalled_s=_STALLED_S)
    watchdog = Watchdog(tmp_path / "proofs", patience, settle=settle, clock=lambda: now)
    with open_farm(settings) as farm:
        sow(farm, [Row(row="hung", script="")])
        (head,) = queue.heads(farm.ledger, SKILLS["speak"], limit=1)
        command = [sys.executable, "-P", "-c", _WORK, _ROOT, str(tmp_path), str(head.step)]
        with hung(farm) as is_read, subprocess.Popen(command) as process:
            try:
                wait_for(is_read, seconds=60)
                while process.poll() is None and now < 2 * _STALLED_S:
                    now += 0.5
                    watchdog.turn()
                    # Its beats are its own: some of them come between two looks.
                    time.sleep(0.05)
                assert process.wait(10) == -signal.SIGKILL
            finally:
                process.kill()
        assert now > _STALLED_S
        watchdog.turn()
        assert [(each.step, each.fence, each.stuck) for each in left] == [(head.step, 1, ())]
