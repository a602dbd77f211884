"""Promises about an archive that hangs: it keeps one worker at a time, and no film longer than it lasts."""

from __future__ import annotations

from db import commits, operations, queue
from db.ledger import Ledger
from db.values import Claim
from pipeline.plan.errors import AwayError
from tests.db.acting import CHUNKS, fail, join, ready, render, speak, take, try_step
from tests.db.values import SKILLS, submit

_ARCHIVE = SKILLS["archive"]


def films(ledger: Ledger, count: int) -> None:
    """Films that wait to be archived."""
    submit(ledger, [f"row{number}" for number in range(count)])
    for _ in range(count):
        speak(ledger, take(ledger, "speak"))
    for _ in range(count * len(CHUNKS)):
        render(ledger, take(ledger, "render.warp"))
    for _ in range(count):
        join(ledger, take(ledger, "join"))


def offered(ledger: Ledger) -> list[int]:
    """Films that may be archived now."""
    return [each.step for each in queue.heads(ledger, _ARCHIVE, limit=9)]


def hang(ledger: Ledger, claim: Claim) -> None:
    """Meet an archive that answers nothing."""
    fail(ledger, claim, AwayError("archive-stuck", root="/nas", seconds=60))


def archive(ledger: Ledger, claim: Claim) -> None:
    """Deliver a film."""
    commits.finish_archive(ledger, claim, path=f"films/{claim.job}", machine_ms=10)


def later(ledger: Ledger, seconds: int) -> None:
    """Let time pass."""
    ledger.clock = lambda now=ledger.clock: now() + seconds * 1000  # type: ignore[misc]


def test_one_film_at_a_time_finds_out_whether_the_archive_is_back(ledger: Ledger) -> None:
    """Once it hung, others are neither offered nor claimed while one waits or asks; its return frees all."""
    films(ledger, 4)
    first, second, third, fourth = offered(ledger)
    claims = [try_step(ledger, step) for step in (first, second)]
    for claim in claims:
        assert claim is not None
        hang(ledger, claim)
    assert offered(ledger) == []
    assert try_step(ledger, third) is None
    later(ledger, 10)
    assert offered(ledger) == [first, second, third, fourth]
    asks = try_step(ledger, second)
    assert asks is not None
    assert offered(ledger) == []
    assert [try_step(ledger, step) for step in (first, third, fourth)] == [None] * 3
    hang(ledger, asks)
    assert offered(ledger) == []
    later(ledger, 20)
    asks = try_step(ledger, first)
    assert asks is not None
    archive(ledger, asks)
    assert offered(ledger) == [second, third, fourth]
    together = [try_step(ledger, step) for step in (second, third, fourth)]
    assert None not in together
    assert [claim.waits for claim in together if claim] == [0, 0, 0]


def test_other_work_goes_on_while_the_archive_hangs(ledger: Ledger) -> None:
    """Nothing but deliveries waits for it."""
    films(ledger, 1)
    hang(ledger, take(ledger, "archive"))
    submit(ledger, ["another"], content="another")
    speak(ledger, take(ledger, "speak"))
    assert "render.warp" in ready(ledger)


def test_an_archive_that_says_no_is_asked_for_each_film(ledger: Ledger) -> None:
    """That costs no time: a small film may have room where a large one has none."""
    films(ledger, 2)
    first, second = offered(ledger)
    claim = try_step(ledger, first)
    assert claim is not None
    fail(ledger, claim, AwayError("archive-full", root="/nas"))
    assert offered(ledger) == [second]
    assert try_step(ledger, second) is not None


def test_a_film_that_is_paused_keeps_no_other(ledger: Ledger) -> None:
    """One that met it and was paused since is waited for by nobody."""
    films(ledger, 2)
    first, second = offered(ledger)
    claim = try_step(ledger, first)
    assert claim is not None
    hang(ledger, claim)
    operations.pause(ledger, [claim.job], by="anna")
    assert offered(ledger) == [second]
