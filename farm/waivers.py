"""Keeps who had a film made without a label where no ledger does: a line of JSON for each."""

from __future__ import annotations

import json
import os
from pathlib import Path

from pipeline.plan.errors import AwayError
from pipeline.plan.label import Waiver

#: The file's name in the home folder.
WAIVERS = "unlabelled.jsonl"


def keep_waiver(home: Path, waiver: Waiver, *, film: Path, trace: str, user: str, at_ms: int) -> None:
    """Write down, durably, who decided that a film bears no label, and why.

    Args:
        home: the home folder.
        waiver: name and reason.
        film: where the film goes.
        trace: its trace id, which its manifest bears.
        user: under whose account it is made.
        at_ms: when it was asked for, in milliseconds since the Unix epoch.

    Raises:
        AwayError: ``label-log-away``: the file cannot be written, so that the film must not be made.
    """
    entry = {
        "at_ms": at_ms,
        "name": waiver.name,
        "reason": waiver.reason,
        "user": user,
        "film": str(film.resolve()),
        "trace": trace,
    }
    path = home / WAIVERS
    try:
        home.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise AwayError("label-log-away", path=str(path), reason=reason) from error
