"""Values as the text that stands in the tables: canonical JSON, read back as what it was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from db.values import Notice
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import Fact
from pipeline.plan.job import Format, JobSpec, RenderProfile, Typeface, VoiceChoice
from pipeline.plan.keys import canonical, digest_of
from pipeline.plan.models import model_use_of


def spec_to_text(spec: JobSpec) -> str:
    """A job's spec as text."""
    return canonical(spec)


def spec_from_text(text: str) -> JobSpec:
    """The spec that `spec_to_text` wrote."""
    parts: dict[str, Any] = json.loads(text)
    parts["script"] = _artifact(parts["script"])
    parts["portrait"] = _artifact(parts["portrait"])
    if (background := parts.get("background")) is not None:
        parts["background"] = _artifact(background)
    parts["typefaces"] = tuple(
        Typeface(**{**each, "file": _artifact(each["file"])}) for each in parts.get("typefaces", ())
    )
    parts["models"] = tuple(model_use_of(each) for each in parts.get("models", ()))
    parts["voice"] = VoiceChoice(**parts["voice"])
    parts["format"] = Format(**parts["format"])
    return JobSpec(**parts)


def profile_to_text(profile: RenderProfile) -> str:
    """A render profile as text."""
    return canonical(profile)


def profile_from_text(text: str | None) -> RenderProfile | None:
    """The profile that `profile_to_text` wrote; None for none."""
    if text is None:
        return None
    parts: dict[str, Any] = json.loads(text)
    parts["parameters"] = tuple(parts["parameters"])
    return RenderProfile(**parts)


def profile_digest(profile: RenderProfile) -> str:
    """What steps are matched with workers by."""
    return digest_of("render-profile", 1, profile=profile)


def facts_to_text(facts: Mapping[str, Fact]) -> str:
    """An error's facts as text."""
    return canonical(facts)


def facts_from_text(text: str | None) -> Mapping[str, Fact]:
    """The facts that `facts_to_text` wrote; none for None."""
    facts: dict[str, Fact] = json.loads(text) if text else {}
    return facts


def notices_to_text(notices: Iterable[Notice]) -> str:
    """Warnings as text."""
    return canonical(tuple(notices))


def notices_from_text(text: str) -> tuple[Notice, ...]:
    """The warnings that `notices_to_text` wrote."""
    return tuple(Notice(**parts) for parts in json.loads(text))


def _artifact(parts: dict[str, Any]) -> Artifact:
    return Artifact(**{**parts, "kind": Kind(parts["kind"])})
