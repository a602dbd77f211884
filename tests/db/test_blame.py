"""What fails again and again gets no work for a while: workers at one kind of step, and cards as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from db import blocks, cards, claims, commits, leases, posts, queue, submission, workers
from db.cards import Card
from db.ledger import Ledger
from db.states import CardState, Outcome
from db.values import Claim, Failure, Skill, Submission
from farm.policy.blocking import KEPT_MS
from farm.policy.retry import RetryDecision, Verdict
from tests.db.acting import speak
from tests.db.values import CAPABILITIES, OTHER, PROFILE, SKILLS, WORKER, digest, draft

_AGAIN = RetryDecision(verdict=Verdict.AGAIN)


def _employ(ledger: Ledger, *names: str, device: str = "cpu", host: str = "h") -> None:
    for name in names:
        workers.register(
            ledger, name, host=host, device=device, capabilities=CAPABILITIES, profiles=[PROFILE]
        )


def _order(ledger: Ledger, rows: Sequence[str], *, user: str = "anna") -> None:
    entry = Submission(content=digest(f"{user} {rows}"), name="demo", user=user)
    submission.submit(ledger, entry, [draft(row) for row in rows])


def _steps(ledger: Ledger) -> list[int]:
    return [head.step for head in queue.heads(ledger, SKILLS["speak"], limit=99)]


def _claim(ledger: Ledger, step: int, worker: str = WORKER, device: str = "cpu") -> Claim | None:
    return claims.claim(
        ledger, step, worker=worker, capabilities=CAPABILITIES, profiles=[PROFILE], device=device
    )


def _break(
    ledger: Ledger, step: int, worker: str = WORKER, device: str = "cpu", *, blames: bool = True
) -> None:
    claim = _claim(ledger, step, worker, device)
    assert claim is not None
    failure = Failure(outcome=Outcome.ERROR, code="voice-failed", blames=blames)
    commits.fail(ledger, claim, failure, _AGAIN)


def _taking(ledger: Ledger) -> dict[str, bool]:
    return {worker.name: worker.takes_work for worker in workers.read_workers(ledger)}


def test_a_worker_is_kept_from_what_it_fails_at(ledger: Ledger) -> None:
    """After three failures of one kind somebody else does it, for half an hour; other kinds go on."""
    _employ(ledger, WORKER, OTHER)
    _order(ledger, ["a", "b", "c", "d"])
    a, b, c, d = _steps(ledger)
    _break(ledger, a)
    _break(ledger, b)
    _break(ledger, c, blames=False)
    assert blocks.read_blocks(ledger) == ()
    _break(ledger, d)
    (block,) = blocks.read_blocks(ledger)
    assert (block.worker, block.capability, block.reason) == (WORKER, "speak", "voice-failed")
    seen = {worker.name: worker.kept_from for worker in workers.read_workers(ledger)}
    assert seen == {WORKER: {"speak"}, OTHER: frozenset()}
    assert _claim(ledger, a) is None
    claim = _claim(ledger, a, OTHER)
    assert claim is not None
    speak(ledger, claim)
    render = queue.heads(ledger, SKILLS["render.warp"], limit=1)[0].step
    assert _claim(ledger, render) is not None, "another kind of step is no matter"
    # The other one ends: rather a worker that failed than none.
    workers.leave(ledger, OTHER)
    assert _claim(ledger, b) is not None
    _employ(ledger, OTHER)
    assert _claim(ledger, c) is None
    ledger.clock = lambda now=ledger.clock: now() + KEPT_MS + 1_000  # type: ignore[misc]
    assert blocks.read_blocks(ledger) == ()
    assert _claim(ledger, c) is not None


def test_what_an_operator_has_forgotten_counts_no_more(ledger: Ledger) -> None:
    """Once lifted, a worker may fail as often as any other before it is kept from anything again."""
    _employ(ledger, WORKER, OTHER)
    _order(ledger, ["a", "b", "c", "d"])
    steps = _steps(ledger)
    for step in steps[:3]:
        _break(ledger, step)
    assert blocks.read_blocks(ledger)
    with ledger.write("lift") as connection:
        blocks.lift(connection, WORKER, ledger.clock())
    assert blocks.read_blocks(ledger) == ()
    ledger.clock = lambda now=ledger.clock: now() + 60_000  # type: ignore[misc]
    _break(ledger, steps[3])
    assert blocks.read_blocks(ledger) == ()


def test_what_was_cleared_before_it_kept_anybody_from_anything_counts_no_longer(ledger: Ledger) -> None:
    """Two failures are forgotten as well as three: the next one keeps neither worker nor card from work."""
    _employ(ledger, "render-0@h", device="GPU-1")
    _employ(ledger, "render-1@h", device="GPU-2")
    _order(ledger, ["a", "b", "c"])
    _order(ledger, ["d"], user="ben")
    a, b, c, d = _steps(ledger)
    _break(ledger, a, "render-0@h", "GPU-1")
    _break(ledger, b, "render-0@h", "GPU-1")
    assert posts.clear(ledger, "render-0@h", reason="seated anew", by="fay") == posts.Cleared()
    ledger.clock = lambda now=ledger.clock: now() + 1  # type: ignore[misc]
    _break(ledger, c, "render-0@h", "GPU-1")
    _break(ledger, d, "render-0@h", "GPU-1")
    assert blocks.read_blocks(ledger) == ()
    assert {card.state for card in cards.read_cards(ledger)} <= {CardState.WELL}


def test_a_card_that_fails_different_owners_gets_no_work(ledger: Ledger) -> None:
    """Three jobs of two owners in a row, by whichever workers share the card: it is sick until cleared."""
    _employ(ledger, "render-0@h", "render-0b@h", device="GPU-1")
    _employ(ledger, "render-1@h", device="GPU-2")
    _employ(ledger, "render-0@k", device="GPU-1", host="k")
    _order(ledger, ["a", "b", "c"])
    _order(ledger, ["d", "e"], user="ben")
    a, b, c, d, e = _steps(ledger)
    _break(ledger, a, "render-0@h", "GPU-1")
    _break(ledger, b, "render-0b@h", "GPU-1")
    _break(ledger, c, "render-1@h", "GPU-2")
    assert cards.read_cards(ledger) == ()
    _break(ledger, d, "render-0@h", "GPU-1")
    (card,) = cards.read_cards(ledger)
    assert (card.host, card.device, card.state, card.reason) == ("h", "GPU-1", CardState.SICK, "card-sick")
    assert card.facts == {"host": "h", "device": "GPU-1", "jobs": 3, "owners": 2}
    assert _taking(ledger) == {
        "render-0@h": False,
        "render-0b@h": False,
        "render-1@h": True,
        "render-0@k": True,
    }
    assert _claim(ledger, e, "render-0b@h", "GPU-1") is None
    assert _claim(ledger, e, "render-0@k", "GPU-1") is not None, "it is another host's card"
    # A reading that is fine makes no sick card well; only an operator does.
    assert not cards.put_back(ledger, "h", "GPU-1")


def test_a_card_over_which_workers_die_is_sick(ledger: Ledger) -> None:
    """Deaths count for a card as errors do, but no processor is ever sick of them, nor kept from anything."""
    for device, sick in (("cpu", []), ("GPU-1", [CardState.SICK])):
        _employ(ledger, WORKER, device=device)
        _order(ledger, [f"{device} a", f"{device} b"])
        _order(ledger, [f"{device} c"], user="ben")
        for step in _steps(ledger):
            assert _claim(ledger, step, device=device) is not None
            (lease,) = leases.read_leases(ledger)
            assert leases.expire(ledger, lease, poison_deaths=9).taken
        assert [card.state for card in cards.read_cards(ledger)] == sick
        assert blocks.read_blocks(ledger) == ()
        if not sick:
            _employ(ledger, OTHER)
            for step in _steps(ledger):
                claim = _claim(ledger, step, OTHER)
                assert claim is not None
                speak(ledger, claim)


def test_a_card_that_is_out_comes_back_and_what_is_graver_stands(ledger: Ledger) -> None:
    """Out while readings say so; what is worse is written over it, what is less does not hide it."""
    out = Card(host="h", device="GPU-1", name="L4", state=CardState.OUT, reason="card-hot")
    assert cards.take_out(ledger, out)
    assert not cards.take_out(ledger, out)
    assert cards.put_back(ledger, "h", "GPU-1")
    assert not cards.put_back(ledger, "h", "GPU-1")
    assert cards.take_out(ledger, out)
    stuck = Card(host="h", device="GPU-1", state=CardState.STUCK, reason="card-silent")
    assert cards.take_out(ledger, stuck)
    for less in (CardState.OUT, CardState.SICK):
        assert not cards.take_out(ledger, Card(host="h", device="GPU-1", state=less, reason="card-sick"))
    assert not cards.put_back(ledger, "h", "GPU-1")
    (card,) = cards.read_cards(ledger)
    assert (card.state, card.reason, card.name) == (CardState.STUCK, "card-silent", "L4")


def test_what_a_worker_fails_at_for_one_pool_it_fails_at_for_all(ledger: Ledger) -> None:
    """Its failures are counted together, and whoever takes films without a pool is kept from these, too."""
    pooled = ("speak", "render.warp@studio", "render.warp")
    for name in (WORKER, OTHER):
        workers.register(ledger, name, host="h", device="cpu", capabilities=pooled, profiles=[PROFILE])
    entry = Submission(content=digest("pools"), name="demo", user="anna")
    rows = [draft("a", pool="studio"), draft("b", pool="studio"), draft("c")]
    submission.submit(ledger, entry, rows)
    for step in _steps(ledger):
        claim = _claim(ledger, step)
        assert claim is not None
        speak(ledger, claim)
    profile = SKILLS["render.warp"].profile
    for capability, number in (("render.warp@studio", 2), ("render.warp", 1)):
        assert blocks.read_blocks(ledger) == ()
        skill = Skill(capability=capability, profile=profile)
        for head in queue.heads(ledger, skill, limit=number):
            claim = claims.claim(ledger, head.step, worker=WORKER, capabilities=pooled)
            assert claim is not None
            failure = Failure(outcome=Outcome.ERROR, code="face-failed", blames=True)
            commits.fail(ledger, claim, failure, _AGAIN)
    assert {block.capability for block in blocks.read_blocks(ledger)} == {"render.warp", "render.warp@studio"}
