"""Promises of the look at what speaks, hears and writes with models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from farm.bootstrap import Workshop, open_workshop, settings_of
from farm.doctor_speech import speech_checks
from pipeline.engines.offer import Offer
from pipeline.engines.shelf import Shelf
from pipeline.plan.errors import InputError
from pipeline.plan.models import ModelKind
from tests.farm.models.cards import put


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """A workshop without any model, where every library is there but one."""

    def shelf(group: str, name: str, *needs: str) -> Shelf[Any]:
        offer = Offer(target="nowhere:Nothing", needs=needs, install="pip install it", opened_with=name)
        return Shelf(group, {name: offer}, unknown=f"engine-{group}-unknown")

    settings = settings_of({"LECTERN_HOME": str(tmp_path / "home")})
    with open_workshop(settings) as opened:
        yield replace(
            opened,
            voices=shelf("voice", "coqui"),
            converters=shelf("converter", "freevc"),
            ears=shelf("ear", "whisper"),
            writers=shelf("writer", "transformers", "no_such_library"),
        )


def test_an_ear_that_does_not_hear_what_is_set_is_told_of(workshop: Workshop) -> None:
    """Every recording whose row names no language would be refused."""
    put(workshop.models.root, "base.en", b"1", kind=ModelKind.WHISPER, traits={"languages": ("en",)})
    for language, refused in (("", False), ("en-US", False), ("de", True)):
        knobs = {"LECTERN_HOME": str(workshop.settings.home), "LECTERN_EAR__LANGUAGE": language}
        check = speech_checks(replace(workshop, settings=settings_of(knobs)))["ear"]
        if refused:
            with pytest.raises(InputError, match="hearing-setting-unheard"):
                check()
        else:
            assert check().facts == {"models": 1}


def test_each_kind_says_what_is_there(workshop: Workshop) -> None:
    """None is a fault where there is none; a library that is missing says what installs it."""
    put(workshop.models.root, "small", b"1", kind=ModelKind.WHISPER)
    found = {name: check() for name, check in speech_checks(workshop).items()}
    counts = {name: there.facts.get("models") for name, there in found.items()}
    assert counts == {"narrators": 0, "converter": 0, "ear": 1, "writer": None}
    assert found["writer"].detail == "transformers: pip install it"
