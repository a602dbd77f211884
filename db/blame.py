"""Blame: what a failure says of where it ran, written down in the transaction that ends the attempt.

Two failures that are committed at the same moment may not see each other on PostgreSQL; the next one sees
both. It takes its locks after those of the job: first a worker's block, then a card.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Executable, bindparam, case, select

from db import blocks, cards
from db.blocks import Block
from db.cards import CPU, Card
from db.prepared import run
from db.states import CardState, Outcome
from db.tables import attempts, batches, jobs, steps, workers
from farm.policy.blocking import KEPT_MS, LOOKED_AT, WITHIN_MS, Past, kept_off, sickening
from farm.policy.pools import MARK, alike, plain_of

_WHERE = (
    select(attempts.c.worker, attempts.c.device, workers.c.host, steps.c.capability)
    .join_from(attempts, steps, steps.c.id == attempts.c.step_id)
    .outerjoin(workers, workers.c.name == attempts.c.worker)
    .where(attempts.c.step_id == bindparam("step"), attempts.c.number == bindparam("fence"))
)
_LATEST = (
    select(
        attempts.c.ended_at,
        attempts.c.outcome,
        steps.c.job_id,
        batches.c.user,
        batches.c.department_id,
    )
    .join_from(attempts, steps, steps.c.id == attempts.c.step_id)
    .join(jobs, jobs.c.id == steps.c.job_id)
    .join(batches, batches.c.id == jobs.c.batch_id)
    .where(
        attempts.c.ended_at > bindparam("after"),
        # What it is called without its pool, or the same for some pool.
        (steps.c.capability == bindparam("capability")) | steps.c.capability.like(bindparam("pooled")),
        (attempts.c.outcome == Outcome.OK.value) | (attempts.c.blamed == 1),
    )
    # What ends in the same millisecond as a success came before it.
    .order_by(attempts.c.ended_at.desc(), case((attempts.c.outcome == Outcome.OK.value, 0), else_=1))
    .limit(LOOKED_AT)
)
_OF_WORKER = _LATEST.where(attempts.c.worker == bindparam("worker"))
# By their names, so that the index finds them.
_there = select(workers.c.name).where(workers.c.host == bindparam("host"))
_OF_CARD = _LATEST.where(attempts.c.worker.in_(_there), attempts.c.device == bindparam("device"))


def blame(connection: Connection, *, step: int, fence: int, code: str, now: int) -> None:
    """Keep a worker from what it fails at, or hold its card to be sick, if this failure makes it so.

    Args:
        connection: the transaction in which the attempt has ended, with its blame written down.
        step: the step that failed.
        fence: the number of the attempt.
        code: code of the error; empty for a worker that was lost, which says nothing of what it can do.
        now: the ledger's milliseconds.
    """
    where = run(connection, _WHERE, {"step": step, "fence": fence}).one()
    plain = plain_of(where.capability)
    asked: dict[str, str | int] = {"capability": plain, "pooled": f"{plain}{MARK}%"}
    asked["after"] = now - WITHIN_MS
    if code:
        latest = _pasts(connection, _OF_WORKER, {**asked, "worker": where.worker})
        lifted = blocks.lifted_at(connection, where.worker, where.capability)
        if kept_off(latest, now=now, lifted=lifted):
            # Whatever it fails at for one pool, it fails at for all of its pools.
            for each in alike(where.capability, (where.capability, *blocks.able(connection, where.worker))):
                kept = Block(worker=where.worker, capability=each, until=now + KEPT_MS, reason=code)
                blocks.keep(connection, kept)
    # The host of a worker that was forgotten is not known.
    if where.device == CPU or where.host is None:
        return
    latest = _pasts(connection, _OF_CARD, {**asked, "host": where.host, "device": where.device})
    cleared = cards.cleared_at(connection, where.host, where.device)
    if failed := sickening(latest, now=now, cleared=cleared):
        facts = {"host": where.host, "device": where.device, "jobs": failed[0], "owners": failed[1]}
        sick = Card(
            host=where.host, device=where.device, state=CardState.SICK, reason="card-sick", facts=facts
        )
        cards.enter(connection, sick, now)


def _pasts(connection: Connection, statement: Executable, asked: Mapping[str, str | int]) -> tuple[Past, ...]:
    return tuple(
        Past(
            at=row.ended_at,
            ok=row.outcome == Outcome.OK.value,
            lost=row.outcome == Outcome.LOST.value,
            job=row.job_id,
            owner=f"{row.department_id} {row.user}",
        )
        for row in run(connection, statement, asked)
    )
