"""Lets MediaPipe be imported without Matplotlib."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

_NAMES = ("matplotlib", "matplotlib.pyplot")


@contextmanager
def without_matplotlib() -> Iterator[None]:
    """Whatever imports Matplotlib in the body gets empty modules; afterwards it can be imported as ever.

    MediaPipe 0.10.21 imports it in any case, for one function that plots landmarks and is never called here:
    two thirds of the time that importing MediaPipe takes, and 32 MB of each process (seen with 3.11).
    It holds for the whole process, so it belongs around an import only. A Matplotlib that is there is kept.
    """
    if any(name in sys.modules for name in _NAMES):
        yield
        return
    modules = {name: ModuleType(name) for name in _NAMES}
    setattr(modules["matplotlib"], "pyplot", modules["matplotlib.pyplot"])  # noqa: B010 - a module has any
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name in _NAMES:
            del sys.modules[name]
