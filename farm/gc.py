"""Garbage collection: the one place where artifacts are deleted, and never one that a job may still need.

First the ledger forgets what nobody needs, in a transaction; then the files that the ledger knows nothing of
are deleted. So whoever looks for a file in between does not find it in the ledger and makes it anew. A file
that somebody has just put again is spared: `Store.delete_untouched` looks at its age once more when nobody
can reach it. Work that is under way is spared as a whole: nothing counts as old that may be younger than the
oldest running attempt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from db import collect, sources, workers
from db.ledger import Ledger
from pipeline.plan.artifact import Kind
from pipeline.store import Store, StoredFile

#: What the knob for the store's limit counts in.
GIGABYTE = 1_000_000_000
_MANY = 500
#: A worker that has been away for so long has another name by now, or none.
_GONE_MS = 7 * 24 * 3600 * 1000


@dataclass(frozen=True, kw_only=True)
class Collected:
    """What was cleared away.

    Attributes:
        artifacts: artifacts that the ledger has forgotten.
        files: files that were deleted from the store.
        bytes: their size together.
        parts: half-written files of processes that died.
        keys: leases of keys whose makers are gone.
        workers: workers that have been gone for a week.
        sources: what departments gave and keep no longer.
        over: bytes by which the store is larger than its limit all the same.
    """

    artifacts: int
    files: int
    bytes: int
    parts: int
    keys: int
    workers: int
    sources: int = 0
    over: int = 0


def collect_garbage(ledger: Ledger, store: Store, *, grace_s: float, most: int = 0) -> Collected:
    """Clear away what nobody needs any more; safe beside any work, and beside itself.

    Args:
        ledger: the ledger.
        store: the store of the same farm.
        grace_s: what is younger is kept. It has to be longer than submitting a batch takes, since the inputs
            are copied into the store before the ledger knows of them, and than clocks of hosts differ.
        most: bytes that the store may hold: what nobody needs stays within them, and what was not used for
            longest goes first; 0: all of it goes.

    Raises:
        AwayError: ``ledger-away`` or ``store-away``; what was cleared away until then is.
    """
    keys = collect.drop_stale_keys(ledger)
    gone = workers.drop_gone(ledger, before=ledger.clock() - _GONE_MS)
    before = collect.horizon(ledger, grace_ms=int(grace_s * 1000))
    let_go = sources.let_go(ledger, before=before)
    if most:
        spared = collect.drop_least_used(ledger, before=before, most=most)
        forgotten, over = spared.artifacts, spared.over
    else:
        forgotten, over = collect.drop_unneeded(ledger, before=before), 0
    least_age_s = (ledger.clock() - before) / 1000
    files = size = 0
    old = (found for found in store.walk() if found.age_s > least_age_s)
    for found in _unknown(ledger, old):
        if store.delete_untouched(found):
            files += 1
            size += found.size
    parts = store.delete_stale_parts(older_than_s=least_age_s)
    return Collected(
        artifacts=forgotten,
        files=files,
        bytes=size,
        parts=parts,
        keys=keys,
        workers=gone,
        sources=let_go,
        over=over,
    )


def _unknown(ledger: Ledger, files: Iterator[StoredFile]) -> Iterator[StoredFile]:
    """Those of the files that are no accepted artifact's."""
    while some := list(islice(files, _MANY)):
        by_kind: dict[Kind, list[StoredFile]] = {}
        for each in some:
            by_kind.setdefault(each.kind, []).append(each)
        for kind, found in by_kind.items():
            known = collect.kept_files(ledger, kind, [each.key for each in found])
            kept = {(key, digest[:16]) for key, digest in known}
            yield from (each for each in found if (each.key, each.digest16) not in kept)
