"""Errands: to which queues how many steps of which lines are sent, with pools that help each other.

Lines that the very same workers do are one errand: what goes next is chosen among all of them. If each were
filled on its own, a worker would always find a begun film's next stage at hand, and a department whose films
have not begun would wait until the begun ones of all others are done, whatever its share.

What is sent to the queue of a pool is taken by its workers, whichever pool's film it is of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from db.states import Stage
from db.values import Skill
from farm.policy.lending import Dealing, lenders_of, standing_in
from farm.policy.pools import bound, plain_of, pool_of

_RENDERS = f"{Stage.RENDER}."


@dataclass(frozen=True, kw_only=True)
class Errand:
    """Steps that are sent to the same workers.

    Attributes:
        queues: the lines that they are taken from, in the order of their ranks, each with the capability
            whose queue they are sent to.
        slots: how many, at most.
        lent: those who take them are lent for it.
    """

    queues: Mapping[Skill, str]
    slots: int
    lent: bool = False


@dataclass(frozen=True, kw_only=True)
class Crew:
    """Who could work.

    Attributes:
        usable: what each worker may be given just now, by its name.
        busy: those of them that are at something.
    """

    usable: Mapping[str, frozenset[Skill]]
    busy: frozenset[str]


def deputies(
    lines: Collection[Skill], crew: Collection[frozenset[Skill]], dealings: Mapping[str, Dealing]
) -> Mapping[Skill, Skill]:
    """By line that another pool's workers stand in for, what these need to be able to do.

    Args:
        lines: what waits.
        crew: what each worker may be given.
        dealings: how pools deal with each other.
    """
    if not any(dealing.standby is not None for dealing in dealings.values()):
        return {}
    every = frozenset(skill for skills in crew for skill in skills)
    found: dict[Skill, Skill] = {}
    for line in lines:
        if line.capability.startswith(_RENDERS):
            able = {pool_of(each.capability) for each in every if _same(each, line)}
            pool = standing_in(pool_of(line.capability), dealings, able)
            if pool is not None:
                capability = bound(plain_of(line.capability), pool)
                found[line] = Skill(capability=capability, profile=line.profile)
    return found


def errands(
    sent: Mapping[Skill, int],
    crew: Crew,
    dealings: Mapping[str, Dealing],
    *,
    surplus: int,
    waits: Callable[[Skill], bool],
    away: Mapping[Skill, int] | None = None,
) -> Iterator[Errand]:
    """What to send where: to whoever does it as its own first, then to who is lent for it.

    Free workers are sent as much as they can begin at once, and all together some more to have at hand; of a
    line for which workers may be lent, nothing is at hand, so that they find what waits as soon as they are
    idle; it is sent on its own.

    Args:
        sent: the lines of which something waits, each with how many of its steps are on their way.
        crew: who could work.
        dealings: how pools deal with each other.
        surplus: messages beyond the free workers, for workers that do the same.
        waits: whether something of a line may go now, or is on its way.
        away: the lines of which nothing waits, each with how many of its steps are on their way.
    """
    hands: dict[Skill, set[str]] = {}
    for worker, skills in crew.usable.items():
        for skill in skills:
            hands.setdefault(skill, set()).add(worker)
    free = Counter({skill: len(workers - crew.busy) for skill, workers in hands.items()})
    on_the_way = {**(away or {}), **sent}
    standing = deputies(on_the_way, crew.usable.values(), dealings)
    sources: dict[Skill, list[Skill]] = {}
    for line in on_the_way:
        doer = standing.get(line, line)
        if doer in hands:
            sources.setdefault(doer, []).append(line)
    alike: dict[tuple[frozenset[str], Skill | None], list[Skill]] = {}
    for doer, lines in sources.items():
        others = [skills for skills in crew.usable.values() if doer not in skills]
        alone = doer if _may_be_lent(lines, others, dealings) else None
        alike.setdefault((frozenset(hands[doer]), alone), []).append(doer)
    for (workers, alone), doers in alike.items():
        queues = {line: doer.capability for doer in doers for line in sources[doer]}
        extra = 0 if alone else surplus
        slots = len(workers - crew.busy) + extra - sum(on_the_way[line] for line in queues)
        waiting = {line: queue for line, queue in queues.items() if line in sent}
        if slots > 0 and waiting:
            yield Errand(queues=waiting, slots=slots)
    yield from _lent(sent, crew, dealings, free, waits)


def _lent(
    sent: Mapping[Skill, int],
    crew: Crew,
    dealings: Mapping[str, Dealing],
    free: Mapping[Skill, int],
    waits: Callable[[Skill], bool],
) -> Iterator[Errand]:
    """What is sent to idle workers of other pools that have nothing to do for their own."""
    if not any(dealing.lends for dealing in dealings.values()):
        return
    idle = {
        worker: skills
        for worker, skills in crew.usable.items()
        if worker not in crew.busy and not any(waits(each) for each in skills if _renders(each))
    }
    for line in sent:
        lenders = {worker: _lends(line, skills, dealings) for worker, skills in idle.items()}
        lenders = {worker: lender for worker, lender in lenders.items() if lender}
        # What is on its way beyond those of its own is with them.
        slots = Counter(lenders.values())
        slots -= Counter(sorted(slots.elements())[: max(0, sent[line] - free.get(line, 0))])
        for queue, number in sorted(slots.items()):
            yield Errand(queues={line: queue}, slots=number, lent=True)
        for worker in lenders:
            del idle[worker]


def _may_be_lent(
    lines: Collection[Skill], crew: Collection[frozenset[Skill]], dealings: Mapping[str, Dealing]
) -> bool:
    """Whether anybody might be lent for one of these lines, now or when it is idle."""
    if not any(dealing.lends for dealing in dealings.values()):
        return False
    return any(_lends(line, skills, dealings) for line in lines for skills in crew)


def _lends(line: Skill, skills: frozenset[Skill], dealings: Mapping[str, Dealing]) -> str:
    """With which of its skills a worker might be lent for a line; empty: it is not, or does it as its own."""
    if not line.capability.startswith(_RENDERS) or line in skills:
        return ""
    own = sorted(each.capability for each in skills if _same(each, line))
    return next(iter(lenders_of(line.capability, own, dealings)), "")


def _same(skill: Skill, line: Skill) -> bool:
    """Whether it is the same to do, for whichever pool."""
    return skill.profile == line.profile and plain_of(skill.capability) == plain_of(line.capability)


def _renders(skill: Skill) -> bool:
    return skill.capability.startswith(_RENDERS)
