"""The listen step of a job: its recording is understood, or it is checked what its voice said."""

from __future__ import annotations

from farm.booths import open_aligner, open_booth
from farm.bootstrap import Workshop
from farm.eardoor import open_activity, open_ear
from pipeline.plan.artifact import Artifact
from pipeline.plan.errors import AwayError, InputError
from pipeline.plan.hearing import HearingPlan
from pipeline.plan.job import JobSpec
from pipeline.steps.booth import Booth
from pipeline.steps.check import check_narration
from pipeline.steps.desk import Desk
from pipeline.steps.listen import Listened, listen
from pipeline.steps.retake import Retaker


def listen_to(workshop: Workshop, job: JobSpec, spoken: Artifact | None, *, desk: Desk) -> Listened | None:
    """Listen to a job's sound with all that is there to understand it.

    Args:
        workshop: engines, models and the store.
        job: the job, with a recording, or with a hearing plan.
        spoken: the timeline of what its voice said; None for a recording.
        desk: where parts are found, taken and put.

    Returns:
        The timeline that holds from now on, a recording's words, and what is doubtful; None while another
        worker makes a part of it.

    Raises:
        InputError, DamageError, TransientError, AwayError, SupersededError: as `pipeline.steps.listen.listen`
            and `open_ear`, or as `check_narration` and `open_booth`; ``farm-no-speaker``: what was said has
            to be said again, and who listens cannot speak.
    """
    if spoken is None:
        return _recorded(workshop, job, desk)
    return _checked(workshop, job, spoken, desk)


def _recorded(workshop: Workshop, job: JobSpec, desk: Desk) -> Listened | None:
    """What a job's recording gives, as far as anybody here understands it."""
    plan = job.hearing or HearingPlan()
    return listen(
        job,
        desk=desk,
        store=workshop.store,
        media=workshop.media,
        activity=open_activity(workshop),
        ear=open_ear(workshop, plan) if plan.model else None,
        reader=open_aligner(workshop),
    )


def _checked(workshop: Workshop, job: JobSpec, spoken: Artifact, desk: Desk) -> Listened | None:
    """What a job's voice said, sentence by sentence as it was promised: with good takes where there are."""
    retaker = Retaker(job, store=workshop.store, open_booth=lambda: _booth_again(workshop, job, desk))
    ear = open_ear(workshop, job.hearing or HearingPlan())
    try:
        checked = check_narration(job, spoken, desk=desk, store=workshop.store, ear=ear, retake=retaker.take)
    except _MadeElsewhereError:
        return None
    if checked is None:
        return None
    return Listened(timeline=checked.timeline, transcript=None, warnings=checked.warnings)


class _MadeElsewhereError(Exception):
    """Another worker hears the sample of the person whom a voice shall sound like."""


def _booth_again(workshop: Workshop, job: JobSpec, desk: Desk) -> Booth:
    """Where a job is spoken, for a worker that has listened to it.

    Raises:
        AwayError: ``farm-no-speaker``: it can only listen; or as `open_booth`.
        _MadeElsewhereError: what the voice needs is being made.
    """
    try:
        booth = open_booth(workshop, job.voice, job.people, desk=desk)
    except InputError as error:
        raise AwayError("farm-no-speaker", engine=job.voice.engine, code=error.code) from error
    if booth is None:
        raise _MadeElsewhereError
    return booth
