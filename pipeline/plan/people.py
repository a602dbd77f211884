"""People whose voice or picture is used: who consented, to what, and until when."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pipeline.plan.artifact import Artifact, artifact_of
from pipeline.plan.errors import InputError
from pipeline.plan.names import unique_key

#: What a cell begins with that names a profile and no file or voice. An `@` would begin a formula in Excel.
PREFIX = "profile:"
_CELL = re.compile(r"\s*profile\s*[:：](?P<name>[^+]*)(?:\+(?P<after>.*))?", re.IGNORECASE | re.DOTALL)
_NAME_CHARACTERS = 64
# They part names from each other in cells and in lists.
_PARTING = frozenset("+:：/\\,;|")


class ProfileKind(StrEnum):
    """What of a person a profile holds."""

    VOICE = "voice"
    PORTRAIT = "portrait"


class Standing(StrEnum):
    """Whether a consent holds."""

    VALID = "valid"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Policy(StrEnum):
    """What is done about a picture or recording of a person whose consent nobody recorded."""

    NONE = "none"
    WARN = "warn"
    REQUIRED = "required"


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


@dataclass(frozen=True, kw_only=True)
class Named:
    """What a cell says that names a profile.

    Attributes:
        name: the profile's name.
        after: the voice that speaks before it is made to sound like the person; empty for none.
    """

    name: str
    after: str = ""


def named_in(cell: str) -> Named | None:
    """The profile that a cell names, such as ``profile:Anna`` or ``profile:Anna+espeak``; None for none."""
    match = _CELL.fullmatch(cell)
    if match is None:
        return None
    return Named(name=plain_name(match["name"]), after=(match["after"] or "").strip())


def profile_in(cell: str) -> str:
    """The name of the profile that a cell names for its picture; empty for none."""
    named = named_in(cell)
    return "" if named is None else "+".join(filter(None, (named.name, named.after)))


def plain_name(name: str) -> str:
    """A name of a person or a profile as it is kept: composed letters, single spaces."""
    return unicodedata.normalize("NFC", " ".join(name.split()))


def folded(name: str) -> str:
    """What two names have in common that are taken for one."""
    return unique_key(plain_name(name))


def check_name(name: str) -> str:
    """A profile's name in its plain form.

    Raises:
        InputError: ``profile-name-wrong``: a cell or a person could not tell it from something else.
    """
    plain = plain_name(name)
    unseen = any(unicodedata.category(letter)[0] == "C" for letter in plain)
    if not plain or len(plain) > _NAME_CHARACTERS or unseen or not _PARTING.isdisjoint(plain):
        raise InputError("profile-name-wrong", name=plain[:_NAME_CHARACTERS], limit=_NAME_CHARACTERS)
    return plain


def standing(*, withdrawn: bool, expires_ms: int, now_ms: int) -> Standing:
    """How a consent stands at a moment; one that was withdrawn and has expired was withdrawn."""
    if withdrawn:
        return Standing.WITHDRAWN
    return Standing.EXPIRED if expires_ms <= now_ms else Standing.VALID


def renewed(
    people: Sequence[ProfileUse], kind: ProfileKind, name: str, consent: Consent
) -> tuple[ProfileUse, ...]:
    """The same people, one of whom has given a new consent."""
    return tuple(
        replace(each, consent=consent) if each.kind is kind and folded(each.name) == folded(name) else each
        for each in people
    )


def anonymous(people: Sequence[ProfileUse], person: str) -> tuple[ProfileUse, ...]:
    """The same people, one of whom is not named any more."""
    return tuple(
        replace(each, name="", person="", consent=replace(each.consent, owner=""), reference=None)
        if folded(each.person) == folded(person)
        else each
        for each in people
    )


def is_forgotten(people: Sequence[ProfileUse], kind: ProfileKind) -> bool:
    """Whether somebody was forgotten of whom a job was promised this."""
    return any(each.kind is kind and not each.person for each in people)
