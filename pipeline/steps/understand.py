"""What an ear understands in a sound, found again by the sound itself."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from pipeline.engines.ear import EarEngine
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.errors import DamageError
from pipeline.plan.heard import Heard, from_json, to_json
from pipeline.plan.keys import digest_of
from pipeline.spans import span
from pipeline.steps.desk import Desk
from pipeline.store import Store

# Raised by hand whenever what is given to an ear, or kept of its answer, changes.
_SCHEMA = 1
_SUFFIX = ".json"

_log = structlog.get_logger(__name__)


def understood(
    sound: NDArray[np.float32],
    *,
    desk: Desk,
    store: Store,
    ear: EarEngine,
    language: str = "",
    prompt: str = "",
    timed: bool = True,
) -> Heard | None:
    """What is said in a sound, heard once; None while another worker listens to the same.

    Args:
        sound: mono at 16 kHz, -1 to 1, 30 seconds at most.
        desk: where it is found, taken and put.
        store: where it is kept.
        ear: who listens.
        language: BCP 47 tag of what is spoken; empty to find out.
        prompt: as in `EarEngine.hear`.
        timed: likewise.

    Raises:
        InputError, TransientError: as `EarEngine.hear`.
        AwayError, SupersededError: of the store and the desk.
    """
    key = heard_key(sound, ear=ear, language=language, prompt=prompt, timed=timed)
    found = desk.find(Kind.HEARD, key)
    if found is not None and (known := _load(found, desk=desk, store=store)) is not None:
        return known
    if not desk.take(Kind.HEARD, key):
        return None
    begun = time.monotonic_ns()
    with span(f"listen {ear.name}", {"lectern.engine": ear.name, "lectern.key": key}):
        heard = ear.hear(sound, language=language, prompt=prompt, timed=timed)
    data = to_json(heard).encode()
    artifact = store.put(Kind.HEARD, key, _SUFFIX, lambda path: _write(path, data))
    desk.put(artifact, (time.monotonic_ns() - begun) // 1_000_000)
    return heard


def heard_key(sound: NDArray[np.float32], *, ear: EarEngine, language: str, prompt: str, timed: bool) -> str:
    """The key of what is heard: the sound, who listens, what he is told before, and what he is asked."""
    return digest_of(
        "heard",
        _SCHEMA,
        ear=ear.name,
        version=ear.version,
        model=ear.digest,
        precision=ear.precision,
        language=language,
        prompt=prompt,
        timed=timed,
        audio=hashlib.sha256(sound.astype("<f4").tobytes()).hexdigest(),
    )


def _load(artifact: Artifact, *, desk: Desk, store: Store) -> Heard | None:
    try:
        return from_json(store.verify(artifact).read_text("utf-8"))
    except (DamageError, ValueError):
        _log.warning("heard-damaged", key=artifact.key)
        desk.forget(artifact)
        return None


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
