"""Orders: what somebody wants of one film that is made here, and the job that this comes to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from farm.batchfiles import BatchFolder
from farm.bootstrap import Farm, Workshop
from farm.caller import caller
from farm.choices import Chooser, Wish, language_of, plain_options
from farm.departments import DEPARTMENT, check_department
from farm.facechoice import FaceChoice, FaceChooser
from farm.gallery import Gallery
from farm.hearingchoice import CHECK, DENOISE, FAILURE
from farm.lexicon import Dictionaries
from farm.peoplecheck import unrecorded
from farm.portraits import box_of, check_engine, idle_for_film
from farm.profiles.finding import Finder
from farm.rows import Wanted
from farm.soundcheck import Sound, SoundChecker
from farm.sources import picture_suffix, source_bytes, store_script
from farm.speechcheck import PITCH
from farm.textfile import decode
from farm.typesetting import Typesetter
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.background import BACKGROUND, colour_of, names_picture
from pipeline.plan.bearing import EXPRESSION, MOTION
from pipeline.plan.delivery import LOUDNESS, QUALITY
from pipeline.plan.errors import InputError
from pipeline.plan.job import Format, JobSpec, Typeface
from pipeline.plan.label import LABEL, NAME, REASON
from pipeline.plan.lipsync import CROP, ENGINE, MODE, MODEL, OFFSET, PADS, RESTORE, lipsync_of
from pipeline.plan.names import legible
from pipeline.plan.people import ProfileUse, named_in, profile_in
from pipeline.plan.portrait import Finding
from pipeline.plan.script import normalise
from pipeline.plan.switches import BURN, PREVIEW, SOFT


@dataclass(frozen=True, kw_only=True)
class Order:
    """A film to make here.

    Attributes:
        portrait: a picture with one face, or a profile as a manifest names it.
        film: where the film goes, ending in ``.mp4``; captions, poster and manifest go beside it.
        wish: voice, language, format, frame rate, speed, pitch; what is left empty is chosen. The voice may
            be a profile as a manifest names it.
        script: a text file; None for a recording without.
        audio: a recording whose sound the film has; None to have the script spoken.
        denoise: whether the recording is cleaned of noise, as in a manifest.
        check, check_failure: of which sentences it is checked that they say what the script says, and what
            becomes of a film with one that does not, likewise.
        department: whose profiles, pronunciations and word list count; empty for none, but for the
            profiles of the usual one.
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
    film: Path
    wish: Wish
    script: Path | None = None
    audio: Path | None = None
    denoise: str = ""
    check: str = ""
    check_failure: str = ""
    department: str = ""
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

    @property
    def of_a_farm(self) -> bool:
        """Whether something of it stands in a farm's ledger."""
        named = profile_in(str(self.portrait)) or named_in(self.wish.voice)
        return bool(self.department or named)


def job_of(workshop: Workshop, order: Order, farm: Farm | None = None) -> tuple[JobSpec, tuple[Finding, ...]]:
    """The job that an order comes to, its inputs in the workshop's store, and what is to be said about it.

    Args:
        workshop: engines, settings, and the store.
        order: what is wanted.
        farm: whose ledger and store hold what the order names of it; None for one that names nothing.

    Raises:
        InputError: portrait, script, recording, background, a profile or a wish cannot be used.
        TransientError, AwayError: a picture could not be looked at, or a disk is full.
    """
    people = _people(farm, order)
    wanted, wish = _wanted(workshop, order), _wish(order, people)
    doubts = list(unrecorded(wanted, workshop.settings.consent.policy))
    text = "" if order.script is None else normalise(decode(_read(order.script)))
    chooser = Chooser(workshop)
    faces = FaceChooser(workshop)
    face = faces.choose(_face_options(order))
    options = _options(order, face, usual=workshop.settings.film.quality)
    sounds = SoundChecker(workshop, chooser, ledger=None if farm is None else farm.ledger)
    _check_sound(chooser, sounds, wanted, wish, text)
    if people is not None and wanted.portrait_profile:
        order = replace(order, portrait=people.picture(wanted.portrait_profile, wanted.department)[0])
    check_engine(order.portrait, face.engine, workshop.faces)
    seen = _seen(workshop, order, chooser, options)
    language = sounds.language(wanted, wish, text) or language_of(text)
    sound = _sound(sounds, wanted, wish, text, doubts)
    doubts += (finding for _, finding in faces.idle({**options, **_face_options(order)}))
    job = JobSpec(
        row=wanted.id,
        title=legible(order.title or (order.script or order.audio or order.film).stem),
        user=caller(),
        scene=wanted.id,
        script=store_script(workshop.store, text),
        portrait=seen.portrait,
        voice=sound.voice,
        recording=_kept(workshop, wanted, sound),
        hearing=sound.hearing,
        face=face.engine,
        models=face.models,
        others=sound.others,
        format=seen.format,
        options=options,
        background=seen.background,
        typefaces=_typefaces(workshop, options, language, text, doubts),
        people=() if people is None else _promised(workshop, wanted, sound, people),
        lexicon=None if farm is None else _lexicon(workshop, farm, wanted, text),
    )
    return job, (*seen.findings, *doubts, *seen.doubts)


def _check_sound(chooser: Chooser, sounds: SoundChecker, wanted: Wanted, wish: Wish, text: str) -> None:
    """Refuse a wish for a frame rate, a format or a sound that cannot be met.

    Raises:
        InputError: as `SoundChecker.checks`.
    """
    chooser.rate(wish)
    chooser.check_format(wish)
    for _, look in sounds.checks(wanted, wish, text):
        look()


def _sound(sounds: SoundChecker, wanted: Wanted, wish: Wish, text: str, doubts: list[Finding]) -> Sound:
    """What is heard; what is to be said about it goes to the doubts.

    Raises:
        InputError: it cannot be used.
    """
    for _, finding in sounds.findings(wanted, wish, text, ()):
        if finding.level == "error":
            raise InputError(finding.code, **finding.facts)
        doubts.append(finding)
    return sounds.sound(wanted, wish, text)


def _typefaces(
    workshop: Workshop, options: Mapping[str, str], language: str, text: str, doubts: list[Finding]
) -> tuple[Typeface, ...]:
    """What captions are set in, in the store; what is to be said about it goes to the doubts."""
    typesetter = Typesetter(workshop)
    if code := typesetter.check(options, language, text):
        doubts.append(Finding(code=code, level="warning", facts={}))
    return typesetter.kept(workshop.store, options, language, text)


def _people(farm: Farm | None, order: Order) -> Finder | None:
    """Who finds the profiles that an order names.

    Raises:
        InputError: ``submit-department-unknown``.
    """
    if farm is None:
        return None
    check_department(farm.ledger, order.department or DEPARTMENT)
    return Finder(farm)


def _wanted(workshop: Workshop, order: Order) -> Wanted:
    """An order as a row of a manifest would say it; the recording's file was found and read once.

    Raises:
        InputError: ``command-nothing-said``; or the recording is not there, as in a manifest.
    """
    if order.script is None and order.audio is None:
        raise InputError("command-nothing-said")
    recording, digest = None, ""
    if order.audio is not None:
        real = Path(os.path.realpath(order.audio))
        folder = BatchFolder(real.parent)
        recording = folder.find(real.name)
        digest = folder.digest(recording, limit_bytes=workshop.settings.limits.recording_bytes)
    return Wanted(
        number=1,
        id=legible(order.film.stem),
        portrait_profile=profile_in(str(order.portrait)),
        recording=recording,
        recording_digest=digest,
        voice=order.wish.voice,
        language=order.wish.language,
        speed=order.wish.speed,
        department=order.department,
        options={
            PITCH: order.wish.pitch,
            CHECK: order.check,
            FAILURE: order.check_failure,
            DENOISE.name: order.denoise,
        },
    )


def _wish(order: Order, people: Finder | None) -> Wish:
    """What is wished for, with the sample of the person whom the voice shall sound like.

    Raises:
        InputError: as `Finder.sample`.
    """
    named = named_in(order.wish.voice)
    if people is None or named is None:
        return order.wish
    return replace(order.wish, voice=named.after, sample=people.sample(named.name, order.department))


def _kept(workshop: Workshop, wanted: Wanted, sound: Sound) -> Artifact | None:
    """A recording in the store.

    Raises:
        InputError: ``submit-portrait-changed``: it is another one by now.
    """
    if sound.recording is None or wanted.recording is None:
        return None
    suffix = sound.recording.suffix
    limit = source_bytes(suffix, workshop.settings)
    kept = workshop.store.adopt(Kind.SOURCE, suffix, wanted.recording, limit_bytes=limit)
    if kept != sound.recording:
        raise InputError("submit-portrait-changed", name=wanted.recording.name)
    return kept


def _promised(workshop: Workshop, wanted: Wanted, sound: Sound, people: Finder) -> tuple[ProfileUse, ...]:
    """The profiles that an order names; a sample that is listened to is in the store."""
    named = named_in(wanted.voice)
    if named is not None and sound.voice.latents:
        people.lend_sample(named.name, wanted.department, workshop.store)
    return people.uses_of(wanted)


def _lexicon(workshop: Workshop, farm: Farm, wanted: Wanted, text: str) -> Artifact | None:
    """What of the department's dictionary concerns a script, in the store."""
    department, dictionaries = wanted.department or DEPARTMENT, Dictionaries(farm.ledger)
    dictionaries.keep(workshop.store, department, text)
    return dictionaries.artifact(department, text)


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
