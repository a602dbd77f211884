"""Small values for tests: jobs and artifacts that are made of a word."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from db import submission
from db.codec import profile_digest
from db.ledger import Ledger
from db.states import Urgency
from db.values import Film, JobDraft, Notice, Skill, Submission, Submitted
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.hearing import Check, HearingPlan
from pipeline.plan.job import Format, JobSpec, RenderProfile, VoiceChoice

WORKER = "cpu0@here"
OTHER = "cpu1@here"
CAPABILITIES = ("join", "archive", "render.warp", "listen", "speak", "write")
PROFILE = RenderProfile(
    engine="warp", version="1", backend="numpy", precision="fp32", encoder="x264", parameters=("-qp", "20")
)
#: How workers render after an upgrade.
NEXT_PROFILE = replace(PROFILE, version="2")
#: The lines that steps of these capabilities stand in.
SKILLS = {
    each: Skill(capability=each, profile=profile_digest(PROFILE) if each.startswith("render.") else "")
    for each in CAPABILITIES
}
#: What rows are accepted with.
WARNINGS = (Notice(code="portrait-turned", facts={"degrees": 17}),)
TRACE = f"00-{'a' * 32}-{'b' * 16}-01"


def digest(word: str) -> str:
    """SHA-256 of a word."""
    return hashlib.sha256(word.encode()).hexdigest()


def artifact(kind: Kind, word: str) -> Artifact:
    """An artifact whose key and content are made of a word."""
    return Artifact(kind=kind, key=digest(word), digest=digest(word), size=len(word), suffix=".bin")


def spec(row: str, *, script: Artifact | None = None, portrait: Artifact | None = None) -> JobSpec:
    """A row's spec; equal rows are equal."""
    return JobSpec(
        row=row,
        title=f"Title of {row}",
        user="anna",
        scene=row,
        script=script or artifact(Kind.SOURCE, f"script of {row}"),
        portrait=portrait or artifact(Kind.SOURCE, "portrait"),
        voice=VoiceChoice(engine="espeak", name="en-us", language="en"),
        face="warp",
        format=Format(width=720, height=720, fps=25),
        options={"face.box": "1,2,3,4"},
    )


def made(spec: JobSpec, *, how: str) -> JobSpec:
    """A spec that is not just spoken.

    Args:
        spec: its script is what it is made from.
        how: some of these words: ``write``: that is its brief; ``check``: what was spoken is listened to;
            ``record``: that is its recording.
    """
    ways = how.split()
    assert {*ways} <= {"write", "check", "record"}, how
    return replace(
        spec,
        brief=spec.script if "write" in ways else None,
        recording=spec.script if "record" in ways else None,
        hearing=HearingPlan(check=Check.ALL) if "check" in ways else None,
    )


def draft(
    row: str,
    *,
    how: str = "",
    urgency: Urgency = Urgency.NORMAL,
    warnings: tuple[Notice, ...] = WARNINGS,
    pool: str = "",
) -> JobDraft:
    """A row's draft."""
    made_so = made(spec(row), how=how)
    return JobDraft(spec=made_so, urgency=urgency, traceparent=TRACE, warnings=warnings, pool=pool)


def submit(
    ledger: Ledger,
    rows: Sequence[str],
    *,
    content: str = "content",
    how: str = "",
    warnings: tuple[Notice, ...] = WARNINGS,
    again: bool = False,
) -> Submitted:
    """Submit a batch with these rows, each made as `made` says."""
    submitted = Submission(content=digest(content), name="demo", user="anna", again=again)
    drafts = (draft(row, how=how, warnings=warnings) for row in rows)
    return submission.submit(ledger, submitted, drafts)


def film_of(word: str, frames: int = 75) -> Film:
    """A film whose parts are made of a word."""
    return Film(
        film=artifact(Kind.FILM, f"{word} film"),
        srt=artifact(Kind.CAPTIONS, f"{word} srt"),
        vtt=artifact(Kind.CAPTIONS, f"{word} vtt"),
        poster=artifact(Kind.POSTER, f"{word} poster"),
        manifest=artifact(Kind.MANIFEST, f"{word} manifest"),
        preview=artifact(Kind.POSTER, f"{word} preview"),
        frames=frames,
        essence=digest(f"{word} essence"),
    )
