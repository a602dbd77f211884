"""What a job's stages need of a worker."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.plan.capability import (
    CONVERT,
    HEAR,
    KIT_CHARACTERS,
    VOICE,
    WRITE,
    engine_for,
    engines_of,
    kit_of,
)
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


def test_a_stage_is_shaped_by_every_engine_that_has_a_part_in_it() -> None:
    """A model's speech is timed by another voice; where no engine works there is no kit."""
    plain = replace(SPEC, others=(_use(CONVERT),))
    job = replace(
        SPEC,
        voice=replace(SPEC.voice, engine="coqui", model="a" * 64),
        others=tuple(map(_use, (VOICE, CONVERT, HEAR, WRITE))),
    )
    assert engines_of("speak", plain) == ("espeak", "freevc")
    assert engines_of("speak", job) == ("coqui", "freevc", "espeak")
    assert (engines_of("listen", job), engines_of("write", job)) == (("whisper",), ("transformers",))
    assert {engines_of(stage, SPEC) for stage in ("write", "listen", "render", "join", "archive")} == {()}


def test_a_kit_tells_releases_apart_and_stands_in_a_column() -> None:
    """Every release counts, also the last of many; an engine of which nobody knows it makes no kit."""
    releases = {"coqui": "1-2-3", "espeak": "4"}
    assert kit_of(("coqui", "espeak"), releases) == "coqui 1-2-3, espeak 4"
    assert kit_of(("coqui", "freevc"), releases) == kit_of((), releases) == ""
    many = {f"engine{number}": "1.0.0" for number in range(9)}
    long, other = kit_of(many, many), kit_of(many, {**many, "engine8": "1.0.1"})
    assert len(long) == len(other) == KIT_CHARACTERS
    assert long != other
