"""What becomes of a step when an attempt at it has ended without its result: one table decides.

`TABLE` is all there is to know; docs/retries.md is drawn from it. `decide` finds the row that an attempt's
end belongs to, and asks it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from pipeline.plan.errors import AwayError, DamageError, InputError, LecternError, TransientError

#: No step waits for longer before it is tried again, however often it has failed.
LONGEST_WAIT_MS = 1_800_000
_ELSEWHERE_MS = 30_000
#: How long another worker has to take what may be poison, which it may do sooner: as soon as it is free.
_OTHERS_TURN_MS = 3_600_000
_AWAY_LEAST_MS = 5_000
_AWAY_MOST_MS = 120_000
#: How soon a step comes back that found another worker making what it needs.
_SHARED_MS = 1_000
#: Renames on shares can be seen late, so damage is believed when it is still there at the second look.
_SECOND_LOOK = 1
#: Workers that have to die over the same thing, where there are as many, before that is held to be poison.
_WITNESSES = 2
#: How the codes of errors end of a card that is lost.
_CARD_LOST = "-device-lost"
_LEDGER = "ledger-"
_MEMORY = frozenset({"face-out-of-memory", "face-memory-exhausted", "engine-memory-short", "media-memory"})


class Verdict(StrEnum):
    """What becomes of a step that did not succeed."""

    AGAIN = "again"
    """It failed; it is tried again after a while."""
    WAIT = "wait"
    """Something it needs is away; it waits and uses up no retry."""
    BACK = "back"
    """Nothing is wrong with it; it goes back into the line and uses up no retry."""
    REMAKE = "remake"
    """What it needs is damaged; the step that made it runs again first."""
    DEAD = "dead"
    """No retry cures it, or its retries are used up."""


class End(StrEnum):
    """How an attempt ends without an error of its own."""

    LOST = "lost"
    """Its worker died, or was silent for longer than a lease."""
    LEFT = "left"
    """Its worker was told to end, drained or interrupted, or to give it back."""
    SHARED = "shared"
    """Another worker makes just now what it needs."""
    OTHERWISE = "otherwise"
    """It goes on in another way, such as with fewer frames at a time."""


@dataclass(frozen=True, kw_only=True)
class RetryDecision:
    """What becomes of a step, and when.

    Attributes:
        verdict: what becomes of it.
        delay_ms: how long it waits first.
        elsewhere_ms: for how long another worker goes before the one that failed; 0: the same one may.
    """

    verdict: Verdict
    delay_ms: int = 0
    elsewhere_ms: int = 0

    @property
    def uses_up(self) -> bool:
        """Whether it uses up one of the step's attempts."""
        return self.verdict not in {Verdict.WAIT, Verdict.BACK}


@dataclass(frozen=True, kw_only=True)
class RetrySettings:
    """How patient the farm is.

    Attributes:
        attempts: attempts that may fail before a step is dead; lost and interrupted ones do not count.
        backoff_ms: wait before the second attempt; it doubles with each further one.
        poison_deaths: deaths of workers in a row on the same key after which it is held to be poison.
    """

    attempts: int = 3
    backoff_ms: int = 10_000
    poison_deaths: int = 3


@dataclass(frozen=True, kw_only=True)
class Deaths:
    """Who died over the same thing.

    Attributes:
        workers: their names, one for each death in a row, the latest first.
        others: whether another worker lives than the latest that can do the step.
    """

    workers: Sequence[str] = ()
    others: bool = False


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What went before the end of an attempt.

    Attributes:
        failures: retries that were used up.
        waits: times in a row that it waited.
        deaths: of workers over the same thing, this one included.
        settings: how patient the farm is.
    """

    failures: int = 0
    waits: int = 0
    deaths: Deaths = field(default_factory=Deaths)
    settings: RetrySettings = field(default_factory=RetrySettings)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the table.

    Attributes:
        what: what happened, for people.
        ends: the ends of attempts that it is about.
        becomes: what becomes of the step.
        why: the reason for that, for people.
        sample: one such end, as which the table is drawn.
    """

    what: str
    ends: Callable[[LecternError | End], bool]
    becomes: Callable[[Tried], RetryDecision]
    why: str
    sample: LecternError | End


def decide(
    ended: LecternError | End,
    *,
    failures: int = 0,
    waits: int = 0,
    deaths: Deaths | None = None,
    settings: RetrySettings,
) -> RetryDecision:
    """Decide what becomes of a step whose attempt has ended without its result.

    Args:
        ended: how it ended.
        failures: retries that it had used up before this attempt.
        waits: times in a row that it had waited before this attempt.
        deaths: who died over the same thing, for one that was lost.
        settings: how patient the farm is.
    """
    tried = Tried(failures=failures, waits=waits, deaths=deaths or Deaths(), settings=settings)
    return next(row for row in TABLE if row.ends(ended)).becomes(tried)


def waits(not_before: int, now: int) -> bool:
    """Whether a step that is not to be tried before some time still waits, both in the ledger's milliseconds.

    A wait that is longer than any is ever ordered was ordered by a clock that was wrong: it is over.
    """
    return now < not_before <= now + LONGEST_WAIT_MS


def is_card_lost(error: LecternError) -> bool:
    """Whether it says that the card was lost: a process that has computed on it can do so no more."""
    return error.code.endswith(_CARD_LOST)


def _never(_tried: Tried) -> RetryDecision:
    return RetryDecision(verdict=Verdict.DEAD)


def _elsewhere(tried: Tried) -> RetryDecision:
    settings = tried.settings
    if _used_up(tried):
        return RetryDecision(verdict=Verdict.DEAD)
    return RetryDecision(
        verdict=Verdict.AGAIN,
        delay_ms=_doubled(settings.backoff_ms, tried.failures, 64 * settings.backoff_ms),
        elsewhere_ms=_ELSEWHERE_MS,
    )


def _on_another_card(tried: Tried) -> RetryDecision:
    decision = _elsewhere(tried)
    return decision if tried.failures else replace(decision, delay_ms=0)


def _made_anew(tried: Tried) -> RetryDecision:
    if _used_up(tried):
        return RetryDecision(verdict=Verdict.DEAD)
    verdict = Verdict.REMAKE if tried.failures >= _SECOND_LOOK else Verdict.AGAIN
    return RetryDecision(verdict=verdict, delay_ms=min(1000, tried.settings.backoff_ms))


def _later(tried: Tried) -> RetryDecision:
    return RetryDecision(verdict=Verdict.WAIT, delay_ms=_doubled(_AWAY_LEAST_MS, tried.waits, _AWAY_MOST_MS))


def _at_once(_tried: Tried) -> RetryDecision:
    return RetryDecision(verdict=Verdict.BACK)


def _soon(_tried: Tried) -> RetryDecision:
    return RetryDecision(verdict=Verdict.BACK, delay_ms=_SHARED_MS)


def _unless_poison(tried: Tried) -> RetryDecision:
    """Let another worker be the last to die of it, if there is one: one alone may be ill itself."""
    died, most = tried.deaths.workers, tried.settings.poison_deaths
    may_be_the_worker = tried.deaths.others and len(set(died)) < min(_WITNESSES, most)
    if len(died) >= most and not may_be_the_worker:
        return RetryDecision(verdict=Verdict.DEAD)
    if len(died) >= most - 1 and may_be_the_worker:
        return RetryDecision(verdict=Verdict.BACK, elsewhere_ms=_OTHERS_TURN_MS)
    return RetryDecision(verdict=Verdict.BACK)


def _used_up(tried: Tried) -> bool:
    return tried.failures + 1 >= tried.settings.attempts


def _doubled(least_ms: int, times: int, most_ms: int) -> int:
    return min(least_ms << min(times, 16), most_ms, LONGEST_WAIT_MS)


def _is(*kinds: type[LecternError]) -> Callable[[LecternError | End], bool]:
    return lambda ended: isinstance(ended, kinds)


def _is_end(*ends: End) -> Callable[[LecternError | End], bool]:
    return lambda ended: ended in ends


#: The first row that an end belongs to counts.
TABLE: Sequence[Row] = (
    Row(
        what="a card was lost",
        ends=lambda ended: isinstance(ended, TransientError) and is_card_lost(ended),
        becomes=_on_another_card,
        why="the process that has computed on it can do so no more and is renewed; other cards are well",
        sample=TransientError("face-device-lost"),
    ),
    Row(
        what="memory ran out",
        ends=lambda ended: isinstance(ended, TransientError) and ended.code in _MEMORY,
        becomes=_elsewhere,
        why="others may have more of it, and this one later, when whoever else holds it is done",
        sample=TransientError("engine-memory-short"),
    ),
    Row(
        what="memory ran out, and fewer frames at a time take less; or an engine draws otherwise than before",
        ends=_is_end(End.OTHERWISE),
        becomes=_at_once,
        why="the engine is opened anew, and the film goes on as it draws now",
        sample=End.OTHERWISE,
    ),
    Row(
        what="the ledger was away when the step could not go on without it",
        ends=lambda ended: isinstance(ended, AwayError) and ended.code.startswith(_LEDGER),
        becomes=_later,
        why="mostly no attempt ends of it: the work goes on, and its result is told once the ledger answers",
        sample=AwayError("ledger-away"),
    ),
    Row(
        what="the archive, the store, a model, or whoever could do it is away",
        ends=_is(AwayError),
        becomes=_later,
        why="the film is not at fault; it may be away for a night",
        sample=AwayError("archive-away"),
    ),
    Row(
        what="a file that it needs is missing or damaged",
        ends=_is(DamageError),
        becomes=_made_anew,
        why="a share may show a new file late; what is damaged at the second look is made again",
        sample=DamageError("store-artifact-damaged"),
    ),
    Row(
        what="another error that may pass, such as an FFmpeg that fails or a step that takes too long",
        ends=_is(TransientError),
        becomes=_elsewhere,
        why="it may have been this machine, or this moment",
        sample=TransientError("media-failed"),
    ),
    Row(
        what="bad input, or a defect of Lectern's",
        ends=_is(LecternError),
        becomes=_never,
        why="the same would come of it again",
        sample=InputError("script-empty"),
    ),
    Row(
        what="the worker was lost",
        ends=_is_end(End.LOST),
        becomes=_unless_poison,
        why="the film is not at fault, until workers die over the same clip of it again and again: poison",
        sample=End.LOST,
    ),
    Row(
        what="the worker was told to end, drained or interrupted, or to give the step back",
        ends=_is_end(End.LEFT),
        becomes=_at_once,
        why="nothing is wrong; whoever is free goes on after the last finished clip",
        sample=End.LEFT,
    ),
    Row(
        what="another worker makes just now what it needs",
        ends=_is_end(End.SHARED),
        becomes=_soon,
        why="it is found when it is there, and no worker waits for it",
        sample=End.SHARED,
    ),
)
