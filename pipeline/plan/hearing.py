"""Hearing plans: what an ear is asked to do for a job, fixed when it is submitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Check(StrEnum):
    """Of which utterances it is checked that they say what the script says."""

    NONE = "none"
    SAMPLE = "sample"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class HearingPlan:
    """How a recording is understood, or how a voice is checked; a job that has one has a listen step.

    Attributes:
        model: SHA-256 (hex) of the ear's model; empty for none: then a recording is cut by its level alone.
        precision: arithmetic of the ear, ``fp16``, ``fp32`` or ``int8``; empty without a model.
        check: which utterances of a voice are checked.
        per_cent: how many of them, for `Check.SAMPLE`.
        limit: how much of an utterance may be understood otherwise, per mille of its characters or words.
        takes: how often an utterance is spoken before nobody tries again.
        stop: whether an utterance without a good take fails the job; else it is a warning.
        denoise: whether a recording is cleaned of noise.
        timed_by: SHA-256 (hex) of the script whose words are found in a recording; empty: words are those
            that are heard.
    """

    model: str = ""
    precision: str = ""
    check: Check = Check.NONE
    per_cent: int = 100
    limit: int = 0
    takes: int = 3
    stop: bool = False
    denoise: bool = False
    timed_by: str = ""


@dataclass(frozen=True, kw_only=True)
class CheckPart:
    """What a check adds to the key of a speech: under it stands an accepted take alone.

    Attributes:
        model: as in `HearingPlan`, and so are the others.
        precision: likewise.
        limit: likewise.
        takes: likewise.
    """

    model: str
    precision: str
    limit: int
    takes: int


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a check found of an utterance.

    Attributes:
        errors: how many of its words or characters were understood otherwise in the take that is used.
        of: how many it has.
        takes: how often it was spoken until that take was chosen.
        doubtful: whether no take of it was good enough.
    """

    errors: int
    of: int
    takes: int = 1
    doubtful: bool = False

    @property
    def per_mille(self) -> int:
        """Its error rate, as `per_mille` tells it."""
        return per_mille(self.errors, self.of)


def per_mille(errors: int, of: int) -> int:
    """Errors in a thousand words or characters, rounded up; of a text without any, all are too many."""
    return -(-errors * 1000 // max(of, 1))


def hearing_plan_of(parts: Mapping[str, Any]) -> HearingPlan:
    """The plan whose fields were written as JSON."""
    return HearingPlan(**{**parts, "check": Check(parts["check"])})
