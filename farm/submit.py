"""Submit a batch: every row is checked completely, then everything is queued in one go, or nothing is."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from db import submission
from db.departments import read_departments
from db.values import JobDraft, Notice, Submission, Submitted
from farm.bootstrap import Farm
from farm.choices import OTHER_VOICE, Chooser, Wish, urgency_of
from farm.manifest import ManifestLimits, read_manifest
from farm.portraits import UNSEEN, Gallery, box_of
from farm.rows import BrokenRow, Problem, Row, Wanted
from pipeline.plan import script, trace
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.background import BACKGROUND, colour_of, with_plain_background
from pipeline.plan.bearing import EXPRESSION, MOTION, expression_of, motion_of, plainly
from pipeline.plan.errors import Fact, InputError
from pipeline.plan.job import Format, JobSpec
from pipeline.plan.keys import canonical
from pipeline.plan.names import legible
from pipeline.plan.portrait import Finding
from pipeline.store import Store

# Files that are made durable at the same time, and rows that are given out in one go.
_AT_ONCE = 4
_MANY = 256
_SCRIPT_SUFFIX = ".txt"
_DEPARTMENT = "default"
_PITCH = "voice.pitch"
_PLAIN_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a batch is submitted.

    Attributes:
        key: the user's own name for this submission, to be used for this content alone; None for none.
        again: make a new batch although the same content was submitted before.
        skip_invalid: queue the good rows although others are bad.
        strict: refuse rows that have a warning.
    """

    key: str | None = None
    again: bool = False
    skip_invalid: bool = False
    strict: bool = False


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What became of a submission.

    Attributes:
        batch: number of the batch.
        jobs: how many films it has.
        created: False when the same content had been submitted before and that batch is meant.
        skipped: what was wrong with rows that were left out.
        warnings: what the rows were accepted in spite of.
    """

    batch: int
    jobs: int
    created: bool
    skipped: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


class BatchRefusedError(InputError):
    """A batch that cannot be queued as it is: nothing of it was.

    Attributes:
        problems: everything wrong, in the order of the rows.
        warnings: what may be an oversight.
        rows: how many rows the manifest has.
        good: how many of them have no problem.
    """

    def __init__(
        self, *, name: str, problems: Sequence[Problem], warnings: Sequence[Problem], rows: int, good: int
    ) -> None:
        code = "command-batch-refused" if good else "command-batch-hopeless"
        if any(problem.row == 0 for problem in problems):
            code = "command-manifest-unusable"
        elif good and good == rows:
            code = "command-batch-doubtful"
        super().__init__(code, name=name, rows=rows, bad=rows - good, good=good)
        self.problems = tuple(problems)
        self.warnings = tuple(warnings)
        self.rows = rows
        self.good = good


def submit(farm: Farm, path: Path, manner: Manner) -> Receipt:
    """Check a manifest's rows completely, copy their inputs into the store and queue them in one transaction.

    Nothing is stored or queued when a row is refused. Memory does not grow with scripts or pictures: each is
    read when it is needed, and each distinct portrait is looked at once per format.

    Raises:
        BatchRefusedError: rows are refused, each with its column, code and facts.
        InputError: the manifest itself cannot be read, or a key was used with other content.
        AwayError: the ledger or the store cannot be reached.
    """
    limits = farm.settings.limits
    manifest = read_manifest(
        path,
        limits=ManifestLimits(
            rows=limits.manifest_rows,
            bytes=limits.manifest_bytes,
            script_characters=limits.script_characters,
            portrait_bytes=limits.portrait_bytes,
        ),
    )
    clerk = _Clerk(farm)
    problems, warnings = list(manifest.problems), list(manifest.warnings)
    every: tuple[Row | BrokenRow, ...] = (*manifest.rows, *manifest.broken)
    for row in every:
        wrong, doubtful = clerk.check(row)
        problems += wrong
        warnings += doubtful
    if manner.strict:
        problems, warnings = [*problems, *warnings], []
    problems.sort(key=lambda problem: problem.row)
    warnings.sort(key=lambda warning: warning.row)
    refused = {problem.row for problem in problems}
    rows = [row for row in manifest.rows if row.number not in refused]
    whole = any(problem.row == 0 for problem in problems)
    if whole or not rows or (refused and not manner.skip_invalid):
        raise BatchRefusedError(
            name=path.name or str(path),
            problems=problems,
            warnings=warnings,
            rows=manifest.total,
            good=0 if whole else len(rows),
        )
    kept = [warning for warning in warnings if warning.row not in refused]
    done = clerk.queue(rows, kept, path, manner)
    return Receipt(
        batch=done.batch, jobs=done.jobs, created=done.created, skipped=tuple(problems), warnings=tuple(kept)
    )


class _Clerk:
    """Checks rows and turns them into drafts, remembering what many rows share."""

    def __init__(self, farm: Farm) -> None:
        self._farm = farm
        settings = farm.settings
        self._chooser = Chooser(
            farm.voices, engine=settings.voice.engine, format=settings.film.format, fps=settings.film.fps
        )
        self._gallery = Gallery(farm)
        self._face = farm.faces.names()[0]
        self._user = legible(getpass.getuser())
        self._departments = read_departments(farm.ledger)
        self._pictures: dict[str, Artifact] = {}

    def check(self, row: Row | BrokenRow) -> tuple[list[Problem], list[Problem]]:
        """Everything else that is wrong with a row, and what may be an oversight.

        Of a row that is broken already, what could be read of it is looked at.
        """
        wish, text = _wish(row), row.script
        wrong = self._refusals(row, wish, text)
        known = row.wrong.union(problem.column for problem in wrong)
        doubtful: list[Problem] = []
        speaker = _speaker(row)
        if text is not None and not known & {speaker, "speed", _PITCH}:
            facts = self._chooser.other_voice(wish, text)
            if facts is not None:
                doubtful.append(_problem(row, speaker, OTHER_VOICE, facts))
        if row.background is not None and BACKGROUND not in known:
            found = self._gallery.check(row.background, row.background_digest)
            doubtful += [_problem(row, BACKGROUND, finding.code, finding.facts) for finding in found]
        if row.portrait is not None and not known & {"format", "face.box", BACKGROUND}:
            for finding in self._look(row, row.portrait):
                column = BACKGROUND if finding.code == UNSEEN else "portrait"
                told = _problem(row, column, finding.code, finding.facts)
                (wrong if finding.level == "error" else doubtful).append(told)
        return wrong, doubtful

    def _refusals(self, row: Row | BrokenRow, wish: Wish, text: str | None) -> list[Problem]:
        """What is wrong with what stands in a row's columns, the portrait apart."""
        characters = self._farm.settings.limits.script_characters
        checks = (
            (row.script_column, lambda: script.check(text or "", max_characters=characters)),
            (_speaker(row), lambda: self._chooser.voice(replace(wish, speed="", pitch=""), text or "")),
            ("speed", lambda: self._chooser.speed(wish)),
            (_PITCH, lambda: self._chooser.pitch(wish)),
            ("format", lambda: self._chooser.check_format(wish)),
            ("face.box", lambda: box_of(row.options)),
            (BACKGROUND, lambda: self._check_background(row)),
            (EXPRESSION, lambda: expression_of(row.options)),
            (MOTION, lambda: motion_of(row.options)),
            ("urgency", lambda: urgency_of(row.urgency)),
            ("department", lambda: self._department(row)),
        )
        wrong: list[Problem] = []
        for column, look in checks:
            if column not in row.wrong:
                try:
                    look()
                except InputError as error:
                    wrong.append(_problem(row, column, error.code, error.facts))
        return wrong

    def _look(self, row: Row | BrokenRow, portrait: Path) -> tuple[Finding, ...]:
        """Everything to be said about a row's portrait."""
        try:
            picture = self._format(row, portrait)
        except InputError as error:
            return (Finding(code=error.code, level="error", facts=error.facts),)
        return self._gallery.look(
            portrait,
            row.portrait_digest,
            picture,
            box_of(row.options),
            colour_of(row.options),
            pictured=row.background is not None,
        )

    def _format(self, row: Row | BrokenRow, portrait: Path) -> Format:
        return self._chooser.format(_wish(row), lambda: self._gallery.size(portrait, row.portrait_digest))

    def _check_background(self, row: Wanted) -> None:
        colour_of(row.options)
        if row.background is not None:
            self._gallery.check(row.background, row.background_digest)

    def _department(self, row: Wanted) -> str:
        """The department that pays for a row; ``default`` when its cell is empty."""
        department = row.department or _DEPARTMENT
        if department not in self._departments:
            known = ", ".join(self._departments)
            raise InputError("submit-department-unknown", department=department, known=known)
        return department

    def queue(
        self, rows: Sequence[Row], warnings: Iterable[Problem], path: Path, manner: Manner
    ) -> Submitted:
        """Copy the rows' inputs into the store and write batch and jobs into the ledger."""
        farm = self._farm
        for row in rows:
            self._adopt(row.portrait, row.portrait_digest)
            if row.background is not None:
                self._adopt(row.background, row.background_digest)
        content = hashlib.sha256()
        for row in rows:
            content.update(canonical([_content(self._spec(row)), urgency_of(row.urgency)]).encode() + b"\n")
        batch = Submission(
            content=content.hexdigest(),
            name=legible(path.name),
            user=self._user,
            department=self._department(rows[0]),
            key=None if manner.key is None else legible(manner.key),
            again=manner.again,
        )
        if (existing := submission.find_batch(farm.ledger, batch)) is not None:
            return existing
        self._store_scripts(rows)
        return submission.submit(farm.ledger, batch, self._drafts(rows, warnings))

    def _store_scripts(self, rows: Sequence[Row]) -> None:
        """Keep every row's script, some at a time: a disk makes several files durable together."""
        remaining = iter(rows)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            while some := list(islice(remaining, _MANY)):
                for _ in pool.map(lambda row: store_script(self._farm.store, row.script), some):
                    pass

    def _drafts(self, rows: Iterable[Row], warnings: Iterable[Problem]) -> Iterator[JobDraft]:
        told: dict[int, list[Notice]] = {}
        for warning in warnings:
            told.setdefault(warning.row, []).append(Notice(code=warning.code, facts=warning.facts))
        for row in rows:
            yield JobDraft(
                spec=self._spec(row),
                urgency=urgency_of(row.urgency),
                traceparent=trace.new(os.urandom(trace.TRACE_BYTES + trace.SPAN_BYTES)).traceparent,
                warnings=tuple(told.get(row.number, ())),
            )

    def _spec(self, row: Row) -> JobSpec:
        wish = _wish(row)
        text = row.script
        return JobSpec(
            row=row.id,
            title=row.title or row.id,
            user=row.user or self._user,
            scene=row.scene or row.id,
            script=script_artifact(text),
            portrait=self._pictures[row.portrait_digest],
            background=self._pictures.get(row.background_digest),
            voice=self._chooser.voice(wish, text),
            face=self._face,
            format=self._format(row, row.portrait),
            # What the choice of a voice bears already is not told a second time.
            options=with_plain_background(
                plainly({name: value for name, value in row.options.items() if name != _PITCH})
            ),
        )

    def _adopt(self, picture: Path, digest: str) -> None:
        if digest in self._pictures:
            return
        artifact = self._farm.store.adopt(
            Kind.SOURCE,
            picture_suffix(picture),
            picture,
            limit_bytes=self._farm.settings.limits.portrait_bytes,
        )
        if artifact.digest != digest:
            raise InputError("submit-portrait-changed", name=picture.name)
        self._pictures[digest] = artifact


def _content(spec: JobSpec) -> Mapping[str, object]:
    """What of a job tells its batch from others, as the first ledgers had it.

    Fields that came later are left out where they say nothing new, so that the same manifest is the same
    batch after an upgrade too.
    """
    content: dict[str, object] = json.loads(canonical(spec))
    if spec.background is None:
        del content["background"]
    if not spec.format.whole:
        content["format"] = {"width": spec.format.width, "height": spec.format.height, "fps": spec.format.fps}
    return content


def script_artifact(text: str) -> Artifact:
    """What a script is called in the store: its normalised text in UTF-8, named by its digest."""
    data = text.encode()
    digest = hashlib.sha256(data).hexdigest()
    return Artifact(kind=Kind.SOURCE, key=digest, digest=digest, size=len(data), suffix=_SCRIPT_SUFFIX)


def picture_suffix(picture: Path) -> str:
    """The suffix that a picture bears in the store; a strange one is dropped, content tells the kind."""
    suffix = picture.suffix.lower()
    return suffix if _PLAIN_SUFFIX.fullmatch(suffix) else ".img"


def store_script(store: Store, text: str) -> Artifact:
    """Keep a script in the store."""
    artifact = script_artifact(text)

    def write(part: Path) -> None:
        part.write_bytes(text.encode())

    return store.put(Kind.SOURCE, artifact.key, _SCRIPT_SUFFIX, write)


def _speaker(row: Wanted) -> str:
    """The column that says who speaks."""
    return "language" if row.language and not row.voice else "voice"


def _wish(row: Wanted) -> Wish:
    return Wish(
        voice=row.voice,
        language=row.language,
        format=row.format,
        speed=row.speed,
        pitch=row.options.get(_PITCH, ""),
    )


def _problem(row: Wanted, column: str, code: str, facts: Mapping[str, Fact]) -> Problem:
    return Problem(row=row.number, column=column, code=code, facts=facts)
