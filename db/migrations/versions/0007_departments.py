"""Departments have rights, limits and accounts; work has ranks and windows; pools lend; news is delivered.

Revision 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _departments()
    _work()
    op.create_table(
        "windows",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("times", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_windows")),
    )
    op.create_table(
        "pools",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("lends", sa.SmallInteger(), nullable=False),
        sa.Column("standby", sa.String(length=64), nullable=False),
        sa.Column("preload", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("lends IN (0, 1)", name=op.f("ck_pools_lends")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pools")),
    )
    op.create_table(
        "stops",
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("scope IN ('department', 'pool')", name=op.f("ck_stops_scope")),
        sa.CheckConstraint("kind IN ('hold', 'pause')", name=op.f("ck_stops_kind")),
        sa.PrimaryKeyConstraint("scope", "name", "kind", name=op.f("pk_stops")),
    )
    _deliveries()


def _departments() -> None:
    for column in (
        sa.Column("weight", sa.Integer(), server_default="100", nullable=False),
        sa.Column("priority_limit", sa.SmallInteger(), server_default="50", nullable=False),
        sa.Column("urgent", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("films", sa.Integer(), nullable=True),
        sa.Column("running", sa.Integer(), nullable=True),
        sa.Column("card_ms", sa.BigInteger(), nullable=True),
        sa.Column("member_films", sa.Integer(), nullable=True),
        sa.Column("member_running", sa.Integer(), nullable=True),
        sa.Column("member_card_ms", sa.BigInteger(), nullable=True),
        sa.Column("pool", sa.String(length=64), server_default="", nullable=False),
        sa.Column("window", sa.String(length=64), server_default="", nullable=False),
        sa.Column("store_bytes", sa.BigInteger(), nullable=True),
        sa.Column("retention", sa.String(length=16), server_default="keep", nullable=False),
    ):
        op.add_column("departments", column)
    # Whoever has one department alone goes on as before.
    op.execute("UPDATE departments SET urgent = 1")
    op.create_table(
        "allowances",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("films", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("films >= 1", name=op.f("ck_allowances_films_range")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_allowances_department_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allowances")),
    )
    op.create_index(op.f("ix_allowances_department_id"), "allowances", ["department_id"], unique=False)
    op.create_table(
        "charges",
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("allowance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_charges_job_id")),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_charges_department_id")),
        sa.ForeignKeyConstraint(["allowance_id"], ["allowances.id"], name=op.f("fk_charges_allowance_id")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_charges")),
    )
    op.create_index(
        "ix_charges_day", "charges", ["department_id", "day", "member", "allowance_id"], unique=False
    )
    op.create_index(op.f("ix_charges_allowance_id"), "charges", ["allowance_id"], unique=False)


def _work() -> None:
    for column in (
        sa.Column("priority", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("window", sa.String(length=64), server_default="", nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=True),
        sa.Column("project", sa.String(length=200), server_default="", nullable=False),
        sa.Column("member", sa.String(length=200), server_default="", nullable=False),
        sa.Column(
            "department_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
    ):
        op.add_column("jobs", column)
    op.execute(
        "UPDATE jobs SET department_id ="
        " COALESCE((SELECT b.department_id FROM batches b WHERE b.id = batch_id), 0)"
    )
    op.create_index(
        "ix_jobs_active",
        "jobs",
        ["department_id", "member"],
        unique=False,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )
    for column in (
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("member", sa.String(length=200), nullable=True),
    ):
        op.add_column("holds", column)
    op.create_index(
        "ix_holds_quota",
        "holds",
        ["department_id", "member", "job_id"],
        unique=False,
        sqlite_where=sa.text("reason = 'quota'"),
        postgresql_where=sa.text("reason = 'quota'"),
    )
    for column in (
        sa.Column("rank", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("window", sa.String(length=64), server_default="", nullable=False),
        sa.Column("opening", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("leave", sa.String(length=64), server_default="", nullable=False),
        sa.Column("affinity", sa.String(length=64), server_default="", nullable=False),
    ):
        op.add_column("steps", column)
    op.add_column("posts", sa.Column("loaded", sa.Text(), server_default="", nullable=False))
    op.add_column("holds", sa.Column("detail", sa.Text(), server_default="", nullable=False))
    _line()
    op.add_column("attempts", sa.Column("held_ms", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("attempts", sa.Column("good_ms", sa.BigInteger(), server_default="0", nullable=False))
    op.execute("UPDATE attempts SET held_ms = ended_at - started_at WHERE ended_at > started_at")
    op.execute("UPDATE attempts SET good_ms = held_ms WHERE outcome = 'ok'")
    # Of any other attempt, what is proven by what it made before it ended.
    last = "SELECT MAX(made_at) FROM makings WHERE step_id = attempts.step_id AND number = attempts.number"
    op.execute(
        f"UPDATE attempts SET good_ms = CASE WHEN ({last}) >= ended_at THEN held_ms"  # noqa: S608 - no value of a user's
        f" WHEN ({last}) > started_at THEN ({last}) - started_at ELSE 0 END"
        " WHERE outcome <> 'ok' AND held_ms > 0"
    )
    op.execute(
        "UPDATE jobs SET member = COALESCE((SELECT b.\"user\" FROM batches b WHERE b.id = batch_id), '')"
    )


# A rank is the time at which the job was submitted, less what its urgency is worth, and having been begun.
_RANK = """
UPDATE steps SET rank = (
    SELECT j.submitted_at - CASE j.precedence WHEN 0 THEN 432000000 WHEN 1 THEN 216000000 ELSE 0 END
    FROM jobs j WHERE j.id = steps.job_id
) - CASE
    WHEN stage = 'archive' THEN 1800000
    WHEN stage = 'join' THEN 1740000
    WHEN stage = 'render' THEN 1680000
    WHEN stage = 'listen' AND EXISTS (
        SELECT 1 FROM steps o WHERE o.job_id = steps.job_id AND o.stage IN ('write', 'speak')
    ) THEN 1620000
    WHEN stage = 'speak' AND EXISTS (
        SELECT 1 FROM steps o WHERE o.job_id = steps.job_id AND o.stage = 'write'
    ) THEN 1560000
    ELSE 0 END
"""
_OPENING = """
UPDATE steps SET opening = 1 WHERE state IN ('blocked', 'ready') AND EXISTS (
    SELECT 1 FROM jobs j WHERE j.id = steps.job_id AND j.state = 'queued'
)
"""


def _line() -> None:
    """The line goes by rank, which takes the place of the urgency's number."""
    op.drop_index("ix_steps_line", "steps")
    op.execute(_RANK)
    op.execute(_OPENING)
    op.drop_column("steps", "precedence")
    waiting = sa.text("state = 'ready' AND closed = 0 AND published_at = 0")
    op.create_index(
        "ix_steps_line",
        "steps",
        [
            "capability", "profile", "department_id", "window", "opening", "rank", "batch_id", "job_id",
            "index",
        ],
        unique=False,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )  # fmt: skip


def _deliveries() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "event IN ('film.done', 'film.failed', 'film.canceled', 'batch.complete')",
            name=op.f("ck_subscriptions_event"),
        ),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_subscriptions")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("forgiven", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "event IN ('film.done', 'film.failed', 'film.canceled', 'batch.complete')",
            name=op.f("ck_deliveries_event"),
        ),
        sa.CheckConstraint("state IN ('due', 'sent', 'given_up')", name=op.f("ck_deliveries_state")),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_deliveries_tries_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("key", name=op.f("uq_deliveries_key")),
    )
    op.create_index("ix_deliveries_due", "deliveries", ["state", "due_at"], unique=False)
    op.create_table(
        "delivery_tries",
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_delivery_tries_delivery_id")
        ),
        sa.PrimaryKeyConstraint("delivery_id", "number", name=op.f("pk_delivery_tries")),
    )
