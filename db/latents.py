"""What models made of people's voices: kept as long as the profile, whatever becomes of the films."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Executable, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from db import rows
from db.ledger import Ledger
from db.profiles import Profile
from db.tables import artifacts, job_profiles, profile_files, profiles
from db.values import Claim
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import InputError
from pipeline.plan.people import ProfileKind

_MODEL = bindparam("model_", type_=profile_files.c.model.type)


def _keeping(inserter: rows.Inserter) -> Executable:
    made = (
        select(job_profiles.c.profile_id, _MODEL, artifacts.c.id)
        .join_from(job_profiles, artifacts, artifacts.c.kind == Kind.LATENTS.value)
        .where(
            job_profiles.c.job_id == bindparam("job"),
            job_profiles.c.kind == ProfileKind.VOICE.value,
            artifacts.c.key == bindparam("key_"),
        )
        # Whom gc is just forgetting is waited for, and then is not there: nothing may refer to it.
        .with_for_update(read=True, key_share=True, of=artifacts)
    )
    return _replacing(inserter(profile_files).from_select(["profile_id", "model", "artifact_id"], made))


def _replacing(entered: sqlite.Insert | postgresql.Insert) -> Executable:
    """What was made for the model before gives way."""
    return entered.on_conflict_do_update(
        index_elements=[profile_files.c.profile_id, profile_files.c.model],
        set_={"artifact_id": entered.excluded.artifact_id},
    )


_KEEP = rows.per_dialect(_keeping)


_ACCEPTED = select(artifacts).where(
    artifacts.c.kind == Kind.LATENTS.value, artifacts.c.key == bindparam("key_"), artifacts.c.struck == 0
)
# Who takes the consent back, or forgets the person, finds what is kept now.
_STANDING = (
    select(profiles.c.id)
    .where(profiles.c.id == bindparam("profile"), profiles.c.withdrawn_at.is_(None))
    .with_for_update()
)


def _filing(inserter: rows.Inserter) -> Executable:
    made = select(bindparam("profile", type_=profile_files.c.profile_id.type), _MODEL, artifacts.c.id).where(
        artifacts.c.kind == Kind.LATENTS.value, artifacts.c.key == bindparam("key_")
    )
    return _replacing(inserter(profile_files).from_select(["profile_id", "model", "artifact_id"], made))


_FILE = rows.per_dialect(_filing)


def find(ledger: Ledger, key: str) -> Artifact | None:
    """What a model has made of a sample already, by its key.

    Raises:
        AwayError: ``ledger-away``.
    """
    with ledger.read() as connection:
        row = connection.execute(_ACCEPTED, {"key_": key}).first()
    if row is None:
        return None
    return Artifact(kind=Kind.LATENTS, key=row.key, digest=row.digest, size=row.size, suffix=row.suffix)


def keep(ledger: Ledger, profile: Profile, model: str, made: Artifact) -> None:
    """Have every job with a profile and a model find what that has made of the sample; before any has asked.

    Args:
        ledger: the ledger.
        profile: a voice's.
        model: SHA-256 (hex) of the model.
        made: what it made, in the store.

    Raises:
        InputError: ``consent-withdrawn``, in this moment.
        AwayError: ``ledger-away``.
    """
    with ledger.write("keep-latents") as connection:
        if connection.execute(_STANDING, {"profile": profile.id}).first() is None:
            raise InputError("consent-withdrawn", kind=profile.kind.value, name=profile.name)
        rows.accept(connection, [made], ledger.clock())
        told = {"profile": profile.id, "model_": model, "key_": made.key}
        connection.execute(rows.spoken(connection, _FILE), told)


def keep_latents(connection: Connection, claim: Claim, used: Iterable[Artifact]) -> None:
    """Have the next job with the same profile and model find what this one has made, or found.

    What an older version of an engine made for the model gives way.
    """
    voice = claim.spec.voice
    for latents in used:
        if latents.kind is Kind.LATENTS:
            told = {"job": claim.job, "key_": latents.key, "model_": voice.converter or voice.model}
            connection.execute(rows.spoken(connection, _KEEP), told)
