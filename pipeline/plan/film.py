"""The film as a whole: the keys of what it is joined from, its checks, and the manifest beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.plan.aigc import Mark, fields_of
from pipeline.plan.artifact import Artifact
from pipeline.plan.cargo import Cargo
from pipeline.plan.clock import samples_per_frame
from pipeline.plan.filmspeech import file_told, verdict_told, words_from, words_told
from pipeline.plan.job import JobSpec, RenderProfile
from pipeline.plan.keys import canonical, digest_of
from pipeline.plan.label import Label, label_of, waiver_of
from pipeline.plan.loudness import Loudness
from pipeline.plan.models import ModelUse
from pipeline.plan.moments import iso_exact
from pipeline.plan.softtrack import SoftTrack
from pipeline.plan.switches import BURN
from pipeline.plan.timeline import Timeline

_SCHEMA = 1
# 2: sounds bear their figures. 3: and how late they are heard. 4: spoken utterances are equally loud.
_SOUND_SCHEMA = 4


@dataclass(frozen=True, kw_only=True)
class Birth:
    """Where a film comes from, for its manifest: what neither its job nor its files tell.

    Attributes:
        trace_id: the job's trace id.
        submitted_ms: when it was asked for, in milliseconds since the Unix epoch; not when it was joined, so
            that a join that runs twice writes the same.
        lectern: version of Lectern that joined it.
    """

    trace_id: str
    submitted_ms: int
    lectern: str


@dataclass(frozen=True, kw_only=True)
class FilmParts:
    """Everything that was made for one film.

    Attributes:
        clips: one for each utterance, in order; equal utterances share one.
        sound: the audio track.
        film: the joined film.
        srt: captions as SubRip.
        vtt: captions as WebVTT.
        poster: a picture of it.
        essence: SHA-256 (hex) over the packets of the film's picture and sound.
        mark: the machine-readable label that it carries; None for none.
        soft: the caption track that it carries; None for none.
        preview: an animated preview; None for none.
        transcript: what was heard in its recording, as plain text; None where nothing was.
    """

    clips: Sequence[Artifact]
    sound: Artifact
    film: Artifact
    srt: Artifact
    vtt: Artifact
    poster: Artifact
    essence: str
    mark: Mark | None = None
    soft: SoftTrack | None = None
    preview: Artifact | None = None
    transcript: Artifact | None = None


def sound_key(timeline: Timeline, loudness: Loudness, *, encoder: str, parameters: Sequence[str]) -> str:
    """Key of a film's audio track: the speech and its places, the loudness, and the encoder."""
    laid = [
        # Of a recording's piece the file holds what is before it, too.
        (u.speech_digest, u.lead, u.samples, u.frames, *((u.before,) if u.before else ()))
        for u in timeline.utterances
    ]
    return digest_of(
        "sound",
        _SOUND_SCHEMA,
        fps=timeline.fps,
        laid=laid,
        loudness=loudness,
        encoder=encoder,
        parameters=list(parameters),
    )


def film_key(clips: Sequence[Artifact], sound: Artifact, cargo: Cargo) -> str:
    """Key of a film: its parts by content, and everything else that it carries.

    What it does not carry is left out, so that such a film has the key that it always had.
    """
    parts: dict[str, object] = {"clips": [clip.digest for clip in clips], "sound": sound.digest}
    if cargo.label:
        parts["label"] = cargo.label
    if cargo.captions is not None:
        parts["captions"] = [cargo.captions.language, cargo.captions.digest]
    return digest_of("film", _SCHEMA, title=cargo.title, comment=cargo.comment, **parts)


def text_key(kind: str, text: str) -> str:
    """Key of a text that is written out as it is."""
    return digest_of(kind, _SCHEMA, text=text)


def poster_key(clip: Artifact) -> str:
    """Key of the poster that is made from a clip."""
    return digest_of("poster", _SCHEMA, clip=clip.digest)


def poster_index(timeline: Timeline) -> int:
    """Which utterance the poster shows: the first that is spoken, else the first.

    Every clip begins neutral: the eyes open, the mouth at rest.
    """
    spoken = (index for index, utterance in enumerate(timeline.utterances) if utterance.spoken)
    return next(spoken, 0)


def comment_of(trace_id: str, label: Label) -> str:
    """The comment in a film's metadata: the label's words, for whoever reads it, and the trace."""
    told = f"trace {trace_id}"
    return f"{label.drawn} · {told}" if label.drawn else told


def manifest(
    job: JobSpec,
    timeline: Timeline,
    profile: RenderProfile,
    parts: FilmParts,
    *,
    pixels: str,
    birth: Birth,
    measured: Mapping[str, object],
) -> str:
    """A film's manifest as JSON: what it is, what it was made from, by what, and when everything is heard.

    Times in the film are whole milliseconds, ``submitted`` is UTC in ISO 8601. The same film of the same job
    gives the same text. docs/cli.md describes the fields.
    """
    told = {
        "schema": _SCHEMA,
        "lectern": birth.lectern,
        "trace": birth.trace_id,
        "submitted": iso_exact(birth.submitted_ms),
        "title": job.title,
        "row": job.row,
        "user": job.user,
        "scene": job.scene,
        "format": job.format,
        "frames": timeline.frames,
        "duration_ms": timeline.frames * 1000 // timeline.fps,
        "essence": parts.essence,
        "film": file_told(parts.film),
        "sound": file_told(parts.sound),
        "captions": _captions(job, parts),
        "label": _label(job, parts.mark),
        "poster": file_told(parts.poster),
        **({} if parts.preview is None else {"preview": file_told(parts.preview)}),
        "inputs": _inputs(job, timeline, pixels=pixels),
        **words_told(job, timeline, parts.transcript),
        **_people(job),
        "profile": profile,
        "utterances": list(_utterances(timeline, parts.clips)),
    }
    # Figures may be fractions, which no key can be made of.
    told = json.loads(canonical(told)) | {"measured": measured}
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _captions(job: JobSpec, parts: FilmParts) -> Mapping[str, object]:
    return {
        "srt": file_told(parts.srt),
        "vtt": file_told(parts.vtt),
        "soft": _soft(parts.soft),
        "burned": BURN.of(job.options),
    }


def _inputs(job: JobSpec, timeline: Timeline, *, pixels: str) -> Mapping[str, object]:
    """What the film was made from."""
    return {
        "script": file_told(job.script),
        "portrait": {**file_told(job.portrait), "pixels": pixels},
        **({} if job.background is None else {"background": file_told(job.background)}),
        **_fonts(job),
        **_models(job),
        **words_from(job, timeline),
        "options": job.options,
    }


def _label(job: JobSpec, mark: Mark | None) -> Mapping[str, object]:
    """Which label the film bears, in which words and under which key; who did without one, and why."""
    label = label_of(job.options)
    waiver = waiver_of(job.options)
    return {
        "choice": label.value,
        "shown": label.drawn,
        "key": None if mark is None else fields_of(mark),
        "waived": waiver,
    }


def _soft(track: SoftTrack | None) -> Mapping[str, str | int] | None:
    if track is None:
        return None
    return {"language": track.language, "packets": len(track.packets), "digest": track.digest}


def _utterances(timeline: Timeline, clips: Sequence[Artifact]) -> list[Mapping[str, object]]:
    told: list[Mapping[str, object]] = []
    rate = timeline.fps * samples_per_frame(timeline.fps)
    start = 0
    for utterance, clip in zip(timeline.utterances, clips, strict=True):
        end = start + utterance.frames
        begun = start * samples_per_frame(timeline.fps) + utterance.lead
        told.append(
            {
                "text": utterance.shown,
                "start_ms": start * 1000 // timeline.fps,
                "end_ms": end * 1000 // timeline.fps,
                "speech_start_ms": begun * 1000 // rate,
                "speech_end_ms": (begun + utterance.samples) * 1000 // rate,
                "speech": utterance.speech_digest,
                "clip": {"key": clip.key, "digest": clip.digest},
                **verdict_told(utterance.verdict),
            }
        )
        start = end
    return told


def _fonts(job: JobSpec) -> Mapping[str, object]:
    """What captions in the pictures are set in; nothing when there are none."""
    fonts = [{"family": typeface.family, **file_told(typeface.file)} for typeface in job.typefaces]
    return {"typefaces": fonts} if fonts else {}


def _models(job: JobSpec) -> Mapping[str, object]:
    """What drew, spoke, heard and wrote: under which licence, for what, and who took on what that forbids."""
    models = (*job.models, *job.others)
    return {"models": [_model(model) for model in models]} if models else {}


def _model(model: ModelUse) -> Mapping[str, object]:
    taken_on = model.accepted
    return {
        "role": model.role,
        "name": model.name,
        "digest": model.digest,
        "engine": model.engine,
        "licence": model.licence,
        "use": model.use.value,
        "accepted": None if taken_on is None else {"by": taken_on.by, "at": iso_exact(taken_on.at_ms)},
    }


def _people(job: JobSpec) -> Mapping[str, object]:
    """Whose voice and picture was used, by their profiles, and under which consents; nothing without any."""
    people = [
        {
            "kind": use.kind.value,
            "name": use.name,
            "person": use.person,
            "owner": use.consent.owner,
            "consent": {"digest": use.consent.digest, "expires": iso_exact(use.consent.expires_ms)},
        }
        for use in job.people
    ]
    return {"people": people} if people else {}


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a manifest says of the files beside it.

    Attributes:
        trace: the trace id of the job that they were made for.
        digests: SHA-256 (hex) of the film, its captions, its poster and whatever else lies beside it.
        film: that of the film.
        essence: the film's essence digest.
        label: which label it bears; empty where older versions did not tell.
        key: parts of the machine-readable label by the standard's names; empty for none.
        shown: the words that are seen in its first seconds; empty for none.
        soft: digest of the caption track that it carries; empty for none.
        burned: whether captions are drawn into its pictures.
        waived: who did without a label, and why; empty if nobody did.
    """

    trace: str
    digests: frozenset[str]
    film: str = ""
    essence: str = ""
    label: str = ""
    key: Mapping[str, str] = field(default_factory=dict)
    shown: str = ""
    soft: str = ""
    burned: bool = False
    waived: tuple[str, str] | None = None


def told_by(text: bytes) -> Told:
    """What a film's manifest, as `manifest` writes it now or ever did, says of the files beside it.

    Raises:
        ValueError: it is no film's manifest.
    """
    try:
        told = json.loads(text)
        captions, label = told["captions"], told.get("label") or {}
        soft, waived = captions.get("soft") or {}, label.get("waived")
        files = [told["film"], told["poster"], captions["srt"], captions["vtt"]]
        files += [told[name] for name in ("preview", "transcript") if name in told]
        return Told(
            trace=str(told["trace"]),
            digests=frozenset(str(each["digest"]) for each in files),
            film=str(told["film"]["digest"]),
            essence=str(told.get("essence", "")),
            label=str(label.get("choice", "")),
            key={str(name): str(part) for name, part in (label.get("key") or {}).items()},
            shown=str(label.get("shown", "")),
            soft=str(soft.get("digest", "")),
            burned=bool(captions.get("burned")),
            waived=(str(waived["name"]), str(waived["reason"])) if waived else None,
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("no manifest") from error
