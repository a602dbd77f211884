"""Messages as Celery's main process holds them: what it logs about one names film, step and worker."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import structlog
from celery import current_app
from celery.worker.request import Request

from farm.policy.placement import Post
from worker.hand import POST
from worker.metering import CPU


class StepRequest(Request):  # type: ignore[misc]
    """A message about a step; its facts stand in each line that is logged when it ends unusually."""

    @contextmanager
    def _named(self) -> Iterator[None]:
        facts: dict[str, object] = {"worker": self.hostname}
        # A message may be anybody's; what it tells wrongly is left out.
        with suppress(ValueError, SyntaxError, KeyError, TypeError, IndexError):
            facts["step"] = int(self.args[0])
            told = literal_eval(str(self.kwargsrepr))
            facts |= {"job": int(told["job"]), "trace_id": str(told["trace_id"])}
            facts["device"] = Post.from_text(*current_app.conf[POST]).device or CPU
        with structlog.contextvars.bound_contextvars(**facts):
            yield

    def on_failure(self, *args: Any, **more: Any) -> Any:  # noqa: ANN401 - as Celery has it
        """As Celery does, also when the process that works was lost."""
        with self._named():
            return super().on_failure(*args, **more)

    def on_timeout(self, *args: Any, **more: Any) -> Any:  # noqa: ANN401 - as Celery has it
        """As Celery does, when its own limit has passed."""
        with self._named():
            return super().on_timeout(*args, **more)
