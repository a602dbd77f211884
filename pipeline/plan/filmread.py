"""A film's manifest read back: enough of its job to know it again, and to enter it where nobody does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.capability import CONVERT, HEAR, VOICE, WRITE
from pipeline.plan.job import Format, JobSpec, VoiceChoice
from pipeline.plan.keys import canonical, digest_of
from pipeline.plan.models import ModelUse, Use

_OTHERS = frozenset({VOICE, CONVERT, HEAR, WRITE})
#: What the parts of a film are, and what their names end in.
_PARTS = {
    "film": (Kind.FILM, ".mp4"),
    "srt": (Kind.CAPTIONS, ".srt"),
    "vtt": (Kind.CAPTIONS, ".vtt"),
    "poster": (Kind.POSTER, ".jpg"),
    "preview": (Kind.POSTER, ".webp"),
    "transcript": (Kind.HEARD, ".txt"),
    "manifest": (Kind.MANIFEST, ".json"),
}
_MILLISECOND = timedelta(milliseconds=1)
#: What a manifest does not tell of a file: it is found in the store by its digest.
_NAMELESS = ".bin"


@dataclass(frozen=True, kw_only=True)
class FilmRead:
    """What a manifest tells of the film beside it and of its job.

    Attributes:
        spec: the job, as far as it is told: no profile, no dictionary and no font stands there, and
            inputs have a digest but no suffix of their own.
        trace: its trace id.
        submitted_ms: when it was submitted.
        frames: the film's length.
        essence: its essence digest.
        parts: its files by the words ``film``, ``srt``, ``vtt``, ``poster``, ``preview``, ``transcript`` and
            ``manifest``; what they were made from is not told, and their keys are their digests.
        profile: how it was rendered, as canonical JSON.
    """

    spec: JobSpec
    trace: str
    submitted_ms: int
    frames: int
    essence: str
    parts: Mapping[str, Artifact]
    profile: str


def film_read(text: bytes) -> FilmRead:
    """Read a film's manifest, as `pipeline.plan.film.manifest` writes it now or ever did.

    Raises:
        ValueError: it is no film's manifest.
    """
    try:
        told = json.loads(text)
        captions = told["captions"]
        files = {
            "film": told["film"],
            "poster": told["poster"],
            "srt": captions["srt"],
            "vtt": captions["vtt"],
        }
        files |= {name: told[name] for name in ("preview", "transcript") if name in told}
        trace = str(told["trace"])
        if len(trace) != 32 or not int(trace, 16):  # noqa: PLR2004 - W3C's length of a trace id
            raise ValueError(trace)
        return FilmRead(
            spec=_spec(told),
            trace=trace,
            submitted_ms=(datetime.fromisoformat(told["submitted"]) - datetime.fromtimestamp(0, UTC))
            // _MILLISECOND,
            frames=int(told["frames"]),
            essence=str(told["essence"]),
            parts={
                **{name: _part(name, file) for name, file in files.items()},
                "manifest": _part(
                    "manifest", {"digest": hashlib.sha256(text).hexdigest(), "size": len(text)}
                ),
            },
            profile=canonical(told["profile"]),
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("no manifest") from error


def likeness(spec: JobSpec) -> str:
    """What two jobs have in common that come to the same film, whoever submitted them and whenever.

    Of what `film_read` cannot tell, nothing is in it; a script that was written counts by its brief.
    """
    words = spec.script if spec.brief is None else spec.brief
    given = (words, spec.portrait, spec.background, spec.recording)
    models = sorted({(each.role, each.digest) for each in (*spec.models, *spec.others)})
    return digest_of(
        "likeness",
        1,
        row=spec.row,
        title=spec.title,
        scene=spec.scene,
        inputs=["" if each is None else each.digest for each in given],
        voice=spec.voice,
        face=spec.face,
        format=spec.format,
        options=spec.options,
        models=[list(each) for each in models],
    )


def _spec(told: Mapping[str, Any]) -> JobSpec:
    inputs = told["inputs"]
    voice = {name: part for name, part in inputs["voice"].items() if name != "version"}
    models = tuple(_model(each) for each in inputs.get("models", ()))
    return JobSpec(
        row=str(told["row"]),
        title=str(told["title"]),
        user=str(told["user"]),
        scene=str(told["scene"]),
        script=_source(inputs["script"]),
        portrait=_source(inputs["portrait"]),
        background=_source(inputs["background"]) if "background" in inputs else None,
        recording=_source(inputs["recording"]) if "recording" in inputs else None,
        brief=_source(inputs["brief"]) if "brief" in inputs else None,
        voice=VoiceChoice(**voice),
        face=str(told["profile"]["engine"]),
        format=Format(**told["format"]),
        options={str(name): str(value) for name, value in inputs["options"].items()},
        models=tuple(each for each in models if each.role not in _OTHERS),
        others=tuple(each for each in models if each.role in _OTHERS),
    )


def _part(name: str, told: Mapping[str, Any]) -> Artifact:
    kind, suffix = _PARTS[name]
    digest = str(told["digest"])
    return Artifact(kind=kind, key=digest, digest=digest, size=int(told.get("size", 0)), suffix=suffix)


def _source(told: Mapping[str, Any]) -> Artifact:
    digest = str(told["digest"])
    if len(digest) != 64 or not int(digest, 16):  # noqa: PLR2004 - SHA-256 in hex
        raise ValueError(digest)
    return Artifact(kind=Kind.SOURCE, key=digest, digest=digest, size=int(told["size"]), suffix=_NAMELESS)


def _model(told: Mapping[str, Any]) -> ModelUse:
    return ModelUse(
        role=str(told["role"]),
        name=str(told["name"]),
        digest=str(told["digest"]),
        engine=str(told["engine"]),
        licence=str(told["licence"]),
        use=Use(told["use"]),
    )
