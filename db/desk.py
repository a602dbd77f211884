"""The desk of a claim: what a step may ask of the ledger while it works."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, case, select, update

from db import making, rows
from db.damage import strike
from db.ledger import Ledger
from db.prepared import run
from db.tables import artifacts, steps
from db.values import Claim
from pipeline.plan.artifact import Artifact, Kind

_accepted = (
    (artifacts.c.kind == bindparam("kind_"))
    & (artifacts.c.key.in_(bindparam("keys", expanding=True)))
    & (artifacts.c.struck == 0)
)
# One round trip answers both: whether the claim holds (a row), and what is accepted (its columns).
_FIND = (
    select(artifacts.c.key, artifacts.c.digest, artifacts.c.size, artifacts.c.suffix)
    .select_from(steps.outerjoin(artifacts, _accepted))
    .where(rows.IS_HELD)
)
_PROGRESS = (
    update(steps)
    .where(rows.IS_HELD)
    .values(
        # A step that is begun anew finds what was made: nobody sees it go back for that moment.
        progress_done=case(
            (steps.c.progress_done > bindparam("done"), steps.c.progress_done), else_=bindparam("done")
        ),
        progress_total=bindparam("total"),
    )
)


@dataclass(kw_only=True)
class LedgerDesk:
    """What `pipeline.steps.desk.Desk` asks of the ledger, for one claim.

    Attributes:
        ledger: the ledger.
        claim: whose work it is.
        used: every artifact that was found or put, for the commit.
    """

    ledger: Ledger
    claim: Claim
    used: dict[tuple[Kind, str], Artifact] = field(default_factory=dict)

    def find(self, kind: Kind, key: str) -> Artifact | None:
        """The accepted artifact of a key, if there is one."""
        return self.find_all(kind, [key]).get(key)

    def find_all(self, kind: Kind, keys: Collection[str]) -> dict[str, Artifact]:
        """The accepted artifacts of some keys, by key: one question for hundreds of them."""
        found: dict[str, Artifact] = {}
        ordered = sorted(set(keys))
        with self.ledger.read() as connection:
            for start in range(0, len(ordered), rows.MANY):
                found.update(self._find(connection, kind, ordered[start : start + rows.MANY]))
        self.used.update({(kind, key): artifact for key, artifact in found.items()})
        return found

    def take(self, kind: Kind, key: str) -> bool:
        """Become the one maker of a key; False while another is making it, or has made it since."""
        return making.take(self.ledger, self.claim, kind, key)

    def put(self, artifact: Artifact, machine_ms: int, *, then: str | None = None) -> bool:
        """Have an artifact accepted under the fence; its key is free again, and `then` taken along."""
        taken = making.accept(self.ledger, self.claim, artifact, machine_ms, then=then)
        self.used[artifact.kind, artifact.key] = artifact
        return taken

    def forget(self, artifact: Artifact) -> None:
        """Strike out an artifact that was found missing or damaged, so that it is made again."""
        with self.ledger.write("forget") as connection:
            if not rows.is_mine(connection, self.claim):
                raise rows.superseded(self.claim)
            strike(connection, artifact.kind, artifact.key, artifact.digest)
        self.used.pop((artifact.kind, artifact.key), None)

    def advance(self, done: int, total: int) -> None:
        """Tell how far the step is; a statement each time, so once a second is enough."""
        told = {"step": self.claim.step, "held": self.claim.fence, "done": done, "total": total}
        if self.ledger.change("advance", _PROGRESS, told).rowcount != 1:
            raise rows.superseded(self.claim)

    def _find(self, connection: Connection, kind: Kind, keys: Sequence[str]) -> dict[str, Artifact]:
        mine = {"step": self.claim.step, "held": self.claim.fence, "kind_": kind.value}
        answer = run(connection, _FIND, mine, {"keys": keys})
        if answer.first() is None:
            raise rows.superseded(self.claim)
        return {
            row.key: Artifact(kind=kind, key=row.key, digest=row.digest, size=row.size, suffix=row.suffix)
            for row in answer
            if row.key is not None
        }
