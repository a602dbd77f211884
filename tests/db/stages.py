"""What a worker does for a step of the farm in small, one operation after another; any may be its last."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from db import commits, names
from db.desk import LedgerDesk
from db.states import Stage
from db.values import Chunk, Claim, Film
from pipeline.plan.artifact import Kind
from pipeline.plan.errors import DamageError
from pipeline.plan.names import numbered
from pipeline.steps.archive import Delivery
from pipeline.steps.archive import archive as deliver
from tests.db.values import PROFILE, digest

if TYPE_CHECKING:
    from tests.db.world import World

#: What a step does, one operation after another, each named by what has just happened; the last thing that it
#: does is to commit.
Work = Generator[str, None, None]

#: What every commit tells as the machine time of an attempt that succeeded.
OK_MS = 7
#: What each thing that is made has cost.
MADE_MS = 2
_PER_CHUNK = 2
#: What a film is delivered with, the manifest apart, which tells of the rest.
_PARTS = (
    (Kind.FILM, "film", ".mp4"),
    (Kind.CAPTIONS, "srt", ".srt"),
    (Kind.CAPTIONS, "vtt", ".vtt"),
    (Kind.POSTER, "poster", ".jpg"),
    (Kind.POSTER, "preview", ".webp"),
)


def _write(world: World, claim: Claim, desk: LedgerDesk) -> Work:
    assert claim.spec.brief is not None
    text = world.store.open(claim.spec.brief).read_text()
    if (yield from _provide(world, desk, Kind.SCRIPT, [text])):
        world.give_back(claim, "farm-made-elsewhere")
        return
    script = desk.used[Kind.SCRIPT, digest(text)]
    used = desk.used.values()
    world.twice(
        claim,
        lambda: commits.finish_write(world.ledger, claim, script=script, used=used, machine_ms=OK_MS),
    )


def _speak(world: World, claim: Claim, desk: LedgerDesk) -> Work:
    words = world.store.verify(claim.spec.script).read_text().split()
    if (yield from _provide(world, desk, Kind.SPEECH, words)):
        world.give_back(claim, "farm-made-elsewhere")
        return
    timeline = world.make(Kind.TIMELINE, " ".join(words), " ".join(words))
    yield "made"
    heard = claim.spec.hearing is not None
    world.twice(
        claim,
        lambda: commits.finish_speak(
            world.ledger,
            claim,
            timeline=timeline,
            chunks=() if heard else _chunks(words),
            profile=None if heard else PROFILE,
            used=desk.used.values(),
            machine_ms=OK_MS,
        ),
    )


def _listen(world: World, claim: Claim, desk: LedgerDesk) -> Work:
    """Cut a recording into speeches, or find a good take of each that was spoken."""
    recorded = claim.spec.recording
    if recorded is not None:
        words = speeches = world.store.open(recorded).read_text().split()
    else:
        assert claim.timeline is not None
        words = world.store.verify(claim.timeline).read_text().split()
        yield from _need(world, desk, Kind.SPEECH, words)
        speeches = [accepted(word) for word in words]
    if (yield from _provide(world, desk, Kind.HEARD, words)):
        world.give_back(claim, "farm-made-elsewhere")
        return
    if (yield from _provide(world, desk, Kind.SPEECH, speeches)):
        world.give_back(claim, "farm-made-elsewhere")
        return
    name = " ".join(words) if recorded else accepted(" ".join(words))
    timeline = world.make(Kind.TIMELINE, name, " ".join(words))
    yield "made"
    transcript = None
    if recorded is not None:
        transcript = world.make(Kind.HEARD, f"{claim.job} transcript", " ".join(words), ".txt")
        yield "made"
    world.twice(
        claim,
        lambda: commits.finish_listen(
            world.ledger,
            claim,
            timeline=timeline,
            transcript=transcript,
            warnings=(),
            chunks=_chunks(words),
            profile=PROFILE,
            used=desk.used.values(),
            machine_ms=OK_MS,
        ),
    )


def accepted(word: str) -> str:
    """What a take, or a timeline of takes, is made of that was found good."""
    return f"good take of {word}"


def _chunks(words: list[str]) -> list[Chunk]:
    starts = range(0, len(words), _PER_CHUNK)
    ends = [min(start + _PER_CHUNK, len(words)) for start in starts]
    return [Chunk(first=a, end=b, frames=b - a) for a, b in zip(starts, ends, strict=True)]


def _render(world: World, claim: Claim, desk: LedgerDesk) -> Work:
    assert claim.timeline is not None
    words = world.store.verify(claim.timeline).read_text().split()
    chunk = [words[number] for number in claim.chunk]
    if claim.spec.recording is not None:
        yield from _need(world, desk, Kind.SPEECH, chunk)
    elif claim.spec.hearing is not None:
        yield from _need(world, desk, Kind.SPEECH, [accepted(word) for word in chunk])
    missing = yield from _provide(world, desk, Kind.CLIP, chunk)
    if missing:
        world.give_back(claim, "farm-made-elsewhere")
        return
    used = desk.used.values()
    world.twice(claim, lambda: commits.finish_render(world.ledger, claim, used=used, machine_ms=OK_MS))


def _need(world: World, desk: LedgerDesk, kind: Kind, words: list[str]) -> Work:
    """Find a file for each word that another stage has made."""
    for word in words:
        found = desk.find(kind, digest(word))
        yield "looked"
        if found is None:
            raise DamageError("store-artifact-missing", kind=kind.value, key=digest(word))
        world.store.verify(found)


def _provide(world: World, desk: LedgerDesk, kind: Kind, words: list[str]) -> Generator[str, None, list[str]]:
    """Find or make a file for each word; those that another worker is making are left out."""
    missing: list[str] = []
    taken = False
    for word, following in itertools.zip_longest(words, words[1:]):
        found = desk.find(kind, digest(word))
        yield "looked"
        if found is not None:
            try:
                world.store.verify(found)
            except DamageError:
                desk.forget(found)
                yield "forgotten"
            else:
                yield "found"
                continue
        if not taken and not desk.take(kind, digest(word)):
            missing.append(word)
            continue
        yield "taken"
        # What one of the workers makes is as good, and yet another file.
        content = word if kind is Kind.SCRIPT else f"{kind} {word}"
        made = world.make(kind, word, content + " " * (desk.claim.worker == "cpu1@here"))
        yield "made"
        for _reply_lost in range(1 + world.doubled):
            taken = desk.put(made, MADE_MS, then=digest(following) if following else None)
        yield "put"
    desk.advance(len(words) - len(missing), len(words))
    return missing


def _join(world: World, claim: Claim, desk: LedgerDesk) -> Work:
    assert claim.timeline is not None
    yield from _need(world, desk, Kind.CLIP, world.store.verify(claim.timeline).read_text().split())
    parts = []
    for kind, word, suffix in _PARTS:
        # Each attempt's film is another file, as one with a time stamp would be.
        content = f"{word} of attempt {claim.fence} of job {claim.job}"
        parts.append(world.make(kind, f"{claim.job} {word}", content, suffix))
        yield "made"
    film, srt, vtt, poster, preview = parts
    captions = {"srt": {"digest": srt.digest}, "vtt": {"digest": vtt.digest}}
    told = {"film": {"digest": film.digest}, "poster": {"digest": poster.digest}, "captions": captions}
    told |= {"preview": {"digest": preview.digest}}
    if claim.transcript is not None:
        told |= {"transcript": {"digest": claim.transcript.digest}}
    manifest = world.make(
        Kind.MANIFEST, f"{claim.job} manifest", json.dumps({"trace": f"{claim.job}", **told}), ".json"
    )
    yield "made"
    done = Film(
        film=film,
        srt=srt,
        vtt=vtt,
        poster=poster,
        manifest=manifest,
        frames=1,
        essence=film.digest,
        preview=preview,
    )
    world.twice(claim, lambda: commits.finish_join(world.ledger, claim, film=done, machine_ms=OK_MS))


def _archive(world: World, claim: Claim, desk: LedgerDesk) -> Work:
    assert claim.film is not None
    film = claim.film
    # Each attempt would call it something else; the first name stands.
    folder, name = names.reserve_name(
        world.ledger, claim, folder=f"2026-11-{19 + claim.fence}", stem="Anna_scene", numbered=numbered
    )
    kept = world.names.setdefault(claim.job, (folder, name))
    assert kept == (folder, name), f"job {claim.job} was called {kept} before"
    assert world.row(claim.step).fence == claim.fence, "a late writer was given a name"
    yield "named"
    delivery = Delivery(
        name=f"{folder}/{name}.mp4",
        film=film.film,
        companions=film.companions,
        script=claim.spec.script,
        portrait=claim.spec.portrait,
        background=claim.spec.background,
    )
    path = deliver(
        delivery,
        store=world.store,
        root=world.archive,
        confirm=lambda: desk.find(film.film.kind, film.film.key),
        crash=world.fuse,
    )
    yield "made"
    world.twice(claim, lambda: commits.finish_archive(world.ledger, claim, path=path, machine_ms=OK_MS))


#: What a step of each stage does.
STAGES: dict[Stage, Callable[[World, Claim, LedgerDesk], Work]] = {
    Stage.WRITE: _write,
    Stage.SPEAK: _speak,
    Stage.LISTEN: _listen,
    Stage.RENDER: _render,
    Stage.JOIN: _join,
    Stage.ARCHIVE: _archive,
}
