"""Mouths by OpenVINO on a processor."""

from __future__ import annotations

import contextlib
import functools
import weakref
from collections.abc import Iterator, Sequence
from importlib import metadata
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray

from pipeline.engines.face.wav2lip.architecture import MEL_BANDS, MEL_STEPS
from pipeline.engines.face.wav2lip.backends import MouthMemoryError, StillFace
from pipeline.engines.face.wav2lip.backends.openvino_graphs import (
    added_within,
    adding_graph,
    moving_graph,
    seen,
    still_graph,
)
from pipeline.engines.face.wav2lip.kernels import kernels_of
from pipeline.engines.face.wav2lip.region import Region
from pipeline.engines.machine import instruction_set
from pipeline.engines.weights import Weights
from pipeline.plan.errors import InputError

_PRECISION = "INFERENCE_PRECISION_HINT"
_CLOSED = "the backend is closed"
_TYPES = {"fp32": "f32", "bf16": "bf16"}
# OpenVINO passes on what its libraries say when they are given no memory, each in words of its own.
_NO_MEMORY = ("alloc", "out of memory", "out_of_memory", "could not create a memory")


@functools.cache
def _core() -> ov.Core:
    """The one core of this process, which is never let go.

    Each core's first graph gives the thread a stack for signals of its own, and takes it away with the core:
    of two cores that go in the order in which they came, the second leaves the thread the stack that went
    with the first (seen with 2026.4). The next signal, such as the one that asks a worker to end, then ends
    the process without a word.
    """
    return ov.Core()


class OpenvinoBackend:
    """Computes mouths with OpenVINO, one batch at a time; see `backends.Backend`.

    Graphs are compiled for a region when it is first asked for, in less than half a second, and live as long
    as a face that is drawn with them; that of the last region stays for the next portrait.

    Raises:
        InputError: a code ``model-*``: the file is no checkpoint of Wav2Lip.
        MouthMemoryError: not enough memory.
    """

    def __init__(self, *, weights: Weights, precision: str, batch: int, threads: int) -> None:
        self.name = f"openvino-{metadata.version('openvino')}-{instruction_set()}"
        self.precision = precision
        self.batch = batch
        self.threads = threads
        with _memory_told():
            self._kernels = kernels_of(weights)
            self._core = _core()
        self._alive: weakref.WeakValueDictionary[tuple[str, Region], _Compiled] = (
            weakref.WeakValueDictionary()
        )
        self._last: dict[str, _Compiled] = {}
        self._closed = False

    def still(self, face: NDArray[np.uint8], region: Region) -> StillFace:
        """A face that stays as it is, made ready: uint8 (96, 96, 3), BGR; about 50 ms once compiled.

        Raises:
            InputError: ``face-precision-missing``: what was asked for is not what would be computed with.
            MouthMemoryError: not enough memory.
        """
        with _memory_told():
            added = added_within(region, self._compiled("adding", Region.whole()).run(seen(face[None])))
            return _Still(region=region, added=added, decoder=self._compiled("still", region))

    def draw_still(self, still: StillFace, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """One mouth a window: float32 (n, 80, 16) to float32 (n, rows, columns, 3), BGR, 0 to 1; n <= batch.

        Raises:
            MouthMemoryError: not enough memory.
        """
        if not isinstance(still, _Still):
            raise TypeError("a face that another backend has made ready")
        with _memory_told():
            (drawn,) = still.decoder.run(self._padded(windows), *still.added)
        return drawn[: len(windows)]

    def draw_moving(
        self, faces: NDArray[np.uint8], windows: NDArray[np.float32], region: Region
    ) -> NDArray[np.float32]:
        """As `draw_still`, with a face of its own for each window: uint8 (n, 96, 96, 3), BGR.

        Raises:
            MouthMemoryError: not enough memory.
        """
        given = np.zeros((self.batch, *faces.shape[1:]), np.uint8)
        given[: len(faces)] = faces
        with _memory_told():
            (drawn,) = self._compiled("moving", region).run(self._padded(windows), seen(given))
        return drawn[: len(windows)]

    def close(self) -> None:
        """Release the graphs; faces that were made ready cannot be drawn any more."""
        self._closed = True
        self._last.clear()
        for compiled in list(self._alive.values()):
            compiled.close()

    def _padded(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        given = np.zeros((self.batch, MEL_BANDS, MEL_STEPS), np.float32)
        given[: len(windows)] = windows
        return given

    def _compiled(self, kind: str, region: Region) -> _Compiled:
        """A graph for a region: one that is in use, or a new one."""
        if self._closed:
            raise RuntimeError(_CLOSED)
        known = self._alive.get((kind, region))
        if known is None:
            # The one before would stand in memory beside the new one, unless a face still needs it.
            self._last.pop(kind, None)
            known = _Compiled(self._core, self._graph(kind, region), self._settings(kind))
            self._alive[kind, region] = known
        self._last[kind] = known
        return known

    def _graph(self, kind: str, region: Region) -> ov.Model:
        if kind == "adding":
            return adding_graph(self._kernels)
        return (still_graph if kind == "still" else moving_graph)(self._kernels, region, self.batch)

    def _settings(self, kind: str) -> dict[str, object]:
        # What a still face adds is computed once, in fp32: that halves the error of bf16.
        precision = "fp32" if kind == "adding" else self.precision
        return {
            _PRECISION: _TYPES[precision],
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,
            "INFERENCE_NUM_THREADS": self.threads,
            # Every worker of a machine would pin itself to the same core.
            "ENABLE_CPU_PINNING": False,
        }


class _Compiled:
    """A compiled graph, with the memory that it computes in."""

    def __init__(self, core: ov.Core, graph: ov.Model, settings: dict[str, object]) -> None:
        compiled = core.compile_model(graph, "CPU", settings)
        asked, given = settings[_PRECISION], compiled.get_property(_PRECISION).get_type_name()
        if asked != given:
            # OpenVINO computes with what it can, and says nothing; films would be called what they are not.
            raise InputError("face-precision-missing", backend="openvino", asked=str(asked), given=given)
        # OpenVINO ships no types.
        self._request: Any = compiled.create_infer_request()

    def run(self, *given: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Its outputs, as arrays of their own."""
        if self._request is None:
            raise RuntimeError(_CLOSED)
        self._request.infer(dict(enumerate(given)), share_inputs=True)
        return [np.array(tensor.data) for tensor in self._request.output_tensors]

    def close(self) -> None:
        self._request = None


class _Still:
    """A face with everything that no sound changes."""

    def __init__(self, *, region: Region, added: Sequence[NDArray[np.float32]], decoder: _Compiled) -> None:
        self.region = region
        self.added = added
        self.decoder = decoder


@contextlib.contextmanager
def _memory_told() -> Iterator[None]:
    """While it lasts, memory that is not given is told as what it is."""
    try:
        yield
    except MemoryError as error:
        raise MouthMemoryError from error
    except RuntimeError as error:
        told = str(error).lower()
        if any(words in told for words in _NO_MEMORY):
            raise MouthMemoryError from error
        raise
