"""How long films will be before anybody has spoken them, and how far an estimate may be off."""

from __future__ import annotations

from typing import Final

#: A second of speech is about 15 English characters, one byte each in UTF-8, or 4.5 Chinese ones of three.
_BYTES_PER_SECOND: Final = 14
_FRAMES_PER_SECOND: Final = 25
#: By which part of a wait nine of ten estimates are off at the most (`tests/farm/policy/test_foresight.py`),
#: and the least.
_PART: Final = 5
_LEAST_MS: Final = 10_000


def frames_of_script(size: int) -> int:
    """About how many frames a script of so many bytes will have, before anybody has spoken it."""
    return size * _FRAMES_PER_SECOND // _BYTES_PER_SECOND


def within_ms(left_ms: int) -> int:
    """By how many milliseconds an estimate of a wait is off at the most, nine times of ten."""
    return max(_LEAST_MS, left_ms // _PART)
