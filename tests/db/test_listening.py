"""Jobs that are written, listened to or recorded: their stages, what each begins with, and what is lost."""

from __future__ import annotations

import pytest

from db import commits, reads
from db.codec import notices_from_text, notices_to_text
from db.ledger import Ledger
from db.states import JobState, Role
from db.values import Claim, Notice
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import DamageError
from tests.db.acting import CHUNKS, fail, join, listen, ready, render, speak, take, write
from tests.db.values import PROFILE, artifact, submit


def test_a_film_comes_about_from_a_brief_through_every_stage(ledger: Ledger) -> None:
    """What is written is what is spoken and delivered; what is heard to be good is what is shown."""
    submit(ledger, ["row"], how="write check")
    writing = take(ledger, "write")
    empty = writing.spec.script
    for _ in range(2):
        write(ledger, writing)
        assert ready(ledger) == {"speak"}
    speaking = take(ledger, "speak")
    script = artifact(Kind.SCRIPT, f"script of {writing.job}")
    assert (empty.kind, speaking.spec.script) == (Kind.SOURCE, script)
    for _ in range(2):
        speak(ledger, speaking)
        assert ready(ledger) == {"listen"}
    listening = take(ledger, "listen")
    assert listening.timeline == artifact(Kind.TIMELINE, f"timeline of {writing.job}")
    listen(ledger, listening)
    assert ready(ledger) == {"render.warp"}
    for _ in CHUNKS:
        rendering = take(ledger, "render.warp")
        assert rendering.timeline == artifact(Kind.TIMELINE, f"heard timeline of {writing.job}")
        render(ledger, rendering)
    join(ledger, take(ledger, "join"))
    archiving = take(ledger, "archive")
    assert archiving.spec.script == script
    commits.finish_archive(ledger, archiving, path="d/name.mp4", machine_ms=1)
    view = reads.read_job(ledger, writing.job)
    assert view.line.state is JobState.COMPLETED
    assert set(view.results) == set(Role) - {Role.TRANSCRIPT}


def test_a_recording_begins_with_being_listened_to(ledger: Ledger) -> None:
    """Nobody speaks, and what was heard is delivered beside the film."""
    submit(ledger, ["row"], how="record")
    assert ready(ledger) == {"listen"}
    claim = take(ledger, "listen")
    assert claim.timeline is None
    listen(ledger, claim)
    for _ in CHUNKS:
        render(ledger, take(ledger, "render.warp"))
    joining = take(ledger, "join")
    join(ledger, joining)
    film = take(ledger, "archive").film
    assert film is not None
    assert film.transcript == joining.transcript == artifact(Kind.HEARD, f"transcript of {claim.job}")
    assert film.transcript in film.companions


def test_a_plan_comes_from_whoever_ends_last(ledger: Ledger) -> None:
    """A speak step plans the renders of a job that nobody listens to, and of no other."""
    submit(ledger, ["heard"], how="check")
    timeline = artifact(Kind.TIMELINE, "t")
    told = {"timeline": timeline, "used": [], "machine_ms": 1}
    heard = take(ledger, "speak")
    with pytest.raises(ValueError, match="Chunk"):
        commits.finish_speak(ledger, heard, chunks=CHUNKS, profile=PROFILE, **told)
    speak(ledger, heard)
    submit(ledger, ["spoken"], content="other")
    spoken = take(ledger, "speak")
    with pytest.raises(ValueError, match=r"\(\)"):
        commits.finish_speak(ledger, spoken, **told)
    with pytest.raises(ValueError, match=r"\(\)"):
        commits.finish_listen(
            ledger, take(ledger, "listen"), transcript=None, warnings=(), chunks=(), profile=PROFILE, **told
        )


@pytest.mark.parametrize(
    ("how", "at", "kind", "again"),
    [
        ("check", "render.warp", "speech", ["speak", "listen", "render.warp", "render.warp"]),
        ("check", "render.warp", "timeline", ["speak", "listen", "render.warp", "render.warp"]),
        ("check", "listen", "timeline", ["speak", "listen", "render.warp", "render.warp"]),
        ("write check", "speak", "script", ["write", "speak", "listen", "render.warp", "render.warp"]),
        ("write", "archive", "script", ["write", "speak", "render.warp", "render.warp", "join"]),
        ("record", "render.warp", "speech", ["listen", "render.warp", "render.warp"]),
        ("record", "archive", "heard", ["listen", "render.warp", "render.warp", "join"]),
    ],
)
def test_what_is_lost_is_made_again_from_the_first_stage_that_makes_it(
    ledger: Ledger, how: str, at: str, kind: str, again: list[str]
) -> None:
    """Whoever finds a loss, twice, sends the makers back in their order; then the film goes on to its end."""
    submit(ledger, ["row"], how=how)
    claim = _go_on(ledger, until=at)
    lost = {
        "script": artifact(Kind.SCRIPT, f"script of {claim.job}"),
        "speech": artifact(Kind.SPEECH, f"good take of {claim.job}"),
        "timeline": claim.timeline,
        "heard": artifact(Kind.HEARD, f"transcript of {claim.job}"),
    }[kind]
    assert lost is not None
    damage = lost.damage("store-artifact-missing")
    fail(ledger, claim, damage, attempts=4)
    ledger.clock = lambda now=ledger.clock: now() + 60_000  # type: ignore[misc]
    fail(ledger, take(ledger, at), damage, attempts=4)
    done: list[str] = []
    claim = _go_on(ledger, until="archive", done=done)
    assert done == again if at == "archive" else done == [*again, "join"]
    commits.finish_archive(ledger, claim, path="d/name.mp4", machine_ms=1)


def test_each_stage_tells_what_it_found_once(ledger: Ledger) -> None:
    """A stage that runs again says anew what it and later ones had said; what the row bore stays first."""
    submit(ledger, ["row"], how="write check")
    short, wrong = Notice(code="writing-short"), Notice(code="narration-doubtful", facts={"text": "a"})
    writing = take(ledger, "write")
    (accepted,) = reads.read_job(ledger, writing.job).warnings
    write(ledger, writing, warnings=[short])
    speak(ledger, take(ledger, "speak"))
    listening = take(ledger, "listen")
    listen(ledger, listening, warnings=[wrong])
    rendering = take(ledger, "render.warp")
    warnings = reads.read_job(ledger, writing.job).warnings
    assert [(each.code, each.stage) for each in warnings] == [
        (accepted.code, ""),
        ("writing-short", "write"),
        ("narration-doubtful", "listen"),
    ]
    damage = DamageError("store-artifact-missing", kind="script", key=writing.spec.script.key)
    for claim in (rendering, None):
        fail(ledger, claim or take(ledger, "render.warp"), damage, attempts=4)
        ledger.clock = lambda now=ledger.clock: now() + 60_000  # type: ignore[misc]
    write(ledger, take(ledger, "write"))
    assert reads.read_job(ledger, writing.job).warnings == (accepted,)


def test_what_older_versions_measured_on_a_film_is_told_no_more_once_it_is_joined_anew(
    ledger: Ledger,
) -> None:
    """They told no stage, and said by their codes what was of a film."""
    old = Notice(code="film-quiet")
    assert notices_to_text([old]) == '[{"code":"film-quiet","facts":{}}]'
    assert notices_from_text('[{"code":"film-quiet","facts":{}}]') == (old,)
    submit(ledger, ["row"], warnings=(old,))
    speak(ledger, take(ledger, "speak"))
    for _ in CHUNKS:
        render(ledger, take(ledger, "render.warp"))
    joining = take(ledger, "join")
    join(ledger, joining)
    assert old not in reads.read_job(ledger, joining.job).warnings


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("", "speak 0, render 5, render 61, join 90"),
        ("check", "speak 0, listen 4, render 11, render 64, join 90"),
        ("record", "listen 0, render 6, render 62, join 90"),
        ("write check", "write 0, speak 2, listen 7, render 13, render 65, join 90"),
    ],
)
def test_progress_is_told_of_the_stages_that_a_job_has(ledger: Ledger, how: str, told: str) -> None:
    """It begins at nothing and rises to all, and a spoken job shows what it always showed."""
    submit(ledger, ["row"], how=how)
    seen: list[str] = []
    _go_on(ledger, until="archive", seen=seen)
    assert ", ".join(seen) == told
    assert reads.read_job(ledger, 1).line.percent == 100


#: What finishes a step, by its capability, the last one first.
_FINISH = {"join": join, "render.warp": render, "listen": listen, "speak": speak, "write": write}


def _go_on(
    ledger: Ledger, *, until: str, done: list[str] | None = None, seen: list[str] | None = None
) -> Claim:
    """Do one step after another until one of a capability can be done, and claim that.

    Args:
        ledger: the ledger.
        until: the capability.
        done: gets the capability of each step that is done.
        seen: gets the job's stage and per cent before each of them.
    """
    while until not in ready(ledger):
        if seen is not None:
            line = reads.read_job(ledger, 1).line
            seen.append(f"{line.stage} {line.percent}")
        capability = next(each for each in _FINISH if each in ready(ledger))
        _FINISH[capability](ledger, take(ledger, capability))
        if done is not None:
            done.append(capability)
    return take(ledger, until)
