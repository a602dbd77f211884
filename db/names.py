"""Names in the archive: reserved in the ledger before anything is written, unique without regard to case."""

from __future__ import annotations

from collections.abc import Callable

from db.ledger import Ledger
from db.values import Claim


def reserve_name(
    ledger: Ledger, claim: Claim, *, folder: str, stem: str, numbered: Callable[[str, int], str]
) -> tuple[str, str]:
    """Give a job its name in the archive, once and for all: the folder and the name.

    A job that has one already keeps it, whatever is asked for now.

    Args:
        ledger: the ledger.
        claim: the archive step's.
        folder: the folder of the day, relative to the archive.
        stem: the wanted name without suffix.
        numbered: gives the stem that is tried as number 1 (the stem itself), 2 (``stem_2``) and so on.

    Raises:
        SupersededError: ``ledger-superseded``.
        AwayError: ``ledger-away``.
    """
    raise NotImplementedError
