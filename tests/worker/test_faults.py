"""Promises of a whole farm in trouble: real processes, Redis and films, and nothing lost or doubled."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import pickle
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import psutil
import pytest
import redis
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from db import operations, pools, posts, reads, standing, workers
from db.pools import Change
from db.states import WorkerOrder
from farm import scaling, show
from farm.announcing import announce
from farm.bootstrap import Farm, environment_of, open_farm
from farm.loglines import lines_of, shelves_of
from farm.policy.placement import Post
from farm.policy.pools import in_pools
from farm.whereabouts import place_of
from pipeline.plan.trace import Trace, parse
from tasks import poison
from tasks.app import Message, make_app, publish, queue_of
from tasks.sieve import TASK
from tests.db.values import PROFILE
from tests.support.backend import Receiver, receiving, sending
from tests.support.loglines import FACTS, lines_in
from tests.tasks.yard import (
    PORTRAIT,
    Row,
    all_archived,
    ask,
    break_ground,
    hung,
    one,
    quick_settings,
    sow,
    story,
    wait_for,
)
from worker.child import Child
from worker.metering import exposition, folder_in
from worker.places import Places, free_port
from worker.programs import environment_for, worker_program
from worker.up import Standing, running_farm, standing_on

#: Generous, since other tests may share the machine; a test is done long before.
_PATIENCE_S = 60.0
_BEGUN_SINCE = (
    "SELECT s.job_id FROM attempts a JOIN steps s ON s.id = a.step_id "
    "WHERE s.stage = 'render' AND a.worker = :node AND a.started_at > :since ORDER BY a.started_at"
)
#: A secret that is in no log.
_HOOK = "canary-of-a-webhook"
#: What is told of any film, whoever was killed over it.
_TOLD_OF_A_FILM = {
    *("film", "submit", "wait render", "send lectern.render.warp", "make clip"),
    *("ffmpeg clip", "probe", "splice", "archive copy", "archive publish"),
}
_JOB_OF = "SELECT job_id FROM steps WHERE id = :step"


def node_of(name: str) -> str:
    """The name by which the ledger knows a worker of this host."""
    return f"{name}@{socket.gethostname()}"


def script(word: str, sentences: int = 6) -> str:
    """A script of so many short sentences that no other word's script shares."""
    return " ".join(f"{word} {number}." for number in range(1, sentences + 1))


@dataclass(frozen=True)
class Yard:
    """A farm that is up, its ledger, its folder for temporary files, and whom it tells of spans."""

    farm: Farm
    standing: Standing
    scratch: Path
    backend: Receiver

    def process(self, name: str) -> psutil.Process:
        """The process of that name, once it runs."""
        found: list[psutil.Process] = []
        wait_for(lambda: found.extend(self.running(name)) or found, seconds=_PATIENCE_S)
        return found[0]

    def running(self, name: str) -> list[psutil.Process]:
        """The process of that name, if it runs now."""
        found = []
        for child in psutil.Process(self.standing.pid).children():
            with contextlib.suppress(psutil.Error):
                # A Redis writes what it likes into its command line.
                if name in (child.name().removesuffix("-server"), *child.cmdline()[-1:]):
                    found.append(child)
        return found

    def hand(self, name: str) -> psutil.Process:
        """The child process that does a worker's work."""
        below = self.process(name).children()
        # Whoever spawns has a process that keeps account of semaphores, too.
        (child,) = (each for each in below if "semaphore_tracker" not in " ".join(each.cmdline()))
        return child

    def replaced(self, name: str, old: psutil.Process) -> None:
        """Wait until another process of that name runs in place of an old one."""
        wait_for(lambda: [each for each in self.running(name) if each.pid != old.pid], seconds=_PATIENCE_S)
        (new,) = (each.pid for each in self.running(name))
        wait_for(lambda: self.told(name) == new, seconds=_PATIENCE_S)

    def told(self, name: str) -> int:
        """The process id that the farm tells for that name."""
        standing = standing_on(Path(self.standing.home))
        assert standing is not None
        return standing.processes[name]

    def finished(self, batch: int) -> None:
        """Wait until every film of a batch is in the archive."""

        def over() -> bool:
            assert not self.failed(batch), story(self.farm)
            return all_archived(self.farm, batch)

        wait_for(over, seconds=_PATIENCE_S, told=lambda: story(self.farm))

    def failed(self, batch: int) -> list[tuple[object, ...]]:
        """The films of a batch that were given up: what is waited for will not come."""
        return ask(self.farm, "SELECT id FROM jobs WHERE batch_id = :batch AND state = 'failed'", batch=batch)

    def mid_chunk(self, batch: int, clips: int = 2, by: str = "%", of: int = 0) -> tuple[int, str]:
        """Wait until a chunk of a batch is rendering and some of its clips are made: its step and worker.

        Args:
            batch: the batch.
            clips: so many clips, at least.
            by: the worker, unless anybody will do.
            of: the chunk's step, unless any will do.
        """
        question = (
            "SELECT s.id, s.worker FROM steps s WHERE s.batch_id = :batch AND s.stage = 'render' "
            "AND s.state = 'running' AND s.worker LIKE :by || '@%' AND :of IN (0, s.id) AND "
            "(SELECT count(*) FROM makings m WHERE m.step_id = s.id AND m.kind = 'clip') >= :clips"
        )
        found: list[tuple[object, ...]] = []

        def begun() -> bool:
            found[:] = ask(self.farm, question, batch=batch, clips=clips, by=by, of=of)
            assert not self.failed(batch), story(self.farm)
            return bool(found)

        wait_for(begun, seconds=_PATIENCE_S, told=lambda: story(self.farm))
        step, worker = found[0]
        return int(str(step)), str(worker).partition("@")[0]

    def replaced_hand(self, name: str, old: psutil.Process) -> None:
        """Wait until another process does that worker's work in place of an old one."""

        def new() -> bool:
            with contextlib.suppress(psutil.Error, ValueError):
                return self.hand(name).pid != old.pid
            return False

        wait_for(new, seconds=_PATIENCE_S)

    def kill_over_a_clip(self, batch: int, times: int) -> list[str]:
        """Kill, so many times, whoever renders a batch's one clip; the workers' names."""
        question = (
            "SELECT s.id, s.fence, s.worker FROM steps s JOIN key_leases k ON k.step_id = s.id "
            "AND k.fence = s.fence WHERE s.batch_id = :batch AND s.stage = 'render' AND s.state = 'running'"
        )
        died: list[str] = []
        for _ in range(times):
            found: list[tuple[object, ...]] = []
            wait_for(
                lambda: found.extend(ask(self.farm, question, batch=batch)) or found,  # noqa: B023
                seconds=_PATIENCE_S,
                told=lambda: story(self.farm),
            )
            step, fence, worker = found[0]
            died.append(str(worker).partition("@")[0])
            hand = self.hand(died[-1])
            hand.kill()
            lost = "SELECT 1 FROM attempts WHERE step_id = :step AND number = :fence AND outcome IS NOT NULL"
            wait_for(
                lambda: ask(self.farm, lost, step=step, fence=fence),  # noqa: B023
                seconds=_PATIENCE_S,
            )
            self.replaced_hand(died[-1], hand)
        return died

    def works(self, name: str) -> None:
        """See that a worker of that name takes work: it alone may."""
        others = [each for each in self.standing.workers if each != name]
        for other in others:
            self.order(other, WorkerOrder.LOCK)
        batch = sow(self.farm, [Row(row=f"by-{name}", script=f"{name} works.")])
        self.finished(batch)
        assert self.workers_of(batch) == {name}
        for other in others:
            self.order(other, WorkerOrder.NONE)

    def order(self, name: str, order: WorkerOrder) -> None:
        """Have a worker obey."""
        posts.order(self.farm.ledger, node_of(name), order, reason="test", by="test")

    def workers_of(self, batch: int) -> set[str]:
        """Who has worked on a batch."""
        question = (
            "SELECT DISTINCT a.worker FROM attempts a JOIN steps s ON s.id = a.step_id "
            "WHERE s.batch_id = :batch"
        )
        return {str(worker).partition("@")[0] for (worker,) in ask(self.farm, question, batch=batch)}

    def held(self, step: int) -> tuple[object, ...]:
        """Where a step stands, and with whom."""
        (found,) = ask(self.farm, "SELECT state, worker FROM steps WHERE id = :step", step=step)
        return found

    def failures(self, batch: int) -> object:
        """How many retries of a batch were used up."""
        return one(self.farm, "SELECT sum(failures) FROM steps WHERE batch_id = :batch", batch=batch)

    def shown(self, batch: int) -> dict[str, list[tuple[str, str]]]:
        """The tasks of a batch as Flower has them: state and what is told, by the step in words."""
        found: dict[str, list[tuple[str, str]]] = {}
        for job in operations.jobs_of(self.farm.ledger, batch):
            asked = f"{self.standing.flower_url}/api/tasks?search=" + quote(f"kwargs:job={job}")
            for task in json.loads(answer_of(asked, self.onlooker) or "{}").values():
                ended = task["exception"] if task["state"] in {"FAILURE", "RETRY"} else task["result"]
                found.setdefault(task["name"], []).append((task["state"], str(ended or "").strip("'")))
        return found

    def shows(self, batch: int, *told: tuple[str, str]) -> None:
        """Wait until Flower shows tasks of a batch to have ended so, and none to be at work."""

        def ended() -> bool:
            seen = [each for tasks in self.shown(batch).values() for each in tasks]
            over = all(state not in {"STARTED", "RECEIVED"} for state, _ in seen)
            return over and all(
                any(state == how and why.startswith(words) for state, why in seen) for how, words in told
            )

        wait_for(ended, seconds=_PATIENCE_S, told=lambda: self.shown(batch))

    @property
    def onlooker(self) -> tuple[str, str]:
        """Flower's one user, and the password."""
        file = Path(self.standing.flower_password_file)
        return self.standing.flower_user, file.read_text("ascii")

    def put_down_by_flower(self) -> int:
        """When Flower put down last what it had seen, whole, in ns since the Unix epoch; 0: never.

        What it is still writing has another name.
        """
        kept = Path(self.standing.home) / "flower"
        whole = [each for each in kept.glob("seen*") if ".tmp" not in each.name]
        return min((each.stat().st_mtime_ns for each in whole), default=0)

    def outcomes(self, step: int) -> list[object]:
        """How a step's attempts ended, in order."""
        question = "SELECT outcome FROM attempts WHERE step_id = :step ORDER BY number"
        return [outcome for (outcome,) in ask(self.farm, question, step=step)]

    def attempts(self, job: int) -> list[tuple[object, str]]:
        """How the attempts at a film's one chunk ended, and whose they were, in order."""
        question = (
            "SELECT a.outcome, a.worker FROM attempts a JOIN steps s ON s.id = a.step_id "
            "WHERE s.job_id = :job AND s.stage = 'render' ORDER BY a.number"
        )
        return [(how, str(worker).partition("@")[0]) for how, worker in ask(self.farm, question, job=job)]

    def renders(self, name: str, job: int) -> None:
        """Wait until a worker has begun to render a film."""
        wait_for(lambda: job in self.rendered(name, 0), seconds=_PATIENCE_S, told=lambda: story(self.farm))

    def draws(self, name: str, job: int) -> None:
        """Wait until a worker has made a clip of a film: what it shares with others is made by then, too."""
        self.renders(name, job)
        made = (
            "SELECT 1 FROM makings m JOIN steps s ON s.id = m.step_id "
            "WHERE s.job_id = :job AND m.kind = 'clip'"
        )
        wait_for(lambda: ask(self.farm, made, job=job), seconds=_PATIENCE_S, told=lambda: story(self.farm))

    def rendered(self, name: str, since: int) -> list[object]:
        """The jobs that a worker began to render since a time, the first one first."""
        found = ask(self.farm, _BEGUN_SINCE, node=node_of(name), since=since)
        return [job for (job,) in found]

    def made_twice(self) -> list[tuple[object, ...]]:
        """Whatever was made more than once."""
        return ask(
            self.farm, "SELECT kind, key, count(*) FROM makings GROUP BY kind, key HAVING count(*) > 1"
        )


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """A farm with two workers; afterwards no process of it is left."""
    home = tmp_path_factory.mktemp("farm") / "home"
    with pytest.MonkeyPatch.context() as patch, receiving() as backend:
        knobs = {"FLOWER__PORT": "0", "TELEMETRY__OTLP_URL": backend.url, "REPORT__WEBHOOK_SECRET": _HOOK}
        settings = quick_settings(home, METRICS__DISPATCHER_PORT=str(free_port(0)), **knobs)
        break_ground(settings)
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("scratch")))
        patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        with running_farm(settings) as standing, open_farm(settings) as farm:
            yield Yard(farm, standing, Path(os.environ["TMPDIR"]), backend)
    assert processes_of(home) == []
    assert not (home / "run" / "up.json").exists()


def processes_of(home: Path) -> list[list[str]]:
    """Command lines of every process that works below a home folder."""
    found = []
    for process in psutil.process_iter():
        try:
            told = [process.cwd(), *process.cmdline()]
        except psutil.Error:
            continue
        if process.pid != os.getpid() and any(str(home) in part for part in told):
            found.append(process.cmdline())
    return found


def is_gone(process: psutil.Process) -> bool:
    """Whether a process has ended; one that nobody has taken note of yet has."""
    try:
        return process.status() in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
    except psutil.NoSuchProcess:
        return True


def metrics_of(farm: Farm) -> list[str]:
    """What the dispatcher tells Prometheus, line by line."""
    url = f"http://127.0.0.1:{farm.settings.metrics.dispatcher_port}/metrics"
    with urllib.request.urlopen(url, timeout=_PATIENCE_S) as answer:
        told: str = answer.read().decode()
    return told.splitlines()


def test_a_farm_that_is_up_is_known_to_be_well(yard: Yard) -> None:
    """Its dispatcher, its watchdog and each worker tell of themselves; nothing is left to see to."""

    def well() -> bool:
        view = show.whole(yard.farm, most=1)
        grave = [advice.what for advice in view.attention if advice.level]
        heard = [worker.memory_mb > 20 for worker in view.workers]
        return view.dispatcher and len(view.watched) == 1 and len(heard) == 2 and all(heard) and not grave

    wait_for(well, seconds=_PATIENCE_S)
    told = metrics_of(yard.farm)
    assert "lectern_dispatcher_leading 1.0" in told
    assert 'lectern_running_steps{pool="any",stage="render"} 0.0' in told


@contextlib.contextmanager
def employed(yard: Yard, name: str, pool: str) -> Iterator[Child]:
    """A worker beside those of the farm that renders for a pool alone; nobody starts it anew."""
    settings = yard.farm.settings
    environment = environment_for(settings, yard.standing.redis_url)
    post = Post(name=name, pool=pool, capabilities=in_pools(["render.warp"], [pool]))
    child = Child(worker_program(settings, post, environment))
    child.start()
    try:
        here = "SELECT 1 FROM workers WHERE name = :node AND alive = 1"
        wait_for(lambda: ask(yard.farm, here, node=node_of(name)), seconds=_PATIENCE_S)
        yield child
    finally:
        child.kill()


def test_pools_lend_take_back_and_stand_by(yard: Yard) -> None:
    """Who is lent ends its chunk and goes to its own film; a stand-by renders what its pool cannot, no more.

    It begins when the pool's worker is locked, leaves what comes to it when that one is back, having ended
    what it had begun, and goes on with the next clip when that one is killed. Nothing is made twice.
    """
    ledger = yard.farm.ledger
    lengths = {"Ada": 3, "Bo": 5, "Cy": 3, "Di": 5, "Flo": 8}
    abroad = sow(
        yard.farm, [Row(row=word, script=script(word, many), pool="studio") for word, many in lengths.items()]
    )
    home = sow(yard.farm, [Row(row="home", script="Mine.", pool="nobodys")])
    spoken = "SELECT job_id FROM steps WHERE batch_id = :batch AND stage = 'render' AND state = 'ready'"
    wait_for(lambda: ask(yard.farm, spoken, batch=home), seconds=_PATIENCE_S, told=lambda: story(yard.farm))
    wait_for(lambda: len(ask(yard.farm, spoken, batch=abroad)) == len(lengths), seconds=_PATIENCE_S)
    own = int(str(one(yard.farm, spoken, batch=home)))
    ada, bo, cy, di, flo = sorted(int(str(job)) for (job,) in ask(yard.farm, spoken, batch=abroad))
    # Each waits for its part of the story, however long the parts before it take.
    operations.pause(ledger, [own, bo, cy, di, flo], by="test")
    standing.set_to(ledger, [own], standing.Wish(pool=""), by="test")
    with employed(yard, "studio0", "studio") as studio:
        yard.draws("studio0", ada)
        yard.order("cpu1", WorkerOrder.LOCK)
        yard.order("studio0", WorkerOrder.LOCK)
        pools.set_pool(ledger, "", Change(lends=True), by="test")
        operations.resume(ledger, [bo, cy], by="test")
        yard.renders("cpu0", bo)
        operations.resume(ledger, [own], by="test")
        wanted = ledger.clock()
        yard.renders("cpu0", own)
        assert yard.rendered("cpu0", wanted)[0] == own, "its own film is next"
        pools.set_pool(ledger, "", Change(lends=False), by="test")
        pools.set_pool(ledger, "studio", Change(standby="any"), by="test")
        operations.resume(ledger, [di], by="test")
        yard.renders("cpu0", di)
        yard.order("studio0", WorkerOrder.NONE)
        back = ledger.clock()
        operations.resume(ledger, [flo], by="test")
        yard.mid_chunk(abroad, clips=1, by="studio0")
        helped = yard.rendered("cpu0", back)
        studio.kill()
        assert helped == [], "its pool has somebody"
        yard.finished(abroad)
        yard.finished(home)
    pools.set_pool(ledger, "studio", Change(standby=""), by="test")
    yard.order("cpu1", WorkerOrder.NONE)
    helper, killed = [("ok", "cpu0")], [("lost", "studio0"), ("ok", "cpu0")]
    whole = {ada: [("ok", "studio0")], bo: helper, cy: helper, di: helper, flo: killed}
    assert {job: yard.attempts(job) for job in whole} == whole
    assert yard.made_twice() == []


def test_a_killed_worker_costs_the_clip_it_was_on(yard: Yard) -> None:
    """Kill -9 of the process that works, in mid-chunk: the film is finished, no clip is made twice."""
    batch = sow(yard.farm, [Row(row="killed-hand", script=script("Lamp"))])
    step, worker = yard.mid_chunk(batch)
    hand = yard.hand(worker)
    encoders = hand.children(recursive=True)
    hand.send_signal(signal.SIGKILL)
    wait_for(lambda: all(is_gone(each) for each in encoders), seconds=_PATIENCE_S)
    yard.finished(batch)
    assert yard.outcomes(step) == ["lost", "ok"]
    assert one(yard.farm, "SELECT failures FROM steps WHERE id = :step", step=step) == 0
    assert yard.made_twice() == []
    view = reads.read_job(yard.farm.ledger, int(str(one(yard.farm, _JOB_OF, step=step))))
    (killed,) = (each for each in view.steps if each.id == step)
    place = place_of(yard.farm, view, killed, killed.attempts[0].last_key)
    assert place is not None
    assert place.text in ("", *(f"Lamp {number}." for number in range(1, 7)))
    # The host's answer holds what the killed one had counted, and the rest.
    told = exposition(folder_in(Places(home=Path(yard.standing.home)).run)).decode()
    drawn = re.search(r'frames_rendered_total{device="cpu",engine="warp"} (\S+)', told)
    assert drawn is not None
    frames = one(
        yard.farm, "SELECT SUM(frames) FROM steps WHERE stage = 'render' AND batch_id = :batch", batch=batch
    )
    assert float(drawn[1]) >= int(str(frames))
    assert re.search(r'lectern_stage_duration_seconds_count{stage="archive"} [1-9]', told)


def test_what_a_killed_worker_kept_for_a_moment_goes(yard: Yard) -> None:
    """Kill -9 of whoever has a temporary folder just now: the process that takes its place takes it away."""
    batches: list[int] = []
    left: list[Path] = []

    def killed() -> bool:
        # A film that is spoken before anybody has looked is followed by another one.
        if all(all_archived(yard.farm, batch) for batch in batches):
            number = len(batches) + 1
            batches.append(
                sow(yard.farm, [Row(row=f"scratched{number}", script=script(f"Dust {number}", 1))])
            )
        for folder in yard.scratch.glob("lectern-*"):
            for process in psutil.Process(yard.standing.pid).children(recursive=True):
                if has_open(process, folder):
                    with contextlib.suppress(psutil.NoSuchProcess):
                        process.kill()
                    # One that was about to end has taken its folder away itself.
                    left.extend([folder] if folder.exists() else [])
                    return bool(left)
        return False

    wait_for(killed, seconds=_PATIENCE_S)
    yard.finished(batches[-1])
    wait_for(lambda: not left[0].exists(), seconds=_PATIENCE_S)


def has_open(process: psutil.Process, folder: Path) -> bool:
    """Whether a process has a folder open."""
    try:
        return any(link.readlink() == folder for link in Path(f"/proc/{process.pid}/fd").iterdir())
    except OSError:
        return False


def test_one_trace_follows_a_film_from_its_submission_to_the_archive(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One id in the ledger, messages, log lines, film, manifest and spans; a lost attempt is told, too."""
    with redis.Redis.from_url(yard.standing.redis_url) as client, client.monitor() as monitor:
        begun = time.time_ns()
        batch = sow(yard.farm, [Row(row="traced", script=script("Trace"))])
        step, worker = yard.mid_chunk(batch, clips=1)
        killed = yard.farm.ledger.clock()
        yard.hand(worker).kill()
        yard.finished(batch)
        last = "SELECT id FROM steps WHERE batch_id = :batch AND stage = 'archive'"
        sent = messages_until(monitor, int(str(one(yard.farm, last, batch=batch))))
    with sending(monkeypatch, tmp_path, yard.backend.url):
        announce(yard.farm, batch, begun)
    (job,) = operations.jobs_of(yard.farm.ledger, batch)
    view = reads.read_job(yard.farm.ledger, job)
    born = parse(view.line.traceparent)
    attempts = {attempt.span: attempt for step in view.steps for attempt in step.attempts}

    def spans() -> list[Span]:
        return [span for span in yard.backend.spans if span.trace_id.hex() == born.trace_id]

    def missing() -> object:
        ids = {span.span_id.hex() for span in spans()}
        # Who was killed may not have told of all that it had ended.
        late = {span: view for span, view in attempts.items() if (view.ended_at or 0) > killed}
        untold = [view for span, view in late.items() if span not in ids]
        # Each process sends what it tells by itself, sooner or later.
        return untold or _TOLD_OF_A_FILM - {span.name for span in spans()}

    wait_for(lambda: not missing(), seconds=_PATIENCE_S, told=missing)
    mine = [each for each in view.steps if each.id in sent]
    assert len(mine) == len(view.steps), "each step's message was seen"
    assert {sent[each.id] for each in view.steps} == {born.traceparent}
    told = lines_of(yard.farm, str(job), shelves_of(yard.farm.settings)).lines
    assert {line.event for line in told} >= {"begun", "ended"}
    assert {line.facts["trace_id"] for line in told if "trace_id" in line.facts} == {born.trace_id}
    film = yard.farm.archive / str(view.line.archive_path)
    assert f"trace {born.trace_id}".encode() in film.read_bytes()
    assert json.loads(film.with_suffix(".json").read_bytes())["trace"] == born.trace_id
    ids = {span.span_id.hex(): span for span in spans()}
    above = {span.parent_span_id.hex() for span in spans()}
    assert above <= {"", *ids, *attempts}, "nothing stands below what nobody knows"
    ends = {
        span.name: [each.value.string_value for each in span.attributes if each.key == "lectern.outcome"]
        for span in (ids[each] for each, attempt in attempts.items() if attempt.outcome == "lost")
    }
    assert ends == {"render": ["lost"]}
    assert yard.outcomes(step) == ["lost", "ok"]


def messages_until(monitor: redis.client.Monitor, last: int) -> dict[int, str]:
    """The traces that messages about steps bore, by step, up to one step's message."""
    found: dict[int, str] = {}
    while last not in found:
        command = str(monitor.next_command()["command"])
        if command.upper().startswith("LPUSH LECTERN."):
            message = json.loads(command.split(" ", 2)[2])
            found[json.loads(base64.b64decode(message["body"]))[0][0]] = message["headers"]["traceparent"]
    return found


def test_a_killed_main_process_takes_its_child_along(yard: Yard) -> None:
    """Kill -9 of a worker's main process: nothing of it goes on, another is started, the film is finished."""
    batch = sow(yard.farm, [Row(row="killed-main", script=script("Bird"))])
    step, worker = yard.mid_chunk(batch)
    main = yard.process(worker)
    below = main.children(recursive=True)
    main.send_signal(signal.SIGKILL)
    wait_for(lambda: all(is_gone(each) for each in below), seconds=_PATIENCE_S)
    yard.finished(batch)
    assert yard.outcomes(step) == ["lost", "ok"]
    assert yard.made_twice() == []
    yard.replaced(worker, main)
    yard.shows(batch, ("RETRY", "lost"), ("SUCCESS", "done"))


def test_a_worker_that_hangs_is_ended_and_started_anew(yard: Yard) -> None:
    """SIGSTOP of the process that works, no SIGCONT: its whole worker is replaced, the film finished."""
    batch = sow(yard.farm, [Row(row="hung", script=script("Snow"))])
    step, worker = yard.mid_chunk(batch)
    main, hand = yard.process(worker), yard.hand(worker)
    below = main.children(recursive=True)
    hand.send_signal(signal.SIGSTOP)
    wait_for(lambda: all(is_gone(each) for each in (main, *below)), seconds=_PATIENCE_S)
    yard.finished(batch)
    assert yard.outcomes(step) == ["lost", "ok"]
    assert yard.made_twice() == []
    yard.replaced(worker, main)


def test_a_worker_that_stood_still_past_its_lease_comes_back_and_writes_nothing(yard: Yard) -> None:
    """SIGSTOP with nobody to watch, its film paused, resumed and finished elsewhere; only then SIGCONT."""
    before = files_of(yard.farm)
    batch = sow(yard.farm, [Row(row="late", script=script("Hill", 8))])
    step, worker = yard.mid_chunk(batch)
    main, hand = yard.process(worker), yard.hand(worker)
    stopped = [yard.process("watchdog"), hand, main]
    log = yard.farm.settings.home / "logs" / f"{worker}.log"
    refused = log.read_text("utf-8").count("stood back")
    job = operations.jobs_of(yard.farm.ledger, batch)
    for process in stopped:
        process.suspend()
    try:
        # The step is its worker's until its lease has run out; held, it is nobody's then.
        operations.pause(yard.farm.ledger, job, by="test")
        wait_for(lambda: yard.outcomes(step) == ["lost"], seconds=_PATIENCE_S)
        assert yard.held(step) == ("ready", None)
        operations.resume(yard.farm.ledger, job, by="test")
        yard.finished(batch)
        finished = files_of(yard.farm)
    finally:
        for process in reversed(stopped):
            process.resume()
    wait_for(lambda: log.read_text("utf-8").count("stood back") > refused, seconds=_PATIENCE_S)
    assert yard.outcomes(step) == ["lost", "ok"]
    assert yard.made_twice() == []
    new = files_of(yard.farm) - before
    assert not [file for file in new if ".parts" in file or file not in finished]
    yard.works(worker)
    assert (yard.process(worker).pid, yard.hand(worker).pid) == (main.pid, hand.pid)


def files_of(farm: Farm) -> set[str]:
    """Every file of the store, also those that nobody has accepted yet."""
    return {str(path) for path in farm.store.root.rglob("*") if path.is_file()}


def test_cancel_does_not_wait_for_a_process_that_stands_still(yard: Yard) -> None:
    """SIGSTOP in mid-chunk: the step is taken from it at once, and made elsewhere when that is asked for."""
    batch = sow(yard.farm, [Row(row="stopped", script=script("Lake", 8))])
    step, worker = yard.mid_chunk(batch)
    main = yard.process(worker)
    yard.hand(worker).suspend()
    job = operations.jobs_of(yard.farm.ledger, batch)
    operations.cancel(yard.farm.ledger, job, by="test")
    assert yard.outcomes(step) == ["superseded"]
    assert yard.held(step) == ("canceled", None)
    operations.requeue(yard.farm.ledger, job, by="test")
    yard.finished(batch)
    assert yard.outcomes(step) == ["superseded", "ok"]
    assert yard.made_twice() == []
    yard.replaced(worker, main)


def test_a_clip_is_poison_once_both_workers_died_over_it(yard: Yard) -> None:
    """Kill -9 of one worker, twice, while the other is busy: that one is the last to die of it."""
    first, other = yard.standing.workers
    for name in (first, other):
        yard.order(name, WorkerOrder.LOCK)
    busy = sow(yard.farm, [Row(row="busy", script="")])
    with hung(yard.farm) as is_read:
        yard.order(other, WorkerOrder.NONE)
        wait_for(is_read, seconds=_PATIENCE_S)
        yard.order(first, WorkerOrder.NONE)
        batch = sow(yard.farm, [Row(row="poison", script="One clip that ends whoever tries to make it.")])
        assert yard.kill_over_a_clip(batch, 2) == [first, first]
        # It works on, and leaves that clip alone.
        meanwhile = sow(yard.farm, [Row(row="meanwhile", script="Still here.")])
        yard.finished(meanwhile)
        assert not yard.failed(batch)
    assert yard.kill_over_a_clip(batch, 1) == [other]
    question = "SELECT state, error_code FROM jobs WHERE batch_id = :batch"
    assert ask(yard.farm, question, batch=batch) == [("failed", "ledger-poison")]
    assert yard.failures(batch) == 0
    # Nobody can speak an empty script.
    yard.shows(busy, ("FAILURE", "script-empty: "))


def test_messages_may_be_lost_doubled_and_late(yard: Yard) -> None:
    """FLUSHALL in mid-batch, and every message three times over, ancient ones too: each step is done once."""
    batch = sow(
        yard.farm, [Row(row=f"flushed{number}", script=script(f"Tea {number} and", 2)) for number in range(3)]
    )
    yard.mid_chunk(batch, clips=1)
    with redis.Redis.from_url(yard.standing.redis_url) as client:
        client.flushall()
    trace = Trace(trace_id="1" * 32, span_id="1" * 16)
    app = make_app(yard.standing.redis_url, time_limit_s=60, steps_per_child=10, waits=False)
    everything = ask(yard.farm, "SELECT id, capability FROM steps")
    for step, capability in (*everything, (10**9, "speak")) * 3:
        publish(
            app,
            Message(
                step=int(str(step)), capability=str(capability), label="again", urgency="bulk", trace=trace
            ),
        )
    app.close()
    yard.finished(batch)
    question = (
        "SELECT s.id, count(a.number) FROM steps s JOIN attempts a ON a.step_id = s.id "
        "WHERE s.batch_id = :batch AND a.outcome <> 'interrupted' GROUP BY s.id HAVING count(a.number) <> 1"
    )
    assert ask(yard.farm, question, batch=batch) == []
    assert yard.made_twice() == []


class _Trap:
    """Whoever unpickles it makes a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.folder),)


def _orders(body: bytes, kind: str) -> bytes:
    """A message on the line of orders, as kombu wraps it."""
    delivery = {"exchange": "celery.pidbox", "routing_key": ""}
    properties = {"body_encoding": "base64", "delivery_tag": "trap", "delivery_info": delivery}
    envelope = {"content-type": kind, "content-encoding": "binary", "headers": {}, "properties": properties}
    return json.dumps({"body": base64.b64encode(body).decode(), **envelope}).encode()


def test_what_is_no_message_of_ours_is_set_aside(yard: Yard, tmp_path: Path) -> None:
    """Garbage in every queue and on the line of orders, in mid-chunk: no worker ends, all is counted.

    What is pickled, or YAML that would do the same, is never opened.
    """
    trap = _Trap(tmp_path / "trapped")
    pickled, spelled = pickle.dumps(trap), f"!!python/object/apply:os.mkdir [{trap.folder}]".encode()
    batch = sow(yard.farm, [Row(row="garbage", script=script("Moss", 3))])
    step, worker = yard.mid_chunk(batch, clips=1)
    main, hand = yard.process(worker), yard.hand(worker)
    # Those that somebody listens at: in the others it lies until somebody does.
    question = (
        "SELECT DISTINCT s.capability FROM skills s JOIN workers w ON w.name = s.worker WHERE w.alive = 1"
    )
    queues = [queue_of(str(each)) for (each,) in ask(yard.farm, question)]
    thrown = (
        b"garbage",
        b"\xff\x00",
        b"[" * 10_000,
        b"{}",
        b'{"properties": {"delivery_tag": 1}}',
        b"x" * 10**6,
    )
    with (
        make_app(yard.standing.redis_url, time_limit_s=60, steps_per_child=10, waits=False) as app,
        redis.Redis.from_url(yard.standing.redis_url) as client,
    ):
        before = poison.count(client)
        for queue in queues:
            client.lpush(queue, *thrown)
            for task, body, options in (
                ("other.task", (1,), {}),
                (TASK, ("no number",), {}),
                (TASK, (1,), {"countdown": 10**8}),
                (TASK, (trap,), {"serializer": "pickle"}),
                (TASK, (10**9,), {}),
            ):
                app.send_task(task, args=body, queue=queue, retry=False, ignore_result=True, **options)
        python, yaml = "application/x-python-serialize", "application/x-yaml"
        orders = (_orders(pickled, python), _orders(spelled, yaml), _orders(b'{"method": "ping"}', python))
        for raw in (b"garbage", b"[]", b"{}", b"7", *orders):
            client.publish("/0.celery.pidbox", raw)
        expected = before + len(queues) * (len(thrown) + 5)
        wait_for(
            lambda: poison.count(client) >= expected, seconds=_PATIENCE_S, told=lambda: poison.count(client)
        )
        found = poison.newest(client)
    yard.finished(batch)
    assert {each.why for each in found} >= {
        "unreadable", "shape", "long", "task", "serializer", "body", "timed", "step",
    }  # fmt: skip
    assert not trap.folder.exists()
    assert {each.queue for each in found} >= set(queues)
    assert yard.outcomes(step) == ["ok"]
    assert (yard.process(worker), yard.hand(worker)) == (main, hand)


def test_a_redis_that_is_killed_costs_no_running_step(yard: Yard) -> None:
    """Kill -9 of Redis in mid-chunk: the step goes on, Redis is started again, the batch is finished."""
    batch = sow(
        yard.farm, [Row(row=f"redis{number}", script=script(f"Door {number} and")) for number in range(2)]
    )
    step, _ = yard.mid_chunk(batch)
    yard.process("redis").send_signal(signal.SIGKILL)
    yard.finished(batch)
    assert yard.outcomes(step) == ["ok"]
    assert yard.made_twice() == []


def test_a_killed_dispatcher_is_followed(yard: Yard) -> None:
    """Kill -9 of the leading dispatcher: the watchdog says so, the next one leads, the batch is finished."""
    log = yard.farm.settings.home / "logs" / "dispatcher.log"
    leading = '"event": "leading"'
    wait_for(lambda: leading in log.read_text("utf-8"), seconds=_PATIENCE_S)
    length = log.stat().st_size
    yard.process("dispatcher").send_signal(signal.SIGKILL)
    wait_for(lambda: leading in log.read_text("utf-8")[length:], seconds=_PATIENCE_S)
    told = next(line for line in log.read_text("utf-8")[length:].splitlines() if leading in line)
    assert json.loads(told)["before"] == "", "its place was free, and was not waited for"
    yard.finished(sow(yard.farm, [Row(row="followed", script="It goes on.")]))


def test_cancel_stops_a_render(yard: Yard) -> None:
    """A canceled film's running chunk stops in mid-clip, and its worker is free for the next."""
    batch = sow(yard.farm, [Row(row="canceled", script=script("Stop", 60))])
    step, worker = yard.mid_chunk(batch)
    operations.cancel(yard.farm.ledger, operations.jobs_of(yard.farm.ledger, batch), by="test")
    stood_back = "stood back"
    log = yard.farm.settings.home / "logs" / f"{worker}.log"
    wait_for(lambda: stood_back in log.read_text("utf-8"), seconds=_PATIENCE_S)
    made = one(yard.farm, "SELECT count(*) FROM makings WHERE step_id = :step", step=step)
    assert int(str(made)) < 60
    assert yard.outcomes(step) == ["superseded"]
    yard.finished(sow(yard.farm, [Row(row="next", script="The next one.")]))


def test_a_pause_finishes_the_clip_and_an_interrupt_does_not_and_both_go_on(yard: Yard) -> None:
    """Of a batch in mid-chunk every clip stays and none is made twice; what is left costs no attempt."""
    batch = sow(yard.farm, [Row(row="paused", script=script("Hold", 40))])
    jobs = operations.jobs_of(yard.farm.ledger, batch)
    step, worker = yard.mid_chunk(batch)
    operations.pause(yard.farm.ledger, jobs, by="test")
    wait_for(lambda: yard.outcomes(step) == ["interrupted"], seconds=_PATIENCE_S)
    kept = one(yard.farm, "SELECT count(*) FROM makings WHERE step_id = :step", step=step)
    assert one(yard.farm, "SELECT error_code FROM attempts WHERE step_id = :step", step=step) == "farm-paused"
    assert 2 <= int(str(kept)) < 40
    operations.resume(yard.farm.ledger, jobs, by="test")
    # Its other chunk goes on, too, and may be further than this one was.
    _, worker = yard.mid_chunk(batch, clips=int(str(kept)) + 1, of=step)
    log = yard.farm.settings.home / "logs" / f"{worker}.log"
    length = log.stat().st_size
    operations.interrupt(yard.farm.ledger, jobs, by="test")
    wait_for(lambda: "stood back" in log.read_text("utf-8")[length:], seconds=_PATIENCE_S)
    assert yard.outcomes(step) == ["interrupted"] * 2
    assert not yard.failed(batch)
    operations.resume(yard.farm.ledger, jobs, by="test")
    yard.finished(batch)
    assert yard.outcomes(step) == ["interrupted", "interrupted", "ok"]
    yard.shows(batch, ("RETRY", "farm-paused: "), ("SUCCESS", "taken away"), ("SUCCESS", "done"))
    assert one(yard.farm, "SELECT failures FROM steps WHERE id = :step", step=step) == 0
    assert yard.made_twice() == []


def test_a_rolling_restart_under_load_wastes_nothing(yard: Yard) -> None:
    """SIGTERM to one worker after another: each finishes its clip, and others go on where it stopped."""
    batches, left, ended = [], [], []
    for word in ("Rain", "Snow"):
        # A film of its own for each: a chunk that was begun under the first may be on its last clip by now.
        batches.append(sow(yard.farm, [Row(row=f"rolled{word}", script=script(word, 24))]))
        step, worker = yard.mid_chunk(batches[-1], clips=1)
        main = yard.process(worker)
        main.send_signal(signal.SIGTERM)
        main.wait(_PATIENCE_S)
        left.append(step)
        ended.append((worker, main))
    for batch in batches:
        yard.finished(batch)
    for worker, main in ended:
        yard.replaced(worker, main)
    for step in left:
        *before, last = yard.outcomes(step)
        assert (set(before), last) == ({"interrupted"}, "ok")
    question = (
        "SELECT DISTINCT a.error_code FROM attempts a JOIN steps s ON s.id = a.step_id "
        "WHERE s.batch_id = :batch AND a.outcome = 'interrupted'"
    )
    failed = "SELECT id FROM steps WHERE batch_id = :batch AND failures > 0"
    for batch in batches:
        assert set(ask(yard.farm, question, batch=batch)) <= {("farm-drained",), ("farm-made-elsewhere",)}
        assert ask(yard.farm, failed, batch=batch) == []
    assert yard.made_twice() == []


def test_a_worker_that_is_asked_twice_leaves_its_step(yard: Yard) -> None:
    """SIGTERM twice: the step is interrupted at once, without using up an attempt, and finished elsewhere."""
    batch = sow(yard.farm, [Row(row="hurried", script=script("Wait", 12))])
    step, worker = yard.mid_chunk(batch)
    main = yard.process(worker)
    heard = times_heard(yard, worker)
    main.send_signal(signal.SIGTERM)
    wait_for(lambda: times_heard(yard, worker) > heard, seconds=_PATIENCE_S)
    main.send_signal(signal.SIGTERM)
    main.wait(_PATIENCE_S)
    yard.finished(batch)
    assert yard.outcomes(step) == ["interrupted", "ok"]
    assert one(yard.farm, "SELECT failures FROM steps WHERE id = :step", step=step) == 0
    assert yard.made_twice() == []


def times_heard(yard: Yard, worker: str) -> int:
    """How often a worker's main processes have taken in a signal to end."""
    log = yard.farm.settings.home / "logs" / f"{worker}.log"
    return log.read_text("utf-8").count("Warm shutdown")


def test_a_second_farm_on_this_home_is_refused_in_words(yard: Yard) -> None:
    """Two supervisors would start everything twice."""
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "worker", "up", "up"],
        env={**os.environ, **environment_of(yard.farm.settings)},
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )
    assert ended.returncode == 1
    assert "farm-already-up" in ended.stderr


def test_a_night_that_is_killed_stops_no_film_and_leaves_nobody_awake(yard: Yard, tmp_path: Path) -> None:
    """Kill -9 of `lectern nightly` in mid-film: the film is finished, and its pool is sent to rest."""
    ledger, node = yard.farm.ledger, "night@elsewhere"
    skills = {"capabilities": ["render.warp@studio"], "profiles": [PROFILE]}
    workers.register(ledger, node, host="elsewhere", device="cpu", **skills)  # type: ignore[arg-type]
    posts.order(ledger, node, WorkerOrder.LOCK, reason=scaling.REASON, by="test")
    folder = tmp_path / "nightly"
    (folder / "tonight").mkdir(parents=True)
    shutil.copy(PORTRAIT, folder / "tonight" / "leo.png")
    row = f"id,script,portrait,voice,format\nfilm,{script('Night', 3)},leo.png,en-us,square-512\n"
    (folder / "tonight" / "batch.csv").write_text(row, "utf-8")
    given = {"LECTERN_NIGHTLY__FOLDER": str(folder), "LECTERN_NIGHTLY__SETTLED_S": "0"}
    environment = {**os.environ, **environment_of(yard.farm.settings), **given}
    program = [str(Path(sys.executable).with_name("lectern")), "nightly", "--scale", "studio"]
    night = subprocess.Popen(program, env=environment, stdout=subprocess.DEVNULL)
    try:
        batch = "SELECT max(id) FROM batches WHERE name = 'batch.csv'"
        wait_for(lambda: one(yard.farm, batch), seconds=_PATIENCE_S)
        found = int(str(one(yard.farm, batch)))
        yard.mid_chunk(found, clips=1)
    finally:
        night.kill()
    assert night.wait() == -signal.SIGKILL
    assert posts.read_posts(ledger)[node].ordered is WorkerOrder.NONE, "it had woken it"
    yard.finished(found)
    vigil = scaling.Vigil(ledger, over_s=0)
    vigil.turn()
    post = posts.read_posts(ledger)[node]
    assert (post.ordered, post.reason) == (WorkerOrder.LOCK, scaling.REASON)


def test_flower_shows_itself_to_its_one_user_and_obeys_nobody(yard: Yard) -> None:
    """Without the password no page and no API answers; with it one may look, and stop nothing."""
    standing = yard.standing
    stranger, user = None, yard.onlooker
    wait_for(lambda: status(f"{standing.flower_url}/workers", user), seconds=_PATIENCE_S)
    assert status(f"{standing.flower_url}/workers", user) == 200
    assert status(f"{standing.flower_url}/workers", stranger) == 401
    assert status(f"{standing.flower_url}/api/workers", stranger) == 401
    end_it = f"{standing.flower_url}/api/worker/shutdown/cpu0"
    assert status(end_it, stranger, method="POST") == 401
    assert status(end_it, user, method="POST") == 403


def test_a_killed_flower_is_missed_by_no_film(yard: Yard) -> None:
    """Kill -9 of the window on Celery: films go on, it is opened anew, and shows what it had put down."""
    user = yard.onlooker
    seen = sow(yard.farm, [Row(row="seen", script="Somebody looks on.")])
    yard.finished(seen)
    yard.shows(seen, ("SUCCESS", "done"))
    shown, by_then = yard.shown(seen), time.time_ns()
    wait_for(lambda: yard.put_down_by_flower() > by_then, seconds=_PATIENCE_S)
    psutil.Process(yard.told("flower")).send_signal(signal.SIGKILL)
    batch = sow(yard.farm, [Row(row="unseen", script="Nobody looks on.")])
    yard.finished(batch)
    wait_for(lambda: status(f"{yard.standing.flower_url}/workers", user) == 200, seconds=_PATIENCE_S)
    wait_for(lambda: yard.shown(seen) == shown, seconds=_PATIENCE_S, told=lambda: yard.shown(seen))


def answer_of(url: str, user: tuple[str, str]) -> str:
    """What is answered; empty while nobody does."""
    request = urllib.request.Request(url)  # noqa: S310 - our own address
    request.add_header("Authorization", "Basic " + base64.b64encode(":".join(user).encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            return str(answer.read().decode())
    except OSError:
        return ""


def status(url: str, user: tuple[str, str] | None, *, method: str = "GET") -> int | None:
    """The HTTP status of a request; None while nobody answers."""
    request = urllib.request.Request(url, method=method)  # noqa: S310 - our own address
    if user is not None:
        request.add_header("Authorization", "Basic " + base64.b64encode(":".join(user).encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return None


def test_every_log_line_names_what_it_is_about_and_nothing_tells_words_or_secrets(yard: Yard) -> None:
    """Of a film that goes well and one that fails, by every process: JSON, all facts on each, no canary."""
    told, failing = "Cassiopeia buys Andromeda tomorrow.", "Perseus [pause of Betelgeuse] sells."
    good, bad = (sow(yard.farm, [Row(row="told", script=script)]) for script in (told, failing))
    yard.finished(good)
    wait_for(lambda: yard.failed(bad), seconds=_PATIENCE_S)
    home = Path(yard.standing.home)
    told_of: set[object] = set()
    # Redis has a form of its own.
    for source, line in lines_in(home / "logs", but=("redis",)):
        assert {"timestamp", "level", "event", "process"} <= line.keys(), (source, line)
        if "stage" in line:
            assert line.keys() >= FACTS, (source, line)
            told_of.add((line["job"], line["stage"]))
        elif "Task handler raised error" in str(line["event"]):
            # By Celery's main process, which counts no attempts.
            assert line.keys() >= FACTS - {"attempt", "stage", "span_id"}, (source, line)
    well, ill = (
        one(yard.farm, "SELECT id FROM jobs WHERE batch_id = :batch", batch=it) for it in (good, bad)
    )
    assert told_of >= {(well, "speak"), (well, "render"), (well, "join"), (well, "archive"), (ill, "speak")}
    places = [file.read_text("utf-8") for file in (home / "logs").iterdir()]
    places += metrics_of(yard.farm)
    places += [word for command in processes_of(home) for word in command]
    redis, flower = urlsplit(yard.standing.redis_url).password, Places(home=home).flower_password.read_text()
    for canary in ("Cassiopeia", "Andromeda", "Betelgeuse", _HOOK, str(redis), flower.strip()):
        assert not [place for place in places if canary in place], canary


def test_nothing_outlives_a_killed_supervisor(yard: Yard) -> None:
    """Kill -9 of `lectern up` in mid-chunk: workers, FFmpeg, voices and Redis go with it. The last test."""
    yard.mid_chunk(sow(yard.farm, [Row(row="orphaned", script=script("Moon", 12))]))
    psutil.Process(yard.standing.pid).kill()
    home = Path(yard.standing.home)
    wait_for(lambda: not processes_of(home), seconds=10, told=lambda: processes_of(home))
    # A killed one cannot take back what it told; nobody believes it, though.
    assert standing_on(home) is None
    (home / "run" / "up.json").unlink()
