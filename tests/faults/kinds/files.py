"""Artifacts that are damaged after their commit."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tests.faults.ground import Ground
from tests.faults.kinds.kind import Effect, FaultKind


def _truncate(ground: Ground, chance: Random) -> Effect:
    path = _accepted_clip(ground, chance)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size * 2 // 3)
    return Effect()


def _flip(ground: Ground, chance: Random) -> Effect:
    path = _accepted_clip(ground, chance)
    with path.open("r+b") as file:
        file.seek(chance.randrange(path.stat().st_size))
        (byte,) = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte ^ 1 << chance.randrange(8)]))
    return Effect()


def _remove(ground: Ground, chance: Random) -> Effect:
    _accepted_clip(ground, chance).unlink()
    return Effect()


def _accepted_clip(ground: Ground, chance: Random) -> Path:
    """A clip of a film that is not yet joined; it may be made once more."""
    job = ground.sow()
    running = ground.rendering(job, clips=2)
    question = (
        "SELECT a.kind, a.key, a.digest, a.suffix FROM makings m "
        "JOIN artifacts a ON a.kind = m.kind AND a.key = m.key "
        "WHERE m.step_id = :step AND m.kind = 'clip' ORDER BY m.made_at"
    )
    kind, key, digest, suffix = chance.choice(ground.ask(question, step=running.step)[:2])
    ground.destroyed[str(key)] = ground.destroyed.get(str(key), 0) + 1
    return ground.farm.store.root / str(kind) / str(key)[:2] / f"{key}.{str(digest)[:16]}{suffix}"


KINDS = (
    FaultKind(name="clip-truncated", words="an accepted clip cut to two thirds", inflict=_truncate),
    FaultKind(name="clip-flipped", words="one bit of an accepted clip turned over", inflict=_flip),
    FaultKind(name="clip-removed", words="an accepted clip removed", inflict=_remove),
)
