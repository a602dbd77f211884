"""Promises about what a pool has its workers open: before anybody asks, never before a step that waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from db import posts
from db.loading import Loaded
from db.pools import Change, set_pool
from farm.bootstrap import Farm
from farm.policy.placement import Post
from pipeline.plan.models import ModelKind
from tasks.bell import Bell
from tasks.step import StepRunner, open_runner
from tests.db.values import PROFILE
from tests.farm.models.cards import put
from tests.support.lips import faces_with_lips
from tests.tasks.test_dispatcher import plan
from tests.tasks.yard import Row, ask, sow

_NOWHERE = "redis://127.0.0.1:9/0"


@contextmanager
def _worker(farm: Farm, *capabilities: str, pool: str = "studio") -> Iterator[StepRunner]:
    """A worker of a pool."""
    post = Post(name="w", pool=pool, capabilities=capabilities)
    with open_runner(farm, "w", capabilities, Bell(_NOWHERE), post=post) as runner:
        yield runner


def _loaded(farm: Farm) -> Loaded:
    return posts.read_posts(farm.ledger)["w"].loaded


def _set(farm: Farm, *names: str, pool: str = "studio") -> None:
    set_pool(farm.ledger, pool, Change(preload=names), by="anna")


def test_what_a_pool_names_is_open_before_the_first_step(farm: Farm) -> None:
    """What its worker would never use is left to others; what cannot be opened is told with its reason."""
    farm = replace(farm, faces=faces_with_lips())
    put(farm.models.root, "one", b"1")
    put(farm.models.root, "ears", b"1", kind=ModelKind.WHISPER)
    put(farm.models.root, "sharp", b"1", kind=ModelKind.RESTORER)
    _set(farm, "one", "ears", "sharp", "gone", "espeak/en-us", "espeak/nobody")
    _set(farm, "also-gone", pool="")
    with _worker(farm, "render.lips@studio", "speak") as runner:
        runner.preload()
        assert any(engine.weights for engine in farm.faces.opened())
        told = _loaded(farm)
        assert told.opened == ("one", "espeak/en-us")
        assert [(each.name, each.code) for each in told.unopened] == [
            ("sharp", "preload-not-alone"),
            ("gone", "model-unknown"),
            ("espeak/nobody", "voice-unknown"),
        ]
    _set(farm)
    with _worker(farm, "speak") as runner:
        runner.preload()
        assert _loaded(farm) == Loaded(), "it is told no longer"


def test_nothing_is_opened_while_a_step_waits_or_once_one_has_come(farm: Farm) -> None:
    """A step knows best what it needs; one that is for others, or for nobody just now, keeps nobody."""
    _set(farm, "espeak/en-us", pool="")
    plan(farm, 1, PROFILE, pool="nobodys")
    with _worker(farm, "speak", pool="") as runner:
        sow(farm, [Row(row="row", script="Hello.")])
        runner.preload()
        assert _loaded(farm) == Loaded()
        ((step,),) = ask(farm, "SELECT id FROM steps WHERE state = 'ready' AND stage = 'speak'")
        assert runner.run(int(str(step)))
        runner.preload()
        assert _loaded(farm) == Loaded()
    with _worker(farm, "speak", pool="") as runner:
        runner.preload()
        assert _loaded(farm).opened == ("espeak/en-us",)
