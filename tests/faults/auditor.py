"""The proof that nothing was lost or doubled: from the ledger, the files and the list of processes alone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from db.engine import connect
from db.ledger import Ledger
from farm import show
from farm.bootstrap import Farm, open_farm
from farm.gc import collect_garbage
from farm.verify import Verdict, verify
from pipeline.durable import digest_of
from pipeline.plan.artifact import Kind
from pipeline.steps.parts import PARTS, sweep
from tasks.bell import Bell
from tasks.step import open_runner
from tests.faults.ground import Ground
from tests.tasks.yard import Row, ask, break_ground, quick_settings, sow

# Nobody listens there: a silent bell costs nothing but time.
_NOWHERE = "redis://127.0.0.1:9/0"


@dataclass(frozen=True, kw_only=True)
class Books:
    """What the ledger tells of a campaign.

    Attributes:
        jobs: films that were submitted.
        lost: those that did not end in the archive.
        steps: steps of all films.
        attempts: attempts, those folded into one row counted singly.
        outcomes: how many ended in which way.
        clips: clips that were made.
        again: clips that were made once more since a fault destroyed their file.
        wasted: clips that were in work when their worker was lost, and were begun anew.
        complaints: whatever is not as it was promised; empty if nothing was lost and nothing doubled.
    """

    jobs: int
    lost: int
    steps: int
    attempts: int
    outcomes: Mapping[str, int]
    clips: int
    again: int
    wasted: int
    complaints: tuple[str, ...]


def audit(ground: Ground, essences: Mapping[str, str]) -> Books:
    """Look through ledger, store and archive once every film has ended.

    Args:
        ground: the farm; it may be up or not.
        essences: the essence digest of each row's film, made without any fault.
    """
    farm = ground.farm
    lost = ask(farm, "SELECT id, row_name, state, archive, error_code FROM jobs WHERE archive <> 'archived'")
    complaints = [f"film lost: {row}" for row in lost]
    complaints += _steps(farm)
    complaints += _doubled(farm, ground.destroyed)
    complaints += _artifacts(farm)
    complaints += _films(farm, essences)
    complaints += [
        f"key left in lease: {row}" for row in ask(farm, "SELECT kind, key, step_id FROM key_leases")
    ]
    outcomes = ask(farm, "SELECT outcome, count(*) FROM attempts GROUP BY outcome")
    return Books(
        jobs=_number(farm, "SELECT count(*) FROM jobs"),
        lost=len(lost),
        steps=_number(farm, "SELECT count(*) FROM steps"),
        attempts=_number(farm, "SELECT coalesce(sum(folded + 1), 0) FROM attempts"),
        outcomes={str(outcome): int(str(count)) for outcome, count in outcomes},
        clips=_number(farm, "SELECT count(DISTINCT key) FROM makings WHERE kind = 'clip'"),
        again=_number(farm, "SELECT count(*) - count(DISTINCT key) FROM makings WHERE kind = 'clip'"),
        wasted=_number(
            farm,
            "SELECT count(*) FROM attempts WHERE outcome IN ('lost', 'superseded') AND last_key IS NOT NULL",
        ),
        complaints=tuple(complaints),
    )


def audit_remains(ground: Ground) -> tuple[str, ...]:
    """What is left of a farm that has ended, once its garbage was collected: processes, parts, leases."""
    left = [f"process left: {each}" for each in processes_of(ground.home)]
    ledger = Ledger(connect(ground.settings.ledger_url))
    collect_garbage(ledger, ground.farm.store, grace_s=0)
    ledger.close()
    sweep(ground.nas, older_than_s=0)
    left += [f"part left: {path}" for path in ground.farm.store.root.rglob("*.part")]
    left += [f"part left: {path}" for path in (ground.nas / PARTS).glob("*")]
    left += [
        f"lease left: {row}" for row in ground.ask("SELECT id, worker FROM steps WHERE worker IS NOT NULL")
    ]
    return tuple(left)


def processes_of(home: Path) -> list[list[str]]:
    """Command lines of every process that works below a home folder, this one apart."""
    found = []
    for process in psutil.process_iter():
        try:
            told = [process.cwd(), *process.cmdline()]
        except psutil.Error:
            continue
        if process.pid != os.getpid() and any(str(home) in part for part in told):
            found.append(process.cmdline())
    return found


def essences_without_faults(place: Path, scripts: Mapping[str, str]) -> dict[str, str]:
    """The same films, made in this process by the same steps, with nothing in their way; each film's essence.

    Args:
        place: a folder of its own.
        scripts: what is said, by row.
    """
    settings = quick_settings(place / "home", LEASE__EXPIRY_S="600")
    break_ground(settings)
    with open_farm(settings) as farm:
        # Films in which the same is said are the same films.
        rows = {script: row for row, script in scripts.items()}
        sow(farm, [Row(row=row, script=script) for script, row in rows.items()])
        with open_runner(farm, "reference", [], Bell(_NOWHERE)) as runner:
            while steps := ask(farm, "SELECT id FROM steps WHERE state = 'ready' ORDER BY id"):
                for (step,) in steps:
                    runner.run(int(str(step)))
        essences = {row: verify(path).essence for row, path in _archived(farm)}
        return {row: essences[rows[script]] for row, script in scripts.items()}


def _number(farm: Farm, question: str) -> int:
    ((value,),) = ask(farm, question)
    return int(str(value))


def _steps(farm: Farm) -> Iterator[str]:
    """Every step is done; every claim has its attempt, every attempt its end; one commit closed the step."""
    question = (
        "SELECT s.id, s.job_id, s.stage, s.state, s.fence, count(a.number), "
        "coalesce(sum(a.folded), 0), count(CASE WHEN a.outcome IS NULL THEN 1 END), "
        "count(CASE WHEN a.outcome = 'ok' THEN 1 END) "
        "FROM steps s LEFT JOIN attempts a ON a.step_id = s.id "
        "GROUP BY s.id, s.job_id, s.stage, s.state, s.fence"
    )
    for step, job, stage, state, fence, attempts, folded, unended, accepted in ask(farm, question):
        name = f"step {step} ({stage} of film {job})"
        if state != "done":
            yield f"{name} is {state}"
        if int(str(fence)) != int(str(attempts)) + int(str(folded)):
            yield f"{name}: {fence} claims, {attempts} attempts and {folded} folded into them"
        if unended:
            yield f"{name}: {unended} attempts without an end"
        if not accepted:
            yield f"{name}: no attempt was accepted"


def _doubled(farm: Farm, destroyed: Mapping[str, int]) -> Iterator[str]:
    """Nothing was made more often than once and once for each time that a fault destroyed it.

    A step that was accepted twice ran again since something that it had made was destroyed.
    """
    question = "SELECT kind, key, count(*) FROM makings GROUP BY kind, key HAVING count(*) > 1"
    for kind, key, count in ask(farm, question):
        allowed = 1 + destroyed.get(str(key), 0)
        if int(str(count)) > allowed:
            yield f"{kind} {str(key)[:12]} was made {count} times, not {allowed}"
    question = (
        "SELECT s.id, s.stage, count(*) FROM steps s "
        "JOIN attempts a ON a.step_id = s.id AND a.outcome = 'ok' GROUP BY s.id, s.stage HAVING count(*) > 1"
    )
    for step, stage, count in ask(farm, question):
        made = ask(farm, "SELECT key FROM makings WHERE step_id = :step", step=step)
        allowed = 1 + sum({str(key): destroyed.get(str(key), 0) for (key,) in made}.values())
        if int(str(count)) > allowed:
            yield f"step {step} ({stage}) was accepted {count} times, not {allowed}"


def _artifacts(farm: Farm) -> Iterator[str]:
    """Every accepted artifact lies in the store, and is what it was."""
    rows = ask(farm, "SELECT kind, key, digest, suffix FROM artifacts WHERE struck = 0")
    for kind, key, digest, suffix in rows:
        path = farm.store.root / str(Kind(str(kind))) / str(key)[:2] / f"{key}.{str(digest)[:16]}{suffix}"
        if not path.is_file():
            yield f"artifact missing: {path.name}"
        elif digest_of(path) != digest:
            yield f"artifact damaged: {path.name}"


def _films(farm: Farm, essences: Mapping[str, str]) -> Iterator[str]:
    """Every film in the archive is whole, labelled, and the same as without faults."""
    for row, path in _archived(farm):
        found = verify(path)
        if found.verdict is not Verdict.OK:
            yield f"{row}: {found.verdict} ({found.reason})"
        if found.essence != essences[row]:
            yield f"{row}: not the film that is made without faults"


def _archived(farm: Farm) -> Iterator[tuple[str, Path]]:
    for job, row in ask(farm, "SELECT id, row_name FROM jobs WHERE archive = 'archived' ORDER BY id"):
        yield str(row), farm.archive / show.job(farm, int(str(job))).archived["film"]
