"""What models made of people's voices: kept as long as the profile, whatever becomes of the films."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Executable, bindparam, select

from db import rows
from db.tables import artifacts, job_profiles, profile_files
from db.values import Claim
from pipeline.plan.artifact import Artifact, Kind
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
    entered = inserter(profile_files).from_select(["profile_id", "model", "artifact_id"], made)
    return entered.on_conflict_do_update(
        index_elements=[profile_files.c.profile_id, profile_files.c.model],
        set_={"artifact_id": entered.excluded.artifact_id},
    )


_KEEP = rows.per_dialect(_keeping)


def keep_latents(connection: Connection, claim: Claim, used: Iterable[Artifact]) -> None:
    """Have the next job with the same profile and model find what this one has made, or found.

    What an older version of an engine made for the model gives way.
    """
    voice = claim.spec.voice
    for latents in used:
        if latents.kind is Kind.LATENTS:
            told = {"job": claim.job, "key_": latents.key, "model_": voice.converter or voice.model}
            connection.execute(rows.spoken(connection, _KEEP), told)
