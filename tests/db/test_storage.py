"""A department never gets more into the store by submitting than it may have there, whoever races."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from db import departments, storage, submission
from db.accounts import read_stored
from db.engine import connect
from db.ledger import Ledger
from db.reads import list_batches
from db.values import JobDraft, Submission
from farm.policy.accounts import By
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import InputError
from tests.db.acting import CHUNKS, join, render, speak, take
from tests.db.test_quotas import at_once
from tests.db.values import artifact, digest, draft

_MEGABYTE = 1_000_000


def limit(ledger: Ledger, megabytes: int | None) -> None:
    """Set how much the department may have."""
    size = None if megabytes is None else megabytes * _MEGABYTE
    departments.change(ledger, "default", {"store_bytes": size}, by="olga")


def sized(word: str, megabytes: int) -> Artifact:
    """A source of so many megabytes."""
    return replace(artifact(Kind.SOURCE, word), size=megabytes * _MEGABYTE)


def film(word: str, megabytes: int, shared: int = 0) -> JobDraft:
    """A film whose script takes so much, with a portrait that all have in common."""
    told = draft(word)
    script, portrait = sized(f"script of {word}", megabytes), sized("portrait", shared)
    return replace(told, spec=replace(told.spec, script=script, portrait=portrait))


def enter(ledger: Ledger, *films: JobDraft, department: str = "default") -> None:
    """Submit films as a batch."""
    submission.submit(ledger, batch_of(films[0].spec.row, department), films)


def batch_of(name: str, department: str = "default") -> Submission:
    """A batch of a name."""
    return Submission(content=digest(name), name=name, user="anna", department=department)


def used(ledger: Ledger) -> int:
    """How many megabytes the department has."""
    return storage.read_used(ledger, ["default"])["default"] // _MEGABYTE


def test_a_submission_beyond_the_limit_is_refused_whole(ledger: Ledger) -> None:
    """What several films share counts once, for whoever came first; nothing of what is refused stays."""
    limit(ledger, 10)
    enter(ledger, film("a", 2, 4), film("b", 2, 4))
    assert used(ledger) == 8
    with pytest.raises(InputError) as refused:
        enter(ledger, film("c", 1, 4), film("d", 2, 4))
    facts = {"department": "default", "limit": "10.0", "used": "8.0", "new": "3.0"}
    assert (refused.value.code, refused.value.facts) == ("submit-store-limit", facts)
    assert (used(ledger), len(list_batches(ledger))) == (8, 1)
    enter(ledger, film("e", 2, 4))
    with pytest.raises(InputError):
        enter(ledger, film("f", 1, 4))
    departments.add(ledger, "training", {}, by="olga")
    enter(ledger, film("g", 50, 4), department="training")
    limit(ledger, None)
    enter(ledger, film("h", 50, 4))


def test_limit_list_and_accounts_count_the_same_bytes(ledger: Ledger) -> None:
    """Clips and films, too, once they are there; and what comes is told apart from what is there."""
    limit(ledger, 100)
    made = submission.submit(ledger, batch_of("a"), [film("a", 2, 4)])
    assert made.room is not None
    assert (made.room.used, made.room.new) == (0, 6 * _MEGABYTE)
    speak(ledger, take(ledger, "speak"))
    for _ in CHUNKS:
        render(ledger, take(ledger, "render.warp"))
    join(ledger, take(ledger, "join"))
    (told,) = (each.size for each in read_stored(ledger, By.DEPARTMENT) if each.key == "default")
    room = storage.check_ahead(ledger, "default", submission.given_for([film("b", 1, 4).spec]))
    assert room is not None
    assert (room.used, room.new) == (told, _MEGABYTE)
    assert storage.read_used(ledger, ["default"]) == {"default": told}
    assert told > 6 * _MEGABYTE


def test_what_is_foretold_is_what_becomes(ledger: Ledger) -> None:
    """Before anything is stored the same is refused, by the same figures."""
    limit(ledger, 10)
    enter(ledger, film("a", 4, 4))
    told = []
    for wanted in (film("b", 3, 4), film("c", 2, 4)):
        given = submission.given_for([wanted.spec])
        ahead = partial(storage.check_ahead, ledger, "default", given)
        for act in (ahead, partial(enter, ledger, wanted)):
            try:
                act()
                told.append((wanted.spec.row, "0.0"))
            except InputError as error:
                told.append((wanted.spec.row, str(error.facts["new"])))
    assert told == [("b", "3.0"), ("b", "3.0"), ("c", "0.0"), ("c", "0.0")]
    assert used(ledger) == 10


def test_submissions_at_once_never_exceed_it(url: str) -> None:
    """However they meet at the edge, as many are taken as there is room for."""
    ledger = Ledger(connect(url))
    limit(ledger, 10)

    def one(number: int) -> Callable[[Ledger], object]:
        return lambda mine: enter(mine, film(f"row {number}", 3))

    raised = at_once(url, [one(number) for number in range(12)])
    assert [error.code for error in raised if isinstance(error, InputError)] == ["submit-store-limit"] * 9
    assert (len(raised), used(ledger)) == (9, 9)
    ledger.close()
