"""A farm in small: real ledger, real store, tiny files; whoever acts can be killed after every operation."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, select

from db import claims, commits, leases, names, queue
from db.desk import LedgerDesk
from db.ledger import Ledger, wall_clock
from db.states import Outcome, Stage
from db.tables import attempts
from db.values import Chunk, Claim, Failure, Film
from farm.gc import Collected, collect_garbage
from farm.policy.order import choose
from farm.policy.retry import RetrySettings, decide
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import DamageError, LecternError, SupersededError
from pipeline.plan.names import numbered
from pipeline.store import Store
from tests.db.values import CAPABILITIES, PROFILE, digest

PATIENCE = RetrySettings(attempts=4, backoff_ms=1000, poison_deaths=3)
GRACE_S = 3600
_DAY_MS = 24 * 3600 * 1000
_PER_CHUNK = 2

#: What a step does, one operation after another; the last thing it does is to commit.
Work = Generator[None, None, None]


class Killed(BaseException):  # no error: a process that is gone tidies nothing up
    """The process was killed."""


class Fuse:
    """Kills whoever passes its nth crash point; harmless until it is lit."""

    def __init__(self) -> None:
        self._left: int | None = None
        self.passed: list[str] = []

    def __call__(self, point: str) -> None:
        """Pass a crash point, or be killed there."""
        self.passed.append(point)
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                self._left = None
                raise Killed(point)

    @contextmanager
    def lit(self, after: int | None) -> Iterator[None]:
        """Kill at the crash point after so many others; None: never. Being killed ends the block quietly."""
        self._left = after
        try:
            yield
        except Killed:
            pass
        finally:
            self._left = None


@dataclass
class Worker:
    """A worker process: what it does just now, if anything."""

    name: str
    claim: Claim | None = None
    work: Work | None = None
    desk: LedgerDesk | None = None

    def die(self) -> None:
        """Forget everything."""
        self.claim = self.work = self.desk = None


@dataclass
class World:
    """Everything there is."""

    engine: Engine
    folder: Path
    fuse: Fuse = field(default_factory=Fuse)
    offset_ms: int = 0
    damaged: set[tuple[str, str]] = field(default_factory=set)
    #: Every message that was ever sent, for any of them may come late and twice.
    messages: list[int] = field(default_factory=list)
    #: Readings of leases, however old.
    readings: list[leases.Lease] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open what there is."""
        self.ledger = Ledger(self.engine, crash=self.fuse, clock=lambda: wall_clock() + self.offset_ms)
        self.store = Store(self.folder / "store", crash=self.fuse)
        self.archive = self.folder / "archive"
        self.archive.mkdir(parents=True)

    # What a dispatcher does.

    def send(self, slots: int) -> None:
        """Fill the queues."""
        for capability in CAPABILITIES:
            heads = choose(queue.heads(self.ledger, capability, limit=slots), {}, slots)
            self.messages += sorted(queue.mark_sent(self.ledger, [head.step for head in heads]))

    def read_leases(self) -> None:
        """Look at the leases, to judge them sooner or later."""
        self.readings += leases.read_leases(self.ledger)

    def expire(self, lease: leases.Lease) -> leases.Expired:
        """Take a step away, rightly or not."""
        return leases.expire(self.ledger, lease, poison_deaths=PATIENCE.poison_deaths)

    def pass_day(self) -> None:
        """Let a day go by: for the ledger's clock, and for every file."""
        self.offset_ms += _DAY_MS
        for path in self.store.root.rglob("*"):
            if path.is_file():
                then = path.stat().st_mtime_ns - _DAY_MS * 1_000_000
                os.utime(path, ns=(then, then))

    def collect(self) -> Collected:
        """Run gc."""
        return collect_garbage(self.ledger, self.store, grace_s=GRACE_S)

    def take_file_away(self, found: Path) -> None:
        """Damage the store behind everybody's back."""
        self.damaged.add((found.parent.parent.name, found.name.partition(".")[0]))
        found.unlink()

    # What a worker does.

    def claim(self, worker: Worker, step: int) -> None:
        """Have a worker look at a message."""
        claim = claims.claim(
            self.ledger, step, worker=worker.name, capabilities=CAPABILITIES, profiles=[PROFILE]
        )
        if claim is not None:
            worker.claim = claim
            worker.desk = LedgerDesk(ledger=self.ledger, claim=claim, revoked=lambda: False)
            worker.work = _STAGES[claim.stage](self, claim, worker.desk)

    def go_on(self, worker: Worker) -> None:
        """Have a worker do its next operation; an error ends the attempt as it would on the farm."""
        assert worker.work is not None
        try:
            next(worker.work)
        except (StopIteration, SupersededError):
            worker.die()
        except LecternError as error:
            self.fail(worker, error)

    def fail(self, worker: Worker, error: LecternError) -> None:
        """End a worker's attempt with an error."""
        claim = worker.claim
        assert claim is not None
        failure = Failure(outcome=Outcome.ERROR, code=error.code, facts=error.facts, machine_ms=1)
        decision = decide(error, failures=claim.failures, waits=claim.waits, settings=PATIENCE)
        self.end(worker, lambda: commits.fail(self.ledger, claim, failure, decision))

    def release(self, worker: Worker) -> None:
        """Have a worker give its step back."""
        claim = worker.claim
        assert claim is not None
        self.end(worker, lambda: commits.release(self.ledger, claim, delay_ms=0, reason="farm-interrupted"))

    def end(self, worker: Worker, commit: Callable[[], object]) -> None:
        """Commit, with the first reply lost if a fuse says so, and be done."""
        with suppress(SupersededError):
            commit()
            if worker.claim is not None:
                self.ended(worker.claim)
        worker.die()

    # What is made.

    def make(self, kind: Kind, word: str, content: str) -> Artifact:
        """Put a tiny file."""
        self.damaged.discard((kind.value, digest(word)))
        return self.store.put(kind, digest(word), ".bin", lambda part: _write(part, content))

    def ended(self, claim: Claim) -> None:
        """A commit that was not refused was accepted: this very attempt has ended so."""
        told = select(attempts.c.outcome).where(attempts.c.step_id == claim.step)
        with self.ledger.read() as connection:
            outcome = connection.execute(told.where(attempts.c.number == claim.fence)).scalar()
        assert outcome in {"ok", "error", "interrupted"}, f"a late commit was accepted: {outcome}"

    def sentences(self, claim: Claim) -> list[str]:
        """What a job says: a word for each sentence, read from its script in the store."""
        return self.store.open(claim.spec.script).read_text().split()


def _write(path: Path, content: str) -> None:
    path.write_text(content)


def _speak(world: World, claim: Claim, desk: LedgerDesk) -> Work:
    words = world.sentences(claim)
    missing = yield from _provide(world, desk, Kind.SPEECH, words)
    if missing:
        commits.release(world.ledger, claim, delay_ms=0, reason="farm-made-elsewhere")
        return
    timeline = world.make(Kind.TIMELINE, " ".join(words), " ".join(words))
    yield
    starts = range(0, len(words), _PER_CHUNK)
    ends = [min(start + _PER_CHUNK, len(words)) for start in starts]
    chunks = [Chunk(first=a, end=b, frames=b - a) for a, b in zip(starts, ends, strict=True)]
    for _reply_lost in range(2):
        commits.finish_speak(
            world.ledger,
            claim,
            timeline=timeline,
            chunks=chunks,
            profile=PROFILE,
            used=desk.used.values(),
            machine_ms=1,
        )
        world.ended(claim)


def _render(world: World, claim: Claim, desk: LedgerDesk) -> Work:
    assert claim.timeline is not None
    words = world.store.verify(claim.timeline).read_text().split()
    missing = yield from _provide(world, desk, Kind.CLIP, [words[number] for number in claim.chunk])
    if missing:
        commits.release(world.ledger, claim, delay_ms=0, reason="farm-made-elsewhere")
        return
    for _reply_lost in range(2):
        commits.finish_render(world.ledger, claim, used=desk.used.values(), machine_ms=1)
        world.ended(claim)


def _provide(
    world: World, desk: LedgerDesk, kind: Kind, words: list[str]
) -> Generator[None, None, list[str]]:
    """Find or make a file for each word; those that another worker is making are left out."""
    missing: list[str] = []
    for word in words:
        found = desk.find(kind, digest(word))
        yield
        if found is not None:
            try:
                world.store.verify(found)
            except DamageError:
                desk.forget(found)
                yield
            else:
                continue
        if not desk.take(kind, digest(word)):
            missing.append(word)
            continue
        yield
        made = world.make(kind, word, f"{kind} {word}")
        yield
        desk.put(made, 1)
        yield
    return missing


def _join(world: World, claim: Claim, desk: LedgerDesk) -> Work:
    assert claim.timeline is not None
    for word in world.store.verify(claim.timeline).read_text().split():
        clip = desk.find(Kind.CLIP, digest(word))
        yield
        if clip is None:
            raise DamageError("store-artifact-missing", kind=Kind.CLIP.value, key=digest(word))
        world.store.verify(clip)
    parts = []
    for kind, word in (
        (Kind.FILM, "film"),
        (Kind.CAPTIONS, "srt"),
        (Kind.CAPTIONS, "vtt"),
        (Kind.POSTER, "poster"),
        (Kind.MANIFEST, "manifest"),
    ):
        # Each attempt's film is another file, as one with a time stamp would be.
        parts.append(world.make(kind, f"{claim.job} {word}", f"{word} of attempt {claim.fence}"))
        yield
    film, srt, vtt, poster, manifest = parts
    done = Film(film=film, srt=srt, vtt=vtt, poster=poster, manifest=manifest, frames=1, essence=film.digest)
    for _reply_lost in range(2):
        commits.finish_join(world.ledger, claim, film=done, machine_ms=1)
        world.ended(claim)


def _archive(world: World, claim: Claim, _desk: LedgerDesk) -> Work:
    assert claim.film is not None
    source = world.store.verify(claim.film.film)
    yield
    folder, name = names.reserve_name(
        world.ledger, claim, folder="2026-11-20", stem="Anna_scene", numbered=numbered
    )
    yield
    target = world.archive / folder / name
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(source.read_bytes())
    yield
    for _reply_lost in range(2):
        commits.finish_archive(world.ledger, claim, path=f"{folder}/{name}", machine_ms=1)
        world.ended(claim)


_STAGES: dict[Stage, Callable[[World, Claim, LedgerDesk], Work]] = {
    Stage.SPEAK: _speak,
    Stage.RENDER: _render,
    Stage.JOIN: _join,
    Stage.ARCHIVE: _archive,
}
