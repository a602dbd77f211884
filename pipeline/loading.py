"""A program loads what it consists of without looking for garbage in it, then or at its end.

A command line's modules are some hundred thousand objects, all of them there to stay. Python's collector
looks through them again and again while they are loaded, and twice more when the program ends: a quarter of
the processor's time that a short command takes.
"""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """While a program loads its modules nothing is collected; what was loaded never is.

    For the program's beginning alone: garbage that is there at the end of it stays until the process ends.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
    # What else comes to be ends with the process, too; whatever must be told or written is not left to it.
    atexit.register(gc.freeze)
