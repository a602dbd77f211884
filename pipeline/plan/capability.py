"""What a job asks of those who work on it: by which engine each of its stages is done."""

from __future__ import annotations

from pipeline.plan.job import JobSpec

#: What the models beside the face's do in a film, as `ModelUse.role`.
VOICE, CONVERT, HEAR, WRITE = "voice", "convert", "hear", "write"

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
