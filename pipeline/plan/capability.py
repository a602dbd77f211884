"""What a job asks of those who work on it: by which engine each of its stages is done."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from pipeline.plan.job import JobSpec

#: What the models beside the face's do in a film, as `ModelUse.role`.
VOICE, CONVERT, HEAR, WRITE = "voice", "convert", "hear", "write"

#: The voice that knows when it makes which sound of whatever it reads, and so times what models speak.
READER = "espeak"
#: A kit in words is no longer than this.
KIT_CHARACTERS = 64
_DIGITS = 12

#: By stage, whose model opens what it needs: the first role that a job has a model for.
_BY_ROLE = {"write": (WRITE,), "speak": (VOICE, CONVERT), "listen": (HEAR,)}


def engine_for(stage: str, spec: JobSpec) -> str:
    """The engine without which a stage of a job cannot be done; empty where every worker can do it.

    Args:
        stage: the word of one of the ledger's stages.
        spec: the job.
    """
    if stage == "render":
        return spec.face
    engines = {model.role: model.engine for model in spec.others}
    return next((engines[role] for role in _BY_ROLE.get(stage, ()) if role in engines), "")


def engines_of(stage: str, spec: JobSpec) -> tuple[str, ...]:
    """The engines whose versions shape what a stage makes, beside those of a render profile.

    Args:
        stage: the word of one of the ledger's stages.
        spec: the job.
    """
    engines = {model.role: model.engine for model in spec.others}
    if stage == "speak":
        converted = (engines[CONVERT],) if CONVERT in engines else ()
        return (spec.voice.engine, *converted, *((READER,) if spec.voice.model else ()))
    role = {"listen": HEAR, "write": WRITE}.get(stage)
    return (engines[role],) if role in engines else ()


def kit_of(engines: Iterable[str], releases: Mapping[str, str]) -> str:
    """Engines with their releases, such as ``coqui 0.27.5-2.9-3, espeak 0.2.4-1``: one word for both.

    Whoever has the same kit makes the same of the same; empty where there is no engine, or nobody knows the
    release of one. At most `KIT_CHARACTERS` long; a longer one ends with a digest of itself.

    Args:
        engines: their names.
        releases: of the engines that there are, by name.
    """
    names = tuple(dict.fromkeys(engines))
    if not all(releases.get(name) for name in names):
        return ""
    whole = ", ".join(f"{name} {releases[name]}" for name in names)
    if len(whole) <= KIT_CHARACTERS:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()[:_DIGITS]
    return f"{whole[: KIT_CHARACTERS - _DIGITS - 1]}~{digest}"
