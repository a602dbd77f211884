"""Errands: how many steps of which lines are sent, and to which queues, with pools that help each other.

Whoever works is told by what it might begin: its own lines, those for which it stands in, and, while none of
its own films wait, those for which it is lent. Lines that workers share are one errand, and what goes next is
chosen among all of them: if each line were filled on its own, a worker would always find a begun film's next
stage at hand, and a department whose films have not begun would wait until the begun ones of all others are
done, whatever its share.

What is sent to the queue of a pool is taken by its workers, whichever pool's film it is of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from db.states import Stage
from db.values import Skill
from farm.policy.lending import Dealing, lenders_of, standing_in
from farm.policy.pools import bound, plain_of, pool_of
from tasks.slots import Hands, Queue, Slots

_RENDERS = f"{Stage.RENDER}."


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
) -> tuple[Slots, ...]:
    """The slots to which something may be sent now; lines that no worker shares are apart.

    Each free worker has a slot, and those who do the same have some more at hand; but of a line for which
    workers may be lent nothing is at hand, nor of any that those have to do who do it, so that whoever is
    idle finds what waits, and what does not begin has all the farm for its share.

    Args:
        sent: the lines of which something waits, each with how many of its steps are on their way.
        crew: who could work.
        dealings: how pools deal with each other.
        surplus: messages beyond the free workers, for workers that do the same.
        waits: whether something of a line may go now, or is on its way; asked once of a line.
        away: the lines of which nothing waits, each with how many of its steps are on their way.
    """
    on_the_way = {**(away or {}), **sent}
    standing = deputies(on_the_way, crew.usable.values(), dealings)
    own = {
        worker: {
            line: Queue(capability=doer.capability)
            for line in on_the_way
            if (doer := standing.get(line, line)) in skills
        }
        for worker, skills in crew.usable.items()
    }
    others = _others(on_the_way, own, crew, dealings)
    lent = _lent(others, crew, waits)
    free = Counter(
        frozenset({**queues, **lent.get(worker, {})}.items())
        for worker, queues in own.items()
        if worker not in crew.busy
    )
    handy = dict.fromkeys(frozenset(queues.items()) for queues in own.values())
    prompt = _prompt([{**queues, **others.get(worker, {})} for worker, queues in own.items()])
    kinds = [Hands(slots=number, queues=dict(queues)) for queues, number in free.items()]
    kinds += [
        Hands(slots=surplus, queues=dict(queues)) for queues in handy if prompt.isdisjoint(dict(queues))
    ]
    found = (
        Slots(
            [kind for kind in kinds if not lines.isdisjoint(kind.queues)],
            {line: number for line, number in on_the_way.items() if line in lines},
            [line for line in sent if line in lines],
        )
        for lines in _apart(kind.queues for kind in kinds)
    )
    return tuple(slots for slots in found if slots.lines and slots.left)


def _others(
    lines: Collection[Skill],
    own: Mapping[str, Mapping[Skill, Queue]],
    crew: Crew,
    dealings: Mapping[str, Dealing],
) -> Mapping[str, Mapping[Skill, Queue]]:
    """By worker the lines for which it might be lent, now or when it is idle; none that are its own."""
    if not any(dealing.lends for dealing in dealings.values()):
        return {}
    return {
        worker: {
            line: Queue(capability=lender, lent=True)
            for line in lines
            if line not in own[worker] and (lender := _lends(line, skills, dealings))
        }
        for worker, skills in crew.usable.items()
    }


def _lent(
    others: Mapping[str, Mapping[Skill, Queue]], crew: Crew, waits: Callable[[Skill], bool]
) -> Mapping[str, Mapping[Skill, Queue]]:
    """Those of them that may be given to idle workers that have nothing to do for their own pool."""
    asked: dict[Skill, bool] = {}
    return {
        worker: queues
        for worker, queues in others.items()
        if queues and worker not in crew.busy
        if not any(_asked(each, asked, waits) for each in crew.usable[worker] if _renders(each))
    }


def _asked(line: Skill, known: dict[Skill, bool], waits: Callable[[Skill], bool]) -> bool:
    """Whether a line waits, asked once."""
    if line not in known:
        known[line] = waits(line)
    return known[line]


def _prompt(workers: Collection[Mapping[Skill, Queue]]) -> frozenset[Skill]:
    """Lines of which nothing is at hand: those for which workers may be lent, and all else that those do.

    Args:
        workers: the lines that each does, or might be lent for.
    """
    lendable = {line for queues in workers for line, queue in queues.items() if queue.lent}
    return frozenset(line for lines in _apart(workers) if not lendable.isdisjoint(lines) for line in lines)


def _apart(groups: Iterable[Collection[Skill]]) -> list[frozenset[Skill]]:
    """Lines in sets that have nobody in common, from those that have."""
    sets: list[frozenset[Skill]] = []
    for group in groups:
        joined = frozenset(group).union(*(each for each in sets if not each.isdisjoint(group)))
        sets = [each for each in sets if each.isdisjoint(group)]
        if joined:
            sets.append(joined)
    return sets


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
