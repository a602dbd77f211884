"""Memory that earlier work no longer uses, handed back before the next begins."""

from __future__ import annotations

import ctypes
import sys

# As <malloc.h> of the GNU C library has it.
_MMAP_THRESHOLD = -3
_LARGE_BYTES = 4 << 20


def give_back() -> None:
    """Hand free memory back to the system; a millisecond or two.

    The C library keeps what an hour's worth of small arrays leaves behind, scattered among what is still in
    use. A film's length would show in a worker's memory long after (measured: 20 MiB after an hour's speech).
    Python's collector is left to its own rhythm: nothing here lives in cycles, and a look at the whole heap
    costs 70 ms, three times for each film.
    """
    trim = _of_the_c_library("malloc_trim")
    if trim is not None:
        trim(0)


def give_back_large() -> None:
    """From now on, whatever takes 4 MiB or more is handed back to the system as soon as it is let go.

    To be called once, when a process starts. The C library does so by itself, but takes the size of each that
    is let go for what is usual, and keeps all smaller ones from then on: a network's weights, which come and
    go while they are made ready, have it keep whole maps of a portrait (measured: 40 MiB).
    """
    option = _of_the_c_library("mallopt")
    if option is not None:
        option(_MMAP_THRESHOLD, _LARGE_BYTES)


def _of_the_c_library(name: str) -> ctypes._NamedFuncPointer | None:
    """A function of the C library; None where it has no such."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
