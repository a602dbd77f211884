"""Promises of how deep the queue is, on either database."""

from __future__ import annotations

from dataclasses import replace

from db import operations, submission
from db.commits import release
from db.depths import read_depths, read_running
from db.ledger import Ledger
from db.overview import read_oldest
from db.states import Stage, Urgency
from db.values import Submission
from db.windows import add_window
from farm.policy.windows import parse
from pipeline.plan.errors import TransientError
from tests.db.acting import fail, speak, take
from tests.db.test_overview import begin, later
from tests.db.values import digest, draft

_NOON = 1_795_348_800_000


def told(ledger: Ledger) -> dict[tuple[str, str, str, str], int]:
    """How many steps wait, by plain words."""
    depths = read_depths(ledger).items()
    return {(at.stage.value, at.pool, at.tier.value, at.hold): n for at, n in depths}


def test_what_waits_is_told_by_stage_pool_tier_and_what_keeps_it(ledger: Ledger) -> None:
    """Each step once, whatever a film is held for; what is over is not told, and what runs is told apart."""
    ledger.clock = lambda: _NOON
    begin(ledger)
    add_window(ledger, "night", parse("22:00-07:00", "UTC"), by="anna")
    drafts = [
        *(draft(row) for row in ("spoken", "failed", "held", "canceled")),
        draft("studio", pool="studio"),
        draft("urgent", urgency=Urgency.URGENT),
        draft("bulk", urgency=Urgency.BULK),
        replace(draft("night"), window="night"),
        draft("later"),
    ]
    submission.submit(ledger, Submission(content=digest("c"), name="demo", user="anna"), drafts)
    operations.start_after(ledger, [3], _NOON + 1000, by="anna")
    operations.hold(ledger, [3], by="anna")
    operations.cancel(ledger, [4], by="anna")
    take(ledger, "speak")  # The urgent one, which goes on.
    speak(ledger, take(ledger, "speak"))
    fail(ledger, take(ledger, "speak"), TransientError("store-failed", reason="r"), attempts=1)
    later(ledger, 1)
    speak(ledger, take(ledger, "speak"))
    release(ledger, take(ledger, "speak"), delay_ms=60_000, reason="farm-interrupted", machine_ms=1)
    assert told(ledger) == {
        ("render", "any", "normal", ""): 2,
        ("render", "studio", "normal", ""): 2,
        ("speak", "", "bulk", ""): 1,
        ("speak", "", "normal", "operator"): 1,
        ("speak", "", "normal", "window"): 1,
        ("speak", "", "normal", "later"): 1,
    }
    assert read_running(ledger) == {(Stage.SPEAK, ""): 1}
    assert read_oldest(ledger) == {
        (Stage.SPEAK, ""): _NOON,
        (Stage.RENDER, "any"): _NOON,
        (Stage.RENDER, "studio"): ledger.clock(),
    }
    # What waits gets more urgent; at ten the night begins, and what waited after an error is due.
    later(ledger, 60)
    assert told(ledger)["render", "studio", "urgent", ""] == 2
    ledger.clock = lambda: _NOON + 11 * 3_600_000
    assert told(ledger)["speak", "", "normal", ""] == 2
    # Of a film that failed while it was paused, nothing waits any more.
    chunk = take(ledger, "render.warp")
    operations.pause(ledger, [1], by="anna")
    fail(ledger, chunk, TransientError("store-failed", reason="r"), attempts=1)
    assert not [where for where in told(ledger) if where[:2] == ("render", "any")]
