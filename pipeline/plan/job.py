"""What a job is made of: the values that are fixed when it is submitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.plan.artifact import Artifact
from pipeline.plan.hearing import HearingPlan
from pipeline.plan.keys import NEWER
from pipeline.plan.models import ModelUse
from pipeline.plan.people import ProfileUse
from pipeline.plan.writingplan import WritingPlan


@dataclass(frozen=True, kw_only=True)
class Format:
    """The picture of a film.

    Attributes:
        width: in pixels, even.
        height: in pixels, even.
        fps: a frame rate of `clock.FRAME_RATES`.
        whole: whether it shows all of the portrait, and not head and shoulders.
    """

    width: int
    height: int
    fps: int
    whole: bool = False


@dataclass(frozen=True, kw_only=True)
class VoiceChoice:
    """Who speaks, and how.

    Attributes:
        engine: name of a voice engine, such as ``espeak``.
        name: the engine's own name of the voice, such as ``en-us`` or ``cmn``.
        language: BCP 47 tag of the script's main language, such as ``en`` or ``zh``.
        speed: per cent of the voice's normal speed, 50 to 200.
        pitch: per cent of the voice's normal pitch, 50 to 200.
        model: SHA-256 (hex) of the model that speaks; empty for an engine without.
        latents: SHA-256 (hex) of the sample of a person that it sounds like; empty for a voice of its own.
        converter: SHA-256 (hex) of the model that makes what was spoken sound like it; empty for none.
    """

    engine: str
    name: str
    language: str
    speed: int = 100
    pitch: int = 100
    model: str = field(default="", metadata=NEWER)
    latents: str = field(default="", metadata=NEWER)
    converter: str = field(default="", metadata=NEWER)


@dataclass(frozen=True, kw_only=True)
class RenderProfile:
    """Everything about a machine that shapes pixels: chosen once per job, honoured by every clip of it.

    Attributes:
        engine: name of the face engine.
        version: the engine's version; pixels never change without it.
        backend: what computes, such as ``numpy`` or ``torch-cuda``.
        precision: arithmetic of the engine, such as ``fp32``.
        encoder: encoder with the build of FFmpeg, such as ``libx264 ffmpeg-9.0.2``.
        parameters: the encoder's parameters, in order.
        mode: how an engine draws that has several ways, such as ``exact``; empty for one that has one.
        weights: digests of the models that the engine draws with, as `faceway.joined_weights` writes them;
            empty for an engine without.
        batch: how many frames the engine computes at a time; 0 where that plays no part.
        threads: how many threads it computes with; 0 where that plays no part.
    """

    engine: str
    version: str
    backend: str
    precision: str
    encoder: str
    parameters: tuple[str, ...]
    mode: str = field(default="", metadata=NEWER)
    weights: str = field(default="", metadata=NEWER)
    batch: int = field(default=0, metadata=NEWER)
    threads: int = field(default=0, metadata=NEWER)


@dataclass(frozen=True, kw_only=True)
class Typeface:
    """A font that a film's captions are set in.

    Attributes:
        file: the font's file, a source in the store.
        family: the name that the file gives it.
        bold: whether it is the bold one of its family.
        height: from ascender to descender, in thousandths of an em.
        advance: how wide a letter of English text is on average, likewise.
        letters: what is set in it, in order; empty for a film's first one, which sets everything else.
    """

    file: Artifact
    family: str
    bold: bool
    height: int
    advance: int
    letters: str = ""


@dataclass(frozen=True, kw_only=True)
class JobSpec:
    """One film to make, its inputs as sources in the store.

    Attributes:
        row: the row's id, unique in its batch.
        title: shown to people and written into the film's metadata.
        user: who submitted it; part of the archive's name.
        scene: part of the archive's name; the row's id unless given.
        script: the script's normalised UTF-8 text, a source in the store.
        portrait: the portrait's file as it was given, a source in the store.
        background: the picture's file that stands behind the portrait, likewise; None for none.
        voice: who speaks.
        face: name of the face engine.
        format: size and frame rate.
        options: dotted columns of the manifest, such as ``face.box``; reserved names only.
        typefaces: what captions are set in that are drawn into the pictures; none when none are.
        models: what the face engine draws with, in the order of `RenderProfile.weights`.
        recording: the sound as it was given, a source in the store; None for a job whose script is spoken.
        brief: what the script shall be about, a `Brief` as JSON, a source; None for one that was given.
            Until it is written the script is the empty text.
        lexicon: the department's dictionary as it was then, a source in the store; None for none.
        others: the models beside the face's, by the roles of `pipeline.plan.capability`.
        people: the profiles whose voice or picture is used.
        hearing: what an ear is asked to do; None for a job without a listen step.
        writing: how the script is written; None for one that was given.
    """

    row: str
    title: str
    user: str
    scene: str
    script: Artifact
    portrait: Artifact
    voice: VoiceChoice
    face: str
    format: Format
    options: Mapping[str, str] = field(default_factory=dict)
    background: Artifact | None = None
    typefaces: tuple[Typeface, ...] = ()
    models: tuple[ModelUse, ...] = field(default=(), metadata=NEWER)
    recording: Artifact | None = field(default=None, metadata=NEWER)
    brief: Artifact | None = field(default=None, metadata=NEWER)
    lexicon: Artifact | None = field(default=None, metadata=NEWER)
    others: tuple[ModelUse, ...] = field(default=(), metadata=NEWER)
    people: tuple[ProfileUse, ...] = field(default=(), metadata=NEWER)
    hearing: HearingPlan | None = field(default=None, metadata=NEWER)
    writing: WritingPlan | None = field(default=None, metadata=NEWER)
