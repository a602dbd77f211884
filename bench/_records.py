"""What is played and what came of it: a farm, its films' steps, what was done on which card, and samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from _arrivals import HOUSES, Film, House

from farm.policy.order import Head, Standing
from pipeline.plan.chunks import LIMIT_S

#: The stages of a film: cards speak and render, processors join.
SPEAK, RENDER, JOIN = "speak", "render.warp", "join"
#: What stands in one line: capability, department, window, and whether a film begins with it.
Lane = tuple[str, int, str, int]


@dataclass(frozen=True, kw_only=True)
class Site:
    """A farm as it is played.

    Attributes:
        houses: its departments.
        cards: how many cards it has, the first of them kept for pools.
        pools: how many cards are kept for each pool's films.
        lends: the pools that lend.
        hands: how many films are joined at once.
        windows: their times by their names.
        render: seconds on a card for a second of film.
        fails: how many attempts of a million fail.
        dies: how many attempts of a million lose their worker.
        seed: of everything that happens by chance.
        every_s: how often a sample is taken.
        chunk_s: how many seconds of film are rendered at a time, at most.
    """

    houses: Sequence[House] = HOUSES
    cards: int = 64
    pools: Mapping[str, int] = field(default_factory=dict)
    lends: frozenset[str] = frozenset()
    hands: int = 8
    windows: Mapping[str, str] = field(default_factory=lambda: {"night": "22:00-07:00, weekends all day"})
    render: float = 12.0
    fails: int = 4000
    dies: int = 1000
    seed: int = 7
    every_s: int = 60
    chunk_s: int = LIMIT_S


@dataclass(slots=True)
class Job:
    """A film under way.

    Attributes:
        number: its number.
        film: what is wanted.
        standing: what its place in the line rests on.
        chunks: in which it is rendered.
        charged_day: the day of its department's quota that it counts against.
        admitted_ms: since when it is not held by the quota; -1: it still is.
        begun_ms: when its first step began; -1: not yet.
        ended_ms: when it was done; -1: not yet.
        left: chunks that are not rendered yet.
        card_ms: what its steps take on cards, all together, if nothing goes wrong.
        longest_ms: what the longest step of each stage takes.
        chunks_ms: what each chunk takes.
    """

    number: int
    film: Film
    standing: Standing
    chunks: int
    charged_day: int | None = None
    admitted_ms: int = -1
    begun_ms: int = -1
    ended_ms: int = -1
    left: int = 0
    card_ms: int = 0
    longest_ms: dict[str, int] = field(default_factory=dict)
    chunks_ms: list[int] = field(default_factory=list)

    @property
    def alone_ms(self) -> int:
        """How long it takes with the whole farm to itself: its longest step of each stage, in turn."""
        return sum(self.longest_ms.values())


@dataclass(slots=True)
class Step:
    """A step that waits, is on its way, or is in work; `left_ms` is what it takes then."""

    number: int
    job: Job
    stage: str
    head: Head
    left_ms: int
    clip_ms: int
    failures: int = 0
    due_ms: int = 0

    @property
    def lane(self) -> Lane:
        """What stands in one line with it."""
        job = self.job
        opens = int(self.stage == SPEAK and job.begun_ms < 0)
        return self.head.capability, job.film.house, job.film.window, opens


@dataclass(slots=True)
class Attempt:
    """A step in work on a card or a processor; `lent`: on a card of another pool."""

    step: Step
    kind: str
    place: int
    begun_ms: int
    ends_ms: int
    end: str
    lent: bool = False
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What a card or a processor did, from when to when; times in milliseconds since the Unix epoch.

    `stage` is what of, and `lent` tells that the card is another pool's.
    """

    house: int
    stage: str
    window: str
    begun_ms: int
    ended_ms: int
    end: str
    lent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How a farm stands at a time.

    Attributes:
        at_ms: when.
        busy: cards in use, by department.
        tiers: the best tier of the steps that wait for a card and may begin, by department.
        films: films that wait to begin: those that may under an empty word, others under why they may not.
        renders: the pools whose films have pictures that wait to be rendered, and may be.
    """

    at_ms: int
    busy: Mapping[int, int]
    tiers: Mapping[int, str]
    films: Mapping[str, int]
    renders: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Record:
    """What came of it.

    Attributes:
        site: the farm.
        jobs: every film.
        spans: every attempt.
        samples: how it stood every so often.
        idle_ms: card time in which a card was idle while a step waited that it could have done.
        pressed_ms: card time of all cards that were up, while a step waited.
        begun_ms: when it began.
        ended_ms: when the last film was done.
    """

    site: Site
    jobs: Sequence[Job]
    spans: Sequence[Span]
    samples: Sequence[Sample]
    idle_ms: int
    pressed_ms: int
    begun_ms: int
    ended_ms: int
