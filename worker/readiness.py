"""What a process needs for its work, as it was found last: what `/readyz` is answered from.

Whoever asks is answered from memory. What the process does not come to know by its own work is looked at now
and then, each part in a thread of its own, so that a share or a server that hangs keeps nobody.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import structlog
from sqlalchemy import Engine

from db.engine import check_schema
from db.states import Stage, capability_of
from farm.bootstrap import Settings
from farm.policy.placement import Post
from farm.policy.readiness import Found, Lack, lack, lacks_of_workers, states_of
from farm.policy.vigilance import patience_for
from pipeline.apart import Apart
from pipeline.plan.errors import AwayError, LecternError
from pipeline.steps.archive import archive_id
from tasks.chore import Chore
from worker.beside import Beside
from worker.life import Life
from worker.redis_server import await_redis, redis_url

REDIS, SCHEMA, STORE, ARCHIVE = "redis", "schema", "store", "archive"
#: How often what is looked at may be due, and is told of in the log when it has changed.
_TURN_S = 1.0
_REDIS_S, _SCHEMA_S, _STORE_S = 5.0, 30.0, 15.0
#: A process is started for each look at the archive, which costs a fifth of a second of processor time.
_ARCHIVE_S = 120.0
#: So many looks may be missed, and so long may one take.
_MISSED, _LOOK_S = 2, 10.0
#: An archive that does not answer within this time hangs.
_STUCK_S = 3.0


@dataclass(frozen=True, kw_only=True)
class _Part:
    """What a process rests on."""

    patience_s: float
    chore: Chore | None = None


class Readiness:
    """What a process rests on, and what was found of it; any thread may tell and ask.

    Args:
        also: what else it lacks, at once; asked each time.
        told: what else it tells those who may hear it, likewise.
        clock: monotonic, in seconds.
    """

    def __init__(
        self,
        *,
        also: Callable[[], Iterable[Lack]] = tuple,
        told: Callable[[], Mapping[str, object]] = dict,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.told = told
        self._also = also
        self._clock = clock
        self._parts: dict[str, _Part] = {}
        self._found: dict[str, Found] = {}
        self._lock = Lock()
        self._was: tuple[str, ...] | None = None

    def rest_on(self, part: str, *, patience_s: float) -> None:
        """Rest on a part that somebody else tells of by `found`, at least so often."""
        self._parts[part] = _Part(patience_s=patience_s)

    def look_at(self, part: str, look: Callable[[], object], *, every_s: float) -> None:
        """Rest on a part, and look at it so often while `kept` lasts.

        Args:
            part: its name.
            look: returns if it is well; raises what is wrong with it. It may hang.
            every_s: seconds from one look to the next.
        """

        def looked() -> None:
            try:
                look()
            except LecternError as error:
                self.found(part, error.code, **error.facts)
            else:
                self.found(part)

        chore = Chore(f"ready-{part}", looked, every_s=every_s)
        self._parts[part] = _Part(patience_s=_MISSED * every_s + _LOOK_S, chore=chore)

    def found(self, part: str, code: str = "", /, **facts: int | str) -> None:
        """Tell what was found of a part just now: a code of the catalogue, or empty for nothing wrong."""
        with self._lock:
            self._found[part] = Found(at_s=self._clock(), code=code, facts=facts)

    def lately(self, part: str, seconds: float) -> bool:
        """Whether a part was found well within so many seconds."""
        with self._lock:
            found = self._found.get(part)
        return found is not None and not found.code and self._clock() - found.at_s < seconds

    def lacks(self) -> tuple[Lack, ...]:
        """All that is lacking just now; nothing: it is ready. It reads nothing and waits for nobody."""
        with self._lock:
            found = dict(self._found)
        now = self._clock()
        noted = (
            lack(name, found.get(name), now_s=now, patience_s=part.patience_s)
            for name, part in self._parts.items()
        )
        return (*(each for each in noted if each is not None), *self._also())

    @contextmanager
    def kept(self) -> Generator[None]:
        """Look at what is to be looked at for as long as it lasts, and tell the log what has changed."""
        with Beside("readiness", self._turn, every_s=_TURN_S) as turns:
            turns.stir()
            yield

    def _turn(self) -> bool:
        for part in self._parts.values():
            if part.chore is not None:
                part.chore.turn()
        self._tell(self.lacks())
        return True

    def _tell(self, lacks: Sequence[Lack]) -> None:
        """Log what a process lacks when that changes; at its begin, nothing is known of anything yet."""
        now = tuple(each.part for each in lacks)
        if now == self._was or (self._was is None and "ready-unknown" in {each.code for each in lacks}):
            return
        self._was = now
        log = structlog.get_logger()
        if now:
            log.warning("not ready", lacks=[f"{each.part}: {each.code}" for each in lacks])
        else:
            log.info("ready")


def look_at_redis(ready: Readiness, settings: Settings) -> None:
    """Rest on Redis, wherever it is by then; what the process's own work has found is not asked again."""

    def look() -> None:
        # The last look was longer ago, so that what it found stands in nobody's way.
        if not ready.lately(REDIS, _REDIS_S / 2):
            await_redis(redis_url(settings.redis.location, settings.home), 0.0)

    ready.look_at(REDIS, look, every_s=_REDIS_S)


def look_at_schema(ready: Readiness, engine: Engine) -> None:
    """Rest on a ledger of this version's schema; that it is away is told as its own part."""

    def look() -> None:
        with suppress(AwayError):
            check_schema(engine)

    ready.look_at(SCHEMA, look, every_s=_SCHEMA_S)


def look_at_places(ready: Readiness, settings: Settings, *, archives: bool) -> None:
    """Rest on the store, and on the archive where that is written to from here."""
    ready.look_at(STORE, lambda: _look_at_store(settings), every_s=_STORE_S)
    if archives:
        ready.look_at(ARCHIVE, lambda: _look_at_archive(settings.archive_root), every_s=_ARCHIVE_S)


def readiness_of(settings: Settings, posts: Collection[Post], life: Life) -> Readiness:
    """That of a process that keeps workers of this host, or is one.

    Args:
        settings: what the operator set.
        posts: where they work.
        life: that of the process, with what proves itself below it.
    """
    names = [post.name for post in posts]
    archives = any(
        not post.capabilities or capability_of(Stage.ARCHIVE) in post.capabilities for post in posts
    )
    patience_s = patience_for(settings.lease.beat_s, settings.worker.no_progress_s).silent_s
    ready = Readiness(
        also=lambda: lacks_of_workers(names, life.stood(), patience_s=patience_s),
        told=lambda: {"workers": dict(states_of(names, life.stood()))},
    )
    look_at_redis(ready, settings)
    look_at_places(ready, settings, archives=archives)
    return ready


def _look_at_store(settings: Settings) -> None:
    """The store's folder, or the home's, in which it is made when the first file is put into it."""
    root = settings.store_root
    within = root.is_relative_to(settings.home) and not root.exists()
    try:
        os.statvfs(settings.home if within else root)
    except OSError as error:
        raise AwayError("store-away", reason=error.strerror or type(error).__name__) from error


def _look_at_archive(root: Path) -> None:
    with Apart(root, stuck_s=_STUCK_S) as apart:
        apart.run(archive_id, root)
