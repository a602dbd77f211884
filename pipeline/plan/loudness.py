"""Loudness of a film's sound: measured as broadcasting does, and brought to a target without clipping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Loudness:
    """What a finished film's sound is brought to; whole numbers, since they are part of a key.

    Attributes:
        integrated: integrated loudness in hundredths of a LUFS, such as -1600.
        true_peak: ceiling of the true peak in hundredths of a dBTP, such as -150.
    """

    integrated: int
    true_peak: int

    @classmethod
    def of(cls, *, lufs: float, dbtp: float) -> Self:
        """The target nearest to what an operator set."""
        return cls(integrated=round(lufs * 100), true_peak=round(dbtp * 100))
