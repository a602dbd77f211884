"""Workers tell more of themselves and hear orders; cards may be ill, and workers kept from what they fail at.

Revision 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attempts", sa.Column("blamed", sa.SmallInteger(), server_default="0", nullable=False))
    op.create_index("ix_attempts_worker", "attempts", ["worker", "ended_at"], unique=False)
    op.add_column("jobs", sa.Column("pool", sa.String(length=64), server_default="", nullable=False))
    op.add_column("workers", sa.Column("boot", sa.String(length=64), server_default="", nullable=False))
    op.add_column("workers", sa.Column("memory_mb", sa.Integer(), server_default="0", nullable=False))
    op.add_column("leaders", sa.Column("seen_at", sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "watchdogs",
        sa.Column("host", sa.String(length=200), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_watchdogs")),
    )
    op.create_table(
        "posts",
        sa.Column("worker", sa.String(length=200), nullable=False),
        sa.Column("pool", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("condition", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("ordered", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("condition IN ('able', 'disk_low', 'card_out')", name=op.f("ck_posts_condition")),
        sa.CheckConstraint("ordered IN ('none', 'drain', 'lock')", name=op.f("ck_posts_ordered")),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_posts")),
    )
    op.create_table(
        "cards",
        sa.Column("host", sa.String(length=200), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("temperature_c", sa.Integer(), nullable=True),
        sa.Column("used_mb", sa.Integer(), nullable=True),
        sa.Column("total_mb", sa.Integer(), nullable=True),
        sa.Column("read_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("state IN ('well', 'out', 'sick', 'stuck')", name=op.f("ck_cards_state")),
        sa.PrimaryKeyConstraint("host", "device", name=op.f("pk_cards")),
    )
    op.create_table(
        "blocks",
        sa.Column("worker", sa.String(length=200), nullable=False),
        sa.Column("capability", sa.String(length=64), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("worker", "capability", name=op.f("pk_blocks")),
    )
    op.create_table(
        "epochs",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_epochs_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epochs")),
    )
