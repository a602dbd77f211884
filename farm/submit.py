"""Submit a batch: once its rows were checked, everything is queued in one go, or nothing is."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path

from db import sources, storage, submission
from db.states import Urgency
from db.values import JobDraft, Notice, Room, Submission, Submitted
from farm.announcing import announce
from farm.bootstrap import Farm
from farm.caller import caller
from farm.choices import plain_options
from farm.hearingchoice import OPTIONS
from farm.lexicon import Dictionaries
from farm.precheck import Admitted, Progress, Unheard, admit, check
from farm.reading import Reading
from farm.rowcheck import Film
from farm.rows import Problem
from farm.sources import json_artifact, script_artifact, source_bytes, source_of, store_json, store_script
from farm.speechcheck import PITCH
from farm.typesetting import Typesetter
from farm.writingchoice import Commission
from pipeline.plan import trace
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import DamageError, InputError
from pipeline.plan.job import JobSpec, Typeface
from pipeline.plan.keys import canonical
from pipeline.plan.messages import Language
from pipeline.plan.names import legible
from pipeline.plan.stopwords import to_json as words_json

# Files that are made durable at the same time, and rows that are given out in one go.
_AT_ONCE = 4
_MANY = 256
# Options that a film's sound bears already.
_BORNE = frozenset({PITCH, *OPTIONS})


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a batch is submitted.

    Attributes:
        key: the user's own name for this submission, to be used for this content alone; None for none.
        again: make a new batch although the same content was submitted before.
        skip_invalid: queue the good rows although others are bad.
        strict: refuse rows that have a warning.
        language: what the batch's results are told in.
    """

    key: str | None = None
    again: bool = False
    skip_invalid: bool = False
    strict: bool = False
    language: Language = "en"


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What became of a submission.

    Attributes:
        batch: number of the batch.
        jobs: how many films it has.
        created: False when the same content had been submitted before and that batch is meant.
        skipped: what was wrong with rows that were left out.
        warnings: what the rows were accepted in spite of.
        room: what their department has in the store and gets; None: there is no limit, or no new batch.
    """

    batch: int
    jobs: int
    created: bool
    skipped: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    room: Room | None = None


def submit(farm: Farm, path: Path, manner: Manner, *, reading: Reading | None = None) -> Receipt:
    """Check a manifest's rows completely and queue them.

    Args:
        farm: the farm.
        path: the manifest.
        manner: how it is submitted.
        reading: how it is read.

    Raises:
        BatchRefusedError: rows are refused, each with its column, code and facts.
        InputError, AwayError: as `queue`.
    """
    checked = check(farm, path, reading=reading)
    return queue(farm, admit(checked, skip_invalid=manner.skip_invalid, strict=manner.strict), manner)


def queue(farm: Farm, admitted: Admitted, manner: Manner, *, progress: Progress | None = None) -> Receipt:
    """Copy the inputs of admitted rows into the store and queue them in one transaction.

    Whenever it is left, and however: either all rows are queued, or none is. What of the inputs was copied by
    then is found again by whoever submits the same, and else removed by gc.

    Args:
        farm: the farm.
        admitted: the rows.
        manner: how they are submitted.
        progress: hears how many inputs were copied.

    Raises:
        InputError: a picture was changed since it was checked, a key was used with other content, or
            ``submit-store-limit``: the department would have more in the store than it may.
        AwayError: the ledger or the store cannot be reached, or its disk is full.
    """
    begun_ns = time.time_ns()
    done = _Clerk(farm, admitted).queue(manner, progress or Unheard())
    if done.created:
        announce(farm, done.batch, begun_ns)
    return Receipt(
        batch=done.batch,
        jobs=done.jobs,
        created=done.created,
        skipped=admitted.skipped,
        warnings=admitted.warnings,
        room=done.room,
    )


def known_batch(farm: Farm, admitted: Admitted, *, again: bool = False) -> int | None:
    """The batch that the same content was submitted as before; None: it is new, or wanted again.

    Raises:
        AwayError: ``ledger-away``.
    """
    clerk = _Clerk(farm, admitted)
    found = submission.find_batch(farm.ledger, clerk.submission(Manner(again=again)))
    return None if found is None else found.batch


def check_room(farm: Farm, admitted: Admitted) -> Room | None:
    """Refuse films that were not submitted before, and that their department has no room for in the store.

    What it has and would get; None: there is no limit.

    Raises:
        InputError: ``submit-store-limit``.
        AwayError: ``ledger-away``.
    """
    return _Clerk(farm, admitted).check_room()


class _Clerk:
    """Turns admitted rows into drafts, remembering what many rows share."""

    def __init__(self, farm: Farm, admitted: Admitted) -> None:
        self._farm = farm
        self._admitted = admitted
        self._films = admitted.films
        self._user = caller()
        self._typesetter = Typesetter(farm)
        self._dictionaries = Dictionaries(farm.ledger)
        self._files: dict[str, Path] = {}
        for film in self._films:
            self._files.setdefault(film.row.portrait_digest, film.row.portrait)
            if film.row.background is not None:
                self._files.setdefault(film.row.background_digest, film.row.background)
        self._sources = {digest: source_of(path, digest) for digest, path in self._files.items()}
        for film in self._films:
            if film.sound.recording is not None and film.row.recording is not None:
                self._files.setdefault(film.row.recording_digest, film.row.recording)
                self._sources.setdefault(film.row.recording_digest, film.sound.recording)

    def submission(self, manner: Manner) -> Submission:
        """What the ledger knows the batch by: its films and who pays, however they shall stand in line."""
        content, former = hashlib.sha256(), hashlib.sha256()
        for film in self._films:
            spec = _content(self._spec(film))
            project = [{"project": film.project}] if film.project else []
            content.update(canonical([spec, Urgency.NORMAL, *project]).encode() + b"\n")
            # Ledgers from before took urgency and pool for content.
            place = [film.urgency, *([film.pool] if film.pool else [])]
            former.update(canonical([spec, *place, *project]).encode() + b"\n")
        return Submission(
            content=content.hexdigest(),
            former=former.hexdigest(),
            name=legible(self._admitted.name),
            user=self._user,
            department=self._films[0].department,
            key=None if manner.key is None else legible(manner.key),
            again=manner.again,
            language=manner.language,
        )

    def queue(self, manner: Manner, progress: Progress) -> Submitted:
        """Copy the rows' inputs into the store and write batch and jobs into the ledger."""
        batch = self.submission(manner)
        existing = submission.find_batch(self._farm.ledger, batch)
        if existing is not None:
            # Submitting again is the cure for sources that were lost.
            self._store_inputs(progress, lost_alone=True)
            sources.bring_back(self._farm.ledger, self._given())
            return existing
        self.check_room()
        self._store_inputs(progress)
        return submission.submit(self._farm.ledger, batch, self._drafts())

    def check_room(self) -> Room | None:
        """Refuse what the department has no room for in the store."""
        return storage.check_ahead(self._farm.ledger, self._films[0].department, self._given())

    def _given(self) -> dict[tuple[Kind, str], Artifact]:
        return submission.given_for(map(self._spec, self._films))

    def _store_inputs(self, progress: Progress, *, lost_alone: bool = False) -> None:
        """Keep every picture, script and brief, some at a time: a disk makes several durable together."""
        for film in self._films:
            self._typesetter.kept(self._farm.store, film.row.options, film.language, film.script)
        # Scripts of one department that are yet to be written share everything but their briefs.
        commissioned = {
            film.department: film.sound.commission for film in self._films if film.sound.commission
        }
        total = len(self._films) + len(self._files) + len(commissioned)
        done = 0
        inputs: Iterator[Callable[[], object]] = chain(
            (partial(self._adopt, digest, path, lost_alone) for digest, path in self._files.items()),
            (partial(self._store_shared, *each) for each in commissioned.items()),
            (partial(self._store_words, film, lost_alone) for film in self._films),
        )
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            while some := list(islice(inputs, _MANY)):
                for _ in pool.map(lambda keep: keep(), some):
                    done += 1
                    progress.inputs(done, total)

    def _store_shared(self, department: str, commission: Commission) -> None:
        store_script(self._farm.store, "")
        self._dictionaries.keep(self._farm.store, department, None)
        if commission.words:
            store_json(self._farm.store, words_json(commission.words))

    def _store_words(self, film: Film, lost_alone: bool) -> None:  # noqa: FBT001 - as `partial` hands it over
        if film.sound.commission is not None:
            store_json(self._farm.store, film.sound.commission.text)
            return
        text = film.row.script
        if not (lost_alone and self._is_there(script_artifact(text))):
            store_script(self._farm.store, text)
        self._dictionaries.keep(self._farm.store, film.department, text)

    def _adopt(self, digest: str, picture: Path, lost_alone: bool) -> None:  # noqa: FBT001 - likewise
        wanted = self._sources[digest]
        if lost_alone and self._is_there(wanted):
            return
        limit = source_bytes(wanted.suffix, self._farm.settings)
        kept = self._farm.store.adopt(Kind.SOURCE, wanted.suffix, picture, limit_bytes=limit)
        if kept != wanted:
            raise InputError("submit-portrait-changed", name=picture.name)

    def _is_there(self, source: Artifact) -> bool:
        try:
            self._farm.store.verify(source)
        except DamageError:
            return False
        return True

    def _drafts(self) -> Iterator[JobDraft]:
        told: dict[int, list[Notice]] = {}
        for warning in self._admitted.warnings:
            told.setdefault(warning.row, []).append(Notice(code=warning.code, facts=warning.facts))
        for film in self._films:
            yield JobDraft(
                spec=self._spec(film),
                urgency=film.urgency,
                priority=film.priority,
                pool=film.pool,
                project=film.project,
                window=film.window,
                deadline=film.deadline,
                traceparent=trace.new(os.urandom(trace.TRACE_BYTES + trace.SPAN_BYTES)).traceparent,
                warnings=tuple(told.get(film.row.number, ())),
            )

    def _spec(self, film: Film) -> JobSpec:
        return job_of(
            film,
            user=self._user,
            quality=self._farm.settings.film.quality,
            portrait=self._sources[film.row.portrait_digest],
            background=self._sources.get(film.row.background_digest),
            typefaces=self._typesetter.typefaces(film.row.options, film.language, film.script),
            lexicon=self._dictionaries.artifact(film.department, film.script),
        )


def job_of(
    film: Film,
    *,
    user: str,
    quality: str,
    portrait: Artifact,
    background: Artifact | None,
    typefaces: tuple[Typeface, ...],
    lexicon: Artifact | None = None,
) -> JobSpec:
    """The job that a film becomes, its inputs in the store.

    Args:
        film: the row.
        user: who submits it, for rows that say nothing else.
        quality: of films that name none.
        portrait: the row's portrait in the store.
        background: likewise the picture behind it; None for none.
        typefaces: what its captions are set in, if they are drawn.
        lexicon: what of the department's dictionary concerns it; None for nothing.
    """
    row, commission = film.row, film.sound.commission
    return JobSpec(
        row=row.id,
        title=row.title or row.id,
        user=row.user or user,
        scene=row.scene or row.id,
        script=script_artifact(row.script),
        portrait=portrait,
        background=background,
        voice=film.voice,
        recording=film.sound.recording,
        brief=None if commission is None else json_artifact(commission.text),
        writing=None if commission is None else commission.plan,
        hearing=film.sound.hearing,
        face=film.face.engine,
        models=film.face.models,
        others=film.sound.others,
        format=film.format,
        typefaces=typefaces,
        people=film.people,
        lexicon=lexicon,
        # What the choices of a sound and of a face bear already is not told a second time.
        options=plain_options(
            {name: value for name, value in film.face.options(row.options).items() if name not in _BORNE},
            quality=quality,
        ),
    )


def _content(spec: JobSpec) -> Mapping[str, object]:
    """What of a job tells its batch from others, as the first ledgers had it.

    Fields that came later are left out where they say nothing new, so that the same manifest is the same
    batch after an upgrade too.
    """
    content: dict[str, object] = json.loads(canonical(spec))
    if spec.background is None:
        del content["background"]
    if not spec.typefaces:
        del content["typefaces"]
    if spec.people:
        # A new consent makes no other film.
        content["people"] = [[use.kind.value, use.name, use.person] for use in spec.people]
    if not spec.format.whole:
        content["format"] = {"width": spec.format.width, "height": spec.format.height, "fps": spec.format.fps}
    return content
