"""Promises about `lectern health`, with the server that processes answer by."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.exits import Exit
from tests.cli.conftest import Lectern
from tests.tasks.yard import quick_settings
from worker.health import exposing
from worker.life import Life
from worker.places import free_port
from worker.readiness import Readiness


def test_who_is_not_ready_says_what_it_lacks_to_whoever_knows_the_password(
    lectern: Lectern, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its exit code, and in the reader's language; it lives all the same."""
    port = free_port(0)
    settings = quick_settings(tmp_path, METRICS__WORKER_PORT=str(port), METRICS__PASSWORD="x")  # noqa: S106
    monkeypatch.setattr("cli.health.settings_of", lambda: settings)
    ready = Readiness()
    ready.rest_on("redis", patience_s=60)
    with exposing(settings, "worker", Life(hung_s=90), ready=ready):
        ready.found("redis", "farm-redis-away", where="here:1")
        answer = lectern("health", "--ready")
        assert (answer.code, answer.out.splitlines()[0]) == (Exit.FAILED, "worker: not ready")
        assert "here:1" in answer.out.splitlines()[1]
        (told,) = lectern("health", "worker", "--ready", "--json").document["processes"]
        assert (told["state"], told["lacks"][0]["code"]) == ("waits", "farm-redis-away")
        assert lectern("health").code == Exit.OK
        ready.found("redis")
        assert (lectern("health", "--ready").code, lectern("health", "--ready").out) == (
            Exit.OK,
            "worker: ready\n",
        )
    assert lectern("health", "--ready").code == Exit.AWAY


def test_a_health_check_hears_who_lives_who_hangs_and_who_is_silent(
    lectern: Lectern, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its exit code, whichever it asked; who has no port is not asked."""
    port, now = free_port(0), 0.0
    monkeypatch.setattr("cli.health.settings_of", lambda: settings)
    settings = quick_settings(tmp_path)
    assert lectern("health").code == Exit.AWAY
    settings = quick_settings(tmp_path, METRICS__WORKER_PORT=str(port), METRICS__OPEN="true")
    assert lectern("health").code == Exit.AWAY
    with exposing(settings, "worker", Life(hung_s=9, clock=lambda: now), ready=Readiness()):
        assert (lectern("health").code, lectern("health").out) == (Exit.OK, "worker: lives\n")
        assert lectern("health", "dispatcher").code == Exit.AWAY
        now = 10.0
        answer = lectern("health", "worker", "--json")
        assert (answer.code, answer.document["processes"][0]["state"]) == (Exit.FAILED, "hangs")
    answer = lectern("health", "render-0", "--json")
    assert (answer.code, answer.failure["code"]) == (Exit.USAGE, "health-name-unknown")
