"""How many threads numeric libraries may start, and what they may keep: settled before any is loaded."""

from __future__ import annotations

import os
import sys

from pipeline.engines.shapes import FEW_SHAPES

_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def thread_environment(threads: int) -> dict[str, str]:
    """The environment variables that hold numeric libraries to so many threads, and to few kept shapes."""
    return {**dict.fromkeys(_VARIABLES, str(threads)), **FEW_SHAPES}


def settle_threads(threads: int) -> None:
    """Hold numeric libraries to so many threads and few kept shapes, beginning this program anew if need be.

    They read their environment when they are loaded, which has happened by now; so a process that was
    started without these variables replaces itself with the same command, once.
    """
    wanted = thread_environment(threads)
    if all(os.environ.get(name) == value for name, value in wanted.items()):
        return
    os.environ.update(wanted)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - this very program, again
