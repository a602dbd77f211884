"""The booth that a job is spoken in: its voice, with all that helps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from farm.bootstrap import Workshop
from farm.voicedoor import open_converter, open_voice
from pipeline.engines.voice.aligned import Aligner
from pipeline.plan.artifact import Artifact
from pipeline.plan.capability import READER
from pipeline.plan.job import JobSpec, VoiceChoice
from pipeline.plan.people import ProfileUse
from pipeline.steps.booth import Booth
from pipeline.steps.desk import Desk
from pipeline.steps.speak import speak
from pipeline.steps.timbre import timbre_of


def booth_of(workshop: Workshop, choice: VoiceChoice) -> Booth:
    """A choice's voice, with all that helps it but what makes it sound like a person.

    Raises:
        InputError, AwayError: as `open_voice`.
    """
    aligner = open_aligner(workshop) if choice.model else None
    voice, converter = open_voice(workshop, choice), open_converter(workshop, choice)
    return Booth(voice=voice, converter=converter, aligner=aligner)


def open_booth(
    workshop: Workshop, choice: VoiceChoice, people: Sequence[ProfileUse], *, desk: Desk
) -> Booth | None:
    """A choice's voice, and what makes it sound like a person, and what finds its times.

    Args:
        workshop: engines, models and the store.
        choice: who speaks.
        people: the profiles that were promised.
        desk: where a person's latents are found, taken and put.

    Returns:
        The booth; None while another worker hears that person's sample.

    Raises:
        InputError, DamageError, TransientError, AwayError, SupersededError: as `open_voice` and `timbre_of`.
    """
    booth = booth_of(workshop, choice)
    timbre = timbre_of(
        choice,
        people,
        desk=desk,
        store=workshop.store,
        media=workshop.media,
        voice=booth.converter or booth.voice,
    )
    return None if timbre is None else replace(booth, timbre=timbre)


def speak_in_booth(workshop: Workshop, job: JobSpec, *, desk: Desk) -> Artifact | None:
    """Speak a job's script with all that helps its voice, as `pipeline.steps.speak.speak`.

    Returns:
        The timeline in the store; None while another worker makes something of it.

    Raises:
        InputError, DamageError, TransientError, AwayError, SupersededError: as that and `open_booth`.
    """
    booth = open_booth(workshop, job.voice, job.people, desk=desk)
    if booth is None:
        return None
    return speak(
        job,
        desk=desk,
        store=workshop.store,
        voice=booth.voice,
        converter=booth.converter,
        timbre=booth.timbre,
        aligner=booth.aligner,
    )


def open_aligner(workshop: Workshop) -> Aligner:
    """What finds the phonemes of a text in speech of it."""
    return Aligner(workshop.voices.open(READER))
