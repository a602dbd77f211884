"""Who goes next: the rank of a step in its department's line, and the choice among the heads of the lines.

Time is the only currency. A step's *score* is for how long its job has waited, and what its job is worth on
top of that: an urgency is worth days, each number of priority half an hour, having been begun a little less
than one number, a later stage a minute. Since all scores grow alike, the order of two steps never changes by
waiting, and the rank is a number that is stored once: the time at which the score is zero. The lowest rank
goes first.

The tier of a step is read off its score alone: what is bulk becomes normal by waiting, and what is normal
becomes urgent. So nothing starves, however much comes in that is worth more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from farm.policy.share import USUAL_MS, Share

_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 60 * _MINUTE_MS
#: What an urgency is worth, by its word.
URGENCY_MS: Final[Mapping[str, int]] = {"bulk": 0, "normal": 60 * _HOUR_MS, "urgent": 120 * _HOUR_MS}
#: What one number of priority is worth, and the numbers that there are.
PRIORITY_MS: Final = 30 * _MINUTE_MS
PRIORITIES: Final = range(-50, 51)
#: What any step but a job's first one is worth more, and what each stage is above the one before it: all of
#: it together is no more than one number of priority.
BEGUN_MS: Final = 25 * _MINUTE_MS
STAGE_MS: Final = _MINUTE_MS
#: The least score of a tier: what the lowest number of priority leaves of its urgency.
_LOWEST_MS: Final = PRIORITIES[0] * PRIORITY_MS
_TIERS: Final = tuple(
    (URGENCY_MS[word] + _LOWEST_MS, number, word) for number, word in enumerate(("urgent", "normal"))
)
_LAST_TIER: Final = (len(_TIERS), "bulk")
#: More than any score, in milliseconds.
_MOST: Final = 1 << 61


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the place of a job rests on.

    Attributes:
        submitted_ms: when it was submitted, in milliseconds since the Unix epoch.
        urgency: ``urgent``, ``normal`` or ``bulk``.
        priority: of `PRIORITIES`; the higher one goes first.
    """

    submitted_ms: int
    urgency: str
    priority: int = 0


def rank(standing: Standing, *, later: int = 0) -> int:
    """The rank of a step: the time at which its score is zero, in milliseconds; the lowest goes first.

    Args:
        standing: its job's.
        later: 0 for the first step of a job; else the number of its stage, which is above 0.
    """
    worth = URGENCY_MS[standing.urgency] + standing.priority * PRIORITY_MS
    return standing.submitted_ms - worth - (BEGUN_MS + later * STAGE_MS if later else 0)


def tier_at(rank_: int, now_ms: int) -> str:
    """The tier of a step at a time, as an urgency's word; by waiting it only ever gets more urgent."""
    return _tier(rank_, now_ms)[1]


def _tier(rank_: int, now_ms: int) -> tuple[int, str]:
    score = now_ms - rank_
    return next(((number, word) for least, number, word in _TIERS if score >= least), _LAST_TIER)


def tier_ranks(now_ms: int) -> Mapping[str, int]:
    """The highest rank of each tier at a time, the best one first; whatever is above the last one is bulk."""
    return {word: now_ms - least for least, _, word in _TIERS}


def tier_bounds(rank_: int, now_ms: int) -> tuple[int, int]:
    """The highest rank of any better tier than a step's at a time, and the highest of its own."""
    number = _tier(rank_, now_ms)[0]
    least = [_MOST, *(each for each, _, _ in _TIERS), -_MOST]
    return now_ms - least[number], now_ms - least[number + 1]


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where a step stands in its department's line, and all that a choice rests on.

    Attributes:
        step: the step's id.
        job: the job's id.
        department: the department's id.
        rank: its rank.
        batch: the batch's id.
        index: which of the stage's steps it is, from 0.
        work: how much it is, to compare it with others of its capability; 0: not asked for.
        base: the rank that its job's first step had, 0: not asked for; what is above it is the stage's.
        prepares: its film's pictures wait for it, so that what it leads to is more than itself.
    """

    step: int
    job: int
    department: int
    rank: int
    batch: int
    index: int
    work: int = 0
    base: int = 0
    prepares: bool = False

    @property
    def place(self) -> tuple[int, int, int, int]:
        """Its place in its department's line: rank, then batch order, then row order, then chunk order."""
        return self.rank, self.batch, self.job, self.index


@dataclass(frozen=True, kw_only=True)
class Head(Spot):
    """A step near the head of its department's line, with what is told of it where it is sent to.

    Attributes:
        capability: what it needs.
        stage: its stage.
        count: how many steps the stage has.
        label: its job in words, such as ``demo/row3``.
        traceparent: the job's trace.
        owner: the department's name.
    """

    capability: str
    stage: str
    count: int
    label: str
    traceparent: str
    owner: str = ""


_Waiting = TypeVar("_Waiting", bound=Spot)


def choose(
    heads: Sequence[_Waiting],
    shares: Mapping[int, Share],
    slots: int,
    *,
    now_ms: int,
    cost_ms: float = USUAL_MS,
    tails: Collection[int] = (),
) -> tuple[_Waiting, ...]:
    """Choose at most `slots` heads, in the order in which they shall begin.

    Of the departments' heads the best tier goes first; in it the department that had least for its weight,
    each choice counting at once; of equal ones the lowest rank. Within a department it goes by rank, then by
    batch, row and chunk. In a tail, which is all that a department has left, no long piece is left for the
    end: of films that were submitted within half an hour, which is what a number of priority is worth, those
    that have no pictures to render yet are prepared first, and then the longest work goes first. So a film
    loses no more than half an hour to longer ones, however long a department has but little left.

    Args:
        heads: the heads of every department's line, each department's in any order.
        shares: how departments stand; one that is not named had nothing and weighs as much as is usual.
        slots: how many may be sent.
        now_ms: the time.
        cost_ms: for how long each is expected to keep its worker.
        tails: departments of whose lines there is nothing but these heads.
    """
    lines: dict[int, list[_Waiting]] = {}
    for head in sorted(heads, key=lambda head: _turn(head, tails, now_ms), reverse=True):
        lines.setdefault(head.department, []).append(head)
    stand = {department: shares.get(department, Share()) for department in lines}
    spent = {department: share.spent for department, share in stand.items()}

    def turn(department: int) -> tuple[int, float, tuple[int, ...]]:
        head = lines[department][-1]
        return _tier(head.rank, now_ms)[0], spent[department], head.place

    turns = {department: turn(department) for department in lines}
    chosen: list[_Waiting] = []
    while turns and len(chosen) < slots:
        department = min(turns, key=turns.__getitem__)
        chosen.append(lines[department].pop())
        spent[department] += cost_ms / stand[department].weight
        if lines[department]:
            turns[department] = turn(department)
        else:
            del turns[department]
    return tuple(chosen)


def _turn(head: Spot, tails: Collection[int], now_ms: int) -> tuple[int, ...]:
    """The place of a head among its department's."""
    if head.department not in tails:
        return head.place
    # Later stages first, as everywhere; of what prepares films the longest, whatever its stage.
    stage = -_MOST if head.prepares else head.rank - head.base
    return _tier(head.rank, now_ms)[0], head.base // PRIORITY_MS, stage, -head.work, *head.place
