"""What a worker's pool has it open before anybody asks, opened while it has nothing else to do."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Sequence

import structlog

from db import posts, queue
from db.gates import gates_in
from db.loading import Loaded, Unopened
from db.pools import read_pools
from farm import telemetry
from farm.bootstrap import Farm
from farm.policy.affinity import with_done
from farm.preloading import engines_for, open_wish, wish_of
from farm.studio import Studio
from pipeline.plan.errors import AwayError, LecternError
from pipeline.plan.messages import tell


class Preload:
    """Opens the models and voices of a worker's pools, one after another, until its first step comes.

    Belongs to the thread of its studio. A step that waits goes first: nothing is opened then, and what the
    step needs it opens itself.

    Args:
        farm: engines, models and the ledger.
        node: the worker's name.
        capabilities: what it does; what it would never use is left to others.
        pools: the pools that it is in.
        studio: what draws.
    """

    def __init__(
        self, farm: Farm, node: str, *, capabilities: Collection[str], pools: Sequence[str], studio: Studio
    ) -> None:
        self._farm = farm
        self._node = node
        self._capabilities = frozenset(capabilities)
        self._pools = tuple(pools)
        self._studio = studio
        self._names: list[str] | None = None
        self._opened: list[str] = []
        self._unopened: list[Unopened] = []
        self._over = False
        self._log = structlog.get_logger()
        #: What is at hand of it, as `farm.policy.affinity` tells.
        self.at_hand: tuple[str, ...] = ()

    def stop(self) -> None:
        """Open nothing any more: a step has come, and knows best what is needed."""
        self._over = True

    def turn(self) -> None:
        """Open what is not open yet while nothing waits; nothing is raised. To be called between steps."""
        if self._over:
            return
        with contextlib.suppress(AwayError):
            if self._names is None:
                known = read_pools(self._farm.ledger)
                named = (name for pool in self._pools if pool in known for name in known[pool].preload)
                self._names = list(dict.fromkeys(named))
            while self._names and not self._something_waits():
                self._open(self._names[0])
                del self._names[0]
            self._tell()
            self._over = not self._names

    def _something_waits(self) -> bool:
        """Whether a step waits, or is on its way, that this worker might be given."""
        ledger = self._farm.ledger
        with ledger.read() as connection:
            now = ledger.clock()
            return queue.waits_in(connection, self._capabilities, gates_in(connection, now), now)

    def _open(self, name: str) -> None:
        try:
            wish = wish_of(self._farm, name)
            engines = engines_for(wish, self._capabilities)
            for engine in engines:
                self.at_hand = with_done(self.at_hand, open_wish(self._farm, self._studio, wish, engine))
        except LecternError as error:
            self._fail(Unopened(name=name, code=error.code, facts=dict(error.facts)))
        except Exception as error:  # noqa: BLE001 - a worker works without it, too
            facts = {"kind": type(error).__name__, "reason": telemetry.one_line(error)}
            self._fail(Unopened(name=name, code="farm-unexpected", facts=facts))
        else:
            if engines:
                self._opened.append(name)
                self._log.info("opened", name=name)

    def _fail(self, what: Unopened) -> None:
        self._unopened.append(what)
        self._log.warning(
            "not opened", name=what.name, code=what.code, told=tell(what.code, what.facts, "en")
        )

    def _tell(self) -> None:
        """Tell the ledger, if that is not what it knows."""
        told = posts.read_posts(self._farm.ledger).get(self._node, posts.Post(worker=self._node)).loaded
        if told != Loaded(opened=tuple(self._opened), unopened=tuple(self._unopened)):
            posts.tell_loaded(self._farm.ledger, self._node, self._opened, self._unopened)
