"""Promises of what a dispatcher tells Prometheus of the farm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from db import operations
from db.tables import departments
from db.windows import add_window
from farm.bootstrap import Farm
from farm.gauges import Gauges
from farm.meters import METERS, Teller
from farm.policy.windows import parse
from pipeline.steps.archive import init_archive
from tests.db.acting import speak, take
from tests.db.values import submit

_EXPIRY_S = 12.0
_OWN = {"lectern_build_info", "lectern_dispatcher_leading", "lectern_up"}
_NOON = 1_795_348_800_000


class Watch:
    """A time of its own, in seconds."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def told(gauges: Gauges) -> Mapping[str, float]:
    """Every number by its name and labels; told well, and once."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(gauges.exposition().decode()):
        for sample in family.samples:
            words = " ".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            key = f"{sample.name} {words}".strip()
            assert key not in found
            found[key] = sample.value
    return found


def names_of(told: Mapping[str, float]) -> set[str]:
    """The metrics that were told."""
    return {key.partition(" ")[0] for key in told}


def test_the_leader_tells_what_stands_in_the_ledger_and_reads_nothing_for_it(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every metric that a leader tells, by the catalogue's labels; asked for it, it touches no database."""
    ledger = farm.ledger
    ledger.clock = lambda: _NOON
    with ledger.write("limit") as connection:
        connection.execute(insert(departments).values(name="studio", films=3, card_ms=60_000))
    add_window(ledger, "night", parse("22:00-07:00", "UTC"), by="anna")
    submit(ledger, ["a", "b", "c"])
    operations.hold(ledger, [3], by="anna")
    speak(ledger, take(ledger, "speak"))
    ledger.clock = lambda: _NOON + 60_000
    gauges = Gauges(farm, expiry_s=_EXPIRY_S)
    gauges.stands("", leading=True)
    gauges.look()
    gauges.look_at_places()
    gauges.look_far()
    monkeypatch.setattr(ledger, "read", None)
    numbers = told(gauges)
    expected: dict[str, Any] = {
        "lectern_dispatcher_leading": 1,
        "lectern_up part=ledger": 1,
        "lectern_up part=redis": 1,
        "lectern_up part=store": 1,
        "lectern_up part=archive": 0,
        "lectern_queue_steps hold=none pool=any stage=render tier=normal": 2,
        "lectern_queue_steps hold=none pool=none stage=speak tier=normal": 1,
        "lectern_queue_steps hold=operator pool=none stage=speak tier=normal": 1,
        "lectern_queue_steps hold=none pool=none stage=join tier=normal": 0,
        "lectern_queue_oldest_wait_seconds pool=none stage=speak": 60,
        "lectern_running_steps pool=any stage=render": 0,
        "lectern_dead_letters stage=render": 0,
        "lectern_workers condition=able pool=any": 0,
        "lectern_cards state=well": 0,
        "lectern_attempts_total code=none outcome=ok stage=speak": 1,
        "lectern_leases_lost_total stage=speak": 0,
        "lectern_archive_pending_films": 0,
        "lectern_department_films_total department=studio": 0,
        "lectern_department_quota_left_films department=studio": 3,
        "lectern_department_gpu_quota_left_seconds department=studio": 60,
        "lectern_department_storage_bytes department=studio": 0,
        "lectern_window_open window=night": 0,
        "lectern_window_change_seconds window=night": 10 * 3600 - 60,
        "lectern_window_late_films window=night": 0,
        "lectern_backup_last_success_timestamp_seconds": 0,
        "lectern_ledger_aggregates_timestamp_seconds": (_NOON + 60_000) / 1000,
    }
    assert {key: numbers.get(key) for key in expected} == expected
    assert numbers["lectern_storage_free_bytes place=store"] > 0
    tellers = {Teller.LEADER, Teller.DISPATCHER}
    own = {name for name, meter in METERS.items() if meter.teller in tellers}
    assert names_of(numbers) == own


def test_who_does_not_lead_tells_of_itself_alone(farm: Farm) -> None:
    """Nor does a leader whom another one may have replaced, since it cannot reach the ledger any more."""
    watch = Watch()
    gauges = Gauges(farm, expiry_s=_EXPIRY_S, monotonic=watch)
    gauges.stands("", leading=False)
    gauges.look()
    own = told(gauges)
    assert names_of(own) == _OWN
    assert (own["lectern_dispatcher_leading"], own["lectern_up part=ledger"]) == (0, 1)
    assert sum(key.startswith("lectern_up") for key in own) == 1
    gauges.stands("redis: ConnectionError", leading=True)
    gauges.look()
    init_archive(farm.archive)
    gauges.look_at_places()
    leading = told(gauges)
    assert (leading["lectern_up part=redis"], leading["lectern_up part=archive"]) == (0, 1)
    gauges.stands("ledger-away", leading=True)
    assert told(gauges)["lectern_up part=ledger"] == 0
    assert "lectern_cards" in names_of(told(gauges))
    watch.now += _EXPIRY_S
    own = told(gauges)
    assert own["lectern_dispatcher_leading"] == 0
    assert names_of(own) == _OWN
    assert [key for key in own if key.startswith("lectern_up")] == ["lectern_up part=ledger"]


def test_a_label_that_grows_is_cut(farm: Farm) -> None:
    """What is beyond the bound stands under one name together."""
    with farm.ledger.write("many") as connection:
        many = [{"name": f"d{number:04}", "films": 1} for number in range(510)]
        connection.execute(insert(departments), many)
    gauges = Gauges(farm, expiry_s=_EXPIRY_S)
    gauges.stands("", leading=True)
    gauges.look()
    left = [value for key, value in told(gauges).items() if "quota_left_films" in key and "department" in key]
    assert len(left) == 501
    assert sum(left) == 510
