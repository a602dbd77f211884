"""Which utterances are checked, and whether what was heard of one is close enough to its script."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from pipeline.plan.wordrate import Rate

_HUNDRED = 100
#: With fewer, one that is heard otherwise is much of a sentence, and says little about the voice.
_FEW = {"words": 3, "characters": 4}


def sampled(keys: Collection[str], per_cent: int) -> frozenset[str]:
    """Which of some utterances are checked: those that their own content chooses, and one at least.

    So the same sentence is judged alike in every film, whatever stands beside it.

    Args:
        keys: the keys of their speeches.
        per_cent: how many of a hundred, on average.
    """
    chosen = frozenset(key for key in keys if _lot(key) % _HUNDRED < per_cent)
    return chosen or frozenset(sorted(keys, key=_lot)[:1])


def good(rate: Rate, limit: int) -> bool:
    """Whether an utterance was understood: within a limit per mille, or with one error in a short one."""
    if rate.of < _FEW[rate.unit]:
        return rate.errors <= 1 if rate.of else rate.errors == 0
    return rate.per_mille <= limit


def _lot(key: str) -> int:
    return int(hashlib.sha256(key.encode()).hexdigest(), 16)
