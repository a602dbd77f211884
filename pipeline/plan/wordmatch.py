"""Which words of one text are which of another: the way between them with the fewest errors.

Levenshtein's distance (1966) with its path. What one text writes together and the other apart is no error.
Long texts are matched from anchor to anchor: runs of words that occur once in either (as in patience diff).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

#: Whether word `i` of the one text may stand for word `j` of the other.
Same = Callable[[int, int], bool]
_Anchor = tuple[int, int]

# Pairs of words that are compared one by one: a third of a second.
_EXACT = 250_000
# Of so many words is a run at first that anchors a long text; fewer where that finds none.
_RUN = 5
# How words can stand for each other: by how many of the one, by how many of the other.
_TOGETHER = ((1, 2), (2, 1))


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """Words `start` to `end` of the one text stand where words `other_start` to `other_end` of the other do.

    Either may be none. `errors` is how many words have to be put in, left out or replaced.
    """

    start: int
    end: int
    other_start: int
    other_end: int
    errors: int


def matched(one: Sequence[str], other: Sequence[str], *, same: Same | None = None) -> tuple[Match, ...]:
    """All words of both texts in order, each in one match.

    Args:
        one: words, compared as they are.
        other: likewise.
        same: which words may stand for each other that are not equal; none unless given.
    """
    return tuple(_Matcher(one, other, same or _never).between((0, 0), (len(one), len(other)), _RUN))


def errors_between(one: Sequence[str], other: Sequence[str], *, same: Same | None = None) -> int:
    """How many words at least have to be put in, left out or replaced between two texts."""
    return sum(match.errors for match in matched(one, other, same=same))


class _Matcher:
    def __init__(self, one: Sequence[str], other: Sequence[str], same: Same) -> None:
        self._one, self._other, self._same = one, other, same

    def between(self, first: _Anchor, stop: _Anchor, run: int) -> Iterator[Match]:
        """The matches from one pair of places up to another one."""
        if (stop[0] - first[0]) * (stop[1] - first[1]) <= _EXACT:
            yield from self._closest(first, stop)
        elif run == 0:
            # Nothing in so much text is alike: nobody can say what stands for what.
            yield _match(first, stop, max(stop[0] - first[0], stop[1] - first[1]))
        else:
            places = (first, *_rising(self._common(first, stop, run)), stop)
            for left, right in pairwise(places):
                yield from self.between(left, right, run - 1)

    def _common(self, first: _Anchor, stop: _Anchor, run: int) -> list[_Anchor]:
        """Where runs stand that occur once in either text, in the order of the one."""
        mine = _once(self._one, first[0], stop[0], run)
        theirs = _once(self._other, first[1], stop[1], run)
        return [(place, theirs[words]) for words, place in mine.items() if words in theirs]

    def _closest(self, first: _Anchor, stop: _Anchor) -> Iterator[Match]:
        """The way with the fewest errors; of equal ones that which keeps words beside each other."""
        costs = self._costs(first, stop)
        i, j = 0, 0
        rows, columns = stop[0] - first[0], stop[1] - first[1]
        while i < rows or j < columns:
            steps = (
                (a, b) for a, b in ((1, 1), *_TOGETHER, (1, 0), (0, 1)) if i + a <= rows and j + b <= columns
            )
            for a, b in steps:
                here = (first[0] + i, first[1] + j)
                errors = self._errors(here, a, b)
                if errors is not None and costs[i][j] == errors + costs[i + a][j + b]:
                    yield _match(here, (here[0] + a, here[1] + b), errors)
                    i, j = i + a, j + b
                    break

    def _costs(self, first: _Anchor, stop: _Anchor) -> list[list[int]]:
        """For each pair of places in a block how many errors lie between it and the block's end."""
        rows, columns = stop[0] - first[0], stop[1] - first[1]
        costs = [[columns - j for j in range(columns + 1)] for _ in range(rows + 1)]
        for i in reversed(range(rows)):
            costs[i][columns] = rows - i
            for j in reversed(range(columns)):
                here = (first[0] + i, first[1] + j)
                best = min(costs[i + 1][j], costs[i][j + 1]) + 1
                best = min(best, costs[i + 1][j + 1] + (0 if self._alike(*here) else 1))
                for a, b in _TOGETHER:
                    if i + a <= rows and j + b <= columns and self._joined(here, a, b):
                        best = min(best, costs[i + a][j + b])
                costs[i][j] = best
        return costs

    def _errors(self, here: _Anchor, mine: int, theirs: int) -> int | None:
        """What it costs that so many words stand for so many; None where they cannot."""
        if not mine or not theirs:
            return 1
        if (mine, theirs) == (1, 1):
            return 0 if self._alike(*here) else 1
        return 0 if self._joined(here, mine, theirs) else None

    def _alike(self, i: int, j: int) -> bool:
        return self._one[i] == self._other[j] or self._same(i, j)

    def _joined(self, here: _Anchor, mine: int, theirs: int) -> bool:
        """Whether so many words, written together, are so many others."""
        i, j = here
        return "".join(self._one[i : i + mine]) == "".join(self._other[j : j + theirs])


def _match(here: _Anchor, there: _Anchor, errors: int) -> Match:
    return Match(start=here[0], end=there[0], other_start=here[1], other_end=there[1], errors=errors)


def _never(_one: int, _other: int) -> bool:
    return False


def _once(words: Sequence[str], start: int, end: int, run: int) -> dict[tuple[str, ...], int]:
    """The runs of so many words that occur once between two places, and where."""
    runs = {at: tuple(words[at : at + run]) for at in range(start, end - run + 1)}
    often = Counter(runs.values())
    return {found: at for at, found in runs.items() if often[found] == 1}


def _rising(anchors: Sequence[_Anchor]) -> list[_Anchor]:
    """Of anchors in the order of the one text, the longest row that is in order in the other as well."""
    tails: list[int] = []
    chosen: list[int] = []
    before: list[int | None] = []
    for at, (_, theirs) in enumerate(anchors):
        length = bisect_left(tails, theirs)
        before.append(chosen[length - 1] if length else None)
        tails[length : length + 1] = [theirs]
        chosen[length : length + 1] = [at]
    found: list[_Anchor] = []
    last = chosen[-1] if chosen else None
    while last is not None:
        found.append(anchors[last])
        last = before[last]
    return found[::-1]
