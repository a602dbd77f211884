"""Add profiles of people, and renew their consents: what is given is checked before anything is entered."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np

from db import consents, profiles
from db.acts import Operated
from db.profiles import Profile, ProfileDraft
from farm.bootstrap import Farm
from farm.choices import Chooser, Wish
from farm.gallery import Gallery
from farm.sources import picture_suffix, source_bytes
from farm.textfile import decode
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.errors import InputError
from pipeline.plan.names import legible
from pipeline.plan.pauses import levels, spans
from pipeline.plan.people import Consent, ProfileKind, check_name, plain_name
from pipeline.plan.portrait import Finding
from pipeline.plan.reference import look, trimmed
from pipeline.plan.speech import Speech
from pipeline.plan.wave import to_wave
from pipeline.scratch import scratch_folder

_PDF = b"%PDF-"
_DAY_MS = 24 * 3600 * 1000
_LONGEST_DAYS = 36_525
# Of a sample, more is not looked at: what is used of it is half a minute.
_LONGEST_S = 600
_QUOTED_CHARACTERS = 40


@dataclass(frozen=True, kw_only=True)
class Given:
    """What somebody says of a profile.

    Attributes:
        name: what it shall be called.
        owner: who answers for it.
        person: whose voice or picture it is; the owner's unless given.
        department: whose profile it shall be.
        consent: the document of the person's consent.
        expires: the last day on which that holds, such as ``2027-01-31``.
    """

    name: str
    owner: str
    person: str
    department: str
    consent: Path
    expires: str


@dataclass(frozen=True, kw_only=True)
class Added:
    """A profile that was added, and what is to be said of its sample or picture."""

    profile: Profile
    findings: tuple[Finding, ...]


def add_portrait(farm: Farm, given: Given, image: Path, *, by: str) -> Added:
    """Add a portrait's profile: a picture, or a video of a person, that can talk.

    Args:
        farm: the farm.
        given: what is said of it.
        image: the picture or video.
        by: who adds it.

    Raises:
        InputError: it cannot be used, as a manifest's portrait could not be; ``profile-name-wrong``,
            ``profile-owner-missing``, ``profile-taken``, ``consent-unreadable``, ``consent-date-wrong`` or
            ``ledger-department-unknown``.
        AwayError, TransientError: ledger or store cannot be reached or written.
    """
    check_name(given.name)
    _owner(given)
    expires_ms = _expiry(given.expires, farm.ledger.clock())
    suffix = picture_suffix(image)
    limit = source_bytes(suffix, farm.settings)
    picture = farm.store.adopt(Kind.SOURCE, suffix, image, limit_bytes=limit)
    findings = _seen(farm, picture)
    draft = _draft(farm, given, ProfileKind.PORTRAIT, picture, expires_ms)
    return Added(profile=profiles.add(farm.ledger, draft, by=by), findings=findings)


def add_voice(farm: Farm, given: Given, sample: Path, *, by: str) -> Added:
    """Add a voice's profile: a sample of a person who speaks.

    What a model can use of it is kept, from the first word on, as the sound that every model is given.

    Args:
        farm: the farm.
        given: what is said of it.
        sample: a recording, or a film whose sound is meant.
        by: who adds it.

    Raises:
        InputError: it is no recording, or one that no model could learn from; or as `add_portrait`.
        AwayError, TransientError: as `add_portrait`.
    """
    check_name(given.name)
    _owner(given)
    expires_ms = _expiry(given.expires, farm.ledger.clock())
    reference, findings = _heard(farm, sample)
    draft = _draft(farm, given, ProfileKind.VOICE, reference, expires_ms)
    return Added(profile=profiles.add(farm.ledger, draft, by=by), findings=findings)


def renew(farm: Farm, profile: Profile, consent: Path, *, owner: str, expires: str, by: str) -> Operated:
    """Record another consent for a profile; the jobs that go on with it.

    Args:
        farm: the farm.
        profile: whose.
        consent: its document.
        owner: who answers for it from now on; empty for who did.
        expires: as in `Given`.
        by: who records it.

    Raises:
        InputError: ``consent-unreadable`` or ``consent-date-wrong``.
        AwayError, TransientError: as `add_portrait`.
    """
    expires_ms = _expiry(expires, farm.ledger.clock())
    document = _document(farm, consent)
    told = Consent(
        digest=document.digest,
        suffix=document.suffix,
        owner=plain_name(legible(owner)) or profile.consent.owner,
        expires_ms=expires_ms,
    )
    return consents.renew(farm.ledger, profile, document, told, by=by)


def _draft(farm: Farm, given: Given, kind: ProfileKind, reference: Artifact, expires_ms: int) -> ProfileDraft:
    owner = _owner(given)
    return ProfileDraft(
        kind=kind,
        name=check_name(legible(given.name)),
        person=plain_name(legible(given.person)) or owner,
        owner=owner,
        department=given.department,
        reference=reference,
        document=_document(farm, given.consent),
        expires_ms=expires_ms,
    )


def _owner(given: Given) -> str:
    """Who answers for a profile.

    Raises:
        InputError: ``profile-owner-missing``.
    """
    owner = plain_name(legible(given.owner))
    if not any(letter.isalnum() for letter in owner):
        raise InputError("profile-owner-missing", name=given.name)
    return owner


def _seen(farm: Farm, picture: Artifact) -> tuple[Finding, ...]:
    """What is to be said of a portrait in a film of the usual format.

    Raises:
        InputError: the first thing that refuses it.
    """
    gallery, path = Gallery(farm), farm.store.open(picture)
    film = Chooser(farm).format(Wish(), lambda: gallery.size(path, picture.digest))
    found = gallery.look(path, picture.digest, film, None, None)
    _refuse(found)
    return found


def _heard(farm: Farm, sample: Path) -> tuple[Artifact, tuple[Finding, ...]]:
    """Keep what can be used of a sample; what is to be said of it.

    Raises:
        InputError: the first thing that refuses it.
    """
    _check_size(sample, farm.settings.limits.reference_bytes)
    with scratch_folder() as folder:
        audio = farm.media.decode_recording(sample, folder / "sound.raw", seconds=_LONGEST_S)
        spoken = spans(levels(audio))
        found = look(audio, spoken)
        _refuse(found)
        used = np.array(trimmed(audio, spoken))
    wave = to_wave(Speech(rate=SAMPLE_RATE, samples=used, phonemes=(), words=()))
    return _keep(farm, wave, ".wav"), found


def _check_size(path: Path, limit_bytes: int) -> None:
    """Refuse what is no regular file, or too large a one, before it is read.

    Raises:
        InputError: ``store-source-unreadable``, ``recording-unreadable`` or ``store-source-large``.
    """
    try:
        there = path.stat()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError("store-source-unreadable", name=path.name, reason=reason) from error
    if not stat.S_ISREG(there.st_mode):
        raise InputError("recording-unreadable", reason=os.strerror(errno.EINVAL))
    if there.st_size > limit_bytes:
        raise InputError("store-source-large", name=path.name, limit_bytes=limit_bytes)


def _refuse(found: tuple[Finding, ...]) -> None:
    """Raise the first thing that refuses what was given, if anything does."""
    for finding in found:
        if finding.level == "error":
            raise InputError(finding.code, **finding.facts)


def _document(farm: Farm, path: Path) -> Artifact:
    """Keep a consent's document, which is a PDF or a text by what it holds."""
    data = _read(path, farm.settings.limits.consent_bytes)
    suffix = ".pdf" if data.startswith(_PDF) else ".txt"
    if suffix == ".txt" and not _says_something(data):
        raise InputError("consent-unreadable", file=path.name or str(path))
    return _keep(farm, data, suffix)


def _keep(farm: Farm, data: bytes, suffix: str) -> Artifact:
    """Keep a source whose content is at hand."""

    def write(part: Path) -> None:
        part.write_bytes(data)

    return farm.store.put(Kind.SOURCE, hashlib.sha256(data).hexdigest(), suffix, write)


def _says_something(data: bytes) -> bool:
    try:
        return any(letter.isalnum() for letter in decode(data))
    except InputError:
        return False


def _read(path: Path, limit_bytes: int) -> bytes:
    """A regular file of at most so many bytes; a pipe would be waited on for ever.

    Raises:
        InputError: ``consent-unreadable``, ``store-source-unreadable`` or ``store-source-large``.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise InputError("consent-unreadable", file=path.name or str(path))
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(limit_bytes + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError("store-source-unreadable", name=path.name, reason=reason) from error
    if len(data) > limit_bytes:
        raise InputError("store-source-large", name=path.name, limit_bytes=limit_bytes)
    return data


def _expiry(day: str, now_ms: int) -> int:
    """The end of a day by the clock of this machine, as milliseconds since the Unix epoch.

    Raises:
        InputError: ``consent-date-wrong``.
    """
    try:
        last = date.fromisoformat(day.strip())
        # Midnight as this machine's own time zone has it: days on which clocks change are shorter or longer.
        end = datetime.combine(last + timedelta(days=1), time.min).astimezone()
        expires_ms = int(end.timestamp() * 1000)
    except (ValueError, OverflowError, OSError) as error:
        raise InputError("consent-date-wrong", date=day[:_QUOTED_CHARACTERS]) from error
    if not now_ms < expires_ms <= now_ms + _LONGEST_DAYS * _DAY_MS:
        raise InputError("consent-date-wrong", date=day[:_QUOTED_CHARACTERS])
    return expires_ms
