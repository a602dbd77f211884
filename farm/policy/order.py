"""Who goes next: chooses among the heads of the departments' lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Head:
    """A step near the head of its department's line.

    Attributes:
        step: the step's id.
        job: the job's id.
        department: the department's id.
        capability: what it needs.
        precedence: 0 for high urgency, 1 for normal, 2 for low.
        batch: the batch's id.
        stage: its stage.
        index: which of the stage's steps it is, from 0.
        count: how many steps the stage has.
        label: its job in words, such as ``demo/row3``.
        traceparent: the job's trace.
    """

    step: int
    job: int
    department: int
    capability: str
    precedence: int
    batch: int
    stage: str
    index: int
    count: int
    label: str
    traceparent: str

    @property
    def place(self) -> tuple[int, int, int, int]:
        """Its place in its department's line: urgency, then batch order, then row order, then chunk order."""
        return self.precedence, self.batch, self.job, self.index


def choose(heads: Sequence[Head], running: Mapping[int, int], slots: int) -> tuple[Head, ...]:
    """Choose at most `slots` heads: departments share evenly, and within one the line's own order holds.

    The department with the fewest running steps goes first, each choice counting as one more; equal ones
    go by the place of their heads. Urgency therefore never takes from another department.

    Args:
        heads: the heads of every department's line, each department's in any order.
        running: steps that are running or on their way, by department.
        slots: how many may be sent.
    """
    lines: dict[int, list[Head]] = {}
    for head in sorted(heads, key=lambda head: head.place, reverse=True):
        lines.setdefault(head.department, []).append(head)
    busy = {department: running.get(department, 0) for department in lines}
    chosen: list[Head] = []
    while lines and len(chosen) < slots:
        department = min(lines, key=lambda each: (busy[each], lines[each][-1].place, each))
        chosen.append(lines[department].pop())
        busy[department] += 1
        if not lines[department]:
            del lines[department]
    return tuple(chosen)
