"""Promises about deliveries: a row's wishes and a film's warnings go the whole way, through real steps."""

from __future__ import annotations

import hashlib
import json
import os

import pytest

from farm import show
from farm.bootstrap import Farm
from pipeline.engines.shelf import eyes
from pipeline.plan.messages import tell
from tasks.bell import Bell
from tasks.step import open_runner
from tests.tasks.yard import Row, all_archived, ask, sow, story

# Nobody listens there: a silent bell costs nothing but time.
_NOWHERE = "redis://127.0.0.1:9/0"


@pytest.fixture
def farm(farm: Farm) -> Farm:
    """A farm whose eye finds landmarks."""
    if (reason := eyes().why_not("facemesh")) is not None:
        assert "CI" not in os.environ, str(reason)
        pytest.skip(str(reason))
    return farm


def test_wishes_and_warnings_go_the_whole_way(farm: Farm) -> None:
    """An English voice spells a Thai word: `show` tells; preview, quality and loudness are delivered."""
    options = {"quality": "draft", "loudness": "-20", "preview": "yes"}
    batch = sow(farm, [Row(row="row", script="สวัสดี", options=options)])
    with open_runner(farm, "w", [], Bell(_NOWHERE)) as runner:
        while steps := ask(farm, "SELECT id FROM steps WHERE state = 'ready' ORDER BY id"):
            assert all(runner.run(int(str(step))) for (step,) in steps), story(farm)
    assert all_archived(farm, batch), story(farm)
    (number,) = (int(str(job)) for (job,) in ask(farm, "SELECT id FROM jobs"))
    detail = show.job(farm, number)
    assert [warning.code for warning in detail.warnings] == ["film-long"]
    assert all(tell(warning.code, warning.facts, "en") for warning in detail.warnings)
    assert (detail.quality, detail.loudness) == ("draft", "-20")
    preview = farm.archive / detail.archived["preview"]
    assert preview.suffix == ".webp"
    assert preview.read_bytes()[8:12] == b"WEBP"
    told = json.loads((farm.archive / detail.archived["manifest"]).read_text("utf-8"))
    assert told["preview"]["digest"] == hashlib.sha256(preview.read_bytes()).hexdigest()
    assert [warning["code"] for warning in told["measured"]["warnings"]] == ["film-long"]
    assert told["measured"]["sound"]["loudness_lufs"] == pytest.approx(-20, abs=0.2)
    assert {"qp=27", "subme=0"} <= set(told["profile"]["parameters"])
