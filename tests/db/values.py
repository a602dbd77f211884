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
from pipeline.plan.job import Format, JobSpec, RenderProfile, VoiceChoice

WORKER = "cpu0@here"
OTHER = "cpu1@here"
CAPABILITIES = ("join", "archive", "render.warp", "speak")
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


def draft(row: str, *, urgency: Urgency = Urgency.NORMAL) -> JobDraft:
    """A row's draft."""
    warning = Notice(code="portrait-turned", facts={"degrees": 17})
    return JobDraft(spec=spec(row), urgency=urgency, traceparent=TRACE, warnings=(warning,))


def submit(
    ledger: Ledger, rows: Sequence[str], *, content: str = "content", again: bool = False
) -> Submitted:
    """Submit a batch with these rows."""
    submitted = Submission(content=digest(content), name="demo", user="anna", again=again)
    return submission.submit(ledger, submitted, (draft(row) for row in rows))


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
