"""Promises of `lectern dead`: what failed for good is told with its story and its cure, and acted upon."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.exits import Exit
from db import claims, commits, queue
from db.states import Outcome, Stage
from db.values import Failure, Skill
from farm.bootstrap import open_farm
from farm.policy.retry import RetryDecision, Verdict
from tests.cli.conftest import Lectern

pytestmark = pytest.mark.usefixtures("looked_once")

_DEAD = RetryDecision(verdict=Verdict.DEAD)


@pytest.fixture
def letters(lectern: Lectern, ready_home: Path, manifest: Path) -> list[int]:
    """Three films, of which two failed: their jobs."""
    assert ready_home.exists()
    assert lectern("submit", manifest, "--yes").code == Exit.OK
    failed = []
    with open_farm() as farm:
        for code in ("voice-failed", "farm-unexpected"):
            skill = Skill(capability=Stage.SPEAK.value, profile="")
            (head, *_) = queue.heads(farm.ledger, skill, limit=1)
            claim = claims.claim(farm.ledger, head.step, worker="cpu0@here", capabilities=["speak"])
            assert claim is not None
            facts = {"voice": "v", "reason": "r", "kind": "K"}
            failure = Failure(
                outcome=Outcome.ERROR, code=code, facts=facts, machine_ms=7, log_tail="it broke \x1b[31m here"
            )
            commits.fail(farm.ledger, claim, failure, _DEAD)
            failed.append(claim.job)
    return failed


def test_a_dead_letter_tells_how_it_died_and_on_what(lectern: Lectern, letters: list[int]) -> None:
    """List, page and document; a log plays no tricks; there is a way on in the answer."""
    assert "Failed for good: 2. `lectern dead list`" in lectern("status").out
    page = lectern("dead", "list").out
    assert "farm-unexpected (1 film): " in page
    assert "lectern dead requeue" in page
    assert "lectern dead requeue" in lectern("dead", "list", "--lang", "zh").out
    told = lectern("dead", "show", letters[0]).out
    for word in (
        "Hello number 0.",
        "it broke",
        "cpu0@here",
        "voice-failed",
        "of batch.csv",
        "espeak/",
        " cpu ",
    ):
        assert word in told
    assert "\x1b" not in told
    (letter,) = lectern("dead", "show", letters[0], "--json").document["letters"]
    assert letter["letter"]["attempts"] == 1
    assert lectern("dead", "show", letters[1] + 1).code == Exit.UNKNOWN


def test_all_of_one_error_are_tried_again_otherwise_and_others_put_away(
    lectern: Lectern, letters: list[int]
) -> None:
    """Only those that met the error, with the option that was changed; what is put away is listed no more."""
    answer = lectern(
        "dead", "requeue", "--all", "--error", "voice-failed", "--set", "quality=draft", "--json"
    )
    assert answer.document["changed"] == letters[:1]
    detail = lectern("show", letters[0], "--json").document
    assert (detail["state"], detail["quality"]) == ("queued", "draft")
    assert lectern("dead", "discard", letters[1], "--reason", "old").code == Exit.OK
    assert "No film failed" in lectern("dead", "list").out
    acts = lectern("audit", "--json").document["acts"]
    assert [(act["verb"], act["jobs"], act["detail"]) for act in acts] == [
        ("discard", letters[1:], "old"),
        ("requeue", letters[:1], '{"quality":"draft"}'),
    ]
    told = lectern("audit", "--job", letters[1]).out
    assert "put away" in told
    assert "tried again" not in told


def test_a_whole_batch_is_acted_upon_and_told_before(lectern: Lectern, letters: list[int]) -> None:
    """A dry run tells the same jobs and changes nothing; an error chooses among a batch or named jobs."""
    for word, changed in (("requeue", letters), ("discard", letters)):
        told = lectern("dead", word, "--batch", 1, "--dry-run", "--json").document
        assert (told["changed"], told["unchanged"], told["dry_run"]) == (changed, [], True)
    one = lectern("dead", "discard", *letters, "--error", "voice-failed", "--dry-run", "--json").document
    assert one["changed"] == letters[:1]
    assert lectern("dead", "requeue", letters[1] + 1, "--dry-run", "--json").document["unchanged"] == [
        letters[1] + 1
    ]
    assert lectern("audit", "--json").document["acts"] == []
    answer = lectern(
        "dead", "requeue", "--batch", 1, "--set", "face.batch_size=4", "--set", "face.restore=none", "--json"
    )
    assert answer.document["changed"] == letters
    assert lectern("show", letters[0], "--json").document["at_once"] == 4
    assert "4 frames at the most" in lectern("show", letters[0]).out
    (act,) = lectern("audit", "--batch", 1, "--json").document["acts"]
    assert act["jobs"] == letters
    assert "2 jobs: " in lectern("audit").out
    assert "face.batch_size=4" in lectern("audit").out
    assert "Nothing failed for good in that way" in lectern("dead", "requeue", "--batch", 1).out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("requeue",), "dead-which"),
        (("requeue", "--all"), "dead-which"),
        (("requeue", "1", "--set", "voice=cmn"), "requeue-option-unknown"),
        (("requeue", "1", "--set", "quality=best"), "delivery-quality-unknown"),
        (("requeue", "1", "--set", "face.batch_size=none"), "face-batch-wrong"),
        (("requeue", "1", "--set", "face.restore=gfpgan"), "requeue-option-unknown"),
        (("requeue", "1", "--set", "face.batch_size=none", "--dry-run"), "face-batch-wrong"),
        (("discard", "1", "--batch", "1"), "dead-which"),
        (("list", "--batch", "99"), "ledger-batch-unknown"),
        (("requeue", "1", "--set", "quality"), "manifest-set-malformed"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    lectern: Lectern, letters: list[int], arguments: tuple[str, ...], code: str
) -> None:
    """Nothing is changed by a command that says too little, or what cannot be."""
    assert lectern("dead", *arguments, "--json").failure["code"] == code
    assert len(lectern("dead", "list", "--json").document["letters"]) == len(letters)
