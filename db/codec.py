"""Values as the text that stands in the tables: canonical JSON, read back as what it was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from db.values import Notice
from pipeline.plan.artifact import artifact_of
from pipeline.plan.errors import Fact
from pipeline.plan.hearing import hearing_plan_of
from pipeline.plan.job import Format, JobSpec, RenderProfile, Typeface, VoiceChoice
from pipeline.plan.keys import canonical, digest_of
from pipeline.plan.models import model_use_of
from pipeline.plan.people import profile_use_of
from pipeline.plan.writingplan import writing_plan_of

#: The fields of a job that are files in the store.
_SOURCES = ("script", "portrait", "background", "recording", "brief", "lexicon")


def spec_to_text(spec: JobSpec) -> str:
    """A job's spec as text."""
    return canonical(spec)


def spec_from_text(text: str) -> JobSpec:
    """The spec that `spec_to_text` wrote."""
    parts: dict[str, Any] = json.loads(text)
    for name in _SOURCES:
        if (source := parts.get(name)) is not None:
            parts[name] = artifact_of(source)
    parts["typefaces"] = tuple(
        Typeface(**{**each, "file": artifact_of(each["file"])}) for each in parts.get("typefaces", ())
    )
    for name in ("models", "others"):
        parts[name] = tuple(model_use_of(each) for each in parts.get(name, ()))
    parts["people"] = tuple(profile_use_of(each) for each in parts.get("people", ()))
    if "hearing" in parts:
        parts["hearing"] = hearing_plan_of(parts["hearing"])
    if "writing" in parts:
        parts["writing"] = writing_plan_of(parts["writing"])
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
