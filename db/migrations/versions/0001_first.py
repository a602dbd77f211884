"""The ledger's first schema, and its one department.

Revision 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "artifacts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("suffix", sa.String(length=32), nullable=False),
        sa.Column("struck", sa.SmallInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('source', 'speech', 'timeline', 'clip', 'audio', 'film', "
            "'captions', 'poster', 'manifest')",
            name=op.f("ck_artifacts_kind"),
        ),
        sa.CheckConstraint("size >= 0", name=op.f("ck_artifacts_size_range")),
        sa.CheckConstraint("struck IN (0, 1)", name=op.f("ck_artifacts_struck")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifacts")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_artifacts_kind_key")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("verb", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_batch_id"), "audit", ["batch_id"], unique=False)
    op.create_index(op.f("ix_audit_job_id"), "audit", ["job_id"], unique=False)
    op.create_table(
        "departments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departments")),
        sa.UniqueConstraint("name", name=op.f("uq_departments_name")),
    )
    op.create_table(
        "leaders",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_leaders_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaders")),
    )
    op.create_table(
        "workers",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("host", sa.String(length=200), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("alive", sa.SmallInteger(), nullable=False),
        sa.Column("draining", sa.SmallInteger(), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("alive IN (0, 1)", name=op.f("ck_workers_alive")),
        sa.CheckConstraint("draining IN (0, 1)", name=op.f("ck_workers_draining")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("edition >= 0", name=op.f("ck_batches_edition_range")),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_batches_department_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint(
            "department_id", "content", "edition", name=op.f("uq_batches_department_id_content_edition")
        ),
    )
    op.create_table(
        "batch_keys",
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_batch_keys_batch_id")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_batch_keys_department_id")
        ),
        sa.PrimaryKeyConstraint("department_id", "key", name=op.f("pk_batch_keys")),
    )
    op.create_index(op.f("ix_batch_keys_batch_id"), "batch_keys", ["batch_id"], unique=False)
    op.create_table(
        "skills",
        sa.Column("worker", sa.String(length=200), nullable=False),
        sa.Column("capability", sa.String(length=64), nullable=False),
        sa.Column("profile", sa.String(length=64), nullable=False),
        sa.Column("profile_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["worker"], ["workers.name"], name=op.f("fk_skills_worker")),
        sa.PrimaryKeyConstraint("worker", "capability", "profile", name=op.f("pk_skills")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("row_name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("archive", sa.String(length=16), nullable=False),
        sa.Column("precedence", sa.SmallInteger(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("script_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("portrait_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("traceparent", sa.String(length=64), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error_facts", sa.Text(), nullable=True),
        sa.Column("profile", sa.Text(), nullable=True),
        sa.Column("frames", sa.Integer(), nullable=True),
        sa.Column("essence", sa.String(length=64), nullable=True),
        sa.Column("archive_path", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "archive <> 'archived' OR archive_path IS NOT NULL", name=op.f("ck_jobs_archived_has_path")
        ),
        sa.CheckConstraint(
            "archive = 'none' OR state = 'completed'", name=op.f("ck_jobs_archive_needs_film")
        ),
        sa.CheckConstraint(
            "archive IN ('none', 'pending', 'archived', 'error')", name=op.f("ck_jobs_archive")
        ),
        sa.CheckConstraint(
            "state <> 'completed' OR essence IS NOT NULL", name=op.f("ck_jobs_completed_has_film")
        ),
        sa.CheckConstraint(
            "state <> 'failed' OR error_code IS NOT NULL", name=op.f("ck_jobs_failed_has_error")
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'active', 'completed', 'failed', 'canceled', 'review')",
            name=op.f("ck_jobs_state"),
        ),
        sa.CheckConstraint("precedence IN (0, 1, 2)", name=op.f("ck_jobs_precedence")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_jobs_batch_id")),
        sa.ForeignKeyConstraint(["portrait_id"], ["artifacts.id"], name=op.f("fk_jobs_portrait_id")),
        sa.ForeignKeyConstraint(["script_id"], ["artifacts.id"], name=op.f("fk_jobs_script_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("batch_id", "position", name=op.f("uq_jobs_batch_id_position")),
        sa.UniqueConstraint("batch_id", "row_name", name=op.f("uq_jobs_batch_id_row_name")),
    )
    op.create_index(
        "ix_jobs_order", "jobs", ["state", "precedence", "batch_id", "id", "archive"], unique=False
    )
    op.create_index(op.f("ix_jobs_portrait_id"), "jobs", ["portrait_id"], unique=False)
    op.create_index(op.f("ix_jobs_script_id"), "jobs", ["script_id"], unique=False)
    op.create_table(
        "archive_names",
        sa.Column("folder", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=400), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("stem", sa.String(length=400), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_archive_names_job_id")),
        sa.PrimaryKeyConstraint("folder", "folded", name=op.f("pk_archive_names")),
        sa.UniqueConstraint("job_id", name=op.f("uq_archive_names_job_id")),
    )
    op.create_index("ix_archive_names_stem", "archive_names", ["folder", "stem", "number"], unique=False)
    op.create_table(
        "holds",
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('quota', 'off_peak', 'start_after', 'approval', 'consent', 'operator')",
            name=op.f("ck_holds_reason"),
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_holds_job_id")),
        sa.PrimaryKeyConstraint("job_id", "reason", name=op.f("pk_holds")),
    )
    op.create_table(
        "results",
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("artifact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "role IN ('timeline', 'film', 'srt', 'vtt', 'poster', 'manifest')", name=op.f("ck_results_role")
        ),
        sa.ForeignKeyConstraint(["artifact_id"], ["artifacts.id"], name=op.f("fk_results_artifact_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_results_job_id")),
        sa.PrimaryKeyConstraint("job_id", "role", name=op.f("pk_results")),
    )
    op.create_index(op.f("ix_results_artifact_id"), "results", ["artifact_id"], unique=False)
    op.create_table(
        "steps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("closed", sa.SmallInteger(), nullable=False),
        sa.Column("department_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("capability", sa.String(length=64), nullable=False),
        sa.Column("precedence", sa.SmallInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.String(length=64), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.String(length=200), nullable=True),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("waits", sa.Integer(), nullable=False),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.Column("death_key", sa.String(length=64), nullable=True),
        sa.Column("avoid_worker", sa.String(length=200), nullable=True),
        sa.Column("avoid_until", sa.BigInteger(), nullable=False),
        sa.Column("progress_done", sa.BigInteger(), nullable=False),
        sa.Column("progress_total", sa.BigInteger(), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error_facts", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'running') = (worker IS NOT NULL)", name=op.f("ck_steps_running_has_worker")
        ),
        sa.CheckConstraint("stage IN ('speak', 'render', 'join', 'archive')", name=op.f("ck_steps_stage")),
        sa.CheckConstraint("state <> 'dead' OR error_code IS NOT NULL", name=op.f("ck_steps_dead_has_error")),
        sa.CheckConstraint(
            "state IN ('blocked', 'ready', 'running', 'done', 'dead', 'canceled')",
            name=op.f("ck_steps_state"),
        ),
        sa.CheckConstraint("closed IN (0, 1)", name=op.f("ck_steps_closed")),
        sa.CheckConstraint("deaths >= 0", name=op.f("ck_steps_deaths_range")),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_steps_failures_range")),
        sa.CheckConstraint("fence >= 0", name=op.f("ck_steps_fence_range")),
        sa.CheckConstraint('first <= "end"', name=op.f("ck_steps_chunk")),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_steps_department_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_steps_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steps")),
        sa.UniqueConstraint("job_id", "stage", "index", name=op.f("uq_steps_job_id_stage_index")),
    )
    op.create_index(
        "ix_steps_line",
        "steps",
        ["capability", "profile", "department_id", "precedence", "batch_id", "job_id", "index"],
        unique=False,
        sqlite_where=sa.text("state = 'ready' AND closed = 0 AND published_at = 0"),
        postgresql_where=sa.text("state = 'ready' AND closed = 0 AND published_at = 0"),
    )
    op.create_index(
        "ix_steps_running",
        "steps",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "ix_steps_sent",
        "steps",
        ["published_at"],
        unique=False,
        sqlite_where=sa.text("state = 'ready' AND published_at > 0"),
        postgresql_where=sa.text("state = 'ready' AND published_at > 0"),
    )
    op.create_table(
        "attempts",
        sa.Column("step_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=200), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("machine_ms", sa.BigInteger(), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error_facts", sa.Text(), nullable=True),
        sa.Column("log_tail", sa.Text(), nullable=False),
        sa.Column("span", sa.String(length=32), nullable=False),
        sa.Column("last_key", sa.String(length=64), nullable=True),
        sa.Column("folded", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('ok', 'error', 'timeout', 'lost', 'interrupted', 'superseded')",
            name=op.f("ck_attempts_outcome"),
        ),
        sa.CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name=op.f("ck_attempts_ended")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_attempts_number_range")),
        sa.ForeignKeyConstraint(["step_id"], ["steps.id"], name=op.f("fk_attempts_step_id")),
        sa.PrimaryKeyConstraint("step_id", "number", name=op.f("pk_attempts")),
    )
    op.create_index("ix_attempts_ended", "attempts", ["ended_at"], unique=False)
    op.create_table(
        "key_leases",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("step_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["step_id"], ["steps.id"], name=op.f("fk_key_leases_step_id")),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_key_leases")),
    )
    op.create_index(op.f("ix_key_leases_step_id"), "key_leases", ["step_id"], unique=False)
    op.create_table(
        "makings",
        sa.Column("step_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("machine_ms", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["step_id"], ["steps.id"], name=op.f("fk_makings_step_id")),
        sa.PrimaryKeyConstraint("step_id", "number", "kind", "key", name=op.f("pk_makings")),
    )
    op.create_table(
        "uses",
        sa.Column("step_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("artifact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["artifact_id"], ["artifacts.id"], name=op.f("fk_uses_artifact_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_uses_job_id")),
        sa.ForeignKeyConstraint(["step_id"], ["steps.id"], name=op.f("fk_uses_step_id")),
        sa.PrimaryKeyConstraint("step_id", "artifact_id", name=op.f("pk_uses")),
    )
    op.create_index(op.f("ix_uses_artifact_id"), "uses", ["artifact_id"], unique=False)
    op.create_index(op.f("ix_uses_job_id"), "uses", ["job_id"], unique=False)

    departments = sa.table("departments", sa.column("name"))
    op.bulk_insert(departments, [{"name": "default"}])
    leaders = sa.table("leaders", sa.column("id"), sa.column("holder"), sa.column("counter"))
    op.bulk_insert(leaders, [{"id": 1, "holder": "", "counter": 0}])
