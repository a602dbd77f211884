"""Writing plans: what a writer is asked for, and how it chooses its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.plan.artifact import Artifact, artifact_of


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What a script shall be about.

    Attributes:
        text: what is asked for, in a person's words.
        audience: for whom.
        language: BCP 47 tag that it is written in.
        seconds: how long it takes to say.
        source: a script to translate; empty to write a new one.
    """

    text: str
    audience: str
    language: str
    seconds: int
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How a writer chooses among likely words; the same brief, model and sampling give the same script.

    Attributes:
        seed: of its random choices.
        temperature: per cent; lower is more predictable.
        top_p: per cent of likelihood that the words hold among which it chooses.
        max_new_tokens: how much it writes at most.
    """

    seed: int
    temperature: int = 70
    top_p: int = 90
    max_new_tokens: int = 1024


@dataclass(frozen=True, kw_only=True)
class WritingPlan:
    """How a job's script is written; a job that has one begins with a write step.

    Attributes:
        model: SHA-256 (hex) of the writer's model.
        sampling: how it chooses its words.
        stopwords: the department's words that no script may hold, a source in the store; None for none.
    """

    model: str
    sampling: Sampling
    stopwords: Artifact | None = None


def writing_plan_of(parts: Mapping[str, Any]) -> WritingPlan:
    """The plan whose fields were written as JSON."""
    stopwords = parts["stopwords"]
    return WritingPlan(
        **{
            **parts,
            "sampling": Sampling(**parts["sampling"]),
            "stopwords": None if stopwords is None else artifact_of(stopwords),
        }
    )
