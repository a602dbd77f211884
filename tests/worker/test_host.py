"""A host's workers: each sees its own card alone, and is renewed between two steps, not under one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import psutil
import pytest

from db import posts, workers
from farm.bootstrap import Farm, Settings, environment_of, open_farm
from pipeline.engines.shelf import faces
from pipeline.plan.trace import Trace
from tasks.app import Message, make_app, publish
from tests.tasks.yard import Row, ask, break_ground, one, quick_settings, sow, story, wait_for
from tests.worker.test_probing import WELL, Tell
from tests.worker.test_probing import tell as tell  # noqa: PLC0414 - a fixture that both use

_PATIENCE_S = 60.0


@contextmanager
def crew_of(settings: Settings) -> Iterator[psutil.Process]:
    """`lectern worker` for the length of a block; then it ends in good order, and leaves nothing behind."""
    with subprocess.Popen(
        [sys.executable, "-P", "-c", "from cli.main import main; main()", "worker"],
        env={**os.environ, **environment_of(settings)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=settings.home,
    ) as program:
        crew = psutil.Process(program.pid)
        try:
            yield crew
            below = crew.children(recursive=True)
            crew.send_signal(signal.SIGTERM)
            said, _ = program.communicate(timeout=_PATIENCE_S)
        finally:
            program.kill()
    assert program.returncode == 0, said
    assert not [each for each in below if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


def hands_of(crew: psutil.Process, name: str) -> list[psutil.Process]:
    """The process that works for the worker of that name, if it runs just now."""
    try:
        mains = [each for each in crew.children() if each.cmdline()[-1:] == [name]]
        # Whoever spawns has a process that keeps account of semaphores, too.
        below = [each for main in mains for each in main.children()]
        return [each for each in below if "semaphore_tracker" not in " ".join(each.cmdline())]
    except psutil.NoSuchProcess:
        return []


def test_each_worker_sees_its_own_card_alone(tmp_path: Path, redis_url: str, tell: Tell) -> None:
    """`lectern worker` has one for each card and some for processors; the ledger knows each by its device."""
    if (reason := faces().why_not("wav2lip")) is not None:
        assert "CI" not in os.environ, str(reason)
        pytest.skip(str(reason))
    tell(WELL)
    settings = quick_settings(
        tmp_path / "home",
        REDIS__URL=redis_url,
        WORKER__COUNT="1",
        WORKER__POOLS="small, here",
        WORKER__MEMORY_MB="1",
    )
    break_ground(settings)
    with open_farm(settings) as farm, crew_of(settings) as crew:
        wait_for(lambda: len(posts.read_posts(farm.ledger)) == 2, seconds=_PATIENCE_S)
        known = {view.name.partition("@")[0]: view for view in workers.read_workers(farm.ledger)}
        assert {name: view.device for name, view in known.items()} == {"render-0": "GPU-a", "cpu0": "cpu"}
        told = {name.partition("@")[0]: post for name, post in posts.read_posts(farm.ledger).items()}
        assert {name: (post.pool, post.version) for name, post in told.items()} == {
            "render-0": ("small", version("lectern")),
            "cpu0": ("here", version("lectern")),
        }
        seen = {}
        for name in known:
            (hand,) = hands_of(crew, name)
            assert told[name].pid == hand.ppid()
            seen[name] = hand.environ()["CUDA_VISIBLE_DEVICES"]
        assert seen == {"render-0": "GPU-a", "cpu0": ""}
        assert "spawn_main" in " ".join(hands_of(crew, "render-0")[0].cmdline())
        renewed(farm, settings, crew)


def renewed(farm: Farm, settings: Settings, crew: psutil.Process) -> None:
    """A process that has held too much memory is replaced after its step, and none is lost to that."""
    sow(farm, [Row(row="row", script="One. Two.", pool="here")])
    hands = set()
    trace = Trace(trace_id="1" * 32, span_id="1" * 16)
    with make_app(settings.redis.url, time_limit_s=60, steps_per_child=9, waits=False) as app:
        sent = set()

        def over() -> bool:
            hands.update(hand.pid for hand in hands_of(crew, "cpu0"))
            for step, capability in ask(farm, "SELECT id, capability FROM steps WHERE state = 'ready'"):
                if step not in sent:
                    sent.add(step)
                    message = Message(
                        step=int(str(step)),
                        capability=str(capability),
                        label="",
                        urgency="normal",
                        trace=trace,
                    )
                    publish(app, message)
            return one(farm, "SELECT count(*) FROM steps WHERE state = 'done'") == 2

        wait_for(over, seconds=_PATIENCE_S, told=lambda: story(farm))
    assert ask(farm, "SELECT outcome FROM attempts WHERE outcome <> 'ok'") == []
    # Each worked for one step; the one that the last step was done by may have been replaced by now.
    assert len(hands) >= 2
