"""The desk of a claim: what a step may ask of the ledger while it works."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Executable, bindparam, delete, select, update

from db import rows
from db.damage import strike
from db.ledger import Ledger
from db.prepared import run
from db.states import StepState
from db.tables import artifacts, key_leases, makings, steps
from db.values import Claim
from pipeline.plan.artifact import Artifact, Kind

_mine = (
    (steps.c.id == bindparam("step"))
    & (steps.c.fence == bindparam("held"))
    & (steps.c.state == StepState.RUNNING.value)
)
_accepted = (
    (artifacts.c.kind == bindparam("kind_"))
    & (artifacts.c.key.in_(bindparam("keys", expanding=True)))
    & (artifacts.c.struck == 0)
)
# One round trip answers both: whether the claim holds (a row), and what is accepted (its columns).
_FIND = (
    select(artifacts.c.key, artifacts.c.digest, artifacts.c.size, artifacts.c.suffix)
    .select_from(steps.outerjoin(artifacts, _accepted))
    .where(_mine)
)
_LEASE = (key_leases.c.kind == bindparam("kind_")) & (key_leases.c.key == bindparam("key_"))
_OWNER = select(key_leases.c.step_id, key_leases.c.fence).where(_LEASE).with_for_update()
_IS_ALIVE = select(steps.c.id).where(_mine)
_INHERIT = update(key_leases).where(_LEASE).values(step_id=bindparam("step"), fence=bindparam("held"))
_GIVE_UP = delete(key_leases).where(_LEASE, key_leases.c.step_id == bindparam("step"))
_PROGRESS = (
    update(steps).where(_mine).values(progress_done=bindparam("done"), progress_total=bindparam("total"))
)
_TOUCH = update(steps).where(_mine).values(lease=steps.c.lease + 1)


def _taking(inserter: rows.Inserter) -> Executable:
    return inserter(key_leases).on_conflict_do_nothing().returning(key_leases.c.step_id)


def _taking_free(inserter: rows.Inserter) -> Executable:
    kind = bindparam("kind_", type_=key_leases.c.kind.type)
    key = bindparam("key_", type_=key_leases.c.key.type)
    entered = inserter(key_leases).from_select(
        ["kind", "key", "step_id", "fence"], select(kind, key, steps.c.id, steps.c.fence).where(_mine)
    )
    return entered.on_conflict_do_nothing().returning(key_leases.c.step_id)


def _making(inserter: rows.Inserter) -> Executable:
    return inserter(makings).on_conflict_do_nothing()


_TAKE = rows.per_dialect(_taking)
# Most keys are free: that takes no transaction of several statements.
_TAKE_FREE = rows.per_dialect(_taking_free)
_MADE = rows.per_dialect(_making)


@dataclass(kw_only=True)
class LedgerDesk:
    """A `pipeline.steps.desk.Desk` over the ledger, for one claim.

    Attributes:
        ledger: the ledger.
        claim: whose work it is.
        revoked: says at once whether a beat has heard that the claim is lost.
        used: every artifact that was found or put, for the commit.
    """

    ledger: Ledger
    claim: Claim
    revoked: Callable[[], bool]
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
        asked = self._asked(kind, key)
        if self.ledger.change("take", rows.spoken(self.ledger.engine, _TAKE_FREE), asked).rows:
            # Sought only now that its key is ours: whoever made it had it accepted before giving up the key.
            if key not in self.find_all(kind, [key]):
                return True
            self.used.pop((kind, key))
            self.ledger.change("take", _GIVE_UP, asked)
            return False
        with self.ledger.write("take") as connection:
            if not self._enter(connection, asked):
                self._check_mine(connection)
                return False
            if self._find(connection, kind, [key]):
                run(connection, _GIVE_UP, asked)
                return False
            return True

    def put(self, artifact: Artifact, machine_ms: int) -> None:
        """Have an artifact accepted under the fence; its key is free again."""
        asked = self._asked(artifact.kind, artifact.key)
        with self.ledger.write("put") as connection:
            now = self.ledger.clock()
            if run(connection, _TOUCH, asked).rowcount != 1:
                raise rows.superseded(self.claim)
            rows.use(connection, self.claim, [rows.accept_one(connection, artifact, now)])
            made = {
                "step_id": self.claim.step,
                "number": self.claim.fence,
                "kind": artifact.kind.value,
                "key": artifact.key,
                "machine_ms": machine_ms,
                "made_at": now,
            }
            run(connection, rows.spoken(connection, _MADE), made)
            run(connection, _GIVE_UP, asked)
        self.used[artifact.kind, artifact.key] = artifact

    def forget(self, artifact: Artifact) -> None:
        """Strike out an artifact that was found missing or damaged, so that it is made again."""
        with self.ledger.write("forget") as connection:
            self._check_mine(connection)
            strike(connection, artifact.kind, artifact.key, artifact.digest)
        self.used.pop((artifact.kind, artifact.key), None)

    def advance(self, done: int, total: int) -> None:
        """Tell how far the step is; a statement each time, so once a second is enough."""
        told = {"step": self.claim.step, "held": self.claim.fence, "done": done, "total": total}
        if self.ledger.change("advance", _PROGRESS, told).rowcount != 1:
            raise rows.superseded(self.claim)

    def check(self) -> None:
        """Raise `SupersededError` if a beat has heard that the claim is lost."""
        if self.revoked():
            raise rows.superseded(self.claim)

    def _check_mine(self, connection: Connection) -> None:
        if not rows.is_mine(connection, self.claim):
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

    def _asked(self, kind: Kind, key: str) -> dict[str, str | int]:
        return {"step": self.claim.step, "held": self.claim.fence, "kind_": kind.value, "key_": key}

    def _enter(self, connection: Connection, asked: dict[str, str | int]) -> bool:
        """Enter this step as the maker of a key, in place of one whose claim has ended."""
        mine = {
            "kind": asked["kind_"],
            "key": asked["key_"],
            "step_id": asked["step"],
            "fence": asked["held"],
        }
        if run(connection, rows.spoken(connection, _TAKE), mine).first() is not None:
            return True
        owner = run(connection, _OWNER, asked).first()
        if owner is None:
            # It was given up between the two statements: whoever asks next finds what was made.
            return False
        if (owner.step_id, owner.fence) == (self.claim.step, self.claim.fence):
            return True
        held = {"step": owner.step_id, "held": owner.fence}
        if run(connection, _IS_ALIVE, held).first() is not None:
            return False
        run(connection, _INHERIT, asked)
        return True
