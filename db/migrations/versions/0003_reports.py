"""Batches are followed by results files; those that are under way at the upgrade too.

Revision 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("due", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.CheckConstraint("due IN (0, 1)", name=op.f("ck_reports_due")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_reports_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_reports")),
    )
    op.create_index(
        "ix_reports_due",
        "reports",
        ["batch_id"],
        unique=False,
        sqlite_where=sa.text("due = 1"),
        postgresql_where=sa.text("due = 1"),
    )
    op.execute(
        "INSERT INTO reports (batch_id, language, due, version) "
        "SELECT DISTINCT batch_id, 'en', 1, 0 FROM jobs "
        "WHERE state IN ('queued', 'active', 'review') OR archive = 'pending'"
    )
