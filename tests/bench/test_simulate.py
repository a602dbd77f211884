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
    assert len(played.findings) == 17
    # What is promised was put to the test: nights shut on films in work, quotas were full, attempts failed.
    ends = {span.end for span in played.week.spans}
    assert ends == {"ok", "error", "lost", "interrupted"}
    assert any(sample.films["quota"] for sample in played.week.samples)
    assert any(span.lent for span in played.pools.spans)
    assert simulate.table(played.backlogs).count("\n") == 3
    for picture in (simulate.drawn_week(played.week), simulate.drawn_shares(played.day)):
        assert ET.fromstring(picture).tag.endswith("svg")  # noqa: S314 - drawn here


def test_whatever_breaks_a_promise_is_seen() -> None:
    """Starts by day, a full quota, work after the night: found by counting, not by the rules."""
    import _promises
    from _arrivals import HOUR_MS, MONDAY_MS, TRAINING, Film
    from _records import Site
    from _simulation import play

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


def test_a_small_backlog_is_measured_by_what_its_chunks_allow() -> None:
    """Of three chunks on two cards one waits for another; a plan that packs them tells the least there is."""
    from _arrivals import MARKETING, MONDAY_MS, Film
    from _backlogs import least_ms, planned_ms
    from _promises import evenly_ms
    from _records import JOIN, SPEAK, Job

    from farm.policy.order import Standing

    film = Film(house=MARKETING.id, batch=1, at_ms=MONDAY_MS, seconds=1)
    jobs = [
        Job(number, film, Standing(submitted_ms=MONDAY_MS, urgency="normal"), len(chunks))
        for number, chunks in enumerate(([500, 500], [700]))
    ]
    for job, chunks in zip(jobs, ([500, 500], [700]), strict=True):
        job.chunks_ms, job.longest_ms = chunks, {SPEAK: 10, "render": max(chunks), JOIN: 30}
        job.card_ms = 10 + sum(chunks)
    assert (evenly_ms(jobs, 2), least_ms(jobs, 2)) == (860, 10 + 1000 + 30)
    assert planned_ms(jobs, 2) == pytest.approx(10 + 1000 + 30, abs=1)


def test_what_lending_breaks_is_seen() -> None:
    """A card that is lent while its own pool's films wait, and one that comes back late."""
    import _lent
    from _arrivals import HOUR_MS, MONDAY_MS

    opens = MONDAY_MS + 22 * HOUR_MS
    record = _lent.lent(1, cards=2)
    lent = next(span for span in record.spans if span.lent)
    night = next(
        sample.at_ms for sample in record.samples if sample.at_ms > opens and sample.renders >= {"studio"}
    )
    late = replace(lent, begun_ms=night + 1, ended_ms=night + 5000)
    assert _lent.lent_in_vain(replace(record, spans=[*record.spans, late])) == 1
    kept = replace(lent, begun_ms=opens - 1, ended_ms=opens + 700_000)
    assert _lent.back_s(replace(record, spans=[kept])) == 700
    assert _lent.lent_h(_lent.lent(1, cards=2, lends=False)) == 0
