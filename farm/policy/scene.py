"""A scene: what waits, who works, and what lets work through, as `farm.policy.foresight` plays it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from farm.policy.days import Calendar
from farm.policy.share import Share
from farm.policy.windows import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Pieces of work of a department that stand together in its line.

    Attributes:
        department: the department's id.
        rank: their place, as `farm.policy.order` has it.
        batch: the batch that they are of.
        pieces: how many.
        piece_ms: for how long each keeps workers, with all that follows on it.
        width: how many workers a piece can keep at once, on the average; at least 1.
        own: the crews that do it as their own, by number.
        lent: those that are lent for it.
        window: outside of which none of it begins; empty for none.
        opens: whether each piece begins a film.
        since: when it comes into the line; what is over counts as now.
    """

    department: int
    rank: int
    batch: int
    pieces: float
    piece_ms: float
    width: float = 1.0
    own: frozenset[int] = frozenset()
    lent: frozenset[int] = frozenset()
    window: str = ""
    opens: bool = False
    since: int = 0

    @property
    def work_ms(self) -> float:
        """All of it, in worker's time."""
        return self.pieces * self.piece_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Workers that do the same.

    Attributes:
        hands: how many they are.
        busy: for how many milliseconds those of them that are at something will be at it yet, and for which
            department.
    """

    hands: int
    busy: Sequence[tuple[float, int]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """How a department stands.

    Attributes:
        share: what it had for its weight.
        running: how many films of it may be under way at once; None: any number.
        cards_ms: what is left of its hours on cards today; None: no limit.
        cards_a_day_ms: how much it gets anew each day.
    """

    share: Share = field(default_factory=Share)
    running: int | None = None
    cards_ms: float | None = None
    cards_a_day_ms: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Everything that a play begins with.

    Attributes:
        now: milliseconds since the Unix epoch.
        runs: what waits, and what will come into the line.
        crews: who works.
        offices: how departments stand, by id.
        windows: by name; whoever waits for one that is not there never begins.
        calendar: the days at which hours on cards are given anew.
    """

    now: int
    runs: Sequence[Run]
    crews: Sequence[Crew]
    offices: Mapping[int, Office] = field(default_factory=dict)
    windows: Mapping[str, Window] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=Calendar)
