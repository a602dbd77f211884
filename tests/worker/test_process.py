"""Promises about one worker's processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from celery.exceptions import Reject

from farm.bootstrap import environment_of
from pipeline.plan.trace import Trace
from tasks.app import Message, make_app, publish, queue_of
from tests.tasks.yard import break_ground, quick_settings
from worker.hand import StepTask

_BROKEN_ENGINE = """
class Broken:
    def __init__(self):
        raise RuntimeError("no device answers")
"""


def install_broken_engine(folder: Path) -> None:
    """Install a distribution whose face engine is found, and cannot be opened."""
    (folder / "broken-1.dist-info").mkdir(parents=True)
    (folder / "broken-1.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: broken\nVersion: 1\n"
    )
    (folder / "broken-1.dist-info" / "entry_points.txt").write_text(
        "[lectern.faces]\nbroken = broken:Broken\n"
    )
    (folder / "broken.py").write_text(_BROKEN_ENGINE)


def test_a_worker_that_cannot_work_ends_and_eats_no_message(tmp_path: Path, redis_url: str) -> None:
    """Whatever keeps its process from opening, the whole worker ends with a line that says why."""
    install_broken_engine(tmp_path / "site")
    settings = quick_settings(tmp_path / "home", REDIS__URL=redis_url)
    break_ground(settings)
    with make_app(redis_url, time_limit_s=60, steps_per_child=10, waits=False) as app:
        for step in range(1, 4):
            trace = Trace(trace_id="1" * 32, span_id="1" * 16)
            publish(app, Message(step=step, capability="join", label="", urgency="normal", trace=trace))
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "worker", "worker", "cpu0"],
        env={
            **os.environ,
            **environment_of(settings),
            "PYTHONPATH": os.pathsep.join((str(tmp_path / "site"), *sys.path)),
        },
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        cwd=tmp_path,
    )
    with redis.Redis.from_url(redis_url) as client:
        assert sum(client.llen(key) for key in client.scan_iter(queue_of("join") + "*")) == 3
    assert ended.returncode == 1
    assert "no device answers" in ended.stderr


def test_a_process_that_is_not_ready_hands_messages_back() -> None:
    """What comes to it before its worker has ended goes to another worker at once."""
    with pytest.raises(Reject) as told:
        StepTask().run(1)
    assert told.value.requeue
