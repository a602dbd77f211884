"""Promises about kits: what a worker tells of its engines matches every job that it may be given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from farm.bootstrap import Farm, Workshop
from farm.kits import kits_here, releases_here
from pipeline.engines.offer import Offer
from pipeline.engines.shelf import Shelf
from pipeline.plan.capability import CONVERT, HEAR, VOICE, WRITE, engine_for, engines_of, kit_of
from pipeline.plan.job import VoiceChoice
from pipeline.plan.models import ModelUse
from tests.db.values import spec

_LIBRARY = {"numpy": 1}


def _shelf(**kinds: str) -> Shelf[object]:
    """Engines of a library that is here, opened with a kind of model or with none."""
    offers = {
        name: Offer(target="nowhere:None", opened_with=kind, libraries=_LIBRARY, edition=edition)
        for edition, (name, kind) in enumerate(kinds.items(), 1)
    }
    return Shelf("lectern.none", offers, unknown="engine-voice-unknown")  # type: ignore[type-var]


@pytest.fixture
def workshop(farm: Farm) -> Workshop:
    """A workshop with two of everything."""
    return replace(
        farm,
        voices=_shelf(espeak="", flat="", coqui="coqui"),
        converters=_shelf(freevc="converter"),
        ears=_shelf(whisper="whisper"),
        writers=_shelf(transformers="writer"),
    )


def _use(role: str, engine: str) -> ModelUse:
    return ModelUse(role=role, name=role, digest="a" * 64, engine=engine, licence="own")


@pytest.mark.parametrize(
    ("stage", "voice", "roles"),
    [
        ("speak", "espeak", ()),
        ("speak", "flat", ()),
        ("speak", "flat", ((CONVERT, "freevc"),)),
        ("speak", "coqui", ((VOICE, "coqui"),)),
        ("speak", "coqui", ((VOICE, "coqui"), (CONVERT, "freevc"))),
        ("listen", "espeak", ((HEAR, "whisper"),)),
        ("write", "espeak", ((WRITE, "transformers"),)),
    ],
)
def test_who_can_do_a_step_has_told_the_kit_of_it(
    workshop: Workshop, stage: str, voice: str, roles: tuple[tuple[str, str], ...]
) -> None:
    """Else a step that it began itself would wait for ever."""
    model = "a" * 64 if voice == "coqui" else ""
    job = replace(
        spec("a"),
        voice=VoiceChoice(engine=voice, name="v", language="en", model=model),
        others=tuple(_use(*each) for each in roles),
    )
    capability = ".".join(filter(None, (stage, engine_for(stage, job))))
    kit = kit_of(engines_of(stage, job), releases_here(workshop))
    assert kit
    assert kit in kits_here(workshop, [capability])[capability]


def test_what_is_not_installed_has_no_kit(workshop: Workshop) -> None:
    """Nor has what needs no engine but the face's."""
    gone = Offer(target="nowhere:None", libraries={"no-such-distribution": 0})
    shelf: Shelf[object] = Shelf("lectern.none", {"gone": gone}, unknown="engine-voice-unknown")  # type: ignore[type-var]
    workshop = replace(workshop, voices=shelf)
    assert kits_here(workshop, ["speak", "join", "render.warp", "listen"]) == dict.fromkeys(
        ["speak", "join", "render.warp", "listen"], frozenset()
    )
