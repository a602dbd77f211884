"""Affinity: what a worker has to load for a step, so that one who has it at hand is given the step.

To open a model takes seconds and memory, to make a portrait ready a good part of one; whoever has drawn the
portrait, or spoken with the voice, just before need do neither. That decides among equals alone: steps of one
department with one rank, of which it does not matter to anybody which goes first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.plan.capability import CONVERT, HEAR, VOICE, WRITE
from pipeline.plan.faceway import way_of
from pipeline.plan.job import JobSpec
from pipeline.plan.people import ProfileKind

#: Between what is opened and what is made ready with it.
_WITH = "|"
_DIGITS = 24
#: How much a worker keeps of what it has loaded.
_MODELS, _READY = 2, 4
#: By stage, what the models that it opens do.
_ROLES = {"write": (WRITE,), "speak": (VOICE, CONVERT), "listen": (HEAR,)}


def affinity_of(stage: str, spec: JobSpec) -> str:
    """What a worker loads for a stage of a job, in one word: equal words, equal loads; empty for nothing.

    Its first part stands for the models, and the second one, where there is any, for what is made ready with
    them: a portrait, or a person's voice. At most 64 characters.

    Args:
        stage: the word of one of the ledger's stages.
        spec: the job.

    Raises:
        InputError: the job's options cannot be understood, which a complete check at submission should have
            found.
    """
    if stage == "render":
        way = way_of(spec)
        behind = "" if spec.background is None else spec.background.digest
        canvas = (spec.portrait.digest, behind, f"{spec.format.width}x{spec.format.height}")
        return _word((way.engine, way.mode, way.weights), canvas)
    roles = _ROLES.get(stage, ())
    models = tuple(model.digest for model in spec.others if model.role in roles)
    if not models:
        return ""
    return _word((stage, *models), (spec.voice.name, *_persons(spec)) if stage == "speak" else ())


def models_word(models: Sequence[str]) -> str:
    """What is at hand once models were opened, before anything was done with them.

    Args:
        models: as in a step's word: of rendering engine, mode and weights; else stage and digests.
    """
    return _digest(models)


def with_done(at_hand: Sequence[str], affinity: str) -> tuple[str, ...]:
    """What a worker has at hand once it has done a step: what it used last is first.

    As much as it keeps: the models of two steps, and what was made ready with them for four.

    Args:
        at_hand: what it had at hand before.
        affinity: of the step, as `affinity_of` tells.
    """
    latest = tuple(dict.fromkeys(each for each in (affinity, *at_hand) if each))
    models = tuple(dict.fromkeys(map(_models, latest)))[:_MODELS]
    return tuple(each for each in latest if _models(each) in models)[:_READY]


@dataclass(frozen=True, kw_only=True)
class Like:
    """A step that is as good as another one.

    Attributes:
        step: its id.
        affinity: what is loaded for it, as `affinity_of` tells.
    """

    step: int
    affinity: str


def warmest(told: Like, others: Sequence[Like], at_hand: Sequence[str]) -> int:
    """Of equal steps the one for which least is loaded anew: its id.

    Args:
        told: the one that a worker was told to do; it does that one unless another one is nearer to hand.
        others: its equals, the first in line first.
        at_hand: what the worker has loaded, as `affinity_of` tells.
    """
    best = min(others, key=lambda each: -_warmth(each.affinity, at_hand), default=told)
    return best.step if _warmth(best.affinity, at_hand) > _warmth(told.affinity, at_hand) else told.step


def _warmth(affinity: str, at_hand: Sequence[str]) -> int:
    """2: all of it is loaded; 1: the models are; 0: nothing is. What loads nothing is as warm as can be."""
    if not affinity or affinity in at_hand:
        return 2
    return int(_models(affinity) in map(_models, at_hand))


def _models(affinity: str) -> str:
    return affinity.partition(_WITH)[0]


def _persons(spec: JobSpec) -> tuple[str, ...]:
    """Whose voice it is, where a sample of a person is heard first."""
    return tuple(use.name for use in spec.people if use.kind is ProfileKind.VOICE)


def _word(models: Sequence[str], ready: Sequence[str]) -> str:
    return _digest(models) + (f"{_WITH}{_digest(ready)}" if any(ready) else "")


def _digest(words: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:_DIGITS]
