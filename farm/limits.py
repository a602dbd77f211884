"""Limits that departments have reached, as an operator wants to know of them."""

from __future__ import annotations

from collections.abc import Iterator

from db import departments, quotas
from db.gates import read_gates
from farm.bootstrap import Farm
from farm.views.screen import LimitView
from pipeline.plan.moments import iso


def limits_of(farm: Farm) -> tuple[LimitView, ...]:
    """The departments that have reached a limit of their own, by name.

    Raises:
        AwayError: ``ledger-away``.
    """
    return tuple(_reached(farm))


def _reached(farm: Farm) -> Iterator[LimitView]:
    ledger = farm.ledger
    waiting, gates = quotas.read_lines(ledger), read_gates(ledger)
    if not waiting and not gates.full and not gates.spent:
        return
    until = iso(ledger.calendar.begins_at(ledger.calendar.day_of(ledger.clock()) + 1))
    for each in departments.read_all(ledger):
        if films := waiting.get(each.id):
            # What waits although there is room waits for the limit of its member, which no grant raises.
            of_members = quotas.read_standing(ledger, each.name).has_room
            limit = "member-quota" if of_members else "quota"
            yield LimitView(department=each.name, limit=limit, films=films, until=until)
        if each.id in gates.full:
            yield LimitView(department=each.name, limit="running", films=0, until="")
        if each.id in gates.spent:
            yield LimitView(department=each.name, limit="card-hours", films=0, until=until)
