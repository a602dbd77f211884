"""Who has used the farm, for how long and for how much: accounts over a month or any other time."""

from __future__ import annotations

from db import accounts
from farm.bootstrap import Farm, calendar_in
from farm.departments import check_department
from farm.policy.accounts import Account, By, account
from farm.policy.periods import Period, between, month, month_of
from farm.policy.prices import Prices, prices_from
from pipeline.plan.errors import InputError


def prices_of(farm: Farm) -> Prices:
    """The prices that are set.

    Raises:
        InputError: as `prices_from`.
    """
    told = farm.settings.prices
    return prices_from(told.cards, told.processor, told.currency)


def period_of(farm: Farm, *, months: str = "", since: str = "", until: str = "") -> Period:
    """The time that somebody names, in the farm's zone; this month so far where they name none.

    Args:
        farm: the farm.
        months: a month, such as ``2026-11``.
        since: or when it begins.
        until: and when it ends; empty for now.

    Raises:
        InputError: ``period-both``: a month and other times; ``period-open``: an end and no beginning; or as
            `month` and `between`.
    """
    zone = calendar_in(farm.settings).zone
    if months:
        if since or until:
            raise InputError("period-both")
        return month(months, zone)
    if until and not since:
        raise InputError("period-open", until=until)
    if since:
        return between(since, until, now_ms=farm.ledger.clock(), zone=zone)
    return month(month_of(farm.ledger.clock(), zone), zone)


def accounted(farm: Farm, by: By, period: Period, *, department: str = "") -> Account:
    """The account of a time.

    Args:
        farm: the farm.
        by: what its lines are.
        period: the time.
        department: of this one alone; empty: of all.

    Raises:
        InputError: ``submit-department-unknown``; or as `prices_of`.
        AwayError: ``ledger-away``.
    """
    if department:
        check_department(farm.ledger, department)
    ledger = farm.ledger
    cards = accounts.read_card_names(ledger)
    return account(
        by,
        accounts.read_held(ledger, by, period, department=department),
        accounts.read_films(ledger, by, period, department=department),
        accounts.read_stored(ledger, by, department=department),
        prices=prices_of(farm),
        cards=cards,
        names=accounts.read_batch_names(ledger) if by is By.BATCH else cards,
    )
