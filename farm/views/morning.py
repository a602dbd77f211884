"""What a morning report tells, ready to be shown to people and programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from farm.policy.accounts import Account
from farm.policy.periods import Period
from farm.policy.prices import Prices
from farm.views.films import Told


@dataclass(frozen=True, kw_only=True)
class RhythmView:
    """How many films ended in a part of the time.

    Attributes:
        label: when it began by the clock of the farm: ``2026-11-22 23:00``, or a date.
        completed: finished in it.
        failed: failed in it.
    """

    label: str
    completed: int
    failed: int


@dataclass(frozen=True, kw_only=True)
class ReasonView:
    """Films that failed for one reason.

    Attributes:
        error: the reason, as one of them met it.
        films: how many.
        jobs: the first of them, by number.
    """

    error: Told
    films: int
    jobs: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class HeldView:
    """Films that may not go on, each told once, under the first of the reasons that keep it.

    Attributes:
        reason: the word of a hold: ``quota``, ``off_peak``, ``start_after``, ``operator``, ``consent``...
        films: how many.
        until: when the first of them may, by the clock of the farm; empty: nobody knows, or by hand.
        also: how many of them are held for other reasons besides, by their words.
        department: whose quota they wait for; empty where that is not the reason.
        command: what lets them begin, for whoever may; empty for none.
    """

    reason: str
    films: int
    until: str
    also: Mapping[str, int] = field(default_factory=dict)
    department: str = ""
    command: str = ""


@dataclass(frozen=True, kw_only=True)
class StopView:
    """A department or a pool that an operator has stopped.

    Attributes:
        scope: ``department`` or ``pool``.
        name: its name.
        kind: ``hold`` (nothing new begins) or ``pause`` (nothing goes on).
        by: who has stopped it.
        reason: in their words; may be empty.
        until: when it ends by itself, by the clock of the farm; empty: somebody has to lift it.
    """

    scope: str
    name: str
    kind: str
    by: str
    reason: str
    until: str


@dataclass(frozen=True, kw_only=True)
class SlowView:
    """A step that took long.

    Attributes:
        job: its job's number.
        row: its row's name.
        stage: of a job.
        chunk: which of its stage's steps, from 1.
        took_s: for how long it kept its worker.
        film_s: how much film that is of.
        worker: who did it.
    """

    job: int
    row: str
    stage: str
    chunk: int
    took_s: int
    film_s: int
    worker: str


@dataclass(frozen=True, kw_only=True)
class SavedView:
    """What was found and not made.

    Attributes:
        clips: of pictures.
        sentences: of speech.
        saved_ms: what a worker would have taken to make them, at the pace measured lately.
        basis: what that rests on: ``measured``, ``scaled`` or ``rule``; the weakest of them.
    """

    clips: int = 0
    sentences: int = 0
    saved_ms: int = 0
    basis: str = "measured"


@dataclass(frozen=True, kw_only=True)
class LostView:
    """A worker that was lost in the midst of steps."""

    worker: str
    times: int
    wasted_ms: int


@dataclass(frozen=True, kw_only=True)
class OutView:
    """A card that gets no work, and why."""

    card: str
    host: str
    state: str
    error: Told
    since: str


@dataclass(frozen=True, kw_only=True)
class LeftView:
    """What is not done and may go on, at once or when its window opens.

    Attributes:
        films: how many.
        shut: how many of them wait for a window that is shut, and so are held just now.
        work_ms: for how long one worker alone would render them.
        hands: workers that render.
        finish: when they are expected to be rendered, in their windows, by the clock of the farm; empty:
            nobody is there.
        basis: what that rests on, as in `SavedView`.
    """

    films: int = 0
    shut: int = 0
    work_ms: int = 0
    hands: int = 0
    finish: str = ""
    basis: str = "measured"

    @property
    def now(self) -> int:
        """Films that may go on at once."""
        return self.films - self.shut


@dataclass(frozen=True, kw_only=True)
class NightView:
    """What will become of the films that wait for a window, as `lectern windows forecast` tells.

    Attributes:
        window: its name.
        opens: when it opens next, or did while it is open, by the clock of the farm.
        shuts: when it shuts then; empty: never.
        films: how many wait for it.
        unfinished: how many of them will not be finished by then.
        jobs: the first of those, by number.
    """

    window: str
    opens: str
    shuts: str
    films: int
    unfinished: int
    jobs: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class MorningView:
    """A report over some time.

    Attributes:
        period: the time.
        made: when it was made, by the clock of the farm.
        completed: films that were finished in it.
        canceled: films that were canceled.
        account: hours, films and money by department.
        prices: that money is told by.
        hourly: whether `rhythm` is by hours; else by days.
        rhythm: what ended when; parts in which nothing did stand in it too.
        failed: what failed and is still so, the most frequent reason first.
        held: what may not go on now, and why.
        stops: departments and pools that are stopped now.
        slow: the steps that took longest.
        saved: what did not have to be made.
        lost: workers that were lost.
        out: cards that get no work now.
        left: what is left to be done now.
        nights: what will become of it in the windows that films wait for.
    """

    period: Period
    made: str
    completed: int
    canceled: int
    account: Account
    prices: Prices
    hourly: bool = True
    rhythm: tuple[RhythmView, ...] = ()
    failed: tuple[ReasonView, ...] = ()
    held: tuple[HeldView, ...] = ()
    stops: tuple[StopView, ...] = ()
    slow: tuple[SlowView, ...] = ()
    saved: SavedView = field(default_factory=SavedView)
    lost: tuple[LostView, ...] = ()
    out: tuple[OutView, ...] = ()
    left: LeftView = field(default_factory=LeftView)
    nights: tuple[NightView, ...] = ()

    @property
    def failures(self) -> int:
        """Films that failed."""
        return sum(reason.films for reason in self.failed)

    @property
    def waiting(self) -> int:
        """Films that may not go on; one that is held for two reasons counts for each."""
        return sum(held.films for held in self.held)
