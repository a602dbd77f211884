"""Where in a sound anybody speaks, by the small network that Silero's package brings (Silero Team, 2021)."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from threading import Lock
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.engines.offline import keep_offline
from pipeline.media import nothing
from pipeline.plan.heard import Span
from pipeline.plan.thirds import SPEECH_RATE

#: Raised whenever a span changes by what stands here.
_OURS = 1
#: The network looks at 32 ms at a time, one after the other, and remembers: minutes, so that it may forget.
_BLOCK = 10 * 60 * SPEECH_RATE
#: In the last half minute of a block there is a pause to cut at.
_LATEST = 30 * SPEECH_RATE
#: How long a pause is looked for.
_PAUSE = SPEECH_RATE // 10
#: Shorter silence is a word's own; lips move before and after what is heard.
_LEAST_SILENCE_MS = 200
_AROUND_MS = 60


class SileroActivity:
    """See `engines.ear.ActivityEngine`. On the processor, by one thread: more would wait for each other."""

    name = "silero"

    def __init__(self) -> None:
        self.version = f"{metadata.version('silero-vad')}-{torch.__version__.partition('+')[0]}-{_OURS}"
        self._lock = Lock()
        self._network: Any = None
        with _alone():
            import silero_vad

            self._library = silero_vad
            self._network = silero_vad.load_silero_vad()

    def spans(
        self, sound: NDArray[np.float32], /, *, check: Callable[[], None] = nothing
    ) -> tuple[Span, ...]:
        """Where speech is in a sound, mono at 16 kHz of any length; in order, without overlaps.

        Args:
            sound: the sound.
            check: called every some minutes of it; what it raises ends it.

        Raises:
            ValueError: samples of another type or shape.
        """
        if sound.dtype != np.float32 or sound.ndim != 1:
            raise ValueError(f"{sound.dtype} {sound.shape}")
        found: list[Span] = []
        with self._lock, _alone():
            for start, end in _blocks(sound):
                check()
                for span in self._spans_in(np.array(sound[start:end])):
                    add(found, Span(start=start + span["start"], end=start + span["end"]))
        return tuple(found)

    def close(self) -> None:
        """Release the model; it may be called twice."""
        with self._lock:
            self._network = None

    def _spans_in(self, block: NDArray[np.float32]) -> list[dict[str, int]]:
        spans: list[dict[str, int]] = self._library.get_speech_timestamps(
            torch.from_numpy(block),
            self._network,
            sampling_rate=SPEECH_RATE,
            min_silence_duration_ms=_LEAST_SILENCE_MS,
            speech_pad_ms=_AROUND_MS,
        )
        return spans


def add(spans: list[Span], span: Span) -> None:
    """Put a span behind those before it; one that touches the last is a part of it."""
    begun = spans.pop().start if spans and spans[-1].end >= span.start else span.start
    spans.append(Span(start=begun, end=span.end))


@contextmanager
def _alone() -> Iterator[None]:
    """While it lasts, torch computes with one thread here; importing the library leaves it at that."""
    keep_offline()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with warnings.catch_warnings():
            # A program of the package's own, as it was published; and how the package finds it.
            warnings.filterwarnings("ignore", "`torch.jit.load` is deprecated", DeprecationWarning)
            warnings.filterwarnings("ignore", "path is deprecated", DeprecationWarning)
            yield
    finally:
        torch.set_num_threads(threads)


def _blocks(sound: NDArray[np.float32]) -> Iterator[tuple[int, int]]:
    """Stretches of ten minutes at most, cut where it is quietest in the last half minute."""
    start = 0
    while len(sound) - start > _BLOCK:
        last = start + _BLOCK
        first = last - _LATEST
        level = np.square(sound[first:last], dtype=np.float64).reshape(-1, _PAUSE)
        end = first + _PAUSE * int(level.sum(axis=1).argmin()) + _PAUSE // 2
        yield start, end
        start = end
    if start < len(sound):
        yield start, len(sound)
