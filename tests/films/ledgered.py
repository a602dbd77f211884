"""Clips that are made as a worker makes them: claimed from a ledger, committed to it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from db import claims, commits, migrate, queue, submission
from db.codec import profile_digest
from db.desk import LedgerDesk
from db.engine import connect
from db.ledger import Ledger
from db.states import Urgency
from db.values import Chunk, Claim, JobDraft, Skill, Submission
from pipeline.plan import trace
from pipeline.plan.artifact import Artifact
from pipeline.plan.job import JobSpec
from pipeline.steps.speak import load_timeline
from tasks.desk import PatientDesk
from tests.films.cinema import Cinema


def made_by(worker: str, cinema: Cinema, home: Path, jobs: Sequence[JobSpec]) -> dict[str, list[Artifact]]:
    """Submit a batch and have a worker of this name do all of it but the joins; the clips of each row."""
    clips: dict[str, list[Artifact]] = {}
    with _ledger(home) as ledger:
        drafts = [
            JobDraft(spec=job, urgency=Urgency.NORMAL, traceparent=trace.new(os.urandom(24)).traceparent)
            for job in jobs
        ]
        batch = Submission(content=os.urandom(32).hex(), name="batch", user="anna")
        submission.submit(ledger, batch, drafts)
        for claim in _claimed(ledger, Skill(capability="speak", profile=""), worker, cinema):
            _speak(claim, cinema, ledger)
        rendering = Skill(capability="render.warp", profile=profile_digest(cinema.profile()))
        for claim in _claimed(ledger, rendering, worker, cinema):
            clips[claim.spec.row] = _render(claim, cinema, ledger)
    return clips


@contextmanager
def _ledger(home: Path) -> Iterator[Ledger]:
    database = connect(f"sqlite:///{home / 'ledger.sqlite3'}")
    migrate.upgrade(database)
    ledger = Ledger(database)
    try:
        yield ledger
    finally:
        ledger.close()


def _claimed(ledger: Ledger, skill: Skill, worker: str, cinema: Cinema) -> Iterator[Claim]:
    for head in queue.heads(ledger, skill, limit=100):
        claim = claims.claim(
            ledger,
            head.step,
            worker=worker,
            capabilities=[skill.capability],
            profiles=[cinema.profile()],
        )
        assert claim is not None
        yield claim


def _go_on() -> None:
    """Nobody stops a film of a test."""


def _speak(claim: Claim, cinema: Cinema, ledger: Ledger) -> None:
    desk = LedgerDesk(ledger=ledger, claim=claim)
    spoken, timeline = cinema.speak(claim.spec, PatientDesk(desk, _go_on, _go_on))
    whole = Chunk(first=0, end=len(timeline.utterances), frames=timeline.frames)
    commits.finish_speak(
        ledger,
        claim,
        timeline=spoken,
        chunks=[whole],
        profile=cinema.profile(),
        used=tuple(desk.used.values()),
        machine_ms=0,
    )


def _render(claim: Claim, cinema: Cinema, ledger: Ledger) -> list[Artifact]:
    assert claim.timeline is not None
    desk = LedgerDesk(ledger=ledger, claim=claim)
    timeline = load_timeline(cinema.store, claim.timeline)
    clips = cinema.render(
        claim.spec, timeline, [claim.chunk], claim.profile, PatientDesk(desk, _go_on, _go_on)
    )
    commits.finish_render(ledger, claim, used=tuple(desk.used.values()), machine_ms=0)
    return list(clips)
