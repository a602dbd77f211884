"""What a worker has opened before anybody asked, as its pool has it, and what it could not."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pipeline.plan.errors import Fact
from pipeline.plan.keys import canonical


@dataclass(frozen=True, kw_only=True)
class Unopened:
    """A model or voice that could not be opened, and why."""

    name: str
    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What came of it.

    Attributes:
        opened: models and voices that are open.
        unopened: those that could not be.
    """

    opened: tuple[str, ...] = ()
    unopened: tuple[Unopened, ...] = ()


def loaded_to_text(opened: Collection[str], unopened: Collection[Unopened]) -> str:
    """Both as text; empty where there was nothing to open."""
    return canonical(Loaded(opened=tuple(opened), unopened=tuple(unopened))) if opened or unopened else ""


def loaded_from_text(text: str) -> Loaded:
    """What `loaded_to_text` wrote."""
    if not text:
        return Loaded()
    told = json.loads(text)
    return Loaded(opened=tuple(told["opened"]), unopened=tuple(Unopened(**each) for each in told["unopened"]))
