"""A batch stands in the ledger whole, once, or not at all."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from db import queue, reads, submission
from db.engine import connect
from db.ledger import Ledger
from db.states import JobState, Stage, Urgency
from db.tables import audit, steps
from db.values import JobDraft, Submission, Submitted
from pipeline.plan.artifact import Kind
from pipeline.plan.capability import HEAR, VOICE, WRITE
from pipeline.plan.errors import InputError
from pipeline.plan.hearing import HearingPlan
from pipeline.plan.models import ModelUse
from tests.db.values import SKILLS, artifact, digest, draft, spec, submit


def test_a_batch_is_what_was_submitted(ledger: Ledger) -> None:
    """Every row is a job with its spec, its warnings and its trace; only its speak step is ready."""
    done = submit(ledger, ["first", "second"])
    batch = reads.read_batch(ledger, done.batch)
    assert (done.created, done.jobs, batch.jobs, batch.states[JobState.QUEUED]) == (True, 2, 2, 2)
    first, second = reads.list_jobs(ledger, batch=done.batch)
    assert (first.row, second.row) == ("first", "second")
    view = reads.read_job(ledger, first.id)
    assert view.spec == spec("first")
    assert view.warnings == draft("first").warnings
    assert [(step.stage, step.state.value) for step in view.steps] == [
        (Stage.SPEAK, "ready"),
        (Stage.JOIN, "blocked"),
        (Stage.ARCHIVE, "blocked"),
    ]


_SOUND = artifact(Kind.SOURCE, "sound")
_BRIEF = artifact(Kind.SOURCE, "brief")
_HEARS = ModelUse(role=HEAR, name="w", digest=digest("w"), engine="whisper", licence="MIT")
_SPEAKS = replace(_HEARS, role=VOICE, engine="coqui")
_WRITES = replace(_HEARS, role=WRITE, engine="transformers")


@pytest.mark.parametrize(
    ("given", "capabilities"),
    [
        ({}, ["speak", "join", "archive"]),
        ({"others": (_SPEAKS,)}, ["speak.coqui", "join", "archive"]),
        ({"recording": _SOUND}, ["listen", "join", "archive"]),
        ({"recording": _SOUND, "others": (_HEARS,)}, ["listen.whisper", "join", "archive"]),
        ({"hearing": HearingPlan()}, ["speak", "listen", "join", "archive"]),
        (
            {"brief": _BRIEF, "hearing": HearingPlan(), "others": (_WRITES, _SPEAKS, _HEARS)},
            ["write.transformers", "speak.coqui", "listen.whisper", "join", "archive"],
        ),
    ],
)
def test_a_job_begins_with_the_stages_that_it_has(
    ledger: Ledger, given: dict[str, Any], capabilities: list[str]
) -> None:
    """Its first step is ready and the others wait; each says what a worker needs for it."""
    told = replace(draft("a"), spec=replace(spec("a"), **given))
    submission.submit(ledger, Submission(content=digest("content"), name="demo", user="anna"), [told])
    with ledger.read() as connection:
        found = connection.execute(select(steps.c.capability, steps.c.state).order_by(steps.c.id)).all()
    assert [row.capability for row in found] == capabilities
    assert [row.state for row in found] == ["ready", *["blocked"] * (len(found) - 1)]


def test_the_same_content_is_the_same_batch(ledger: Ledger) -> None:
    """Content that is there gives the existing batch; `again` makes a further edition, each time."""
    first = submit(ledger, ["row"])
    assert submit(ledger, ["row"]) == Submitted(batch=first.batch, jobs=1, created=False)
    again = submit(ledger, ["row"], again=True)
    assert again.created
    assert again.batch != first.batch
    assert submit(ledger, ["row"], again=True).batch not in {first.batch, again.batch}


def test_a_film_without_a_label_stands_in_the_audit(ledger: Ledger) -> None:
    """Who decided that, when and why, in the transaction that enters the job; no other film is told there."""
    waived = {"label": "none", "label.name": "Li Lei", "label.reason": "shown to nobody"}
    drafts = [draft("one"), draft("two"), draft("three")]
    drafts[1] = replace(drafts[1], spec=replace(drafts[1].spec, options=waived))
    values = Submission(content=digest("waived"), name="n", user="u")
    batch = submission.submit(ledger, values, drafts).batch
    job = reads.list_jobs(ledger, batch=batch)[1]
    with ledger.read() as connection:
        found = connection.execute(select(audit).where(audit.c.verb == "label-waived")).all()
    told = [(row.at, row.by, row.batch_id, row.job_id, row.detail) for row in found]
    assert told == [(job.submitted_at, "Li Lei", batch, job.id, "shown to nobody")]


def test_a_key_is_one_submission(ledger: Ledger) -> None:
    """A key gives its batch back; used with other content, or for a further edition, it is refused."""

    def keyed(content: str, *, again: bool = False) -> Submitted:
        values = Submission(content=digest(content), name="n", user="u", key="k", again=again)
        return submission.submit(ledger, values, [draft("row")])

    first = keyed("one")
    assert keyed("one") == Submitted(batch=first.batch, jobs=1, created=False)
    for content, again in (("other", False), ("one", True)):
        with pytest.raises(InputError) as told:
            keyed(content, again=again)
        assert told.value.code == "ledger-key-used"
        assert told.value.facts == {"key": "k", "batch": first.batch}


@pytest.mark.parametrize("looked_for", [True, False])
def test_every_key_given_to_what_is_there_is_kept(ledger: Ledger, *, looked_for: bool) -> None:
    """Content that is there takes each further key, and other content is refused under every one of them."""

    def take(content: str, key: str | None) -> Submitted | None:
        values = Submission(content=digest(content), name="n", user="u", key=key)
        if looked_for and (found := submission.find_batch(ledger, values)) is not None:
            return found
        return submission.submit(ledger, values, [draft("row")])

    first = take("one", None)
    assert first is not None
    known = Submitted(batch=first.batch, jobs=1, created=False)
    for key in ("monday", "k", "tuesday"):
        assert take("one", key) == known
    for key in ("k", "monday", "tuesday"):
        with pytest.raises(InputError) as told:
            take("other", key)
        assert told.value.code == "ledger-key-used"
        assert told.value.facts == {"key": key, "batch": first.batch}
        assert take("one", key) == known
    assert take("one", None) == known
    (batch,) = reads.list_batches(ledger)
    assert batch.keys == ("k", "monday", "tuesday")


def test_a_key_stays_with_its_edition(ledger: Ledger) -> None:
    """Of content that was made again each edition is found under its own key, the newest under a new one."""

    def take(key: str, *, again: bool = False) -> int:
        values = Submission(content=digest("one"), name="n", user="u", key=key, again=again)
        return submission.submit(ledger, values, [draft("row")]).batch

    old, new = take("old"), take("new", again=True)
    assert old != new
    assert (take("old"), take("new"), take("third")) == (old, new, new)
    assert [batch.keys for batch in reads.list_batches(ledger)] == [("new", "third"), ("old",)]


def test_nothing_is_half_submitted(ledger: Ledger) -> None:
    """Rows that end in an error leave no batch, no job and no source."""

    def rows() -> Iterator[JobDraft]:
        yield from (draft(f"row{number}") for number in range(600))
        raise KeyError

    values = Submission(content=digest("half"), name="n", user="u")
    with pytest.raises(KeyError):
        submission.submit(ledger, values, rows())
    assert reads.list_batches(ledger) == ()
    assert submission.find_batch(ledger, values) is None


@pytest.mark.parametrize(("department", "code"), [("default", "batch-empty"), ("none", "department-unknown")])
def test_what_cannot_be_is_refused(ledger: Ledger, department: str, code: str) -> None:
    """A batch without rows and a department that nobody knows are refused by name."""
    values = Submission(content=digest("x"), name="n", user="u", department=department)
    with pytest.raises(InputError) as told:
        submission.submit(ledger, values, [])
    assert told.value.code == f"ledger-{code}"


def test_two_that_submit_the_same_at_once_make_one_batch(ledger: Ledger) -> None:
    """Eight threads that submit the same content get one batch, created once."""
    together = threading.Barrier(8)
    answers: list[Submitted] = []

    def act() -> None:
        together.wait()
        answers.append(submit(ledger, ["a", "b"]))

    threads = [threading.Thread(target=act) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer.batch for answer in answers}) == 1
    assert [answer.created for answer in answers].count(True) == 1


def test_memory_does_not_grow_with_the_batch(make_sqlite: Callable[[], str]) -> None:
    """Three times the rows take no more memory: the drafts are never held together."""
    ledger = Ledger(connect(make_sqlite()))
    submit(ledger, ["warm"], content="warm")
    peaks = []
    for count in (500, 1500):
        tracemalloc.start()
        values = Submission(content=digest(f"many {count}"), name="n", user="u")
        submission.submit(ledger, values, (draft(f"row{number}") for number in range(count)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    ledger.close()
    assert peaks[1] < 1.3 * peaks[0]


def test_the_line_goes_by_urgency_then_batch_then_row(ledger: Ledger) -> None:
    """What is urgent first, then the older batch, then the earlier row."""
    submit(ledger, ["a1", "a2"], content="a")
    values = Submission(content=digest("b"), name="demo", user="u")
    drafts = [
        draft("b-bulk", urgency=Urgency.BULK),
        draft("b-urgent", urgency=Urgency.URGENT),
        draft("b-normal"),
    ]
    submission.submit(ledger, values, drafts)
    found = queue.heads(ledger, SKILLS["speak"], limit=10)
    rows = [head.label.removeprefix("demo/") for head in found]
    assert rows == ["b-urgent", "a1", "a2", "b-normal", "b-bulk"]


def test_a_batch_in_a_pool_is_known_by_what_earlier_ledgers_knew_it_by(ledger: Ledger) -> None:
    """They took the pool for content; the same sheet is the same batch after an upgrade all the same."""
    old = Submission(content=digest("with its pool"), name="a", user="anna")
    new = replace(old, content=digest("without"), former=old.content, key="monday")
    first = submission.submit(ledger, old, [draft("a")])
    assert submission.submit(ledger, new, [draft("a")]) == replace(first, created=False)
    assert submission.submit(ledger, new, [draft("a")]).batch == first.batch, "by its key"
    assert submission.submit(ledger, replace(new, key=None, again=True), [draft("a")]).batch == 2
    assert submission.submit(ledger, replace(new, key=None), [draft("a")]).batch == 2
