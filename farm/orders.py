"""Orders: what somebody wants of one film that is made here, and the job that this comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from farm.bootstrap import Workshop
from farm.caller import caller
from farm.choices import OTHER_VOICE, Chooser, Wish, plain_options
from farm.facechoice import FaceChoice, FaceChooser
from farm.gallery import Gallery
from farm.peoplecheck import unrecorded
from farm.portraits import box_of, check_engine, idle_for_film
from farm.sources import picture_suffix, source_bytes, store_script
from farm.textfile import decode
from farm.typesetting import Typesetter
from pipeline.plan import script
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.background import BACKGROUND, colour_of, names_picture
from pipeline.plan.bearing import EXPRESSION, MOTION
from pipeline.plan.delivery import LOUDNESS, QUALITY
from pipeline.plan.errors import InputError
from pipeline.plan.job import Format, JobSpec
from pipeline.plan.label import LABEL, NAME, REASON
from pipeline.plan.lipsync import CROP, ENGINE, MODE, MODEL, OFFSET, PADS, RESTORE, lipsync_of
from pipeline.plan.names import legible
from pipeline.plan.portrait import Finding
from pipeline.plan.switches import BURN, PREVIEW, SOFT


@dataclass(frozen=True, kw_only=True)
class Order:
    """A film to make here.

    Attributes:
        portrait: a picture with one face.
        script: a text file.
        film: where the film goes, ending in ``.mp4``; captions, poster and manifest go beside it.
        wish: voice, language, format, frame rate, speed, pitch; what is left empty is chosen.
        engine: the face engine, as in a manifest; empty for the usual one.
        model: what it draws with, likewise.
        mode: how it draws, likewise.
        restore: what restores the face that it drew, likewise.
        pads: how far the box of the face that a model sees is widened, likewise.
        crop: what it sees of the portrait instead, likewise.
        mel_offset_frames: by how many frames the lips run ahead of the sound, likewise.
        face_box: which face talks, ``x,y,width,height`` in pixels; empty when there is no doubt.
        expression: the look on the face; the usual one when it is empty.
        motion: how lively the face is, likewise.
        quality, loudness, preview: as in a manifest; empty for the usual ones.
        background: what stands behind the portrait where it does not fill the film or is transparent,
            likewise; ``blur``, a colour, or a picture's file.
        burn: whether captions are drawn into its pictures, likewise.
        soft: whether the film carries captions, as in a manifest.
        label: which label it bears, likewise.
        label_name: who answers for a film without one.
        label_reason: why it has none.
        title: written into the film; the script's file name unless given.
        replace: whether files of an earlier film may be replaced.
    """

    portrait: Path
    script: Path
    film: Path
    wish: Wish
    engine: str = ""
    model: str = ""
    mode: str = ""
    restore: str = ""
    pads: str = ""
    crop: str = ""
    mel_offset_frames: str = ""
    face_box: str = ""
    expression: str = ""
    motion: str = ""
    quality: str = ""
    loudness: str = ""
    preview: str = ""
    background: str = ""
    burn: str = ""
    soft: str = ""
    label: str = ""
    label_name: str = ""
    label_reason: str = ""
    title: str = ""
    replace: bool = False


def job_of(workshop: Workshop, order: Order) -> tuple[JobSpec, tuple[Finding, ...]]:
    """The job that an order comes to, its inputs in the workshop's store, and what is to be said about it.

    Raises:
        InputError: portrait, script, background or a wish cannot be used.
        TransientError, AwayError: a picture could not be looked at, or a disk is full.
    """
    settings = workshop.settings
    doubts = list(unrecorded(settings.consent.policy))
    text = script.normalise(decode(_read(order.script)))
    script.check(text, max_characters=settings.limits.script_characters)
    chooser = Chooser(workshop)
    faces = FaceChooser(workshop)
    face = faces.choose(_face_options(order))
    options = _options(order, face, usual=settings.film.quality)
    chooser.rate(order.wish)
    chooser.check_format(order.wish)
    voice = chooser.voice(order.wish, text)
    check_engine(order.portrait, face.engine, workshop.faces)
    seen = _seen(workshop, order, chooser, options)
    typesetter = Typesetter(workshop)
    if code := typesetter.check(options, voice.language, text):
        doubts.append(Finding(code=code, level="warning", facts={}))
    if (facts := chooser.other_voice(order.wish, text)) is not None:
        doubts.append(Finding(code=OTHER_VOICE, level="warning", facts=facts))
    for _, finding in chooser.doubts(order.wish, text):
        if finding.level == "error":
            raise InputError(finding.code, **finding.facts)
        doubts.append(finding)
    doubts += (finding for _, finding in faces.idle({**options, **_face_options(order)}))
    job = JobSpec(
        row=legible(order.film.stem),
        title=legible(order.title or order.script.stem),
        user=caller(),
        scene=legible(order.film.stem),
        script=store_script(workshop.store, text),
        portrait=seen.portrait,
        voice=voice,
        face=face.engine,
        models=face.models,
        others=chooser.models(order.wish),
        format=seen.format,
        options=options,
        background=seen.background,
        typefaces=typesetter.kept(workshop.store, options, voice.language, text),
    )
    return job, (*seen.findings, *doubts, *seen.doubts)


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """An order's pictures in the store, and what was seen in them.

    Attributes:
        portrait, background: the files; None for no picture behind the portrait.
        format: of the film.
        findings: what is to be said of the portrait; no error.
        doubts: of the background, and of what is of no effect here.
    """

    portrait: Artifact
    background: Artifact | None
    format: Format
    findings: tuple[Finding, ...]
    doubts: tuple[Finding, ...]


def _seen(workshop: Workshop, order: Order, chooser: Chooser, options: Mapping[str, str]) -> _Seen:
    """Look at an order's pictures.

    Raises:
        InputError: one of them cannot be used.
    """
    pictured = names_picture(order.background)
    portrait, gallery = _adopted(workshop, order.portrait), Gallery(workshop)
    background: Artifact | None = None
    doubts = idle_for_film(order.portrait, options)
    if pictured:
        file = Path(order.background)
        background = _adopted(workshop, file)
        doubts += gallery.check(file, background.digest)
    picture = chooser.format(order.wish, lambda: gallery.size(order.portrait, portrait.digest))
    findings = gallery.look(
        order.portrait,
        portrait.digest,
        picture,
        box_of(options),
        colour_of(options),
        pictured=pictured,
        crop=lipsync_of(options).crop,
    )
    for finding in findings:
        if finding.level == "error":
            raise InputError(finding.code, **finding.facts)
    return _Seen(portrait=portrait, background=background, format=picture, findings=findings, doubts=doubts)


def _face_options(order: Order) -> dict[str, str]:
    """What an order says of who draws its face, and how a model does."""
    return {
        ENGINE: order.engine,
        MODEL: order.model,
        MODE: order.mode,
        RESTORE: order.restore,
        PADS: order.pads,
        CROP: order.crop,
        OFFSET: order.mel_offset_frames,
    }


def _options(order: Order, face: FaceChoice, *, usual: str) -> dict[str, str]:
    """An order's options in their plainest words; a picture in the background is no word."""
    options = {
        **face.options(_face_options(order)),
        EXPRESSION: order.expression,
        MOTION: order.motion,
        QUALITY: order.quality,
        LOUDNESS: order.loudness,
        PREVIEW.name: order.preview,
        BACKGROUND: "" if names_picture(order.background) else order.background,
        BURN.name: order.burn,
        SOFT.name: order.soft,
        LABEL: order.label,
        NAME: order.label_name,
        REASON: order.label_reason,
    }
    if order.face_box:
        options["face.box"] = order.face_box
    return plain_options(options, quality=usual)


def _adopted(workshop: Workshop, picture: Path) -> Artifact:
    suffix = picture_suffix(picture)
    limit = source_bytes(suffix, workshop.settings)
    return workshop.store.adopt(Kind.SOURCE, suffix, picture, limit_bytes=limit)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError("command-file-unreadable", path=str(path), reason=reason) from error
