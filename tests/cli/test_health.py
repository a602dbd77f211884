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
    with exposing(settings, "worker", Life(hung_s=9, clock=lambda: now)):
        assert (lectern("health").code, lectern("health").out) == (Exit.OK, "worker: lives\n")
        assert lectern("health", "dispatcher").code == Exit.AWAY
        now = 10.0
        answer = lectern("health", "worker", "--json")
        assert (answer.code, answer.document["processes"][0]["state"]) == (Exit.FAILED, "hangs")
    answer = lectern("health", "render-0", "--json")
    assert (answer.code, answer.failure["code"]) == (Exit.USAGE, "health-name-unknown")
