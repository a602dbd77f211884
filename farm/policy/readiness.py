"""Whether a process can do its work just now: judged from what was found last of all that it rests on.

Who is not ready is restarted by nobody: what it lacks comes back, or a person has to see to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntFlag

from pipeline.plan.errors import Fact

LEDGER, WORKERS = "ledger", "workers"


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was found of a part that a process rests on.

    Attributes:
        at_s: when, in seconds of a monotonic clock.
        code: what is wrong with it, by the catalogue; empty: nothing.
        facts: what goes with the code.
    """

    at_s: float
    code: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Lack:
    """What a process lacks for its work.

    Attributes:
        part: what is not as it should be, such as ``ledger``.
        code: why, by the catalogue.
        facts: what goes with the code.
    """

    part: str
    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


class Stance(IntFlag):
    """Why a worker takes no work that comes to it; nothing: it does."""

    ORDERED = 1
    """An operator has told it so."""
    ENDING = 2
    """It was told to end."""
    LOW = 4
    """A disk that it writes to has too little room."""
    UNABLE = 8
    """It is there to render, and no engine or model can be used."""


_WORDS = {
    Stance.ORDERED: "ordered to take nothing",
    Stance.ENDING: "ending",
    Stance.LOW: "too little room on a disk",
    Stance.UNABLE: "no engine or model can be used",
}


@dataclass(frozen=True, kw_only=True)
class Stood:
    """A worker's process that lives, as it proves itself.

    Attributes:
        name: its name on its host, such as ``cpu0``.
        stance: why it takes no work; None: the ledger has never answered it.
        unheard_s: for how long the ledger has not answered it.
    """

    name: str
    stance: Stance | None
    unheard_s: float


def lack(part: str, found: Found | None, *, now_s: float, patience_s: float) -> Lack | None:
    """What is wrong with a part; None: nothing is.

    Args:
        part: its name.
        found: what was found of it last; None: nothing yet.
        now_s: the time by the clock of `found`.
        patience_s: what was found longer ago is known no more: whoever looks has got no answer since.
    """
    if found is None:
        return Lack(part=part, code="ready-unknown", facts={"part": part})
    if (silent_s := now_s - found.at_s) > patience_s:
        return Lack(part=part, code="ready-silent", facts={"part": part, "seconds": int(silent_s)})
    return Lack(part=part, code=found.code, facts=found.facts) if found.code else None


def lacks_of_workers(names: Sequence[str], stood: Sequence[Stood], *, patience_s: float) -> Iterator[Lack]:
    """What the workers of a host lack, whose one taker of work is enough.

    Args:
        names: of all who are to work there.
        stood: those whose processes live.
        patience_s: for how long the ledger may leave them without an answer.
    """
    unheard_s = [each.unheard_s for each in stood if each.stance is not None]
    if not unheard_s:
        yield Lack(part=LEDGER, code="ready-unknown", facts={"part": LEDGER})
    elif (silent_s := min(unheard_s)) > patience_s:
        yield Lack(part=LEDGER, code="ready-silent", facts={"part": LEDGER, "seconds": int(silent_s)})
    told = states_of(names, stood)
    if all(told.values()):
        words = ", ".join(f"{name}: {state}" for name, state in told.items())
        yield Lack(part=WORKERS, code="ready-none-takes", facts={"workers": words or "-"})


def states_of(names: Sequence[str], stood: Sequence[Stood]) -> Mapping[str, str]:
    """Why each worker takes no work, in a few words; empty for one that does."""
    stances = {each.name: each.stance for each in stood}
    return {name: _words(stances.get(name)) for name in names}


def _words(stance: Stance | None) -> str:
    if stance is None:
        return "beginning"
    return ", ".join(words for flag, words in _WORDS.items() if flag in stance)
