"""gc asks by index, whatever the ledger has grown to, and finds what is old in windows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Executable, delete, insert, select, text

from db import collect, commits, submission
from db.codec import spec_from_text
from db.engine import connect
from db.ledger import Ledger
from db.prepared import run
from db.rows import accept, accepted_ids
from db.tables import artifacts, jobs, profile_files, profiles, uses
from db.values import Submission
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import InputError
from pipeline.plan.job import Typeface
from pipeline.plan.people import ProfileKind
from pipeline.plan.writingplan import Sampling, WritingPlan
from tests.db.acting import CHUNKS, desk_of, fail, join, render, speak, take
from tests.db.persons import draft_with, order, profile
from tests.db.values import PROFILE, artifact, digest, draft, film_of, spec, submit

_STRAY = 1100


def _fill(ledger: Ledger) -> list[str]:
    """Films that share a portrait, and more clips that nobody needs than one window holds; their keys."""
    submit(ledger, [f"row{number}" for number in range(1500)])
    keys = [digest(f"stray {number}") for number in range(_STRAY)]
    same = {"kind": Kind.CLIP.value, "size": 1, "suffix": ".x", "struck": 0, "made_at": 1}
    with ledger.write("fill") as connection:
        run(connection, insert(artifacts), [{**same, "key": key, "digest": key} for key in keys])
        connection.execute(text("ANALYZE"))
    return keys


def _plan(ledger: Ledger, statement: Executable, **asked: Any) -> str:  # noqa: ANN401 - of any type
    with ledger.read() as connection:
        compiled = statement.params(asked).compile(  # type: ignore[attr-defined]
            connection, compile_kwargs={"literal_binds": True, "render_postcompile": True}
        )
        explain = "EXPLAIN QUERY PLAN " if ledger.is_sqlite else "EXPLAIN "
        return " ".join(str(row) for row in connection.execute(text(explain + str(compiled))))


def test_gc_asks_by_index(ledger: Ledger) -> None:
    """No look goes through a table for each artifact: what is needed is joined, a file found by its kind."""
    keys = _fill(ledger)
    plan = _plan(ledger, collect.KEPT, kind_=Kind.CLIP.value, keys=keys[:5])
    assert "kind_key" in plan or "autoindex_artifacts" in plan, plan
    plan = _plan(ledger, collect.OLD, before=10, after=0, upto=500)
    assert "SubPlan" not in plan, plan
    assert "SCAN" not in plan, plan


def test_a_background_stays_as_long_as_its_job(ledger: Ledger) -> None:
    """The picture behind a portrait is an input like the portrait, and is read back as it was given."""
    background = artifact(Kind.SOURCE, "background")
    told = replace(draft("a"), spec=replace(spec("a"), background=background))
    entry = Submission(content=digest("content"), name="demo", user="anna")
    submission.submit(ledger, entry, [told, draft("b")])
    collect.drop_unneeded(ledger, before=ledger.clock() + 1)
    with ledger.read() as connection:
        kept = select(artifacts.c.key).where(artifacts.c.id == jobs.c.background_id)
        assert connection.execute(kept).scalars().all() == [background.key]
        written = connection.execute(select(jobs.c.spec).order_by(jobs.c.id)).scalars().all()
    assert [spec_from_text(each).background for each in written] == [background, None]


def test_what_is_heard_read_and_written_from_stays_as_long_as_its_job(ledger: Ledger) -> None:
    """A recording, a brief and a dictionary are inputs; words that no script may hold wait for the film."""
    given = {name: artifact(Kind.SOURCE, name) for name in ("recording", "brief", "lexicon")}
    words = artifact(Kind.SOURCE, "words")
    writing = WritingPlan(model=digest("model"), sampling=Sampling(seed=1), stopwords=words)
    told = replace(draft("a"), spec=replace(spec("a"), writing=writing, **given))
    entry = Submission(content=digest("content"), name="demo", user="anna")
    submission.submit(ledger, entry, [told])
    collect.drop_unneeded(ledger, before=ledger.clock() + 1)
    assert {each.key for each in (*given.values(), words)} <= _keys(ledger)


def test_what_a_profile_is_made_of_stays_as_long_as_the_profile(ledger: Ledger) -> None:
    """Consent, sample, and what a model made of it; without the profile, nobody needs them."""
    of_profile = [artifact(Kind.SOURCE, "consent"), artifact(Kind.SOURCE, "sample")]
    of_profile.append(artifact(Kind.LATENTS, "latents"))
    with ledger.write("profile") as connection:
        accept(connection, of_profile, 1)
        ids = accepted_ids(connection, [(each.kind, each.key) for each in of_profile])
        consent, sample, latents = (ids[each.kind.value, each.key] for each in of_profile)
        entered = {"kind": "voice", "name": "A", "folded": "a", "person": "Anna", "owner": "anna"}
        entered |= {"department_id": 1, "consent_id": consent, "reference_id": sample}
        entered |= {"expires_at": 9, "created_at": 1, "by": "anna"}
        connection.execute(insert(profiles).values(entered))
        connection.execute(insert(profile_files).values(profile_id=1, model="m", artifact_id=latents))
    collect.drop_unneeded(ledger, before=ledger.clock() + 1)
    assert _keys(ledger) == {each.key for each in of_profile}
    with ledger.write("forget") as connection:
        connection.execute(delete(profile_files))
        connection.execute(delete(profiles))
    collect.drop_unneeded(ledger, before=ledger.clock() + 1)
    assert _keys(ledger) == set()


def test_latents_that_gc_forgets_in_the_moment_of_a_commit_are_made_anew(url: str) -> None:
    """Whoever rests on what gc is just forgetting waits for it, and begins again without using up a retry."""
    points: dict[str, Callable[[], None]] = {}
    ledger = Ledger(connect(url), crash=lambda point: points.pop(point, lambda: None)())
    order(ledger, draft_with("row", profile(ledger, kind=ProfileKind.VOICE)))
    claim, latents = take(ledger, "speak"), artifact(Kind.LATENTS, "latents")
    desk_of(ledger, claim).put(latents, 5)
    with ledger.write("forget") as connection:
        # Found as what an earlier film has left, rather than made.
        connection.execute(delete(uses))
    timeline = artifact(Kind.TIMELINE, "timeline")
    committing = threading.Thread(
        target=lambda: commits.finish_speak(
            ledger, claim, timeline=timeline, chunks=CHUNKS, profile=PROFILE, used=[latents], machine_ms=5
        )
    )

    def commit_meanwhile() -> None:
        committing.start()
        # It has to wait for the transaction that this thread is in.
        time.sleep(0.2)
        assert committing.is_alive()

    points["drop-unneeded-before-commit"] = commit_meanwhile
    assert collect.drop_unneeded(ledger, before=ledger.clock() + 1000) == 1
    committing.join()
    again = take(ledger, "speak")
    assert (again.step, again.failures) == (claim.step, 0)
    assert desk_of(ledger, again).find(latents.kind, latents.key) is None
    ledger.close()


def _keys(ledger: Ledger) -> set[str]:
    with ledger.read() as connection:
        return set(connection.execute(select(artifacts.c.key)).scalars())


def test_fonts_stay_while_a_job_needs_them(ledger: Ledger) -> None:
    """What captions are set in is used by each job that names it, once, and read back as it was."""
    font = Typeface(
        file=artifact(Kind.SOURCE, "font"), family="Sans", bold=True, height=1200, advance=550, letters=""
    )
    other = replace(font, letters="ŋ", file=artifact(Kind.SOURCE, "other"))
    told = [
        replace(draft("a"), spec=replace(spec("a"), typefaces=(font, other, replace(font, letters="ð")))),
        replace(draft("b"), spec=replace(spec("b"), typefaces=(font,))),
        draft("c"),
    ]
    submission.submit(ledger, Submission(content=digest("fonts"), name="demo", user="anna"), told)
    collect.drop_unneeded(ledger, before=ledger.clock() + 1)
    asked = (
        select(jobs.c.row_name, artifacts.c.key)
        .join_from(uses, artifacts)
        .join(jobs, jobs.c.id == uses.c.job_id)
    )
    with ledger.read() as connection:
        used = connection.execute(asked.order_by(jobs.c.row_name, artifacts.c.key)).all()
        written = connection.execute(select(jobs.c.spec).order_by(jobs.c.id)).scalars().all()
    assert sorted(tuple(row) for row in used) == sorted(
        [("a", font.file.key), ("a", other.file.key), ("b", font.file.key)]
    )
    assert [spec_from_text(each).typefaces for each in written] == [each.spec.typefaces for each in told]


def test_what_nobody_needs_is_found_in_every_window(ledger: Ledger) -> None:
    """All of it goes, none of what jobs refer to does, and what is young stays."""
    keys = _fill(ledger)
    assert collect.drop_unneeded(ledger, before=1) == 0
    assert collect.kept_files(ledger, Kind.CLIP, keys) == {(key, key) for key in keys}
    assert collect.kept_files(ledger, Kind.SPEECH, keys) == frozenset()
    assert collect.drop_unneeded(ledger, before=ledger.clock() + 1) == _STRAY
    with ledger.read() as connection:
        left = set(connection.execute(select(artifacts.c.id)).scalars())
        assert left == {*connection.execute(select(jobs.c.script_id)).scalars(),
                        *connection.execute(select(jobs.c.portrait_id)).scalars()}  # fmt: skip


def parts_of(word: str) -> tuple[Artifact, ...]:
    """A film and what lies beside it."""
    film = film_of(word)
    return (film.film, *film.companions)


def bring_to_archive(ledger: Ledger) -> None:
    """Make the film of the job that has just been submitted."""
    speak(ledger, take(ledger, "speak"))
    for _ in CHUNKS:
        render(ledger, take(ledger, "render.warp"))
    join(ledger, take(ledger, "join"))
    commits.finish_archive(ledger, take(ledger, "archive"), path="a/b.mp4", machine_ms=1)


def _stored(ledger: Ledger) -> dict[str, bool]:
    """Whether each artifact's file is still referred to, by its key."""
    with ledger.read() as connection:
        return {row.key: row.struck == 0 for row in connection.execute(select(artifacts))}


def test_within_a_limit_what_was_not_used_for_longest_goes_first(ledger: Ledger) -> None:
    """What nobody needs stays while there is room, archived films too; the oldest use goes first."""
    hour, clock = 3_600_000, ledger.clock
    for number, row in enumerate(("old", "shared", "new")):
        ledger.clock = lambda number=number: clock() + number * hour  # type: ignore[misc]
        submit(ledger, [row], content=row)
        bring_to_archive(ledger)
    with ledger.read() as connection:
        sizes = {row.key: row.size for row in connection.execute(select(artifacts))}
    everything = sum(sizes.values())
    ledger.clock = lambda: clock() + 4 * hour  # type: ignore[misc]
    now = ledger.clock()
    spared = collect.drop_least_used(ledger, before=now, most=everything)
    assert spared == collect.Spared(artifacts=0, over=0)
    assert collect.drop_least_used(ledger, before=clock() - hour, most=1).artifacts == 0, "all is too young"
    first = {digest(f"clip {number} of 1") for number in range(3)}
    later = {digest(f"clip {number} of {job}") for number in range(3) for job in (2, 3)}
    assert collect.drop_least_used(ledger, before=now, most=everything - 1).artifacts == 1
    films = sum(sizes[each.key] for each in parts_of("job 1"))
    old = films + sum(sizes[key] for key in (*first, digest("timeline of 1")))
    collect.drop_least_used(ledger, before=now, most=everything - old)
    kept = _stored(ledger)
    assert not first & set(kept)
    assert later <= set(kept)
    # Of a film that lies in the archive the ledger still knows what it was.
    assert {kept[each.key] for each in parts_of("job 1")} == {False}
    assert {kept[each.key] for each in parts_of("job 3")} == {True}
    assert kept[digest("script of old")], "what was given stays"


def test_a_limit_takes_nothing_that_is_needed(ledger: Ledger) -> None:
    """Not what unfinished jobs use, no film before it is archived, and nothing that was given."""
    submit(ledger, ["failed", "waiting"])
    for _ in range(2):
        speak(ledger, take(ledger, "speak"))
    for _ in range(4):
        render(ledger, take(ledger, "render.warp"))
    join(ledger, take(ledger, "join"))
    fail(ledger, take(ledger, "join"), InputError("script-empty"))
    before = _stored(ledger)
    ledger.clock = lambda now=ledger.clock: now() + 1_000  # type: ignore[misc]
    spared = collect.drop_least_used(ledger, before=ledger.clock(), most=1)
    assert spared.artifacts == 0
    assert spared.over > 0
    assert _stored(ledger) == before
    commits.finish_archive(ledger, take(ledger, "archive"), path="a/b.mp4", machine_ms=1)
    assert collect.drop_least_used(ledger, before=ledger.clock() + 1_000, most=1).artifacts > len(
        parts_of("job 1")
    )
