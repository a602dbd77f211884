"""Jobs know the picture that stands behind their portrait.

Revision 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("jobs", sa.Column("background_id", number, nullable=True))
    op.create_index(op.f("ix_jobs_background_id"), "jobs", ["background_id"], unique=False)
