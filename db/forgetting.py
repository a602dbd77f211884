"""Forgetting a person: what the ledger does before their files are deleted, and what when they are.

First the person's jobs end, nothing new can be ordered, and every file that shows or sounds like them is
struck out. Their profiles stand until the files are gone: so whoever is killed in between, or finds a share
away, begins again with the same name, and ends where it would have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, exists, select, update

from db import news, rows
from db.acts import Act, is_under_way
from db.codec import spec_from_text, spec_to_text
from db.ledger import Ledger
from db.profiles import drop, note
from db.states import ArchiveState, Role
from db.tables import archive_names, artifacts, job_profiles, jobs, profile_files, profiles, results, uses
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import InputError
from pipeline.plan.keys import canonical, digest_of
from pipeline.plan.people import (
    Consent,
    ProfileKind,
    ProfileUse,
    anonymous,
    folded,
    is_forgotten,
    plain_name,
)


@dataclass(frozen=True, kw_only=True)
class FilmMade:
    """A film that was made with a person, or was to be.

    Attributes:
        job: the job's id.
        row: its row's id.
        title: what it is called.
        path: where it lies in the archive; empty where it does not.
        film: the film in the store; None where there is none.
        sources: where its inputs lie in the archive: folder and stem; None where they never were.
        shows: whether it shows the person.
        sounds: whether it sounds like them.
        recorded: whether it is a recording, of which there may be a transcript.
    """

    job: int
    row: str
    title: str
    path: str
    film: Artifact | None
    sources: tuple[str, str] | None
    shows: bool
    sounds: bool
    recorded: bool = False


@dataclass(frozen=True, kw_only=True)
class Forgetting:
    """What is to be forgotten of a person.

    Attributes:
        person: their name.
        profiles: the ids of their profiles.
        files: what is to be deleted from the store.
        films: every job that was promised them, in order of submission.
        canceled: those that were not over.
    """

    person: str
    profiles: tuple[int, ...]
    files: tuple[Artifact, ...]
    films: tuple[FilmMade, ...]
    canceled: tuple[int, ...]

    @property
    def made(self) -> tuple[FilmMade, ...]:
        """The films that there are."""
        return tuple(each for each in self.films if each.film is not None)


_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_JOBS: BindParameter[int] = bindparam("jobs", expanding=True)
#: What was made of a person's voice: a timeline tells when they said what.
_OF_VOICE = [kind.value for kind in (Kind.SPEECH, Kind.AUDIO, Kind.HEARD, Kind.LATENTS, Kind.TIMELINE)]
#: What a job has got that is no part of its film: the words of a recording are the person's own.
_NO_PART = [Role.TIMELINE.value, Role.TRANSCRIPT.value]
#: Of one that a job was given without a profile, there is nothing more to tell.
_NOBODY = Consent(digest="", suffix="", owner="", expires_ms=0)

_EVERYONE = select(profiles.c.id, profiles.c.person).order_by(profiles.c.id)
_SEIZE = (
    select(profiles.c.id, profiles.c.kind, profiles.c.reference_id, profiles.c.consent_id)
    .where(profiles.c.id.in_(_IDS))
    .order_by(profiles.c.id)
    .with_for_update()
)
_WITHDRAW = (
    update(profiles)
    .where(profiles.c.id.in_(_IDS), profiles.c.withdrawn_at.is_(None))
    .values(withdrawn_at=bindparam("now"))
)
# A document that several people signed, or a picture that is somebody else's too, is not this person's alone.
_OTHERS = select(profiles.c.reference_id, profiles.c.consent_id).where(profiles.c.id.not_in(_IDS))
_LATENTS = select(profile_files.c.artifact_id).where(profile_files.c.profile_id.in_(_IDS))
_PROMISED = select(job_profiles.c.job_id).where(
    job_profiles.c.profile_id.in_(_IDS), job_profiles.c.kind == bindparam("kind_")
)
_GIVEN = {
    ProfileKind.PORTRAIT: select(jobs.c.id).where(jobs.c.portrait_id.in_(_IDS)),
    ProfileKind.VOICE: select(jobs.c.id).where(jobs.c.recording_id.in_(_IDS)),
}
_RECORDED = select(jobs.c.recording_id).where(jobs.c.id.in_(_JOBS)).distinct()
_MADE = (
    select(artifacts.c.id)
    .join_from(artifacts, uses, uses.c.artifact_id == artifacts.c.id)
    .where(
        uses.c.job_id.in_(_JOBS),
        artifacts.c.kind.in_(bindparam("kinds", expanding=True)),
        # What belongs to a film stays with it.
        ~exists().where(results.c.artifact_id == artifacts.c.id, results.c.role.not_in(_NO_PART)),
    )
    .distinct()
)
# Nobody delivers it any more. What refers to a timeline stays, and finds it gone.
_UNTELL = delete(results).where(results.c.job_id.in_(_JOBS), results.c.role == Role.TRANSCRIPT.value)
_USERS = select(uses.c.artifact_id, uses.c.job_id).where(uses.c.artifact_id.in_(_IDS))
_STRIKE = update(artifacts).where(artifacts.c.id.in_(_IDS)).values(struck=1)
_FILES = select(artifacts).where(artifacts.c.id.in_(_IDS)).order_by(artifacts.c.id)
_FILMS = (
    select(
        jobs.c.id.label("job"),
        jobs.c.row_name,
        jobs.c.title,
        jobs.c.archive_path,
        jobs.c.recording_id,
        archive_names.c.folder,
        archive_names.c.name,
        artifacts,
    )
    .select_from(jobs)
    .outerjoin(results, (results.c.job_id == jobs.c.id) & (results.c.role == Role.FILM.value))
    .outerjoin(artifacts, artifacts.c.id == results.c.artifact_id)
    .outerjoin(archive_names, archive_names.c.job_id == jobs.c.id)
    .where(jobs.c.id.in_(_JOBS))
    .order_by(jobs.c.id)
)
_SPECS = select(jobs.c.id, jobs.c.spec).where(jobs.c.id.in_(_JOBS))
_RESPEC = update(jobs).where(jobs.c.id == bindparam("job")).values(spec=bindparam("told"))
_RELEASE = delete(job_profiles).where(job_profiles.c.profile_id.in_(_IDS))


# Whoever was forgotten has no name in what jobs were promised; the spec itself says who it is.
_MAYBE_FORGOTTEN = _SPECS.where(jobs.c.spec.contains('"person":""'))


def forgotten_in(connection: Connection, job_ids: Sequence[int]) -> set[int]:
    """Those of some jobs that show or sound like somebody who was forgotten: none can be made again."""
    return {
        row.id
        for some in _parts(sorted(set(job_ids)))
        for row in connection.execute(_MAYBE_FORGOTTEN, {"jobs": some})
        if any(is_forgotten(spec_from_text(row.spec).people, kind) for kind in ProfileKind)
    }


def begin(ledger: Ledger, person: str, *, by: str) -> Forgetting:
    """End a person's jobs, let nobody order more, and strike out what is theirs.

    Safe to repeat, with the same answer, until `finish` was called.

    Raises:
        InputError: ``person-unknown``.
        AwayError: ``ledger-away``.
    """
    with ledger.write("begin-forgetting") as connection:
        wanted = folded(person)
        ids = [row.id for row in connection.execute(_EVERYONE) if folded(row.person) == wanted]
        if not ids:
            raise InputError("person-unknown", person=plain_name(person))
        now = ledger.clock()
        begun = _Forgetter(connection, ids, by=by, now=now).forget(person)
        news.enter(connection, begun.canceled, now)
        return begun


def finish(ledger: Ledger, forgetting: Forgetting, *, by: str) -> None:
    """Drop a person's profiles, once their files are deleted; the audit tells of it without their name.

    Raises:
        AwayError: ``ledger-away``.
    """
    ids = list(forgetting.profiles)
    told = {
        "person": digest_of("person", 1, name=folded(forgetting.person)),
        "profiles": len(ids),
        "files": len(forgetting.files),
        "films": len(forgetting.made),
        "canceled": len(forgetting.canceled),
    }
    with ledger.write("finish-forgetting") as connection:
        connection.execute(_RELEASE, {"ids": ids})
        drop(connection, ids)
        note(connection, "forgotten", by=by, now=ledger.clock(), detail=canonical(told))
    ledger.settle()


class _Forgetter:
    """Forgets the profiles of one person, inside one transaction."""

    def __init__(self, connection: Connection, ids: list[int], *, by: str, now: int) -> None:
        self._connection = connection
        self._ids = ids
        self._by = by
        self._now = now

    def forget(self, person: str) -> Forgetting:
        own = self._connection.execute(_SEIZE, {"ids": self._ids}).all()
        self._connection.execute(_WITHDRAW, {"ids": self._ids, "now": self._now})
        sources = self._own_sources(own)
        shows = self._jobs(ProfileKind.PORTRAIT, own, sources)
        sounds = self._jobs(ProfileKind.VOICE, own, sources)
        every = sorted(shows | sounds)
        canceled = self._end(every)
        self._unname(every, person, shows=shows, sounds=sounds)
        made = self._made(shows, sounds)
        for some in _parts(sorted(sounds)):
            self._connection.execute(_UNTELL, {"jobs": some})
        return Forgetting(
            person=plain_name(person),
            profiles=tuple(self._ids),
            files=self._strike(sources | made),
            films=tuple(self._films(every, shows, sounds)),
            canceled=canceled,
        )

    def _own_sources(self, own: Sequence[Any]) -> set[int]:
        """Samples, pictures, consents and latents of these profiles that are nobody else's."""
        mine = {each for row in own for each in (row.reference_id, row.consent_id)}
        others = self._connection.execute(_OTHERS, {"ids": self._ids})
        mine -= {each for row in others for each in (row.reference_id, row.consent_id)}
        return mine | set(self._connection.execute(_LATENTS, {"ids": self._ids}).scalars())

    def _jobs(self, kind: ProfileKind, own: Sequence[Any], sources: set[int]) -> set[int]:
        """The jobs that were promised profiles of a kind, or were given the very same file.

        Whoever speaks in a recording does so in every film of it, whether or not all of them say who it is.
        """
        asked = {"ids": self._ids, "kind_": kind.value}
        promised = set(self._connection.execute(_PROMISED, asked).scalars())
        references = {row.reference_id for row in own if row.kind == kind.value} & sources
        if kind is ProfileKind.VOICE:
            references |= self._recordings(promised)
        found = (
            self._connection.execute(_GIVEN[kind], {"ids": some}).scalars()
            for some in _parts(sorted(references))
        )
        return promised.union(*found)

    def _recordings(self, sounds: set[int]) -> set[int]:
        """The recordings that jobs were given."""
        return {
            each
            for some in _parts(sorted(sounds))
            for each in self._connection.execute(_RECORDED, {"jobs": some}).scalars()
            if each is not None
        }

    def _end(self, every: Sequence[int]) -> tuple[int, ...]:
        """Cancel what is under way; whoever delivers a film begins again, without the person's files."""
        act = Act(self._connection, "cancel", by=self._by, now=self._now, detail="forgotten")
        for some in act.concerned(every, is_under_way):
            act.cancel(some)
        late = Act(self._connection, "interrupt", by=self._by, now=self._now, detail="forgotten")
        for some in late.concerned(every, lambda job: job.archive == ArchiveState.PENDING.value):
            late.stop(some)
        return act.result().changed

    def _unname(self, every: Sequence[int], person: str, *, shows: set[int], sounds: set[int]) -> None:
        """Take the person's name out of what jobs were promised."""
        for some in _parts(every):
            told = []
            for row in self._connection.execute(_SPECS, {"jobs": some}):
                spec = spec_from_text(row.spec)
                people = anonymous(spec.people, person)
                for kind, concerned in ((ProfileKind.PORTRAIT, shows), (ProfileKind.VOICE, sounds)):
                    if row.id in concerned and not is_forgotten(people, kind):
                        people += (ProfileUse(kind=kind, name="", person="", department="", consent=_NOBODY),)
                told.append({"job": row.id, "told": spec_to_text(replace(spec, people=people))})
            self._connection.execute(_RESPEC, told)

    def _made(self, shows: set[int], sounds: set[int]) -> set[int]:
        """What was made of the person: every picture of them, and what else is in nobody else's films."""
        pictures = self._used(shows, [Kind.CLIP.value])
        rest = self._used(sounds, [Kind.CLIP.value, *_OF_VOICE]) - pictures
        mine = shows | sounds
        shared: set[int] = set()
        for some in _parts(sorted(rest)):
            users = self._connection.execute(_USERS, {"ids": some})
            shared |= {row.artifact_id for row in users if row.job_id not in mine}
        return pictures | self._recordings(sounds) | (rest - shared)

    def _used(self, concerned: set[int], kinds: Sequence[str]) -> set[int]:
        return {
            each
            for some in _parts(sorted(concerned))
            for each in self._connection.execute(_MADE, {"jobs": some, "kinds": kinds}).scalars()
        }

    def _strike(self, ids: set[int]) -> tuple[Artifact, ...]:
        files: list[Artifact] = []
        for some in _parts(sorted(ids)):
            self._connection.execute(_STRIKE, {"ids": some})
            files += map(_artifact, self._connection.execute(_FILES, {"ids": some}))
        return tuple(files)

    def _films(self, every: Sequence[int], shows: set[int], sounds: set[int]) -> Iterator[FilmMade]:
        for some in _parts(every):
            for row in self._connection.execute(_FILMS, {"jobs": some}):
                yield FilmMade(
                    job=row.job,
                    row=row.row_name,
                    title=row.title,
                    path=row.archive_path or "",
                    film=None if row.key is None else _artifact(row),
                    sources=None if row.folder is None else (row.folder, row.name),
                    shows=row.job in shows,
                    sounds=row.job in sounds,
                    recorded=row.recording_id is not None,
                )


def _artifact(row: Any) -> Artifact:  # noqa: ANN401 - a row
    return Artifact(kind=Kind(row.kind), key=row.key, digest=row.digest, size=row.size, suffix=row.suffix)


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Some at a time."""
    for start in range(0, len(ids), rows.MANY):
        yield ids[start : start + rows.MANY]
