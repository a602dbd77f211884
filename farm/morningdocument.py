"""A morning report as programs are told it: one document, on standard output and to webhooks alike."""

from __future__ import annotations

from dataclasses import asdict

from farm import tally
from farm.views.morning import MorningView


def document_of(view: MorningView) -> dict[str, object]:
    """The document's fields; those of the account are as of `lectern usage --by department`."""
    account = tally.document_of(view.account, view.period, view.prices)
    return {
        "since": account.pop("since"),
        "until": account.pop("until"),
        "zone": account.pop("zone"),
        "made": view.made,
        "completed": view.completed,
        "failed": view.failures,
        "canceled": view.canceled,
        "hourly": view.hourly,
        "rhythm": [asdict(part) for part in view.rhythm],
        "reasons": [asdict(reason) for reason in view.failed],
        "held": [asdict(held) for held in view.held],
        "stops": [asdict(stop) for stop in view.stops],
        "usage": account,
        "slow": [asdict(slow) for slow in view.slow],
        "saved": asdict(view.saved),
        "lost": [asdict(lost) for lost in view.lost],
        "out": [asdict(out) for out in view.out],
        "left": asdict(view.left),
        "nights": [asdict(night) for night in view.nights],
    }
