"""Why what an ear understood is not to be trusted: nothing, the same again and again, or words by guess."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from pipeline.plan.wordunits import units

SILENT, REPEATS, UNSURE = "hearing-silent", "hearing-repeats", "hearing-unsure"

#: A run of so many words, or of characters in scripts without spaces, more than so often.
_RUN, _OFTEN = 4, 3
#: Nobody says so many characters in a second; who speaks fast says twenty.
_CHARACTERS_A_SECOND = 30
#: In less than that any text would be too much.
_LEAST_MS = 1_000


@dataclass(frozen=True, kw_only=True)
class Limits:
    """When what is heard is doubted; whole numbers, since they are part of a key.

    Attributes:
        no_speech: how likely it may be that nobody speaks, per cent.
        logprob: how likely its words have to be on average, in hundredths of a natural logarithm.
        compression: how far a text may be compressed, in per cent of the result's size.
    """

    no_speech: int
    logprob: int
    compression: int


def doubt_of(text: str, *, ms: int, logprob: float, compression: float, limits: Limits) -> str:
    """The code of why a text is not to be trusted; empty where it is.

    Args:
        text: what was understood.
        ms: how long the sound is.
        logprob: the mean natural logarithm of its words' probabilities, of the least likely part.
        compression: by how much it can be compressed, of the part that repeats itself most.
        limits: what is too much.
    """
    words = [unit.text for unit in units(text)]
    if not words:
        return SILENT
    runs = Counter(zip(*(words[at:] for at in range(_RUN)), strict=False))
    again = max(runs.values(), default=0) > _OFTEN
    if again or compression * 100 > limits.compression:
        return REPEATS
    # Asked this way round, since a damaged model gives no number at all.
    likely = logprob * 100 >= limits.logprob
    fast = len(text) * 1000 > _CHARACTERS_A_SECOND * max(ms, _LEAST_MS)
    return "" if likely and not fast else UNSURE
