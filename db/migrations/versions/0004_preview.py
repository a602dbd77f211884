"""Films may have an animated preview.

Revision 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ROLE = "role IN ('timeline', 'film', 'srt', 'vtt', 'poster', 'preview', 'manifest')"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _make_anew()
        return
    op.drop_constraint("ck_results_role", "results")
    op.create_check_constraint(op.f("ck_results_role"), "results", _ROLE)


def _make_anew() -> None:
    """SQLite changes no constraint: the table is made anew and filled from the old one."""
    op.drop_index(op.f("ix_results_artifact_id"), "results")
    op.rename_table("results", "results_before")
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "results",
        sa.Column("job_id", number, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("artifact_id", number, nullable=False),
        sa.CheckConstraint(_ROLE, name=op.f("ck_results_role")),
        sa.ForeignKeyConstraint(["artifact_id"], ["artifacts.id"], name=op.f("fk_results_artifact_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_results_job_id")),
        sa.PrimaryKeyConstraint("job_id", "role", name=op.f("pk_results")),
    )
    op.execute("INSERT INTO results SELECT job_id, role, artifact_id FROM results_before")
    op.drop_table("results_before")
    op.create_index(op.f("ix_results_artifact_id"), "results", ["artifact_id"], unique=False)
