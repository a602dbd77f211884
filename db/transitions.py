"""The ledger's state machines: every change of state that a transaction makes, and by which act.

The tables here are what `lectern states` and docs/states.md show. Tests watch every change that the ledger
makes, by triggers of the database itself, and fail for one that does not stand here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from db.states import ArchiveState, JobState, Outcome, StepState

#: Where everything begins, and, for attempts, where one is that has not ended.
BEGIN = ""
RUNNING = "running"


@dataclass(frozen=True, kw_only=True)
class Move:
    """One change of state.

    Attributes:
        before: the state that is left; `BEGIN` for what did not exist.
        after: the state that is reached.
        acts: what does so, each a word of `ACTS`.
    """

    before: str
    after: str
    acts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The states of one kind of thing.

    Attributes:
        name: what has them.
        column: where it stands in the ledger, as ``table.column``.
        moves: every change that there is.
    """

    name: str
    column: str
    moves: tuple[Move, ...]

    @property
    def states(self) -> tuple[str, ...]:
        """Every state that can be reached, in the order of the moves."""
        return tuple(dict.fromkeys(move.after for move in self.moves))


#: What the acts are, in words.
ACTS: Mapping[str, str] = {
    "submit": "a batch is submitted",
    "plan": "the render steps of a film are planned",
    "unblock": "what it waits for is done",
    "claim": "a worker claims a step",
    "commit": "the work is accepted",
    "give back": "the worker waits for something, is drained, interrupted, or may do it no more",
    "fail": "an error that may pass; it is tried again",
    "dead": "an error that no retry cures, no retries left, or poison",
    "lose": "the worker was lost: its lease ran out, or it ended",
    "take away": "a consent was withdrawn: what runs is taken from its worker",
    "cancel": "somebody cancels it",
    "interrupt": "somebody has it stopped at once",
    "requeue": "somebody has it tried again",
    "discard": "somebody puts what failed away",
    "damage": "a file was found missing or damaged; what made it begins again",
    "replan": "nobody renders as it was planned; it is rendered anew as others do, or an operator has it so",
}


def _moves(*told: tuple[str, str, str]) -> tuple[Move, ...]:
    return tuple(
        Move(before=before, after=after, acts=tuple(acts.split(", "))) for before, after, acts in told
    )


_JOB, _ARCHIVE, _STEP, _END = JobState, ArchiveState, StepState, Outcome
MACHINES = (
    Machine(
        name="job",
        column="jobs.state",
        moves=_moves(
            (BEGIN, _JOB.QUEUED, "submit"),
            (_JOB.QUEUED, _JOB.ACTIVE, "claim"),
            (_JOB.QUEUED, _JOB.FAILED, "dead"),
            (_JOB.QUEUED, _JOB.CANCELED, "cancel"),
            (_JOB.ACTIVE, _JOB.COMPLETED, "commit"),
            (_JOB.ACTIVE, _JOB.FAILED, "dead"),
            (_JOB.ACTIVE, _JOB.CANCELED, "cancel"),
            (_JOB.FAILED, _JOB.QUEUED, "requeue"),
            (_JOB.FAILED, _JOB.CANCELED, "discard"),
            (_JOB.CANCELED, _JOB.QUEUED, "requeue"),
            (_JOB.COMPLETED, _JOB.ACTIVE, "damage"),
        ),
    ),
    Machine(
        name="archive",
        column="jobs.archive",
        moves=_moves(
            (BEGIN, _ARCHIVE.NONE, "submit"),
            (_ARCHIVE.NONE, _ARCHIVE.PENDING, "commit"),
            (_ARCHIVE.PENDING, _ARCHIVE.ARCHIVED, "commit"),
            (_ARCHIVE.PENDING, _ARCHIVE.ERROR, "dead"),
            (_ARCHIVE.PENDING, _ARCHIVE.NONE, "damage"),
            (_ARCHIVE.ERROR, _ARCHIVE.PENDING, "requeue"),
            (_ARCHIVE.ERROR, _ARCHIVE.NONE, "discard"),
        ),
    ),
    Machine(
        name="step",
        column="steps.state",
        moves=_moves(
            (BEGIN, _STEP.BLOCKED, "submit, plan"),
            (BEGIN, _STEP.READY, "submit"),
            (_STEP.BLOCKED, _STEP.READY, "unblock"),
            (_STEP.BLOCKED, _STEP.CANCELED, "cancel"),
            (_STEP.BLOCKED, _STEP.DONE, "plan"),
            (_STEP.READY, _STEP.RUNNING, "claim"),
            (_STEP.READY, _STEP.BLOCKED, "damage, requeue"),
            (_STEP.READY, _STEP.CANCELED, "cancel"),
            (_STEP.RUNNING, _STEP.DONE, "commit"),
            (_STEP.RUNNING, _STEP.READY, "give back, fail, lose, take away, interrupt, requeue, replan"),
            (_STEP.RUNNING, _STEP.DEAD, "dead"),
            (_STEP.RUNNING, _STEP.BLOCKED, "damage"),
            (_STEP.RUNNING, _STEP.CANCELED, "cancel"),
            (_STEP.DONE, _STEP.READY, "damage, replan"),
            (_STEP.DONE, _STEP.BLOCKED, "damage, requeue"),
            (_STEP.DEAD, _STEP.BLOCKED, "requeue"),
            (_STEP.DEAD, _STEP.CANCELED, "discard"),
            (_STEP.CANCELED, _STEP.BLOCKED, "requeue"),
        ),
    ),
    Machine(
        name="attempt",
        column="attempts.outcome",
        moves=_moves(
            (BEGIN, RUNNING, "claim"),
            (RUNNING, _END.OK, "commit"),
            (RUNNING, _END.ERROR, "fail, dead"),
            (RUNNING, _END.TIMEOUT, "fail, dead"),
            (RUNNING, _END.LOST, "lose"),
            (RUNNING, _END.INTERRUPTED, "give back, interrupt"),
            (RUNNING, _END.SUPERSEDED, "cancel, take away, requeue, damage, replan"),
        ),
    ),
)


def as_dot(machines: tuple[Machine, ...] = MACHINES) -> str:
    """The machines as one drawing in Graphviz's language, a box for each."""
    lines = ["digraph lectern {", '  rankdir=LR; node [shape=box, style=rounded, fontname="sans-serif"];']
    lines += ['  edge [fontname="sans-serif", fontsize=10];']
    for machine in machines:
        lines += [f"  subgraph cluster_{machine.name} {{", f'    label="{machine.name}";']
        lines += [f'    "{machine.name} {BEGIN}" [shape=point];']
        lines += [f'    "{machine.name} {state}" [label="{state}"];' for state in machine.states]
        lines += [
            f'    "{machine.name} {move.before}" -> "{machine.name} {move.after}" '
            f'[label="{", ".join(move.acts)}"];'
            for move in machine.moves
        ]
        lines += ["  }"]
    return "\n".join([*lines, "}"]) + "\n"


def as_mermaid(machine: Machine) -> Iterator[str]:
    """One machine in the language of Mermaid's state diagrams, line by line."""
    yield "stateDiagram-v2"
    for move in machine.moves:
        yield f"    {move.before or '[*]'} --> {move.after}: {', '.join(move.acts)}"
