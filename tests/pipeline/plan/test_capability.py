"""What a job's stages need of a worker."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.plan.capability import CONVERT, HEAR, VOICE, WRITE, engine_for
from pipeline.plan.models import ModelKind, ModelUse
from tests.pipeline.plan.test_job import SPEC

_KINDS = {
    VOICE: ModelKind.COQUI,
    CONVERT: ModelKind.CONVERTER,
    HEAR: ModelKind.WHISPER,
    WRITE: ModelKind.WRITER,
}


def _use(role: str) -> ModelUse:
    return ModelUse(role=role, name=role, digest="a" * 64, engine=_KINDS[role].engine, licence="own")


@pytest.mark.parametrize(
    ("roles", "needs"),
    [
        ((), ("", "", "", "warp", "", "")),
        ((VOICE,), ("", "coqui", "", "warp", "", "")),
        ((CONVERT,), ("", "freevc", "", "warp", "", "")),
        ((CONVERT, VOICE), ("", "coqui", "", "warp", "", "")),
        ((HEAR,), ("", "", "whisper", "warp", "", "")),
        ((WRITE, VOICE, HEAR), ("transformers", "coqui", "whisper", "warp", "", "")),
    ],
)
def test_a_stage_needs_the_engine_of_its_model(roles: tuple[str, ...], needs: tuple[str, ...]) -> None:
    """Rendering needs the face's engine; what has no model is done by every worker."""
    job = replace(SPEC, others=tuple(map(_use, roles)))
    stages = ("write", "speak", "listen", "render", "join", "archive")
    assert tuple(engine_for(stage, job) for stage in stages) == needs
