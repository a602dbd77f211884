"""Writes a job's script from its brief: once, found again by what was asked and of whom."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from pipeline.engines.writer import WriterEngine
from pipeline.media.fonts.reading import faces_of
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import DamageError, InputError
from pipeline.plan.job import JobSpec
from pipeline.plan.keys import canonical, digest_of
from pipeline.plan.portrait import Finding
from pipeline.plan.stopwords import from_json
from pipeline.plan.typefaces import undrawn
from pipeline.plan.writing import PROMPTS
from pipeline.plan.writingplan import Brief, WritingPlan
from pipeline.steps.desk import Desk
from pipeline.steps.draft import Draft, drafts, finished
from pipeline.steps.tidy import give_back
from pipeline.store import Store

# Raised by hand whenever what becomes of an answer changes.
_SCHEMA = 1
_SUFFIX = ".txt"
_TOLD_LETTERS = 12


@dataclass(frozen=True, kw_only=True)
class Written:
    """What writing gave.

    Attributes:
        script: the text in the store.
        warnings: what is doubtful about it, and about captions that show it.
    """

    script: Artifact
    warnings: tuple[Finding, ...]


def write(job: JobSpec, *, desk: Desk, store: Store, writer: WriterEngine, characters: int) -> Written | None:
    """Write a job's script; None: another worker writes the same one just now. Safe to run twice.

    Args:
        job: the job, with a brief and a plan of writing.
        desk: where the script is found, taken and put; `advance` counts tokens.
        store: where the files are.
        writer: the one of the job's plan.
        characters: how long a script may be.

    Raises:
        InputError: what was written may not be spoken, each time: ``writing-empty``, ``writing-markup``,
            ``writing-language``, ``writing-word-stopped``; or as `script.check` and `WriterEngine.write`.
        DamageError: the brief, the word list or a font is missing or damaged.
        TransientError, AwayError, SupersededError: of the engine, the store and the desk.
    """
    plan = job.writing
    if job.brief is None or plan is None:
        raise ValueError(job.row)
    give_back()
    brief = brief_from(store.verify(job.brief).read_text("utf-8"))
    words = () if plan.stopwords is None else from_json(store.verify(plan.stopwords).read_text("utf-8"))
    key = script_key(writer, brief, plan)
    found = desk.find(Kind.SCRIPT, key)
    if found is not None and (text := _load(found, desk=desk, store=store)) is not None:
        return Written(script=found, warnings=_doubts(job, text, brief, store))
    if not desk.take(Kind.SCRIPT, key):
        return None
    begun = time.monotonic_ns()
    (draft,) = drafts(writer, [brief], plan.sampling, words=[words], characters=characters, told=desk.advance)
    if not draft.text:
        raise InputError(draft.code, **draft.facts)
    data = draft.text.encode()
    artifact = store.put(Kind.SCRIPT, key, _SUFFIX, lambda path: _keep(path, data))
    desk.put(artifact, (time.monotonic_ns() - begun) // 1_000_000)
    return Written(script=artifact, warnings=_doubts(job, draft.text, brief, store))


def script_key(writer: WriterEngine, brief: Brief, plan: WritingPlan) -> str:
    """The key of a script: everything that shapes its words, and nothing else."""
    return digest_of(
        "script",
        _SCHEMA,
        engine=writer.name,
        version=writer.version,
        model=writer.digest,
        precision=writer.precision,
        prompts=PROMPTS,
        brief=brief,
        sampling=plan.sampling,
        stopwords="" if plan.stopwords is None else plan.stopwords.digest,
    )


def brief_json(brief: Brief) -> str:
    """A brief as a job keeps it."""
    return canonical(brief)


def brief_from(text: str) -> Brief:
    """The brief that `brief_json` wrote."""
    return Brief(**json.loads(text))


def _doubts(job: JobSpec, text: str, brief: Brief, store: Store) -> tuple[Finding, ...]:
    """What is doubtful about a script: its length, and letters that its captions cannot be set in."""
    kept = finished(Draft(text=text), brief)
    found = [Finding(code=kept.code, level="warning", facts=kept.facts)] if kept.code else []
    fonts = [(store.verify(each.file), each.family) for each in job.typefaces]
    faces = [face for path, family in fonts for face in faces_of(path) if face.family == family]
    if fonts and (letters := undrawn(faces, text)):
        facts = {"letters": letters[:_TOLD_LETTERS] + ("…" if len(letters) > _TOLD_LETTERS else "")}
        found.append(Finding(code="writing-letters-undrawn", level="warning", facts=facts))
    return tuple(found)


def _load(artifact: Artifact, *, desk: Desk, store: Store) -> str | None:
    """A script that was written before; None if it has to be written anew."""
    try:
        return store.verify(artifact).read_text("utf-8")
    except DamageError:
        desk.forget(artifact)
        return None


def _keep(path: Path, data: bytes) -> None:
    path.write_bytes(data)
