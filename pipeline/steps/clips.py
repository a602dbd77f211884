"""The clips of a film: what each shows, under which key, and whether the one in the store will do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face import Drive
from pipeline.plan.artifact import Kind
from pipeline.plan.background import BACKGROUND
from pipeline.plan.bearing import bearing_of
from pipeline.plan.captions import clip_cues
from pipeline.plan.clipkey import ClipSubject, clip_key, motion_seed, shaping, speech_digest
from pipeline.plan.errors import DamageError
from pipeline.plan.footage import is_footage
from pipeline.plan.job import JobSpec, RenderProfile
from pipeline.plan.label import label_of
from pipeline.plan.linebreaks import line_columns
from pipeline.plan.overlay import Inset, caption_columns, caption_insets, label_inset, overlay_digest
from pipeline.plan.recording import only_within
from pipeline.plan.switches import BURN
from pipeline.plan.timeline import Timeline, Utterance
from pipeline.steps.desk import Desk
from pipeline.steps.speak import laid_audio, utterance_speech
from pipeline.store import Store

SUFFIX = ".mp4"


@dataclass(frozen=True, kw_only=True)
class ClipPlan:
    """One clip of a film.

    Attributes:
        key: its key.
        seed: its motion seed.
        utterance: what is said in it.
        insets: what is drawn over it.
    """

    key: str
    seed: int
    utterance: Utterance
    insets: tuple[Inset, ...]


@dataclass(frozen=True, kw_only=True)
class ClipPlanner:
    """Says which clip each utterance of a job needs; reads speech, one utterance at a time.

    Attributes:
        job: the film.
        timeline: its utterances.
        store: where speech is.
        profile: the job's.
        pixels: digest of the portrait's decoded and turned pixels.
    """

    job: JobSpec
    timeline: Timeline
    store: Store
    profile: RenderProfile
    pixels: str

    def plan(self, index: int) -> ClipPlan:
        """The clip of the utterance at an index.

        Raises:
            DamageError: its speech is missing or damaged.
        """
        utterance = self.timeline.utterances[index]
        subject = ClipSubject(
            pixels=self.pixels,
            speech=self._speech_digest(utterance),
            frames=utterance.frames,
            format=self.job.format,
            options=_shaping(self.job),
        )
        insets = self._insets(index)
        overlay = overlay_digest(insets, self.job.format) if insets else ""
        return ClipPlan(
            key=clip_key(self.profile, subject, overlay=overlay),
            seed=motion_seed(subject),
            utterance=utterance,
            insets=insets,
        )

    def drive(self, clip: ClipPlan) -> Drive:
        """What drives the face through a clip.

        Raises:
            DamageError: its speech is missing or damaged.
        """
        utterance = clip.utterance
        before, audio, after = self._sound(utterance)
        return Drive(
            audio=audio,
            phonemes=utterance.phonemes,
            frames=utterance.frames,
            fps=self.timeline.fps,
            seed=clip.seed,
            bearing=bearing_of(self.job.options),
            before=before,
            after=after,
        )

    def caption_columns(self, language: str) -> int:
        """How many columns a line of its captions may have, wherever they are shown.

        Captions that are drawn into the pictures have to fit into these; files and track show the same cues.
        """
        most = line_columns(language)
        if not self.job.typefaces or not BURN.of(self.job.options):
            return most
        return caption_columns(self.job.format, self.job.typefaces[0], most=most)

    def fonts(self) -> Mapping[str, Path]:
        """The files of the job's typefaces by their digests.

        Raises:
            DamageError: one is missing or damaged.
        """
        return {typeface.file.digest: self.store.open(typeface.file) for typeface in self.job.typefaces}

    def _insets(self, index: int) -> tuple[Inset, ...]:
        """What is drawn over the clip of the utterance at an index."""
        utterance, picture = self.timeline.utterances[index], self.job.format
        label, typefaces = label_of(self.job.options), self.job.typefaces
        insets = label_inset(label, picture, origin=self._origins[index], frames=utterance.frames)
        if typefaces and BURN.of(self.job.options):
            columns = self.caption_columns(utterance.language)
            shown = clip_cues(utterance, fps=picture.fps, columns=columns)
            insets += caption_insets(shown, picture, typefaces)
        return insets

    @cached_property
    def _origins(self) -> Sequence[int]:
        """Frames of the film before each utterance."""
        return [0, *accumulate(utterance.frames for utterance in self.timeline.utterances)]

    def _speech_digest(self, utterance: Utterance) -> str:
        before, audio, after = self._sound(utterance)
        return speech_digest(audio, utterance.phonemes, before=before, after=after)

    def _sound(self, utterance: Utterance) -> tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.int16]]:
        """What the face hears before an utterance, in it, and behind it."""
        speech = utterance_speech(self.store, utterance)
        if utterance.heard:
            speech = only_within(speech, utterance.speaking)
        audio = laid_audio(utterance, speech, self.timeline.fps)
        behind = utterance.before + utterance.samples
        return speech[: utterance.before], audio, speech[behind:]


def _shaping(job: JobSpec) -> Mapping[str, str]:
    """The job's options that shape pixels; a picture in the background counts by its content."""
    options = shaping(job.options, filmed=is_footage(job.portrait.suffix))
    return options if job.background is None else {**options, BACKGROUND: job.background.digest}


def known_clips(desk: Desk, store: Store, keys: Collection[str]) -> frozenset[str]:
    """Those keys whose accepted clip is in the store with the right size; damaged ones are forgotten."""
    known = set()
    for key, artifact in desk.find_all(Kind.CLIP, keys).items():
        try:
            store.open(artifact)
        except DamageError:
            desk.forget(artifact)
        else:
            known.add(key)
    return frozenset(known)
