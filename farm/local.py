"""One film in this process: no ledger, no queue, no server; what was made before is found again."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from farm.booths import speak_in_booth
from farm.bootstrap import Workshop, open_farm
from farm.listening import listen_to
from farm.orders import Order, job_of
from farm.output import check_folder
from farm.studio import Studio, may_render_otherwise
from farm.waivers import keep_waiver
from pipeline.plan import trace
from pipeline.plan.artifact import Artifact
from pipeline.plan.background import names_picture
from pipeline.plan.delivery import loudness_for
from pipeline.plan.errors import InputError, TransientError
from pipeline.plan.faceway import way_of
from pipeline.plan.job import JobSpec, RenderProfile
from pipeline.plan.label import waiver_of
from pipeline.plan.loudness import Loudness
from pipeline.plan.portrait import Finding
from pipeline.plan.switches import PREVIEW
from pipeline.plan.timeline import Timeline
from pipeline.steps.join import JoinedFilm, join
from pipeline.steps.memory import MemoryDesk
from pipeline.steps.render import render
from pipeline.steps.speak import load_timeline
from pipeline.store import Store

#: Told the stage and how far it is: done, total.
Progress = Callable[[str, int, int], None]

_FILM, _PREVIEW, _TRANSCRIPT = ".mp4", ".webp", ".txt"
_Result = TypeVar("_Result")
_CACHE, _INDEX = "cache", "index.jsonl"


@dataclass(frozen=True, kw_only=True)
class Made:
    """A film that was made here.

    Attributes:
        files: every file by its suffix: ``.mp4``, ``.srt``, ``.vtt``, ``.jpg``, ``.json``, ``.webp`` if a
            preview was ordered, and ``.txt`` with the words of a recording where they are known.
        frames: how long the film is.
        fps: its frame rate.
        trace: its trace id.
        essence: its essence digest.
        warnings: what is to be said about portrait, voice and film.
    """

    files: Mapping[str, Path]
    frames: int
    fps: int
    trace: str
    essence: str
    warnings: tuple[Finding, ...]


def make_film(workshop: Workshop, order: Order, *, progress: Progress, check: Callable[[], None]) -> Made:
    """Make one film and put it where it was ordered, whole or not at all.

    Speech and clips are kept in the home folder's ``cache``, so that the next film makes only what is new;
    that folder may be deleted at any time.

    Args:
        workshop: tools and engines.
        order: what to make.
        progress: told how far each stage is.
        check: called several times a second; what it raises ends the work.

    Raises:
        InputError: portrait, script, recording, a wish or the place cannot be used; nothing was written
            there.
        TransientError, AwayError: a tool failed, or a disk is full.
    """
    asked_ms = time.time_ns() // 1_000_000
    files = _places(order)
    cache = workshop.settings.home / _CACHE
    workshop = replace(workshop, store=Store(cache))
    with open_farm(workshop.settings) if order.of_a_farm else nullcontext() as farm:
        job, warnings = job_of(workshop, order, farm)
    if job.recording is not None and job.hearing is not None and job.hearing.model:
        files[_TRANSCRIPT] = _place(order, _TRANSCRIPT)
    born = trace.new(os.urandom(trace.TRACE_BYTES + trace.SPAN_BYTES))
    if (waiver := waiver_of(job.options)) is not None:
        home, user = workshop.settings.home, job.user
        keep_waiver(home, waiver, film=order.film, trace=born.trace_id, user=user, at_ms=asked_ms)
    made = _make(workshop, job, born, asked_ms, index=cache / _INDEX, progress=progress, check=check)
    film = made.film
    parts = {
        _FILM: film.film,
        ".srt": film.srt,
        ".vtt": film.vtt,
        ".jpg": film.poster,
        ".json": film.manifest,
        _PREVIEW: film.preview,
        _TRANSCRIPT: made.transcript,
    }
    files = {suffix: path for suffix, path in files.items() if parts[suffix] is not None}
    _deliver(workshop.store, {path: part for suffix, path in files.items() if (part := parts[suffix])})
    return Made(
        files=files,
        frames=film.frames,
        fps=job.format.fps,
        trace=born.trace_id,
        essence=film.essence,
        warnings=_each_once((*warnings, *made.warnings, *film.warnings)),
    )


def empty_cache(workshop: Workshop) -> int:
    """Remove what films that were made here left for the next one; how many files.

    Raises:
        AwayError, TransientError: as `Store.delete`.
    """
    cache = Store(workshop.settings.home / _CACHE)
    if not cache.root.is_dir():
        return 0
    (cache.root / _INDEX).unlink(missing_ok=True)
    found = tuple(cache.walk())
    for file in found:
        cache.delete(file)
    return len(found) + cache.delete_stale_parts(older_than_s=0)


def _places(order: Order) -> dict[str, Path]:
    """Where each file goes; that it can go there is known before the work begins."""
    if order.film.suffix.lower() != _FILM:
        raise InputError("command-output-suffix", path=str(order.film))
    check_folder(order.film)
    suffixes = [_FILM, ".srt", ".vtt", ".jpg", ".json"]
    if PREVIEW.of({PREVIEW.name: order.preview}):
        suffixes.append(_PREVIEW)
    return {suffix: _place(order, suffix) for suffix in suffixes}


def _place(order: Order, suffix: str) -> Path:
    """Where a file of a film goes.

    Raises:
        InputError: ``command-output-input``: the film is made from it; ``command-output-exists``: something
            else lies there.
    """
    path = order.film if suffix == _FILM else order.film.with_suffix(suffix)
    given = [each for each in (order.portrait, order.script, order.audio) if each is not None]
    given += [Path(order.background)] if names_picture(order.background) else []
    if path.resolve() in {each.resolve() for each in given}:
        raise InputError("command-output-input", path=str(path))
    if path.exists() and not order.replace:
        raise InputError("command-output-exists", path=str(path))
    return path


def _each_once(warnings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What is to be said, nothing of it twice: some is known before the work begins, and found on the way."""
    said: list[Finding] = []
    for warning in warnings:
        if warning not in said:
            said.append(warning)
    return tuple(said)


@dataclass(frozen=True, kw_only=True)
class _Film:
    """What all stages made.

    Attributes:
        film: the film with what goes with it.
        transcript: the words of its recording; None where none are known.
        warnings: what was doubtful in what was heard.
    """

    film: JoinedFilm
    transcript: Artifact | None
    warnings: tuple[Finding, ...]


def _make(
    workshop: Workshop,
    job: JobSpec,
    born: trace.Trace,
    asked_ms: int,
    *,
    index: Path,
    progress: Progress,
    check: Callable[[], None],
) -> _Film:
    """Every stage, one after the other."""
    stage = "speak"
    desk = _CheckedDesk(check, index=index, progress=lambda done, total: progress(stage, done, total))
    studio, store, settings = Studio(workshop), workshop.store, workshop.settings
    studio.grow(way_of(job))
    _certain(studio.seat(job, desk))
    spoken = _certain(speak_in_booth(workshop, job, desk=desk)) if job.recording is None else None
    transcript: Artifact | None = None
    doubts: tuple[Finding, ...] = ()
    if spoken is None or job.hearing is not None:
        check()
        stage = "listen"
        listened = _certain(listen_to(workshop, job, spoken, desk=desk))
        spoken, transcript, doubts = listened.timeline, listened.transcript, listened.warnings
    timeline = load_timeline(store, spoken)
    check()
    stage = "render"
    profile = _render_alike(job, timeline, studio, desk=desk, workshop=workshop)
    check()
    stage = "join"
    film = _certain(
        join(
            job,
            timeline,
            desk=desk,
            store=store,
            media=workshop.media,
            profile=profile,
            pixels=studio.pixels(job),
            trace=born,
            submitted_ms=asked_ms,
            loudness=loudness_for(
                job.options,
                Loudness.of(lufs=settings.film.loudness_lufs, dbtp=settings.film.true_peak_dbtp),
            ),
            producer=settings.label.producer,
            transcript=transcript,
        )
    )
    return _Film(film=film, transcript=transcript, warnings=doubts)


def _render_alike(
    job: JobSpec, timeline: Timeline, studio: Studio, *, desk: MemoryDesk, workshop: Workshop
) -> RenderProfile:
    """Make every clip, all with the profile that is returned.

    Where a card cannot go on so, all are made anew as it can: fewer frames at a time, or another encoder.
    """
    way = way_of(job)
    while True:
        seat, profile = _certain(studio.seat(job, desk)), studio.profile(way)
        try:
            _certain(
                render(
                    job,
                    timeline,
                    range(len(timeline.utterances)),
                    desk=desk,
                    store=workshop.store,
                    media=workshop.media,
                    profile=profile,
                    sitter=seat.sitter,
                    pixels=seat.pixels,
                )
            )
        except TransientError as error:
            if not may_render_otherwise(error, profile):
                raise
            studio.forget(way)
            if studio.profile(way) == profile:
                raise
        else:
            return profile


class _CheckedDesk(MemoryDesk):
    """A desk in memory whose work can be ended from outside."""

    def __init__(
        self, check: Callable[[], None], *, index: Path, progress: Callable[[int, int], None]
    ) -> None:
        super().__init__(index=index, progress=progress)
        self._check = check

    def check(self) -> None:
        """Raise what whoever ordered the film wants raised."""
        self._check()


def _certain(result: _Result | None) -> _Result:
    """What a step made: in a process of its own there is no other worker to wait for."""
    if not result:
        raise AssertionError("a desk in memory lets every key be taken")
    return result


def _deliver(store: Store, files: Mapping[Path, Artifact]) -> None:
    """Copy everything beside its final name, then rename; the film comes last."""
    with _parts(tuple(files)) as parts:
        for path, artifact in files.items():
            shutil.copyfile(store.verify(artifact), parts[path])
        for path in reversed(tuple(files)):
            parts[path].replace(path)


@contextmanager
def _parts(paths: tuple[Path, ...]) -> Iterator[dict[Path, Path]]:
    mark = secrets.token_hex(4)
    parts = {path: path.with_name(f".{path.name}.{mark}.part") for path in paths}
    try:
        yield parts
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError("command-output-unwritable", path=str(paths[0]), reason=reason) from error
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
