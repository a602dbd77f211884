"""Jobs may have a recording, a brief and a dictionary; people have profiles, and departments their words.

Revision 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from db.migrations.checks import widen

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_STAGES = ("speak", "render", "join", "archive")
_STAGES_NOW = ("write", "speak", "listen", "render", "join", "archive")
_ROLES = ("timeline", "film", "srt", "vtt", "poster", "preview", "manifest")
_KINDS = ("source", "speech", "timeline", "clip", "audio", "film", "captions", "poster", "manifest")
_PROFILE_KINDS = "kind IN ('voice', 'portrait')"


def upgrade() -> None:
    widen("steps", "stage", old=_STAGES, new=_STAGES_NOW)
    widen("results", "role", old=_ROLES, new=(*_ROLES, "script", "transcript"))
    widen("artifacts", "kind", old=_KINDS, new=(*_KINDS, "heard", "latents", "script"))
    for column in ("recording_id", "brief_id", "lexicon_id"):
        op.add_column("jobs", sa.Column(column, _number(), nullable=True))
        op.create_index(op.f(f"ix_jobs_{column}"), "jobs", [column], unique=False)
    _add_profiles()
    _add_uses_of_profiles()
    _add_words()


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _add_profiles() -> None:
    op.create_table(
        "profiles",
        sa.Column("id", _number(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("department_id", _number(), nullable=False),
        sa.Column("consent_id", _number(), nullable=False),
        sa.Column("reference_id", _number(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint(_PROFILE_KINDS, name=op.f("ck_profiles_kind")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_profiles_department_id")
        ),
        sa.ForeignKeyConstraint(["consent_id"], ["artifacts.id"], name=op.f("fk_profiles_consent_id")),
        sa.ForeignKeyConstraint(["reference_id"], ["artifacts.id"], name=op.f("fk_profiles_reference_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profiles")),
        sa.UniqueConstraint("kind", "folded", name=op.f("uq_profiles_kind_folded")),
    )
    for column in ("consent_id", "reference_id", "expires_at"):
        op.create_index(op.f(f"ix_profiles_{column}"), "profiles", [column], unique=False)
    op.create_table(
        "profile_files",
        sa.Column("profile_id", _number(), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("artifact_id", _number(), nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_profile_files_profile_id")),
        sa.ForeignKeyConstraint(["artifact_id"], ["artifacts.id"], name=op.f("fk_profile_files_artifact_id")),
        sa.PrimaryKeyConstraint("profile_id", "model", name=op.f("pk_profile_files")),
    )
    op.create_index(op.f("ix_profile_files_artifact_id"), "profile_files", ["artifact_id"], unique=False)


def _add_uses_of_profiles() -> None:
    op.create_table(
        "grants",
        sa.Column("profile_id", _number(), nullable=False),
        sa.Column("department_id", _number(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_grants_profile_id")),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_grants_department_id")),
        sa.PrimaryKeyConstraint("profile_id", "department_id", name=op.f("pk_grants")),
    )
    op.create_table(
        "job_profiles",
        sa.Column("job_id", _number(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("profile_id", _number(), nullable=False),
        sa.CheckConstraint(_PROFILE_KINDS, name=op.f("ck_job_profiles_kind")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_profiles_job_id")),
        sa.PrimaryKeyConstraint("job_id", "kind", "name", name=op.f("pk_job_profiles")),
    )
    op.create_index(op.f("ix_job_profiles_profile_id"), "job_profiles", ["profile_id"], unique=False)


def _add_words() -> None:
    op.create_table(
        "stopwords",
        sa.Column("department_id", _number(), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_stopwords_department_id")
        ),
        sa.PrimaryKeyConstraint("department_id", "folded", name=op.f("pk_stopwords")),
    )
    op.create_table(
        "lexicon",
        sa.Column("department_id", _number(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("ipa", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_lexicon_department_id")),
        sa.PrimaryKeyConstraint("department_id", "language", "folded", name=op.f("pk_lexicon")),
    )
