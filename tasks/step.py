"""Runs a step: claims it, works under its lease, and commits what came of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from types import TracebackType
from typing import NoReturn, Self

import structlog

from db import claims, queue
from db.desk import LedgerDesk
from db.states import JobState, Outcome, Stage
from db.traces import read_course
from db.values import Claim
from db.warmth import find_warmer
from farm import telemetry, tracing
from farm.bootstrap import Farm
from farm.discretion import written_for
from farm.policy.affinity import affinity_of, with_done
from farm.policy.placement import Post
from farm.policy.pools import pools_in, pools_rendering
from farm.policy.retry import End, is_card_lost
from farm.studio import Studio
from pipeline import spans
from pipeline.engines.holding import held_now, loads_since
from pipeline.plan import trace
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import (
    AwayError,
    LecternError,
    SupersededError,
    TransientError,
)
from pipeline.plan.faceway import way_of
from pipeline.plan.job import RenderProfile
from tasks.anew import is_otherwise, plan_anew
from tasks.attempt import Attempt, Halt, leave_hard
from tasks.bell import Bell
from tasks.capabilities import capabilities_of
from tasks.desk import PatientDesk, insist
from tasks.endings import fail, give_back, pass_on, stand_back, tell_left
from tasks.heart import Heart
from tasks.measuring import Ended, Measures, Tally, Unmeasured
from tasks.preload import Preload
from tasks.repertoire import Repertoire, profiles_here
from tasks.stages import PROFILE_CHANGED, STAGES, Bench, Costs, Perform
from tasks.standing import Standing
from tasks.tidings import Ending, Tidings
from tasks.witness import Unwatched, Witness


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
        disown: told of a step that the ledger does not know: the message was none of ours.
        listen: has messages about steps come here, or none any more. What comes all the same is refused by
            the ledger.
        witness: who is shown what this process does.
        measures: who counts what it does.
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
        disown: Callable[[int], None] = lambda _step: None,
        listen: Callable[[bool], None] = lambda _takes: None,
        witness: Witness | None = None,
        measures: Measures | None = None,
    ) -> None:
        self.capabilities = tuple(capabilities)
        self._farm = farm
        self._node = node
        self._repertoire = Repertoire(farm, capabilities, profiles, mark=mark)
        self._witness = witness or Unwatched()
        self._standing = Standing(
            farm,
            node,
            capabilities=capabilities,
            repertoire=self._repertoire,
            post=post,
            listen=listen,
            witness=self._witness,
        )
        self._bell = bell
        self._stages = stages
        self._measures = measures or Unmeasured()
        self._bench = Bench(farm=farm, studio=Studio(farm))
        self._attempt: Attempt | None = None
        self._span: tracing.AttemptSpan | None = None
        pools = pools_in(post.pool) if post is not None else pools_rendering(capabilities)
        self._preload = Preload(
            farm, node, capabilities=capabilities, pools=tuple(pools), studio=self._bench.studio
        )
        #: What was loaded for the latest steps.
        self._at_hand: tuple[str, ...] = ()
        #: Whether this process can go on no more, and its worker has to begin anew.
        self.spent = False
        #: What came of the latest step.
        self.tidings = Tidings(ending=Ending.NOTHING)
        self._drain_s = farm.settings.worker.drain_s
        self._disown = disown
        lease = farm.settings.lease
        self._heart = Heart(
            self._standing.beat, every_s=lease.beat_s, grace_s=lease.expiry_s / 2, leave=self._leave
        )
        self._log = structlog.get_logger()

    def start(self) -> None:
        """Tell the ledger of this worker, and begin to beat."""
        self._standing.begin()
        self._heart.start()

    def close(self) -> None:
        """Beat no more, tell the ledger, close the engines; it may be called twice."""
        self._heart.stop()
        self._standing.end()
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
        self._standing.draining = True
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
                if self._standing.known:
                    self._standing.retell()
                    plan_anew(self._farm, self.capabilities, given_up)

    def preload(self) -> None:
        """Open what the worker's pools have it open, while nothing waits; between steps."""
        self._preload.turn()
        self._measures.models(loads_since(), held_now())
        self._at_hand = self._at_hand or self._preload.at_hand

    def heed(self) -> None:
        """Have messages come here or go to others, as an operator and the disks have it; between steps."""
        self._standing.heed()

    def run(self, step: int) -> bool:
        """Run a step, if it may be run here and now; whether it was claimed.

        However it ends, the ledger knows; nothing is raised. A step that cannot be claimed, or a ledger that
        is away, is left to the dispatcher, who sends another message.
        """
        self.tidings = Tidings(ending=Ending.NOTHING)
        self.look_around()
        try:
            return self._try_run(step)
        finally:
            self._measures.models(loads_since(), held_now())
            self._witness.rest()

    def _try_run(self, step: int) -> bool:
        profiles = self._repertoire.profiles
        try:
            if self._standing.known:
                # Films are planned for what the ledger has been told.
                self._standing.retell()
            self._standing.tell_room()
            claim = self._claim_nearest(step, profiles)
            if claim is None:
                self._log.debug("nothing to do", step=step)
                if not claims.is_known(self._farm.ledger, step):
                    self._disown(step)
                return False
        except AwayError as error:
            self._log.warning("no claim", code=error.code, step=step)
            return False
        self._preload.stop()
        self._carry(claim)
        return True

    def _claim_nearest(self, step: int, profiles: Collection[RenderProfile]) -> Claim | None:
        """Claim a step, or that of its equals for which least is to be loaded."""
        nearest = find_warmer(self._farm.ledger, step, at_hand=self._at_hand)
        if nearest == step or (claim := self._claim(nearest, profiles)) is None:
            return self._claim(step, profiles)
        # Nobody else was told of the one that is left; it would be sent again after a while in any case.
        with contextlib.suppress(AwayError):
            queue.unmark_sent(self._farm.ledger, [step])
        return claim

    def _claim(self, step: int, profiles: Collection[RenderProfile]) -> Claim | None:
        self._witness.seek(step)
        return claims.claim(
            self._farm.ledger,
            step,
            worker=self._node,
            capabilities=self.capabilities,
            profiles=profiles,
            releases=self._repertoire.releases,
            device=self._standing.device_with(profiles),
            span=os.urandom(trace.SPAN_BYTES).hex(),
        )

    def _carry(self, claim: Claim) -> None:
        parent = trace.parse(claim.traceparent)
        span = replace(parent, span_id=claim.span)
        attempt = Attempt(claim, span, limit_s=self._farm.settings.worker.step_seconds)
        self._attempt = attempt
        if self._standing.draining:
            # It was told so between the claim and now.
            attempt.drain(self._drain_s)
        self._heart.carry(attempt)
        self._witness.carry(claim.fence)
        self._measures.begun(claim)
        names: dict[str, str | int] = {
            "trace_id": span.trace_id,
            "span_id": span.span_id,
            "job": claim.job,
            "step": claim.step,
            "attempt": claim.fence,
            "worker": self._node,
            "device": self._standing.device_with(self._repertoire.profiles),
        }
        try:
            with (
                telemetry.bound(**names, row=claim.spec.row, stage=claim.stage.value),
                telemetry.private(written_for(claim.spec, self._farm.store.root)),
                telemetry.tail() as lines,
                tracing.attempt(parent, span, claim.stage.value, _told(claim, names)) as self._span,
            ):
                self._log.info("begun")
                written = self._work(attempt, lines)
                self._log.info("ended", written=written)
        finally:
            self._heart.carry(None)
            self._attempt = None
        self.tidings = attempt.tidings
        if written:
            self._bell.ring()
        if self._span is not None and spans.is_told():
            self._tell_course(attempt, self._span)

    def _tell_course(self, attempt: Attempt, span: tracing.AttemptSpan) -> None:
        """Tell of an attempt that is over, and of its wait; a ledger that is away is not waited for."""
        claim, (outcome, code) = attempt.claim, attempt.ended or (Outcome.SUPERSEDED, "")
        try:
            course = read_course(self._farm.ledger, claim.job)
        except LecternError:
            return span.tell(outcome.value, code)
        bar = tracing.found(course, claim.span)
        # Who took it from a worker that was silent has told of it: nobody could know that it lived.
        if bar is None or bar.outcome != Outcome.LOST.value:
            span.tell(outcome.value, code)
        if bar is None:
            return None
        tracing.tell_wait(course, bar)
        is_there = bar.stage == Stage.ARCHIVE.value and bar.outcome == Outcome.OK.value
        if is_there or course.state == JobState.FAILED.value:
            tracing.tell_film(course)
        return None

    def _work(self, attempt: Attempt, lines: Collection[str]) -> bool:
        """Do the work and write what came of it; False: nothing was written, since it is ours no longer."""
        claim = attempt.claim
        tally = Tally(drew=lambda frames: self._measures.drew(claim, frames))
        ledger_desk = LedgerDesk(ledger=self._farm.ledger, claim=claim)
        try:
            desk = PatientDesk(
                ledger_desk, attempt.check, attempt.check_next, move=self._witness.move, made=tally.made
            )
            with self._awaited():
                commit = self._stages[claim.stage](replace(self._bench, tally=tally), claim, desk)
            if commit is None:
                give_back(self._farm, attempt, End.SHARED, reason="farm-made-elsewhere")
                return True
            costs = Costs(
                machine_ms=attempt.machine_ms,
                used=tuple(ledger_desk.used.values()),
            )
            self._at_hand = with_done(self._at_hand, affinity_of(claim.stage, claim.spec))
            insist(lambda: commit(costs), attempt.check_own)
            attempt.ended = Outcome.OK, ""
        except SupersededError as error:
            return stand_back(self._farm, attempt, error)
        except LecternError as error:
            self._log.warning("failed", code=error.code, facts=dict(error.facts))
            # Whatever becomes of the card, this process can compute on it no more.
            self.spent |= is_card_lost(error)
            if is_otherwise(error, claim) and self._renewed(attempt, error):
                passed_on = pass_on(self._farm, attempt, End.OTHERWISE, reason=error.code)
                if claim.profile is not None:
                    plan_anew(self._farm, self.capabilities, claim.profile)
                return passed_on
            return fail(self._farm, attempt, error, lines)
        except Exception as error:  # noqa: BLE001 - the last stop: Celery would drop it, and the ledger never know
            self._log.exception("failed unexpectedly")
            reason = telemetry.discreet(telemetry.one_line(error))
            told = TransientError("farm-unexpected", kind=type(error).__name__, reason=reason)
            return fail(self._farm, attempt, told, lines)
        finally:
            self._measure(attempt, tally, ledger_desk.used)
        return True

    def _measure(self, attempt: Attempt, tally: Tally, used: Collection[tuple[Kind, str]]) -> None:
        """Tell what an attempt took, once it is known how it ended."""
        outcome, code = attempt.ended or (Outcome.SUPERSEDED, "")
        found, made = tally.parted(attempt.claim.stage, used)
        self._measures.ended(
            Ended(
                claim=attempt.claim,
                outcome=outcome,
                code=code,
                seconds=attempt.seconds,
                frames=tally.frames,
                found=found,
                made=made,
            )
        )

    @contextlib.contextmanager
    def _awaited(self) -> Iterator[None]:
        """While it lasts progress is awaited of this process.

        What a stage has made is told for as long as it takes the ledger to hear.
        """
        self._witness.owe(moves=True)
        try:
            yield
        finally:
            self._witness.owe(moves=False)

    def _renewed(self, attempt: Attempt, why: LecternError) -> bool:
        """Open the engine anew that cannot go on as it was; whether the step can, here or elsewhere."""
        self._at_hand = ()
        try:
            found = self._repertoire.renew(self._bench.studio, way_of(attempt.claim.spec))
            insist(self._standing.retell, attempt.check_own)
        except LecternError as error:
            self._log.warning("not opened anew", code=error.code, facts=dict(error.facts))
            return False
        # Whose engine was open since before he told of himself renders as he told, once it is opened anew.
        return why.code == PROFILE_CHANGED or found != attempt.claim.profile

    def _leave(self, attempt: Attempt) -> NoReturn:
        """End this process: the attempt was asked to stop and did not. Called from the heart's thread."""
        try:
            self._log.error("left hard", step=attempt.claim.step, why=attempt.halt)
            tell_left(self._farm, attempt)
            # What it has made so far the thread knows that is stuck.
            self._measure(attempt, Tally(), ())
            if self._span is not None and attempt.ended is not None:
                outcome, code = attempt.ended
                self._span.tell(outcome.value, code)
                tracing.hurry()
        except LecternError as error:
            self._log.warning("left without a word", code=error.code)
        except Exception:  # noqa: BLE001 - whatever it was, this process has to end
            self._log.exception("left without a word")
        finally:
            leave_hard()


def _told(claim: Claim, names: Mapping[str, str | int]) -> dict[str, str | int]:
    """What a backend of traces is told of an attempt: numbers and machines, and nothing that people wrote."""
    told = {name: names[name] for name in ("job", "step", "attempt", "worker", "device")}
    told |= {"batch": claim.batch, "part": claim.index + 1, "parts": claim.count}
    return {**told, "waited_ms": claim.waited_ms}


def open_runner(
    farm: Farm,
    node: str,
    wanted: Collection[str],
    bell: Bell,
    *,
    post: Post | None = None,
    disown: Callable[[int], None] = lambda _step: None,
    listen: Callable[[bool], None] = lambda _takes: None,
    witness: Witness | None = None,
    measures: Measures | None = None,
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
        disown=disown,
        listen=listen,
        witness=witness,
        measures=measures,
    )
