"""The whole farm on this machine: Redis, dispatcher, workers and Flower, watched over until told to end."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import structlog

from farm.bootstrap import Settings, environment_of, open_farm
from farm.policy.placement import Post
from pipeline.plan.errors import AwayError
from worker import flower, metering
from worker.child import Child, Program
from worker.crew import TICK_S, Asked, Crew
from worker.exposition import check_free
from worker.flower_pages import address
from worker.health import exposing, life_over, port_of
from worker.life import Life
from worker.places import Places, free_port, only_crew, only_one, tell_state, told_state
from worker.posting import posts_here
from worker.programs import environment_for, program, worker_program
from worker.readiness import readiness_of
from worker.redis_server import await_redis, own_redis

_REDIS_START_S = 20.0
_END_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a farm tells about itself once it is up.

    Attributes:
        pid: process id of the supervisor.
        home: the home folder.
        redis_url: the doorbell, with its password.
        flower_url: the window on Celery; empty when it is not started.
        flower_user: who may look through it.
        flower_password_file: where that user's password stands.
        workers: names of the workers.
        processes: process ids by name; 0 for one that is about to be started again.
    """

    pid: int
    home: str
    redis_url: str
    flower_url: str
    flower_user: str
    flower_password_file: str
    workers: tuple[str, ...]
    processes: Mapping[str, int]

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """The same, from its plain form in a file."""
        return cls(**{**state, "workers": tuple(state["workers"])})


def up(
    settings: Settings,
    *,
    starting: Callable[[], None],
    ready: Callable[[Standing], None],
    ending: Callable[[], None],
) -> int:
    """Run the farm until SIGINT or SIGTERM; returns the exit code.

    Asked to end, it lets the clips in work be finished; asked again, it interrupts them (the steps go on when
    the farm is up again, and no attempt is lost); asked a third time, it ends everything at once. In each
    case, and also when it is killed itself, no process is left behind.

    Args:
        settings: what the operator set.
        starting: called once when nothing stands against it and the first process is about to be started.
        ready: told once that everything was started.
        ending: called once when the farm was asked to end and running steps are waited for.

    Raises:
        InputError: a farm is up on this home already, a port is taken, no Redis is to be found, a setting is
            wrong, or the ledger's schema is not this version's.
        AwayError: the ledger or Redis cannot be reached.
    """
    places = Places.of(settings)
    with only_one(places), only_crew(places):
        with open_farm(settings) as farm:
            posts = posts_here(farm)
        metering.begin(folder := metering.folder_in(places.run))
        asked = Asked()
        life = life_over(settings, [post.name for post in posts])
        readiness = readiness_of(settings, posts, life)
        for role in ("dispatcher", "watchdog"):
            check_free(settings.metrics.host, port_of(settings, role)[1], knob=port_of(settings, role)[0])
        with (
            asked.listening(),
            exposing(settings, "worker", life, ready=readiness, metrics=lambda: metering.exposition(folder)),
        ):
            supervisor = Supervisor(settings, places, posts, life)
            starting()
            try:
                ready(supervisor.start())
                while not asked.times:
                    supervisor.tend()
                    time.sleep(TICK_S)
                ending()
                supervisor.end(lambda: asked.times)
            finally:
                supervisor.kill()
    return 0


class Supervisor:
    """The children of one farm, in the order in which they are started.

    Args:
        settings: what the operator set.
        places: the folders of the home.
        posts: who works here, and where.
        life: that of this process.
    """

    def __init__(self, settings: Settings, places: Places, posts: Sequence[Post], life: Life) -> None:
        self._settings = settings
        self._posts = tuple(posts)
        self._places = places
        self._redis: list[Child] = []
        self._others: list[Child] = []
        self._life = life
        self._crew = Crew((), life)
        self._standing: Standing | None = None
        self._untold = False
        self._log = structlog.get_logger()

    def start(self) -> Standing:
        """Start everything and tell where it is.

        Raises:
            InputError: no Redis is to be found, or a port is taken.
            AwayError: Redis does not answer.
        """
        settings, places = self._settings, self._places
        url = self._start_redis()
        environment = environment_for(settings, url)
        # The watchdog first: what an earlier farm's processes held is free when the dispatcher looks.
        self._others.append(Child(program(settings, "watchdog", ("watchdog", "watchdog"), environment)))
        self._others.append(Child(program(settings, "dispatcher", ("dispatcher", "dispatcher"), environment)))
        workers = [worker_program(settings, post, environment) for post in self._posts]
        self._crew = Crew(workers, self._life)
        flower_url = ""
        if settings.flower.port >= 0:
            flower.check(settings)
            port = free_port(settings.flower.port, settings.flower.host)
            flower_url = address(settings, port)
            flower.password(settings)
            self._others.append(Child(program(settings, "flower", ("flower", str(port)), environment)))
        for child in self._others:
            child.start()
        self._crew.start()
        self._standing = Standing(
            pid=os.getpid(),
            home=str(places.home),
            redis_url=url,
            flower_url=flower_url,
            flower_user=flower.USER,
            flower_password_file=flower.password_place(settings),
            workers=self._crew.names,
            processes=self._processes(),
        )
        tell_state(places, asdict(self._standing))
        return self._standing

    def tend(self) -> None:
        """Start again what has ended, and tell of it.

        What a full disk does not let it do is logged, and tried again at the next look.
        """
        self._tend_others()
        self._crew.tend()
        processes = self._processes()
        if self._standing is not None and processes != self._standing.processes:
            self._tell(replace(self._standing, processes=processes))

    def _tell(self, standing: Standing) -> None:
        try:
            tell_state(self._places, asdict(standing))
        except OSError as error:
            if not self._untold:
                self._log.warning("state not told", reason=str(error))
            self._untold = True
        else:
            self._untold = False
            self._standing = standing

    def end(self, asked: Callable[[], int]) -> None:
        """End everything in good order: workers, dispatcher and Flower, Redis.

        Args:
            asked: how often the farm was asked to end by now.
        """
        # Steps that are still running may need the others.
        self._crew.end(asked, meanwhile=self._tend_others)
        for group in (self._others, self._redis):
            for child in group:
                child.signal(signal.SIGTERM)
            for child in group:
                child.wait(_END_S)

    def kill(self) -> None:
        """Leave no process behind."""
        self._crew.kill()
        for child in reversed(self._redis + self._others):
            child.kill()

    def _tend_others(self) -> None:
        for child in self._redis + self._others:
            child.tend()

    def _processes(self) -> dict[str, int]:
        others = {child.program.name: child.pid or 0 for child in self._redis + self._others}
        return {**others, **self._crew.processes}

    def _start_redis(self) -> str:
        if url := self._settings.redis.location:
            await_redis(url, _REDIS_START_S)
            return url
        program, url = own_redis(self._places, free_port(self._settings.redis.port))
        child = Child(program)
        self._redis.append(child)
        child.start()
        await_redis(url, _REDIS_START_S)
        return url


@contextmanager
def running_farm(settings: Settings, *, patience_s: float = 60.0) -> Generator[Standing]:
    """Have a farm up for the length of a block, as a child process: for a demo or a test.

    At the end running steps are interrupted, not waited for.

    Raises:
        AwayError: ``farm-not-up``, with the log that says why.
    """
    places = Places.of(settings)
    places.make()
    log = places.logs / "up.log"
    program = Program(
        name="up",
        argv=(sys.executable, "-P", "-m", "worker", "up", "up"),
        environment={**_without_settings(os.environ), **environment_of(settings)},
        folder=places.run,
        log=log,
    )
    child = Child(program)
    child.start()
    try:
        yield _await_standing(child, places, log, patience_s)
    finally:
        for _ in range(2):
            child.signal(signal.SIGTERM)
            child.wait(0.5)
        child.wait(patience_s)
        child.kill()


def _without_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """What is no setting: files of secrets are read already, and nothing is to be told twice."""
    return {name: value for name, value in environment.items() if not name.startswith("LECTERN_")}


def _await_standing(child: Child, places: Places, log: Path, patience_s: float) -> Standing:
    until = time.monotonic() + patience_s
    while child.alive and time.monotonic() < until:
        standing = standing_on(places.home)
        if standing is not None and standing.pid == child.pid:
            return standing
        time.sleep(0.05)
    raise AwayError("farm-not-up", log=str(log))


def standing_on(home: Path) -> Standing | None:
    """What the farm on this home tells about itself; None while none is up."""
    state = told_state(Places(home=home))
    return Standing.from_state(state) if state is not None else None
