"""What a film's manifest tells of its words: who spoke or wrote them, from what, and how they were timed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from statistics import median_low

from pipeline.plan.artifact import Artifact
from pipeline.plan.capability import WRITE
from pipeline.plan.hearing import Check, HearingPlan, Verdict
from pipeline.plan.job import JobSpec
from pipeline.plan.keys import told
from pipeline.plan.speech import Times
from pipeline.plan.timeline import Timeline
from pipeline.plan.writingplan import WritingPlan

_UNKNOWN = "none"


def words_from(job: JobSpec, timeline: Timeline) -> Mapping[str, object]:
    """The inputs that a film's words were made from, and the voice; what a job does not have is left out."""
    given = {"recording": job.recording, "brief": job.brief, "lexicon": job.lexicon}
    return {
        **{name: file_told(source) for name, source in given.items() if source is not None},
        "voice": {**told(job.voice), "version": timeline.voice_version},
    }


def words_told(job: JobSpec, timeline: Timeline, transcript: Artifact | None) -> Mapping[str, object]:
    """How a film's words came about, beside what it was made from.

    Args:
        job: the job.
        timeline: its utterances.
        transcript: what was heard in its recording; None where nothing was.
    """
    parts = {
        "speech": _speech(timeline),
        "hearing": None if job.hearing is None else _hearing(job.hearing, timeline),
        "written": None if job.writing is None else _written(job, job.writing),
        "transcript": None if transcript is None else file_told(transcript),
    }
    return {name: part for name, part in parts.items() if part is not None}


def file_told(artifact: Artifact) -> Mapping[str, str | int]:
    """What a manifest tells of a file."""
    return {"digest": artifact.digest, "size": artifact.size}


def _speech(timeline: Timeline) -> Mapping[str, object]:
    """Where the times of the phonemes come from, in how many utterances; and how well readings fit them."""
    spoken = [utterance for utterance in timeline.utterances if utterance.speech]
    origins = Counter(utterance.times for utterance in spoken)
    costs = [utterance.cost for utterance in spoken if utterance.times is Times.ALIGNED]
    cost = {"alignment_cost": median_low(costs)} if costs else {}
    return {"times": {origin.value or _UNKNOWN: count for origin, count in origins.items()}, **cost}


def verdict_told(verdict: Verdict | None) -> Mapping[str, object]:
    """What a manifest tells of an utterance that was checked; nothing of another one."""
    return {} if verdict is None else {"check": verdict}


def _hearing(plan: HearingPlan, timeline: Timeline) -> Mapping[str, object]:
    """With what a film was heard, and how it was understood."""
    checked = {} if plan.check is Check.NONE else _checked(timeline)
    return {
        "model": plan.model,
        "precision": plan.precision,
        "check": plan.check,
        "limit_per_mille": plan.limit,
        "denoised": plan.denoise,
        **checked,
    }


def _checked(timeline: Timeline) -> Mapping[str, object]:
    """What the check of a narration came to; a sentence that is said several times was spoken once."""
    judged = [(each.speech, each.verdict) for each in timeline.utterances if each.verdict is not None]
    return {
        "checked": len(judged),
        "doubtful": sum(verdict.doubtful for _, verdict in judged),
        "takes": sum(verdict.takes for verdict in dict(judged).values()),
        "worst_per_mille": max((verdict.per_mille for _, verdict in judged), default=0),
    }


def _written(job: JobSpec, plan: WritingPlan) -> Mapping[str, object]:
    """That a machine wrote the script: which model, by its name and digest, and with which seed."""
    name = next((each.name for each in job.others if each.role == WRITE), "")
    return {"name": name, "model": plan.model, "seed": plan.sampling.seed}
