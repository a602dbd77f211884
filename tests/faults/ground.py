"""The farm that faults are done to: real processes, an archive on a mount of its own, either ledger."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import redis

from db import migrate
from db.engine import connect
from farm.bootstrap import Farm, Settings, environment_of, open_farm, settings_of
from pipeline.media import find_ffmpeg
from pipeline.plan.errors import AwayError
from pipeline.steps.archive import init_archive
from tests.faults.encoder import Encoder
from tests.faults.server import Server
from tests.faults.shim import Shim
from tests.tasks.yard import Row, ask, quick_settings, sow
from worker.child import Child, Program
from worker.places import Places
from worker.up import Standing, standing_on

#: Nothing that the farm promises takes so long, also on a machine that is shared.
PATIENCE_S = 150.0
_LOOK_S = 0.03
_NAS_BYTES = 64 << 20
#: Long enough that some of it is in the store when a fault finds it.
SENTENCES = 5
_ALIKE = "It goes on."
_WORDS = (
    "Lamp",
    "Bird",
    "Tea",
    "Door",
    "Rain",
    "Stone",
    "River",
    "Glass",
    "Paper",
    "Cloud",
    "Apple",
    "Horse",
    "Table",
    "Green",
    "Winter",
    "Summer",
)


class NotHappenedError(AssertionError):
    """Something that the farm promises did not happen in time."""


def until(happened: Callable[[], object], what: str, *, seconds: float = PATIENCE_S) -> None:
    """Wait until something is true.

    Raises:
        NotHappenedError: it was not, for so long.
    """
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            raise NotHappenedError(f"{what}: not within {seconds:.0f} s")
        time.sleep(_LOOK_S)


def is_gone(process: psutil.Process) -> bool:
    """Whether a process has ended; one that nobody has taken note of yet has."""
    try:
        return bool(process.status() in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD})
    except psutil.NoSuchProcess:
        return True


@dataclass(frozen=True, kw_only=True)
class Running:
    """A step in work: its id, its fence, and its worker's name on this host."""

    step: int
    fence: int
    worker: str


@dataclass
class Ground:
    """A farm that is up, and every handle that a fault needs.

    Attributes:
        home: its home folder.
        farm: its ledger, store and tools, by a door that no fault shuts.
        shim: the false C library of its processes; None where there is no compiler.
        encoder: what stands in FFmpeg's place.
        server: its PostgreSQL; None where the ledger is SQLite's.
        nas: the archive's folder; a mount that can be taken away if `mounted`.
        scripts: what was said in each film that was submitted, by its row.
        destroyed: keys whose files a fault destroyed, which may be made once more.
    """

    home: Path
    farm: Farm
    settings: Settings
    shim: Shim | None
    encoder: Encoder
    server: Server | None
    nas: Path
    mounted: bool
    child: Child
    scripts: dict[str, str] = field(default_factory=dict)
    destroyed: dict[str, int] = field(default_factory=dict)

    @property
    def standing(self) -> Standing:
        """What the farm tells about itself."""
        told: list[Standing] = []

        def up() -> bool:
            self.child.tend()
            found = standing_on(self.home)
            told[:] = [found] if found is not None and found.pid == self.child.pid else []
            return bool(told)

        until(up, "the farm is up")
        return told[0]

    def process(self, name: str) -> psutil.Process:
        """The process of that name, once it runs."""
        found: list[psutil.Process] = []

        def runs() -> bool:
            with contextlib.suppress(psutil.NoSuchProcess):
                pid = self.standing.processes[name]
                found[:] = [psutil.Process(pid)] if pid else []
            return bool(found) and not is_gone(found[0])

        until(runs, f"{name} runs")
        return found[0]

    def hand(self, worker: str) -> psutil.Process:
        """The process that does a worker's work."""
        found: list[psutil.Process] = []

        def works() -> bool:
            with contextlib.suppress(psutil.NoSuchProcess):
                # Whoever spawns has a process that keeps account of semaphores, too.
                below = self.process(worker).children()
                found[:] = [each for each in below if "semaphore_tracker" not in " ".join(each.cmdline())]
            return bool(found)

        until(works, f"{worker} works")
        return found[0]

    def ask(self, question: str, **values: object) -> list[tuple[object, ...]]:
        """Ask the ledger directly; one that is away is waited for."""
        told: list[list[tuple[object, ...]]] = []

        def answered() -> bool:
            with contextlib.suppress(AwayError):
                told[:] = [ask(self.farm, question, **values)]
            return bool(told)

        until(answered, "the ledger answers")
        return told[0]

    def sow(self, sentences: int = SENTENCES) -> int:
        """Submit a film; its job. Those of one sentence are alike, others share none with any."""
        number = len(self.scripts)
        word, row = _WORDS[number % len(_WORDS)], f"film{number}"
        turn = f" {number // len(_WORDS)}" if number >= len(_WORDS) else ""
        own = " ".join(f"{word}{turn} {count}." for count in range(1, sentences + 1))
        self.scripts[row] = own if sentences > 1 else _ALIKE
        batch = sow(self.farm, [Row(row=row, script=self.scripts[row])])
        ((job,),) = self.ask("SELECT id FROM jobs WHERE batch_id = :batch", batch=batch)
        return int(str(job))

    def begun(self, job: int) -> None:
        """Wait until a film's first step was claimed, which may be over in no time."""

        def claimed() -> bool:
            self.child.tend()
            return bool(self.ask("SELECT id FROM steps WHERE job_id = :job AND fence > 0", job=job))

        until(claimed, f"film {job} is begun")

    def rendering(self, job: int, clips: int = 1) -> Running:
        """Wait until so many clips of a film are made and the next one is in work."""
        return self.at(job, "render", clips)

    def at(self, job: int, stage: str, clips: int = 0) -> Running:
        """Wait until a film is in work at a stage."""
        question = (
            "SELECT s.id, s.fence, s.worker FROM steps s WHERE s.job_id = :job AND s.stage = :stage "
            "AND s.state = 'running' AND (SELECT count(*) FROM makings m WHERE m.step_id = s.id "
            "AND m.kind = 'clip') >= :clips"
        )
        found: list[tuple[object, ...]] = []

        def in_work() -> bool:
            self.child.tend()
            found[:] = self.ask(question, job=job, stage=stage, clips=clips)
            return bool(found)

        until(in_work, f"film {job} is at {stage}")
        step, fence, worker = found[0]
        return Running(step=int(str(step)), fence=int(str(fence)), worker=str(worker).partition("@")[0])

    def running_again(self, was: Running, since: float) -> float | None:
        """Wait until a step is in work again; seconds since then. None: it was done before it was hit."""
        found: list[tuple[object, ...]] = []

        def decided() -> bool:
            self.child.tend()
            found[:] = self.ask("SELECT fence, state FROM steps WHERE id = :step", step=was.step)
            fence, state = found[0]
            return int(str(fence)) > was.fence or state == "done"

        until(decided, f"step {was.step} is in work again")
        fence, _ = found[0]
        return time.monotonic() - since if int(str(fence)) > was.fence else None

    def archived(self, job: int) -> bool:
        """Whether a film is in the archive."""
        self.child.tend()
        ((found,),) = self.ask("SELECT archive FROM jobs WHERE id = :job", job=job)
        return found == "archived"

    def end(self) -> None:
        """Have the farm end in good order."""
        for _ in range(2):
            self.child.signal(signal.SIGTERM)
            self.child.wait(1.0)
        self.child.wait(PATIENCE_S)
        self.child.kill()

    def redis(self) -> redis.Redis:
        """A client of the farm's own Redis."""
        return redis.Redis.from_url(self.standing.redis_url)


@contextlib.contextmanager
def farm_up(place: Path, database: str, *, quick: bool) -> Iterator[Ground]:
    """Have a farm up; afterwards no process of it is left.

    Args:
        place: a folder of its own.
        database: sqlite or postgresql.
        quick: whether clocks are quick; else they are as shipped.
    """
    home, nas = place / "home", place / "nas"
    with contextlib.ExitStack() as stack:
        mounted = stack.enter_context(_share(place / "disk", nas))
        server = Server(place / "postgresql") if database == "postgresql" else None
        if server is not None:
            place.chmod(0o755)
            stack.callback(server.close)
        shim = _shim(place, nas)
        if shim is not None:
            stack.callback(shim.close)
        encoder = Encoder(place, find_ffmpeg())
        knobs = {"ARCHIVE__ROOT": str(nas), "LIMITS__FFMPEG_SECONDS": "20"}
        here = knobs | ({"LEDGER__URL": server.url} if server else {})
        there = knobs | ({"LEDGER__URL": server.url_by_door} if server else {})
        settings = _settings(home, here, quick=quick)
        settings.home.mkdir(parents=True, exist_ok=True)
        engine = connect(settings.ledger_url)
        migrate.upgrade(engine)
        engine.dispose()
        init_archive(nas)
        farm = stack.enter_context(open_farm(settings))
        child = Child(_program(_settings(home, there, quick=quick), shim, encoder))
        stack.callback(child.kill)
        child.start()
        ground = Ground(
            home=home,
            farm=farm,
            settings=settings,
            shim=shim,
            encoder=encoder,
            server=server,
            nas=nas,
            mounted=mounted,
            child=child,
        )
        _ = ground.standing
        yield ground


def _settings(home: Path, knobs: dict[str, str], *, quick: bool) -> Settings:
    if quick:
        return quick_settings(home, **knobs, ARCHIVE__STUCK_S="6")
    given = {f"LECTERN_{name}": value for name, value in knobs.items()}
    # Four processes on what may be two cores: a third worker would only wait for a core.
    fixed = {"LECTERN_FLOWER__PORT": "-1", "LECTERN_WORKER__COUNT": "2", "LECTERN_LOG__FORMAT": "json"}
    fixed |= {f"LECTERN_METRICS__{who}_PORT": "0" for who in ("DISPATCHER", "WORKER", "WATCHDOG")}
    return settings_of({"LECTERN_HOME": str(home), **fixed, **given})


def _program(settings: Settings, shim: Shim | None, encoder: Encoder) -> Program:
    places = Places(home=settings.home)
    places.make()
    loaded = {"LD_PRELOAD": str(shim.library)} if shim is not None else {}
    return Program(
        name="up",
        argv=(sys.executable, "-P", "-m", "worker", "up", "up"),
        environment={
            **os.environ,
            **environment_of(settings),
            **loaded,
            "IMAGEIO_FFMPEG_EXE": str(encoder.program),
        },
        folder=places.run,
        log=places.logs / "up.log",
    )


def _shim(place: Path, nas: Path) -> Shim | None:
    try:
        return Shim(place, nas)
    except (FileNotFoundError, subprocess.CalledProcessError):
        return None


@contextlib.contextmanager
def _share(disk: Path, nas: Path) -> Iterator[bool]:
    """A small disk, mounted a second time where the archive is; whether it could be."""
    disk.mkdir(parents=True)
    nas.mkdir(parents=True)
    if os.geteuid() != 0 or not _mount("-t", "tmpfs", "-o", f"size={_NAS_BYTES}", "none", str(disk)):
        yield False
        return
    try:
        yield mount_share(disk, nas)
    finally:
        for place in (nas, disk):
            while os.path.ismount(place):
                subprocess.run([_found("umount"), "-l", str(place)], check=False, capture_output=True)


def mount_share(disk: Path, nas: Path) -> bool:
    """Mount the share; whether that went well."""
    return _mount("--bind", str(disk), str(nas))


def unmount_share(nas: Path) -> None:
    """Take the share away, whoever is using it."""
    subprocess.run([_found("umount"), "-l", str(nas)], check=True, capture_output=True)


def remount_share(nas: Path, how: str) -> None:
    """Mount the share anew: ``ro`` or ``rw``; whoever is in the middle of writing a file is waited for."""
    until(lambda: _mount("-o", f"remount,bind,{how}", str(nas)), f"the share is mounted {how}")


def _mount(*arguments: str) -> bool:
    program = shutil.which("mount")
    if program is None:
        return False
    return subprocess.run([program, *arguments], check=False, capture_output=True).returncode == 0


def _found(program: str) -> str:
    path = shutil.which(program)
    assert path is not None
    return path
