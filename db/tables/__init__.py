"""The tables, typed: what may stand in the ledger, held by constraints of the database itself.

Times are whole milliseconds since the Unix epoch, durations whole milliseconds. JSON is canonical text.
"""

from __future__ import annotations

from db.tables.news import deliveries, delivery_tries, subscriptions
from db.tables.orders import (
    IS_ACTIVE,
    IS_DUE,
    IS_FOR_QUOTA,
    archive_names,
    artifacts,
    audit,
    batch_keys,
    batches,
    departments,
    holds,
    jobs,
    reports,
    results,
)
from db.tables.people import grants, job_profiles, profile_files, profiles
from db.tables.rights import allowances, charges, pools, stops, windows
from db.tables.schema import metadata
from db.tables.words import lexicon, stopwords
from db.tables.work import (
    IS_OPEN,
    IS_READY,
    IS_RUNNING,
    IS_SENT,
    IS_UNSENT,
    attempts,
    blocks,
    cards,
    epochs,
    key_leases,
    leaders,
    makings,
    posts,
    skills,
    steps,
    uses,
    watchdogs,
    workers,
)

__all__ = [
    "IS_ACTIVE",
    "IS_DUE",
    "IS_FOR_QUOTA",
    "IS_OPEN",
    "IS_READY",
    "IS_RUNNING",
    "IS_SENT",
    "IS_UNSENT",
    "REVISIONS",
    "allowances",
    "archive_names",
    "artifacts",
    "attempts",
    "audit",
    "batch_keys",
    "batches",
    "blocks",
    "cards",
    "charges",
    "deliveries",
    "delivery_tries",
    "departments",
    "epochs",
    "grants",
    "holds",
    "job_profiles",
    "jobs",
    "key_leases",
    "leaders",
    "lexicon",
    "makings",
    "metadata",
    "pools",
    "posts",
    "profile_files",
    "profiles",
    "reports",
    "results",
    "skills",
    "steps",
    "stops",
    "stopwords",
    "subscriptions",
    "uses",
    "watchdogs",
    "windows",
    "workers",
]

#: Every revision of the schema in order; the last one is what this version of Lectern works with.
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
