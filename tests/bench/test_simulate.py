"""Promises of the order of work, played on a small farm: a rule that breaks one fails here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"


@pytest.fixture(autouse=True)
def _bench(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCH)


def test_what_the_order_promises_holds_on_a_small_farm() -> None:
    """A week with nights and quotas, a backlog, and a flood of urgent films: every promise is kept."""
    import simulate

    played = simulate.simulate(1, simulate.SMALL)
    assert simulate.broken(played.findings) == []
    assert len(played.findings) == 13
    # What is promised was put to the test: nights shut on films in work, quotas were full, attempts failed.
    ends = {span.end for span in played.week.spans}
    assert ends == {"ok", "error", "lost", "interrupted"}
    assert any(sample.films["quota"] for sample in played.week.samples)
    for picture in (simulate.drawn_week(played.week), simulate.drawn_shares(played.day)):
        assert ET.fromstring(picture).tag.endswith("svg")  # noqa: S314 - drawn here


def test_whatever_breaks_a_promise_is_seen() -> None:
    """Starts by day, a full quota, work after the night: found by counting, not by the rules."""
    import _promises
    from _arrivals import HOUR_MS, MONDAY_MS, TRAINING, Film
    from _simulation import Site, play

    film = Film(house=TRAINING.id, batch=1, at_ms=MONDAY_MS + 23 * HOUR_MS, seconds=30, window="night")
    record = play(Site(cards=1, fails=0, dies=0), [film])
    assert (_promises.outside(record), _promises.outlasting_s(record), _promises.overcharged(record)) == (
        0,
        0,
        0,
    )
    day = replace(
        record, spans=[replace(span, begun_ms=span.begun_ms - 8 * HOUR_MS) for span in record.spans]
    )
    assert _promises.outside(day) == len(day.spans)
    late = replace(
        record, spans=[replace(span, ended_ms=MONDAY_MS + 31 * HOUR_MS + 9000) for span in record.spans]
    )
    assert _promises.outlasting_s(late) == 9
    poor = replace(record, site=Site(houses=[replace(TRAINING, films=0)]))
    assert _promises.overcharged(poor) == 1
    assert not _promises.Finding(what="", found=float("nan"), most=1).is_kept
