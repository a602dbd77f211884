"""For how long what a department gave is kept once its films are over: for good, some days, or not at all."""

from __future__ import annotations

import re

from pipeline.plan.errors import InputError

#: What was given stays for good, or goes with the next gc.
KEEP, NEVER = "keep", "never"
_DAYS = re.compile(r"days:([0-9]{1,5})")
_MOST_DAYS = 36_500
_DAY_MS = 24 * 3600 * 1000


def retention_named(word: str) -> str:
    """How long sources are kept, as the ledger has it: ``keep``, ``days:N`` or ``never``.

    Raises:
        InputError: ``department-retention-wrong``.
    """
    plain = word.strip().casefold()
    if plain in {KEEP, NEVER}:
        return plain
    found = _DAYS.fullmatch(plain)
    days = 0 if found is None else int(found[1])
    if not 1 <= days <= _MOST_DAYS:
        raise InputError("department-retention-wrong", value=word, most=_MOST_DAYS)
    return f"days:{days}"


def days_of(retention: str) -> int | None:
    """For how many days after its job was over a source is kept; None: for good."""
    if retention == NEVER:
        return 0
    return int(retention.removeprefix("days:")) if retention.startswith("days:") else None


def over_by(retention: str, now_ms: int) -> int | None:
    """By when a job has to have been over for its sources to go now, in milliseconds; None: they never do.

    Args:
        retention: as `retention_named` gives it.
        now_ms: the time.
    """
    days = days_of(retention)
    return None if days is None else now_ms - days * _DAY_MS
