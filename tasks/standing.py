"""How a worker stands in the ledger: what it tells of itself there, and what it is told in return."""

from __future__ import annotations

import contextlib
import os
import resource
import tempfile
from collections.abc import Callable, Collection
from importlib.metadata import version
from pathlib import Path

import structlog

from db import claims, posts, workers
from db.siting import this_machine
from db.states import Condition, WorkerOrder
from farm.bootstrap import Farm
from farm.policy.placement import Post
from farm.policy.profiles import device_of
from farm.policy.readiness import Stance
from pipeline.plan.errors import AwayError
from pipeline.plan.job import RenderProfile
from tasks.attempt import Attempt
from tasks.repertoire import Repertoire
from tasks.room import Room
from tasks.witness import Unwatched, Witness


class Standing:
    """What the ledger knows of a worker, kept true beat by beat.

    Args:
        farm: whose ledger it is.
        node: the worker's name.
        capabilities: what it does.
        repertoire: how it renders just now.
        post: where it works, and at what; without one the ledger is told of no pool, and of the device that
            its profiles tell.
        listen: has messages about steps come here, or none any more.
        witness: who is shown whether it takes work, whenever the ledger has answered.
    """

    def __init__(
        self,
        farm: Farm,
        node: str,
        *,
        capabilities: Collection[str],
        repertoire: Repertoire,
        post: Post | None,
        listen: Callable[[bool], None],
        witness: Witness | None = None,
    ) -> None:
        self._farm = farm
        self._node = node
        self._capabilities = tuple(capabilities)
        self._repertoire = repertoire
        self._post = post
        self._listen = listen
        self._witness = witness or Unwatched()
        #: Whether the worker was told to end, and takes nothing new.
        self.draining = False
        #: Whether the ledger has it for alive.
        self.known = False
        self._told: tuple[RenderProfile, ...] = ()
        self._told_draining = False
        self._told_low: str | None = None
        self._order = WorkerOrder.NONE
        #: Whether messages come here, as far as this process has said so.
        self._takes = True
        settings = farm.settings
        places = {settings.store_root, settings.home, Path(tempfile.gettempdir())}
        self._room = Room(places, mark_mb=settings.worker.disk_floor_mb, every_s=settings.lease.beat_s)
        self._log = structlog.get_logger()

    def begin(self) -> None:
        """Tell the ledger of this worker, if it is there, and measure the disks."""
        with contextlib.suppress(AwayError):
            self._register()
        self._room.measure()

    def end(self) -> None:
        """Tell the ledger that the worker is gone, if it is there; it may be called twice."""
        if self.known:
            self.known = False
            with contextlib.suppress(AwayError):
                workers.leave(self._farm.ledger, self._node)

    def heed(self) -> None:
        """Have messages come here or go to others, as an operator and the disks have it; between steps.

        What could not be said is said the next time: meanwhile the ledger gives nothing to who is ordered so.
        """
        takes = self._order is WorkerOrder.NONE and not self._room.low
        if takes is not self._takes:
            self._log.warning("listens", takes=takes, order=self._order.value, low=self._room.low)
            self._listen(takes)
            self._takes = takes

    def beat(self, attempt: Attempt | None) -> bool:
        """Tell that the worker lives, and of what it is at; whether that is still its own.

        Raises:
            AwayError: ``ledger-away``.
        """
        if not self.known:
            self._register()
        self.retell()
        self._room.turn()
        self.tell_room()
        if self.draining and not self._told_draining:
            # Nobody counts on a worker that takes nothing new.
            self._told_draining = workers.drain(self._farm.ledger, self._node, draining=True)
        holding = attempt.claim.holding if attempt is not None else None
        heard = claims.beat(self._farm.ledger, self._node, holding, memory_mb=_memory_mb())
        self.known = heard.known
        self._order = heard.order
        self._witness.stand(self._stance())
        if heard.order is WorkerOrder.DRAIN and attempt is not None:
            attempt.drain()
        if attempt is not None:
            attempt.recall(heard.leave)
        return heard.mine

    def _stance(self) -> Stance:
        """Why it takes no work that comes to it."""
        stance = Stance(0)
        if self._order is not WorkerOrder.NONE:
            stance |= Stance.ORDERED
        if self.draining:
            stance |= Stance.ENDING
        if self._room.low:
            stance |= Stance.LOW
        if self._repertoire.renders and not self._repertoire.profiles:
            stance |= Stance.UNABLE
        return stance

    def device_with(self, profiles: Collection[RenderProfile]) -> str:
        """What it computes with: what its post has bound it to, or else what profiles tell."""
        bound = self._post.device if self._post is not None else ""
        return bound or device_of(profiles)

    def retell(self) -> None:
        """Tell how it renders, if that is not what was told last.

        Raises:
            AwayError: ``ledger-away``.
        """
        told = self._repertoire.profiles
        if told != self._told:
            workers.relearn(
                self._farm.ledger,
                self._node,
                device=self.device_with(told),
                capabilities=self._capabilities,
                profiles=told,
                kits=self._repertoire.kits,
            )
            self._told = told

    def tell_room(self) -> None:
        """Tell when a disk gets low, or has room again: the ledger gives nothing to a worker meanwhile.

        Raises:
            AwayError: ``ledger-away``.
        """
        low = self._room.low
        if self._told_low is None or bool(low) is not bool(self._told_low):
            condition = Condition.DISK_LOW if low else Condition.ABLE
            posts.tell_condition(self._farm.ledger, self._node, condition, detail=low)
            if low or self._told_low:
                self._log.warning("disk low" if low else "disk has room again", place=low or self._told_low)
            self._told_low = low

    def _register(self) -> None:
        told, machine = self._repertoire.profiles, this_machine()
        workers.register(
            self._farm.ledger,
            self._node,
            host=machine.host,
            boot=machine.boot,
            device=self.device_with(told),
            capabilities=self._capabilities,
            profiles=told,
            kits=self._repertoire.kits,
        )
        if self._post is not None:
            # The process that works is a child of the one that signals are sent to.
            pool, pid = self._post.pool, os.getppid()
            posts.tell(self._farm.ledger, self._node, pool=pool, version=version("lectern"), pid=pid)
        self._told, self.known, self._told_draining = told, True, False


def _memory_mb() -> int:
    """What this process holds of the machine's memory, in megabytes (proc(5), statm); 0: not told here."""
    try:
        resident = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return resident * resource.getpagesize() // 1_000_000
