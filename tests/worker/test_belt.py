"""Promises about the app that the settings describe."""

from __future__ import annotations

from pathlib import Path

from tests.tasks.yard import quick_settings
from worker.belt import celery_app


def test_celery_kills_only_what_could_not_end_itself(tmp_path: Path) -> None:
    """Its limit lies beyond the attempt's own and what that gets to end by itself: equal ones would race."""
    settings = quick_settings(tmp_path, REDIS__URL="redis://127.0.0.1:1/0", WORKER__STEP_SECONDS="100")
    with celery_app(settings) as app:
        assert app.conf.task_time_limit > 100 + settings.lease.expiry_s
