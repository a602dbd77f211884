"""The auditor: proves from ledger and disk alone that nothing is lost, doubled or left over."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from db import reports
from db.codec import profile_digest, profile_from_text
from db.ledger import Ledger
from db.operations import STOPPED
from db.prepared import run
from db.restoring import RESTORED
from db.states import STAGE_ORDER, HoldReason, Role, Stage
from db.tables import (
    archive_names,
    artifacts,
    attempts,
    audit,
    batches,
    charges,
    holds,
    jobs,
    key_leases,
    makings,
    metadata,
    results,
    steps,
    uses,
)
from farm.results import SUFFIXES
from pipeline.steps.archive import MARKER, SOURCES
from pipeline.store import Store
from tests.db.stages import OK_MS, accepted
from tests.db.telling import audit_news
from tests.db.values import digest
from tests.db.world import ENDED_MS, World

Key = tuple[str, str]
_BEGUN = {"ready", "running", "done"}
_UNFINISHED = {"blocked", "ready", "running"}
#: What a step of each stage makes of words, and cannot have been done without.
_MADE_OF_WORDS = {
    "write": ("script",),
    "speak": ("speech",),
    "listen": ("heard", "speech"),
    "render": ("clip",),
}
_EVERY_ROW = {table: select(table) for table in metadata.sorted_tables}
_MADE = {kind for kinds in _MADE_OF_WORDS.values() for kind in kinds}


#: The parts that every film has.
_PARTS = {role.value for role in (Role.FILM, Role.SRT, Role.VTT, Role.POSTER, Role.MANIFEST)}


class Books:
    """Everything that the ledger says at one moment."""

    def __init__(self, ledger: Ledger) -> None:
        with ledger.read() as connection:

            def every(table: Table[Any]) -> list[Any]:
                return list(run(connection, _EVERY_ROW[table], {}))

            self.jobs = {row.id: row for row in every(jobs)}
            self.artifacts = {row.id: row for row in every(artifacts)}
            self.key_leases = every(key_leases)
            self.makings = every(makings)
            self.archive_names = every(archive_names)
            self.held = {row.job_id for row in every(holds)}
            self.in_line = {row.job_id for row in every(holds) if row.reason == HoldReason.QUOTA.value}
            self.charged = {row.job_id for row in every(charges)}
            self.steps: dict[int, list[Any]] = defaultdict(list)
            for row in every(steps):
                self.steps[row.job_id].append(row)
            self.attempts: dict[int, list[Any]] = defaultdict(list)
            for row in sorted(every(attempts), key=lambda row: row.number):
                self.attempts[row.step_id].append(row)
            self.results: dict[int, dict[str, int]] = defaultdict(dict)
            for row in every(results):
                self.results[row.job_id][row.role] = row.artifact_id
            self.uses: dict[int, set[int]] = defaultdict(set)
            for row in every(uses):
                self.uses[row.step_id].add(row.artifact_id)

    @property
    def all_steps(self) -> list[Any]:
        """The steps of all jobs."""
        return [step for of_job in self.steps.values() for step in of_job]


def audit_standing(
    ledger: Ledger, store: Store, damaged: Collection[Key], scripts: dict[str, list[str]]
) -> None:
    """What has to be true at any moment.

    Args:
        ledger: the ledger.
        store: its store.
        damaged: kinds and keys whose files the test itself took away, and nobody has made again.
        scripts: the words of each script, brief and recording, by its digest.
    """
    books = Books(ledger)
    running = {(step.id, step.fence) for step in books.all_steps if step.state == "running"}
    open_ = {(row.step_id, row.number) for of in books.attempts.values() for row in of if row.outcome is None}
    assert running == open_, "an attempt is open exactly while its step is running"
    for step in books.all_steps:
        assert step.state == "ready" or not step.published_at, f"a {step.state} step is on its way"
    holders = {(row.step_id, row.fence) for row in books.key_leases}
    assert holders <= running, "a key is kept by somebody who has gone"
    for job in books.jobs.values():
        _audit_order(job, books)
        _audit_quota(job, books)
    _audit_makings(books)
    _audit_accounts(books)
    _audit_files(books, store, damaged)
    _audit_words(books, scripts)


def _audit_order(job: Any, books: Books) -> None:  # noqa: ANN401 - a row
    """No step begins before what it rests on is done, none is dispatched that may not be, and none waits."""
    mine = books.steps[job.id]
    shut = job.id in books.held or job.state in {"failed", "canceled"}
    for step in mine:
        if step.state in _BEGUN:
            before = {
                each.state for each in mine if STAGE_ORDER[Stage(each.stage)] < STAGE_ORDER[Stage(step.stage)]
            }
            assert before <= {"done"}, f"{step.stage} of job {job.id} is {step.state} after {before}"
        if step.state in _UNFINISHED:
            assert bool(step.closed) == shut, f"{step.stage} of job {job.id} is closed: {step.closed}"
    planned = {step.profile for step in mine if step.stage == "render" and step.first < step.end}
    profile = profile_from_text(job.profile)
    assert planned <= {profile_digest(profile) if profile else ""}, f"job {job.id} mixes render profiles"
    joined = {step.state for step in mine if step.stage == "join"} == {"done"}
    assert joined or job.state != "completed", f"job {job.id} is completed without a film"
    assert job.state != "canceled" or job.id not in books.held, f"job {job.id} is canceled and held"
    under_way = job.state in {"queued", "active"} or job.archive == "pending"
    if under_way:
        assert any(step.state in {"ready", "running"} for step in mine), f"job {job.id} stands still"


def _audit_quota(job: Any, books: Books) -> None:  # noqa: ANN401 - a row
    """Who is to begin is charged to a quota or waits for one; who never began and never will, neither."""
    paid, waits = job.id in books.charged, job.id in books.in_line
    assert not (paid and waits), f"job {job.id} was charged and waits for a quota"
    assert paid or waits or job.state != "queued", f"job {job.id} is queued at nobody's charge"
    if job.state == "canceled":
        assert not waits
        assert not paid or job.started_at is not None, f"job {job.id} was charged for nothing"


def _audit_makings(books: Books) -> None:
    """Each thing was made once while it was accepted, by somebody to whom it belonged at that time."""
    made: dict[Key, list[int]] = defaultdict(list)
    for row in books.makings:
        made[row.kind, row.key].append(row.made_at)
        attempt = next((each for each in books.attempts[row.step_id] if each.number == row.number), None)
        if attempt is not None:
            assert attempt.started_at <= row.made_at, "a thing was made before its attempt began"
            assert attempt.ended_at is None or row.made_at <= attempt.ended_at, "a late thing was accepted"
    for row in books.artifacts.values():
        # What is told of a whole job is accepted with its step, and no word of it is made.
        if row.kind in _MADE and row.suffix == ".bin" and not row.struck:
            times = [at for at in made[row.kind, row.key] if at >= row.made_at]
            assert times == [row.made_at], f"a {row.kind} was made {len(times)} times while one was accepted"


def _audit_accounts(books: Books) -> None:
    """An attempt is charged for as long as it kept its worker; good of it is what led to something."""
    made: dict[tuple[int, int], int] = {}
    for row in books.makings:
        at = row.step_id, row.number
        made[at] = max(row.made_at, made.get(at, 0))
    for row in (each for of in books.attempts.values() for each in of):
        last = made.get((row.step_id, row.number), row.started_at)
        if row.outcome is None:
            held = good = 0
        else:
            until = last if row.error_code == RESTORED else row.ended_at
            held = max(0, until - row.started_at)
            good = held if row.outcome == "ok" else min(held, max(0, last - row.started_at))
        if row.folded:
            assert row.held_ms > held, "waits that were folded are charged"
            assert good <= row.good_ms <= row.held_ms, "no more is good than was taken"
        else:
            assert (row.held_ms, row.good_ms) == (held, good), f"a {row.outcome} attempt is charged wrongly"


def _audit_files(books: Books, store: Store, damaged: Collection[Key]) -> None:
    """Each accepted artifact that a job may still need has its file."""
    on_disk = {(found.kind.value, found.key, found.digest16) for found in store.walk()}
    of_job = {step.id: books.jobs[step.job_id] for step in books.all_steps}
    needed = {
        each for step, used in books.uses.items() if of_job[step].archive != "archived" for each in used
    }
    needed |= {
        each
        for job, parts in books.results.items()
        for role, each in parts.items()
        if role != Role.TIMELINE.value or books.jobs[job].archive != "archived"
    }
    needed |= {each for job in books.jobs.values() for each in _inputs(job).values()}
    for number in needed:
        row = books.artifacts.get(number)
        assert row is not None, "gc forgot what a job refers to"
        if not row.struck and (row.kind, row.key) not in damaged:
            assert (row.kind, row.key, row.digest[:16]) in on_disk, (
                f"gc took a {row.kind} that a job refers to"
            )


def _inputs(job: Any) -> dict[str, int]:  # noqa: ANN401 - a row
    """What a job was submitted with, by what it is called in the archive."""
    inputs = {"script": job.script_id, "portrait": job.portrait_id, "background": job.background_id}
    inputs |= {"brief": job.brief_id, "recording": job.recording_id}
    return {what: each for what, each in inputs.items() if each is not None}


def _delivered(job: Any, books: Books) -> dict[str, int]:  # noqa: ANN401 - a row
    """What lies among the sources of a job's film, by what it is called there."""
    inputs = {what: each for what, each in _inputs(job).items() if what not in {"brief", "recording"}}
    written = books.results[job.id].get(Role.SCRIPT.value)
    return inputs if written is None else {**inputs, "script": written}


def _audit_words(books: Books, scripts: dict[str, list[str]]) -> None:
    """Whoever has done a step of a job that is not yet archived has written down what it rests on."""
    ids = {(row.kind, row.key): row.id for row in books.artifacts.values()}
    for step in books.all_steps:
        job = books.jobs[step.job_id]
        if step.state != "done" or job.archive == "archived" or step.stage not in _MADE_OF_WORDS:
            continue
        wanted = {ids.get(each) for each in _rested_on(job, step, books, scripts)}
        assert wanted <= books.uses[step.id], f"a {step.stage} step is done without what it is made of"


def _rested_on(job: Any, step: Any, books: Books, scripts: dict[str, list[str]]) -> set[Key]:  # noqa: ANN401 - rows
    """What a step cannot have been done without, made of the words of its job."""
    words = scripts[books.artifacts[job.recording_id or job.brief_id or job.script_id].key]
    if step.stage == "write":
        return {("script", digest(" ".join(words)))}
    if step.stage == "listen":
        speeches = words if job.recording_id else [accepted(word) for word in words]
        heard = {("heard", digest(word)) for word in words}
        return heard | {("speech", digest(speech)) for speech in speeches}
    (kind,) = _MADE_OF_WORDS[step.stage]
    chunk = words if step.stage == "speak" else words[step.first : step.end]
    return {(kind, digest(word)) for word in chunk}


def audit_end(world: World, *, all_completed: bool) -> None:
    """What has to be true when all work has ended and gc has run.

    Args:
        world: everything there is.
        all_completed: whether every job shall have become a film.
    """
    store, damaged = world.store, world.damaged
    books = Books(world.ledger)
    _audit_files(books, store, damaged)
    _audit_jobs(books, world, all_completed=all_completed)
    audit_news(world.ledger, all_told=world.all_told)
    for step in books.all_steps:
        _audit_attempts(step, books)
        _audit_ends(step, books, world.ends)
    assert not books.key_leases, "a key's lease is left over"
    known = {
        (row.kind, row.key, row.digest[:16], row.size) for row in books.artifacts.values() if not row.struck
    }
    on_disk = set()
    for found in store.walk():
        content = (store.root / found.path).read_bytes()
        assert hashlib.sha256(content).hexdigest()[:16] == found.digest16, "a file is not what its name says"
        on_disk.add((found.kind.value, found.key, found.digest16, found.size))
    lost = {each for each in known - on_disk if each[:2] not in damaged}
    assert not lost, f"the ledger knows files that are not there: {lost}"
    assert not on_disk - known, f"files are left over: {on_disk - known}"
    parts = store.root / ".parts"
    assert not parts.is_dir() or not list(parts.iterdir()), "half-written files are left over"


def _audit_jobs(books: Books, world: World, *, all_completed: bool) -> None:
    names = {row.job_id: f"{row.folder}/{row.name}" for row in books.archive_names}
    for job in books.jobs.values():
        assert job.state in {"completed", "failed", "canceled"}, f"job {job.id} has not ended: {job.state}"
        assert not all_completed or job.state == "completed", f"job {job.id} was given up: {job.error_code}"
        if job.state != "completed":
            continue
        assert set(books.results[job.id]) >= _PARTS, "a film lacks a part"
        assert {step.state for step in books.steps[job.id]} == {"done"} or job.archive != "archived"
        if all_completed:
            assert job.archive == "archived"
            assert job.archive_path == f"{names[job.id]}.mp4"
            assert job.id not in books.held
    assert len({name.casefold() for name in names.values()}) == len(names), "two films share a name"
    _audit_archive(books, world.archive, names, _results(world))


def _results(world: World) -> dict[str, str]:
    """The digest of each results file that shall lie in the archive."""
    assert not [report.batch for report in reports.read_due(world.ledger) if report.news], "there is news"
    files = {}
    with world.ledger.read() as connection:
        batch_ids = list(connection.execute(select(batches.c.id)).scalars())
    for report in (reports.read_report(world.ledger, batch) for batch in batch_ids):
        if report.place is not None:
            for form, content in world.results(report).forms.items():
                files[f"{report.place}{SUFFIXES[form]}"] = hashlib.sha256(content).hexdigest()
    return files


def _audit_archive(books: Books, archive: Path, names: dict[int, str], told: Mapping[str, str]) -> None:
    """Archived films lie there with their companions, and results, as the ledger has it; nothing else."""
    files = (path for path in archive.rglob("*") if path.is_file() and path != archive / MARKER)
    there = {
        path.relative_to(archive).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }
    assert told.items() <= there.items(), "results do not tell what became of a batch"
    rightful = set(told)
    for number, name in names.items():
        job = books.jobs[number]
        wanted = {}
        for role, part in books.results[number].items():
            if role not in {"timeline", "script"}:
                wanted[f"{name}{books.artifacts[part].suffix}"] = books.artifacts[part].digest
        for what, part in _delivered(job, books).items():
            folder, _, stem = name.rpartition("/")
            source = f"{folder}/{SOURCES}/{stem}.{what}{books.artifacts[part].suffix}"
            wanted[source] = books.artifacts[part].digest
        rightful |= set(wanted)
        if job.archive == "archived":
            assert wanted.items() <= there.items(), f"the film of job {number} is not what was archived"
    assert set(there) <= rightful, f"the archive holds what nobody ordered: {set(there) - rightful}"


def _audit_attempts(step: Any, books: Books) -> None:  # noqa: ANN401 - a row
    """Every claim is an attempt with an end, and every millisecond that was proven is in the accounts."""
    mine = books.attempts[step.id]
    assert sum(1 + row.folded for row in mine) == step.fence, "an attempt is not accounted for"
    assert all(row.outcome is not None for row in mine), "an attempt has no end"
    assert step.state != "running"
    if step.state == "done" and (step.frames or step.stage != "render"):
        assert mine, "a step is done that nobody did"
        assert mine[-1].number == step.fence
        assert mine[-1].outcome == "ok", "a step is done that nobody did"
    for row in mine:
        assert row.machine_ms == _due(row, books), f"{row.outcome} costs {row.machine_ms} ms"


def _audit_ends(step: Any, books: Books, ends: Mapping[tuple[int, int], tuple[str, str]]) -> None:  # noqa: ANN401
    """Every end is remembered; only waits in a row, for the same reason, are remembered as one."""
    before = 0
    for row in books.attempts[step.id]:
        for number in range(before + 1, row.number):
            told = ends.get((step.id, number), ("interrupted", row.error_code))
            assert row.outcome == "interrupted", f"{number} was folded into an attempt that is {row.outcome}"
            assert told == ("interrupted", row.error_code), f"{told} was folded into {row.error_code}"
        assert row.folded == row.number - before - 1
        before = row.number
        outcome = ends.get((step.id, row.number), (row.outcome, ""))[0]
        assert outcome == row.outcome, f"an attempt that was {outcome} is remembered as {row.outcome}"


def _due(attempt: Any, books: Books) -> int:  # noqa: ANN401 - a row
    """What an attempt has to stand in the accounts with: what it told, or what is proven of it."""
    if attempt.outcome in {"lost", "superseded"} or attempt.error_code == STOPPED:
        which = (attempt.step_id, attempt.number)
        return sum(int(row.machine_ms) for row in books.makings if (row.step_id, row.number) == which)
    if attempt.outcome == "ok" or attempt.error_code == "ledger-collected":
        return OK_MS
    return ENDED_MS * (1 + int(attempt.folded))


def acts(ledger: Ledger) -> Counter[str]:
    """How often each act stands in the audit."""
    with ledger.read() as connection:
        return Counter(row.verb for row in connection.execute(select(audit)))
