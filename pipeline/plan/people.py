"""People whose voice or picture is used: who consented, to what, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipeline.plan.artifact import Artifact, artifact_of


class ProfileKind(StrEnum):
    """What of a person a profile holds."""

    VOICE = "voice"
    PORTRAIT = "portrait"


@dataclass(frozen=True, kw_only=True)
class Consent:
    """A person's consent, as the document that they gave.

    Attributes:
        digest: SHA-256 (hex) of the document, a source in the store.
        suffix: how its file's name ends, such as ``.pdf``.
        owner: who answers for the profile.
        expires_ms: until when it holds, in milliseconds since the Unix epoch.
    """

    digest: str
    suffix: str
    owner: str
    expires_ms: int


@dataclass(frozen=True, kw_only=True)
class ProfileUse:
    """A profile that a job was promised, frozen when it is submitted; its film's manifest tells it.

    Attributes:
        kind: what of the person is used.
        name: the profile's name at that time.
        person: whose voice or picture it is.
        department: to which department the profile belongs.
        consent: what the person agreed to.
        reference: the person's sample, a source in the store; None for a picture, which the job has itself.
    """

    kind: ProfileKind
    name: str
    person: str
    department: str
    consent: Consent
    reference: Artifact | None = None


def profile_use_of(parts: Mapping[str, Any]) -> ProfileUse:
    """The promise whose fields were written as JSON."""
    reference = parts["reference"]
    return ProfileUse(
        **{
            **parts,
            "kind": ProfileKind(parts["kind"]),
            "consent": Consent(**parts["consent"]),
            "reference": None if reference is None else artifact_of(reference),
        }
    )
