"""What departments gave goes when they wish it, and never while a job may still need it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from db import commits, departments, operations, sources, submission
from db.engine import connect
from db.ledger import Ledger
from db.states import JobState
from db.tables import artifacts, jobs
from db.values import Submission
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import DamageError, InputError
from tests.db.acting import CHUNKS, fail, join, render, speak, take
from tests.db.persons import draft_with, order, profile
from tests.db.values import artifact, digest, draft, submit

_DAY_MS = 24 * 3600 * 1000
_PORTRAIT = digest("portrait")


def keep(ledger: Ledger, retention: str, name: str = "default") -> None:
    """Set a department's retention."""
    departments.change(ledger, name, {"retention": retention}, by="olga")


def let_go(ledger: Ledger) -> int:
    """Let go of all that nobody needs, however young."""
    return sources.let_go(ledger, before=ledger.clock() + 1)


def gone(ledger: Ledger) -> set[str]:
    """The keys of sources that are gone."""
    with ledger.read() as connection:
        return set(connection.execute(select(artifacts.c.key).where(artifacts.c.struck == 1)).scalars())


def pass_days(ledger: Ledger, days: int) -> None:
    """It is so many days later."""
    ledger.clock = lambda now=ledger.clock: now() + days * _DAY_MS  # type: ignore[misc]


def archive(ledger: Ledger) -> None:
    """Bring the first film into the archive."""
    finish(ledger)
    commits.finish_archive(ledger, take(ledger, "archive"), path="a/b.mp4", machine_ms=1)


def script(row: str) -> str:
    """The key of a row's script."""
    return digest(f"script of {row}")


def test_what_is_kept_stays_and_what_is_not_goes_once_its_film_is_archived(ledger: Ledger) -> None:
    """Not before it lies in the archive, and a portrait with the last film that shows it."""
    submit(ledger, ["a", "b"])
    keep(ledger, "never")
    assert let_go(ledger) == 0, "nothing is finished"
    archive(ledger)
    assert (let_go(ledger), gone(ledger)) == (1, {script("a")})
    keep(ledger, "keep")
    archive(ledger)
    assert let_go(ledger) == 0, "the department keeps its sources"
    keep(ledger, "never")
    assert sources.let_go(ledger, before=1) == 0, "all is too young"
    assert (let_go(ledger), gone(ledger)) == (2, {script("a"), script("b"), _PORTRAIT})
    assert let_go(ledger) == 0


def test_days_are_counted_from_the_archive_on(ledger: Ledger) -> None:
    """A film that lay about for days before it could be archived keeps its sources as long as others."""
    submit(ledger, ["a"])
    keep(ledger, "days:3")
    finish(ledger)
    pass_days(ledger, 5)
    assert let_go(ledger) == 0, "it is not archived"
    commits.finish_archive(ledger, take(ledger, "archive"), path="a/b.mp4", machine_ms=1)
    pass_days(ledger, 2)
    assert let_go(ledger) == 0
    pass_days(ledger, 1)
    assert let_go(ledger) == 2


def finish(ledger: Ledger) -> None:
    """Make the first film, which is not archived yet."""
    speak(ledger, take(ledger, "speak"))
    for _ in CHUNKS:
        render(ledger, take(ledger, "render.warp"))
    join(ledger, take(ledger, "join"))


def test_what_may_still_be_needed_stays(ledger: Ledger) -> None:
    """For a failed film, one under way, one of a department that keeps its own, and for profiles."""
    order(ledger, draft_with("whose", profile(ledger)))
    keep(ledger, "never")
    departments.add(ledger, "training", {}, by="olga")
    submit(ledger, ["mine", "failed"])
    theirs = Submission(content=digest("theirs"), name="theirs", user="bob", department="training")
    submission.submit(ledger, theirs, [draft("mine")])
    operations.cancel(ledger, [1, 2, 4], by="anna")
    fail(ledger, take(ledger, "speak"), InputError("script-empty"))
    assert let_go(ledger) == 1
    with ledger.read() as connection:
        its = select(artifacts.c.key).where(artifacts.c.id == jobs.c.script_id, jobs.c.id == 1)
        ordered = set(connection.execute(its).scalars())
    assert gone(ledger) == ordered, "of whose profile it is, the script alone goes"
    keep(ledger, "never", "training")
    assert let_go(ledger) == 1
    assert script("mine") in gone(ledger)
    assert _PORTRAIT not in gone(ledger), "a failed film may be requeued"


def test_a_film_whose_sources_are_gone_is_not_requeued_until_they_are_back(ledger: Ledger) -> None:
    """It is refused with one error, left out among others, and goes on once it was submitted again."""
    submit(ledger, ["a", "b"])
    keep(ledger, "never")
    operations.cancel(ledger, [1], by="anna")
    assert let_go(ledger) == 1
    with pytest.raises(InputError) as refused:
        operations.requeue(ledger, [1], by="anna")
    assert (refused.value.code, refused.value.facts) == ("job-sources-gone", {"job": 1})
    operations.cancel(ledger, [2], by="anna")
    done = operations.requeue(ledger, [1, 2], by="anna")
    assert (done.changed, done.why) == ((2,), {1: "sources"})
    sources.bring_back(ledger, submission.given_for([draft("a").spec]))
    assert operations.requeue(ledger, [1], by="anna").changed == (1,)
    assert gone(ledger) == set()


def test_a_step_that_meets_a_source_that_is_gone_says_so(ledger: Ledger) -> None:
    """As after a restore: the film fails at once, with what to do; a mere loss is told as before."""
    submit(ledger, ["a", "b"])
    with ledger.write("test") as connection:
        connection.execute(update(artifacts).where(artifacts.c.key == script("a")).values(struck=1))
    for row in ("a", "b"):
        facts = {"kind": Kind.SOURCE.value, "key": script(row), "digest": script(row)}
        fail(ledger, take(ledger, "speak"), DamageError("store-artifact-missing", **facts), attempts=1)
    with ledger.read() as connection:
        told = connection.execute(select(jobs.c.state, jobs.c.error_code).order_by(jobs.c.id)).all()
    failed = JobState.FAILED.value
    assert [tuple(row) for row in told] == [(failed, "job-sources-gone"), (failed, "store-artifact-missing")]


@pytest.mark.parametrize("act", ["requeue", "submit"])
def test_who_wants_a_source_in_the_moment_in_which_it_goes_has_it_or_is_told(url: str, act: str) -> None:
    """Whoever comes while gc strikes it out waits: a requeue is refused then, a submission brings it back."""
    points: dict[str, Callable[[], None]] = {}
    ledger = Ledger(connect(url), crash=lambda point: points.pop(point, lambda: None)())
    submit(ledger, ["a"])
    keep(ledger, "never")
    operations.cancel(ledger, [1], by="anna")
    raised: list[str] = []

    def want() -> None:
        try:
            if act == "requeue":
                operations.requeue(ledger, [1], by="anna")
            else:
                submit(ledger, ["a"], again=True)
        except InputError as error:
            raised.append(error.code)

    wanting = threading.Thread(target=want)

    def meanwhile() -> None:
        wanting.start()
        time.sleep(0.2)
        assert wanting.is_alive()

    points["drop-sources-before-commit"] = meanwhile
    assert let_go(ledger) == 2
    wanting.join()
    if act == "requeue":
        assert (raised, len(gone(ledger))) == (["job-sources-gone"], 2)
    else:
        assert (raised, gone(ledger)) == ([], set())
    ledger.close()


def test_a_gc_that_is_killed_lets_go_the_next_time(url: str) -> None:
    """Whichever side of the commit it was killed on, a source is gone once."""
    points: dict[str, Callable[[], None]] = {}
    ledger = Ledger(connect(url), crash=lambda point: points.pop(point, lambda: None)())
    submit(ledger, ["a"])
    keep(ledger, "never")
    operations.cancel(ledger, [1], by="anna")
    for point, struck, left in (("before", 0, 2), ("after", 2, 0)):
        if left == 0:
            submit(ledger, ["a"], again=True)
            operations.cancel(ledger, [2], by="anna")

        def die() -> None:
            raise KeyboardInterrupt

        points[f"drop-sources-{point}-commit"] = die
        with pytest.raises(KeyboardInterrupt):
            let_go(ledger)
        assert len(gone(ledger)) == struck
        assert let_go(ledger) == left
    ledger.close()


def test_a_source_that_is_wanted_again_is_let_go_with_the_last_who_wants_it(ledger: Ledger) -> None:
    """What is submitted anew is there again for its job alone."""
    background = artifact(Kind.SOURCE, "background")
    told = replace(draft("a"), spec=replace(draft("a").spec, background=background))
    keep(ledger, "never")
    for number in (1, 2):
        entry = Submission(content=digest("content"), name="demo", user="anna", again=number > 1)
        submission.submit(ledger, entry, [told])
        assert let_go(ledger) == 0
        operations.cancel(ledger, [number], by="anna")
        assert let_go(ledger) == 3
