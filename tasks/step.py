"""Runs a step: claims it, works under its lease, and commits what came of it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

import structlog

from db import claims, commits, posts, replan, workers
from db.codec import profile_digest
from db.desk import LedgerDesk
from db.siting import this_machine
from db.states import Condition, Outcome, Stage, WorkerOrder, capability_of
from db.values import Claim, Failure, Skill
from farm import telemetry
from farm.bootstrap import Farm
from farm.policy.blocking import blames
from farm.policy.placement import Post
from farm.policy.profiles import choose_profile, device_of
from farm.policy.retry import RetrySettings, decide
from farm.studio import Studio, may_render_otherwise
from pipeline.plan import trace
from pipeline.plan.errors import (
    AwayError,
    LecternError,
    SupersededError,
    TransientError,
)
from pipeline.plan.faceway import way_in, way_of
from pipeline.plan.job import RenderProfile
from tasks.attempt import Attempt, Halt, leave_hard
from tasks.bell import Bell
from tasks.capabilities import capabilities_of
from tasks.desk import PatientDesk, insist
from tasks.heart import Heart
from tasks.repertoire import Repertoire, profiles_here
from tasks.room import Room
from tasks.stages import PROFILE_CHANGED, STAGES, Bench, Costs, Perform
from tasks.witness import Unwatched, Witness

#: How soon a step comes back that found another worker making what it needs.
_COME_BACK_MS = 1_000
#: After it a process that has computed on the card can do so no more, whatever becomes of the card.
_DEVICE_LOST = "face-device-lost"


class StepRunner:
    """Runs steps in this process, one at a time; a context manager.

    Args:
        farm: ledger, store and engines of this process; closed with the runner.
        node: the worker's name, such as ``cpu0@host``, under which the ledger knows it.
        capabilities: what it does.
        profiles: how it renders.
        post: where it works, and at what; without one the ledger is told of no pool, and of the device that
            its profiles tell.
        bell: rung after each commit.
        stages: what is done at each stage.
        mark: the shelf of models as it was when that was found; as it is now unless given.
        listen: has messages about steps come here, or none any more. What comes all the same is refused by
            the ledger.
        witness: who is shown what this process does.
    """

    def __init__(
        self,
        farm: Farm,
        *,
        node: str,
        capabilities: Collection[str],
        profiles: Collection[RenderProfile],
        bell: Bell,
        post: Post | None = None,
        stages: Mapping[Stage, Perform] = STAGES,
        mark: int | None = None,
        listen: Callable[[bool], None] = lambda _takes: None,
        witness: Witness | None = None,
    ) -> None:
        self.capabilities = tuple(capabilities)
        self._farm = farm
        self._node = node
        self._post = post
        self._repertoire = Repertoire(farm, capabilities, profiles, mark=mark)
        self._told: tuple[RenderProfile, ...] = ()
        self._bell = bell
        self._stages = stages
        self._witness = witness or Unwatched()
        self._bench = Bench(farm=farm, studio=Studio(farm))
        self._attempt: Attempt | None = None
        #: Whether this process can go on no more, and its worker has to begin anew.
        self.spent = False
        #: Whether it was told to end, and takes nothing new.
        self.draining = False
        self._drain_s = farm.settings.worker.drain_s
        self._told_draining = False
        self._known = False
        self._listen = listen
        self._order = WorkerOrder.NONE
        #: Whether messages come here, as far as this process has said so.
        self._takes = True
        lease, settings = farm.settings.lease, farm.settings
        places = {settings.store_root, settings.home, Path(tempfile.gettempdir())}
        self._room = Room(places, mark_mb=settings.worker.disk_floor_mb, every_s=lease.beat_s)
        self._told_low: str | None = None
        self._heart = Heart(self._beat, every_s=lease.beat_s, grace_s=lease.expiry_s / 2, leave=self._leave)
        self._log = structlog.get_logger()

    def start(self) -> None:
        """Tell the ledger of this worker, and begin to beat."""
        with contextlib.suppress(AwayError):
            self._register()
        self._room.measure()
        self._heart.start()

    def close(self) -> None:
        """Beat no more, tell the ledger, close the engines; it may be called twice."""
        self._heart.stop()
        if self._known:
            self._known = False
            with contextlib.suppress(AwayError):
                workers.leave(self._farm.ledger, self._node)
        self._bell.close()
        self._farm.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace_: TracebackType | None
    ) -> None:
        self.close()

    def drain(self) -> None:
        """Take no step any more; give the running one back once the clip in work is finished.

        What takes longer than `[worker] drain_s` is interrupted. Safe in a signal handler.
        """
        self.draining = True
        if self._attempt is not None:
            self._attempt.drain(self._drain_s)

    def interrupt(self) -> None:
        """Leave the running step, if there is one: it goes back into the line. Safe in a signal handler."""
        if self._attempt is not None:
            self._attempt.stop(Halt.INTERRUPTED)

    def look_around(self) -> None:
        """See whether models came or went, or memory is there again; while no step is in work.

        The next beat tells of models. Films that waited for who has grown are planned anew at once.
        """
        self._repertoire.follow()
        with contextlib.suppress(AwayError):
            for given_up in self._repertoire.grow(self._bench.studio):
                if self._known:
                    self._retell()
                    self._plan_anew(given_up)

    def heed(self) -> None:
        """Have messages come here or go to others, as an operator and the disks have it; between steps.

        What could not be said is said the next time: meanwhile the ledger gives nothing to who is ordered so.
        """
        takes = self._order is WorkerOrder.NONE and not self._room.low
        if takes is not self._takes:
            self._log.warning("listens", takes=takes, order=self._order.value, low=self._room.low)
            self._listen(takes)
            self._takes = takes

    def run(self, step: int) -> bool:
        """Run a step, if it may be run here and now; whether it was claimed.

        However it ends, the ledger knows; nothing is raised. A step that cannot be claimed, or a ledger that
        is away, is left to the dispatcher, who sends another message.
        """
        self.look_around()
        self._witness.seek(step)
        try:
            return self._try_run(step)
        finally:
            self._witness.rest()

    def _try_run(self, step: int) -> bool:
        profiles = self._repertoire.profiles
        try:
            if self._known:
                # Films are planned for what the ledger has been told.
                self._retell()
            self._tell_room()
            claim = claims.claim(
                self._farm.ledger,
                step,
                worker=self._node,
                capabilities=self.capabilities,
                profiles=profiles,
                device=self._device_with(profiles),
            )
        except AwayError as error:
            self._log.warning("no claim", code=error.code, step=step)
            return False
        if claim is None:
            self._log.debug("nothing to do", step=step)
            return False
        self._carry(claim)
        return True

    def _carry(self, claim: Claim) -> None:
        span = trace.child(trace.parse(claim.traceparent), os.urandom(trace.SPAN_BYTES))
        attempt = Attempt(claim, span, limit_s=self._farm.settings.worker.step_seconds)
        self._attempt = attempt
        if self.draining:
            # It was told so between the claim and now.
            attempt.drain(self._drain_s)
        self._heart.carry(attempt)
        self._witness.carry(claim.fence)
        names: dict[str, str | int] = {
            "trace_id": span.trace_id,
            "span_id": span.span_id,
            "job": claim.job,
            "step": claim.step,
        }
        try:
            with (
                telemetry.bound(**names, row=claim.spec.row, stage=claim.stage.value),
                telemetry.tail() as lines,
            ):
                self._log.info("begun", attempt=claim.fence)
                written = self._work(attempt, lines)
                self._log.info("ended", written=written)
        finally:
            self._heart.carry(None)
            self._attempt = None
        if written:
            self._bell.ring()

    def _work(self, attempt: Attempt, lines: Collection[str]) -> bool:
        """Do the work and write what came of it; False: nothing was written, since it is ours no longer."""
        claim = attempt.claim
        ledger_desk = LedgerDesk(ledger=self._farm.ledger, claim=claim)
        try:
            desk = PatientDesk(ledger_desk, attempt.check, attempt.check_next, move=self._witness.move)
            with self._awaited(claim.stage):
                commit = self._stages[claim.stage](self._bench, claim, desk)
            if commit is None:
                return self._release(attempt, delay_ms=_COME_BACK_MS, reason="farm-made-elsewhere")
            costs = Costs(
                machine_ms=attempt.machine_ms,
                span=attempt.span.span_id,
                used=tuple(ledger_desk.used.values()),
            )
            insist(lambda: commit(costs), attempt.check_own)
        except SupersededError as error:
            return self._stand_back(attempt, error)
        except LecternError as error:
            self._log.warning("failed", code=error.code, facts=dict(error.facts))
            self.spent |= error.code == _DEVICE_LOST
            if _is_otherwise(error, claim) and self._renewed(attempt, error):
                self._release(attempt, delay_ms=0, reason=error.code)
                if claim.profile is not None:
                    self._plan_anew(claim.profile)
                return True
            return self._fail(attempt, error, lines)
        except Exception as error:  # noqa: BLE001 - the last stop: Celery would drop it, and the ledger never know
            self._log.exception("failed unexpectedly")
            reason = telemetry.one_line(error)
            told = TransientError("farm-unexpected", kind=type(error).__name__, reason=reason)
            return self._fail(attempt, told, lines)
        return True

    @contextlib.contextmanager
    def _awaited(self, stage: Stage) -> Iterator[None]:
        """While it lasts frames are awaited of this process, if the stage makes any.

        Other stages make pieces that may each take long; and what a stage has made is told for as long as it
        takes the ledger to hear.
        """
        self._witness.owe(frames=stage is Stage.RENDER)
        try:
            yield
        finally:
            self._witness.owe(frames=False)

    def _stand_back(self, attempt: Attempt, error: SupersededError) -> bool:
        if attempt.halt is not None and attempt.halt.gives_back:
            with contextlib.suppress(SupersededError):
                return self._release(attempt, delay_ms=0, reason=_given_back_for(attempt.halt))
        self._log.info("stood back", code=error.code)
        return False

    def _release(self, attempt: Attempt, *, delay_ms: int, reason: str) -> bool:
        insist(
            lambda: commits.release(
                self._farm.ledger,
                attempt.claim,
                delay_ms=delay_ms,
                reason=reason,
                machine_ms=attempt.machine_ms,
            ),
            attempt.check_own,
        )
        return True

    def _fail(self, attempt: Attempt, error: LecternError, lines: Collection[str]) -> bool:
        failure, claim = _failure(attempt, error, lines), attempt.claim
        decision = decide(error, failures=claim.failures, waits=claim.waits, settings=_patience(self._farm))
        try:
            insist(lambda: commits.fail(self._farm.ledger, claim, failure, decision), attempt.check_own)
        except SupersededError as superseded:
            return self._stand_back(attempt, superseded)
        return True

    def _renewed(self, attempt: Attempt, why: LecternError) -> bool:
        """Open the engine anew that cannot go on as it was; whether the step can, here or elsewhere."""
        try:
            found = self._repertoire.renew(self._bench.studio, way_of(attempt.claim.spec))
            insist(self._retell, attempt.check_own)
        except LecternError as error:
            self._log.warning("not opened anew", code=error.code, facts=dict(error.facts))
            return False
        # Whose engine was open since before he told of himself renders as he told, once it is opened anew.
        return why.code == PROFILE_CHANGED or found != attempt.claim.profile

    def _plan_anew(self, given_up: RenderProfile) -> None:
        """Have films go on at once that nobody renders any more as they were planned.

        Where somebody else does, he goes on with them; what is missed here, the dispatcher finds.
        """
        capability = capability_of(Stage.RENDER, given_up.engine)
        with contextlib.suppress(AwayError):
            honoured = workers.read_honoured(self._farm.ledger, capability)
            profile = choose_profile(honoured, way_in(given_up))
            if profile is not None and given_up not in honoured:
                stranded = Skill(capability=capability, profile=profile_digest(given_up))
                replan.replan(self._farm.ledger, stranded, profile_digest(profile))

    def _register(self) -> None:
        told, machine = self._repertoire.profiles, this_machine()
        workers.register(
            self._farm.ledger,
            self._node,
            host=machine.host,
            boot=machine.boot,
            device=self._device_with(told),
            capabilities=self.capabilities,
            profiles=told,
        )
        if self._post is not None:
            # The process that works is a child of the one that signals are sent to.
            pool, pid = self._post.pool, os.getppid()
            posts.tell(self._farm.ledger, self._node, pool=pool, version=version("lectern"), pid=pid)
        self._told, self._known, self._told_draining = told, True, False

    def _device_with(self, profiles: Collection[RenderProfile]) -> str:
        bound = self._post.device if self._post is not None else ""
        return bound or device_of(profiles)

    def _retell(self) -> None:
        told = self._repertoire.profiles
        if told != self._told:
            workers.relearn(
                self._farm.ledger,
                self._node,
                device=self._device_with(told),
                capabilities=self.capabilities,
                profiles=told,
            )
            self._told = told

    def _tell_room(self) -> None:
        """Tell when a disk gets low, or has room again: the ledger gives nothing to a worker meanwhile."""
        low = self._room.low
        if self._told_low is None or bool(low) is not bool(self._told_low):
            condition = Condition.DISK_LOW if low else Condition.ABLE
            posts.tell_condition(self._farm.ledger, self._node, condition, detail=low)
            if low or self._told_low:
                self._log.warning("disk low" if low else "disk has room again", place=low or self._told_low)
            self._told_low = low

    def _beat(self, attempt: Attempt | None) -> bool:
        if not self._known:
            self._register()
        self._retell()
        self._room.turn()
        self._tell_room()
        if self.draining and not self._told_draining:
            # Nobody counts on a worker that takes nothing new.
            self._told_draining = workers.drain(self._farm.ledger, self._node, draining=True)
        holding = attempt.claim.holding if attempt is not None else None
        heard = claims.beat(self._farm.ledger, self._node, holding)
        self._known = heard.known
        self._order = heard.order
        if heard.order is WorkerOrder.DRAIN and attempt is not None:
            attempt.drain()
        return heard.mine

    def _leave(self, attempt: Attempt) -> NoReturn:
        """End this process: the attempt was asked to stop and did not. Called from the heart's thread."""
        try:
            self._log.error("left hard", step=attempt.claim.step, why=attempt.halt)
            self._tell_left(attempt)
        except LecternError as error:
            self._log.warning("left without a word", code=error.code)
        except Exception:  # noqa: BLE001 - whatever it was, this process has to end
            self._log.exception("left without a word")
        finally:
            leave_hard()

    def _tell_left(self, attempt: Attempt) -> None:
        """Tell the ledger of an attempt that is ended by force, if there is anything to tell."""
        if attempt.halt is not None and attempt.halt.gives_back:
            reason = _given_back_for(attempt.halt)
            commits.release(self._farm.ledger, attempt.claim, delay_ms=0, reason=reason)
        elif attempt.halt is Halt.TIMEOUT:
            error, claim = attempt.too_long(), attempt.claim
            decision = decide(
                error, failures=claim.failures, waits=claim.waits, settings=_patience(self._farm)
            )
            commits.fail(self._farm.ledger, claim, _failure(attempt, error, ()), decision)


def open_runner(
    farm: Farm,
    node: str,
    wanted: Collection[str],
    bell: Bell,
    *,
    post: Post | None = None,
    listen: Callable[[bool], None] = lambda _takes: None,
    witness: Witness | None = None,
) -> StepRunner:
    """A runner of everything that was asked for, at its post; its face engines are open.

    Raises:
        InputError: ``farm-capability-unknown``, or an engine cannot be opened.
    """
    capabilities = capabilities_of(farm, wanted)
    # To measure a card takes a while, in which models may come.
    mark = farm.models.mark()
    profiles = profiles_here(farm, capabilities)
    return StepRunner(
        farm,
        node=node,
        capabilities=capabilities,
        profiles=profiles,
        bell=bell,
        post=post,
        mark=mark,
        listen=listen,
        witness=witness,
    )


def _is_otherwise(error: LecternError, claim: Claim) -> bool:
    """Whether this worker may render otherwise than the film was planned, once its engine is opened anew."""
    if error.code == PROFILE_CHANGED:
        return True
    if claim.stage is not Stage.RENDER or claim.profile is None:
        return False
    return may_render_otherwise(error, claim.profile)


def _given_back_for(halt: Halt) -> str:
    return "farm-drained" if halt is Halt.DRAINED else "farm-interrupted"


def _failure(attempt: Attempt, error: LecternError, lines: Collection[str]) -> Failure:
    return Failure(
        outcome=Outcome.TIMEOUT if attempt.halt is Halt.TIMEOUT else Outcome.ERROR,
        code=error.code,
        facts=error.facts,
        machine_ms=attempt.machine_ms,
        log_tail="\n".join(lines),
        span=attempt.span.span_id,
        blames=blames(error),
    )


def _patience(farm: Farm) -> RetrySettings:
    retry = farm.settings.retry
    return RetrySettings(
        attempts=retry.attempts,
        backoff_ms=int(retry.backoff_s * 1000),
        poison_deaths=retry.poison_deaths,
    )
