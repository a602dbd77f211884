"""Keeps libraries off the network: what they would fetch or report, they find closed."""

from __future__ import annotations

import os
from collections.abc import Mapping

#: What libraries read when they are imported: models are files of the operator, nothing is looked up.
_CLOSED: Mapping[str, str] = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "DO_NOT_TRACK": "1",
}
#: How loud they are, and that none starts threads of its own, unless somebody who looks for a fault says so.
_QUIET: Mapping[str, str] = {
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


def keep_offline() -> None:
    """Tell libraries by their environment that there is no network; before the first of them is imported.

    This is the second lock: every engine gives paths of files that are there, never names to be looked up.
    """
    os.environ.update(_CLOSED)
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
