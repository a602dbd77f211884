"""A video becomes talking films: submitted, drawn by a network of random weights, joined and archived."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from farm import show
from farm import submit as submitting
from farm.bootstrap import Farm
from farm.reading import Reading
from farm.submit import Manner
from pipeline.media.packets import decode
from pipeline.steps.archive import init_archive
from tasks.bell import Bell
from tasks.step import open_runner
from tests.farm.models.cards import lend
from tests.farm.submitting import manifest
from tests.support.videos import moving

_NOWHERE = "redis://127.0.0.1:9/0"
_SHARED = {"portrait": "leo.mov", "format": "square-512"}
_ROWS = ({"id": "a", "script": "Hi. Bye.", **_SHARED}, {"id": "b", "script": "Hi.", **_SHARED})


@pytest.fixture
def farm(farm: Farm, wav2lip_checkpoint: Path) -> Iterator[Farm]:
    """A farm with random weights, which are free to be used, and with the eye that knows landmarks."""
    if (reason := farm.eyes.why_not("facemesh")) is not None:
        assert "CI" not in os.environ, str(reason)
        pytest.skip(str(reason))
    lend(farm.models.root, "noise", wav2lip_checkpoint)
    init_archive(farm.archive)
    return farm


def _ask(farm: Farm, question: str) -> list[tuple[object, ...]]:
    with farm.ledger.read() as connection:
        return [tuple(row) for row in connection.execute(text(question))]


def test_films_of_a_video_go_all_the_way(farm: Farm, batch_folder: Path) -> None:
    """Two films share plates and clips; each moves as the video does, and jumps nowhere where clips meet."""
    moving(batch_folder / "leo.mov", seconds=2, side=512, fps="30")
    submitting.submit(farm, manifest(batch_folder, *_ROWS), Manner(), reading=Reading(face_engine="wav2lip"))
    with open_runner(farm, "w", [], Bell(_NOWHERE)) as runner:
        while steps := _ask(farm, "SELECT id FROM steps WHERE state = 'ready' ORDER BY id"):
            assert {runner.run(int(str(step))) for (step,) in steps} == {True}
    details = [show.job(farm, number) for number in (1, 2)]
    assert [detail.job.archive for detail in details] == ["archived", "archived"]
    told = [json.loads((farm.archive / each.archived["manifest"]).read_text("utf-8")) for each in details]
    keys = {clip["clip"]["key"] for film in told for clip in film["utterances"]}
    # One more of the kind than clips in films: the plates, which every render step uses.
    assert _ask(farm, "SELECT count(*) FROM artifacts WHERE kind = 'clip'") == [(len(keys) + 1,)]
    assert list(farm.archive.rglob("*.portrait.mov"))
    frames = [frame[100:220].astype(int) for frame in decode(farm.archive / details[0].archived["film"])]
    steps_apart = [float(np.abs(one - other).mean()) for one, other in pairwise(frames)]
    assert np.mean(steps_apart) > 0.3
    joins = [utterance["end_ms"] // 40 for utterance in told[0]["utterances"][:-1]]
    assert len(joins) > 1
    assert max(steps_apart[join - 1] for join in joins) <= 1.5 * np.percentile(steps_apart, 95)
