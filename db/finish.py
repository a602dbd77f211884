"""The part that every success shares: how a claim's step is done, inside one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, select, update

from db import rows
from db.codec import notices_from_text, notices_to_text, profile_digest, profile_to_text
from db.latents import keep_latents
from db.plans import plan_renders
from db.prepared import run
from db.states import STAGE_ORDER, Outcome, Role, Stage, StepState
from db.tables import jobs, results
from db.values import Chunk, Claim, Notice
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.job import RenderProfile

# What codes of warnings about finished films begin with.
_OF_FILMS = "film-"


class Finish:
    """One step that is done, for the transaction that says so."""

    def __init__(self, connection: Connection, claim: Claim, *, machine_ms: int, now: int) -> None:
        self.now = now
        self._connection = connection
        self._claim = claim
        self._ended = {"ended_at": now, "machine_ms": machine_ms}

    def begin(self) -> bool:
        """Lock the job and take the step to `done`; False when this very attempt was accepted before."""
        rows.lock_job(self._connection, self._claim.job)
        done: dict[str, Any] = {"state": StepState.DONE.value, "waits": 0, "deaths": 0, "death_key": None}
        done |= {"error_code": None, "error_facts": None}
        if rows.leave_step(self._connection, self._claim, done):
            return True
        if rows.ended_as(self._connection, self._claim) is Outcome.OK:
            return False
        raise rows.superseded(self._claim)

    def rest_on(self, used: Collection[Artifact]) -> bool:
        """Write down what the step rests on; False when some of it is accepted no longer."""
        wanted = {(each.kind, each.key) for each in used if each.kind is not Kind.SOURCE}
        keep_latents(self._connection, self._claim, used)
        return rows.rest_on(self._connection, self._claim, wanted)

    def keep(self, made: dict[Role, Artifact]) -> None:
        """Have artifacts accepted as the job's results."""
        rows.accept(self._connection, made.values(), self.now)
        ids = rows.accepted_ids(self._connection, {(each.kind, each.key) for each in made.values()})
        rows.use(self._connection, self._claim, set(ids.values()))
        kept = [
            {"job_id": self._claim.job, "role": role.value, "artifact_id": ids[each.kind.value, each.key]}
            for role, each in made.items()
        ]
        run(self._connection, rows.spoken(self._connection, _RESULT), kept)

    def end(self) -> None:
        """Take the attempt to `ok`."""
        self._end(Outcome.OK, None)

    def plan(self, chunks: Sequence[Chunk], profile: RenderProfile) -> None:
        """Plan the render steps of a film whose timeline holds, ready at once."""
        run(self._connection, _PROFILE, {"id_": self._claim.job, "profile_": profile_to_text(profile)})
        plan_renders(self._connection, self._claim, chunks, profile_digest(profile))
        rows.unblock(self._connection, [self._claim.job], Stage.RENDER)

    def warn(self, found: Sequence[Notice]) -> None:
        """Tell what this stage found with the job's warnings, instead of what it or a later one had found.

        What was told before, in the same words, is not told twice.
        """
        stored = notices_from_text(run(self._connection, _WARNINGS, {"id_": self._claim.job}).one().warnings)
        before = [notice for notice in stored if _found_at(notice) < STAGE_ORDER[self._claim.stage]]
        known = [replace(notice, stage="") for notice in before]
        new = [notice for notice in found if replace(notice, stage="") not in known]
        mine = [replace(notice, stage=self._claim.stage.value) for notice in new]
        told = notices_to_text([*before, *mine])
        run(self._connection, _WARN, {"id_": self._claim.job, "warnings_": told})

    def start_over(self) -> None:
        """Send the step back to the line: what it rested on has to be made anew."""
        self._end(Outcome.INTERRUPTED, "ledger-collected")
        rows.send_back(self._connection, self._claim)

    def _end(self, outcome: Outcome, code: str | None) -> None:
        ended = {"outcome": outcome.value, "error_code": code, **self._ended}
        rows.end_attempt(self._connection, self._claim.step, self._claim.fence, ended)


def _found_at(notice: Notice) -> int:
    """The place in the order of stages of the one that found something; what a row was accepted with: -1."""
    if notice.stage:
        return STAGE_ORDER[Stage(notice.stage)]
    # Before stages were told, only joins found anything, and said so by their codes.
    return STAGE_ORDER[Stage.JOIN] if notice.code.startswith(_OF_FILMS) else -1


def _resulting(inserter: rows.Inserter) -> Executable:
    entered = inserter(results)
    return entered.on_conflict_do_update(
        index_elements=[results.c.job_id, results.c.role],
        set_={"artifact_id": entered.excluded.artifact_id},
    )


_RESULT = rows.per_dialect(_resulting)
_PROFILE = update(jobs).where(jobs.c.id == bindparam("id_")).values(profile=bindparam("profile_"))
_WARNINGS = select(jobs.c.warnings).where(jobs.c.id == bindparam("id_"))
_WARN = update(jobs).where(jobs.c.id == bindparam("id_")).values(warnings=bindparam("warnings_"))
