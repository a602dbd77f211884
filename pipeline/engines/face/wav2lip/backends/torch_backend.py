"""Mouths by torch, on the processor or on a card."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pipeline.engines.face.wav2lip.backends import StillFace
from pipeline.engines.face.wav2lip.backends.torch_failures import told
from pipeline.engines.face.wav2lip.fold import DRAWN_LAYERS, FACE_LAYERS, Kernel, Unpacked
from pipeline.engines.face.wav2lip.kernels import kernels_of
from pipeline.engines.face.wav2lip.pixeldecoder import PixelDecoder, PixelKernels, pixel_kernels
from pipeline.engines.face.wav2lip.region import Region
from pipeline.engines.face.wav2lip.still import Contributions, MouthDecoder, seen
from pipeline.engines.weights import Weights

_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
#: Regions whose decoder is kept; the weights themselves are shared by all.
_REGIONS = 2

_Number = TypeVar("_Number", np.uint8, np.float32)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Still:
    region: Region
    added: tuple[Tensor, ...]


class _Decoder(Protocol):
    """Draws the mouths of one region, a whole batch at a time."""

    def prepared(self, added: Sequence[Tensor]) -> tuple[Tensor, ...]: ...

    def __call__(self, windows: Tensor, *added: Tensor) -> Tensor: ...


@dataclass(frozen=True, kw_only=True, eq=False)
class _Parts:
    """What computes one region: a decoder for each member of the crew."""

    contributions: Contributions
    decoders: tuple[_Decoder, ...]


class TorchBackend:
    """See `backends.Backend`; of one thread at a time.

    On a processor each of its threads computes its own share of a batch by itself: threads that share every
    single product wait for each other, and for whoever else needs a core meanwhile. In fp32 their layers are
    our own, of another precision or on a card they are torch's.

    Args:
        name: as `backends.Choice` tells it.
        device: ``cpu`` or a card, as in ``cuda:0``.
        weights: the checkpoint.
        precision: ``fp32``, ``bf16`` or ``fp16``.
        batch: how many windows are computed at a time.
        threads: how many threads a processor computes with.

    Raises:
        InputError: a code ``model-*``: the file is no checkpoint of Wav2Lip.
        MouthMemoryError: not enough memory for the weights.
    """

    def __init__(
        self,
        *,
        name: str,
        device: str,
        weights: Weights,
        precision: str,
        batch: int,
        threads: int,
    ) -> None:
        self.name = name
        self.precision = precision
        self.batch = batch
        self.threads = threads
        self._device = device
        self._dtype = _DTYPES[precision]
        by_pixels = device == "cpu" and precision == "fp32"
        members = min(threads, batch) if device == "cpu" else 1
        self._each = 1 if device == "cpu" else threads
        self._share = -(-batch // members)
        self._crew = ThreadPoolExecutor(members, thread_name_prefix="mouth")
        self._parts: OrderedDict[Region, _Parts] = OrderedDict()
        with self._computing():
            stored = kernels_of(weights)
            face = Unpacked(FACE_LAYERS, stored.face, device=device, dtype=torch.float32)
            # A portrait needs them once: on a processor they would only take 54 MB beside all that it draws.
            self._face: Mapping[str, Kernel] = face if device == "cpu" else dict(face)
            drawn = Unpacked(DRAWN_LAYERS, stored.drawn, device=device, dtype=self._dtype)
            kernels = pixel_kernels(drawn) if by_pixels else dict(drawn)
            self._decoder_of = partial(_decoder, kernels, batch=self._share)

    def still(self, face: NDArray[np.uint8], region: Region) -> StillFace:
        """A face that stays as it is, made ready: uint8 (96, 96, 3), BGR; once a portrait."""
        with self._computing():
            parts = self._parts_of(region)
            added = self._added(face[None], parts, parts.decoders[0], self._face)
            return _Still(region=region, added=added)

    def draw_still(self, still: StillFace, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """One mouth a window: float32 (n, 80, 16), n <= batch, to (n, rows, columns, 3), BGR, 0 to 1."""
        if not isinstance(still, _Still):
            raise TypeError("a face made ready by another backend")
        parts = self._parts_of(still.region)

        def share(member: int, heard: NDArray[np.float32]) -> NDArray[np.float32]:
            return self._drawn(parts.decoders[member], heard, still.added)

        return self._shared(share, still.region, windows)

    def draw_moving(
        self, faces: NDArray[np.uint8], windows: NDArray[np.float32], region: Region
    ) -> NDArray[np.float32]:
        """As `draw_still`, with a face of its own for each window: uint8 (n, 96, 96, 3), BGR."""
        parts = self._parts_of(region)
        if not isinstance(self._face, dict):
            # A face that moves needs them for each batch.
            with self._computing():
                self._face = dict(self._face)
        kernels = self._face

        def share(member: int, heard: NDArray[np.float32]) -> NDArray[np.float32]:
            first = member * self._share
            shown = _filled(faces[first : first + self._share], self._share)
            decoder = parts.decoders[member]
            return self._drawn(decoder, heard, self._added(shown, parts, decoder, kernels))

        return self._shared(share, region, windows)

    def close(self) -> None:
        """Release the model and its memory; it may be called twice."""
        self._crew.shutdown()
        self._parts.clear()
        for held in ("_face", "_decoder_of"):
            vars(self).pop(held, None)
        if self._device != "cpu":
            torch.cuda.empty_cache()

    @contextmanager
    def _computing(self) -> Iterator[None]:
        """While it lasts, the calling thread computes as it was promised, whatever it did before."""
        # Torch keeps the number of threads, and what it records, for each thread.
        if torch.get_num_threads() != self._each:
            torch.set_num_threads(self._each)
        with told(self._device), torch.inference_mode(), alike(self._device):
            yield

    def _shared(
        self,
        share: Callable[[int, NDArray[np.float32]], NDArray[np.float32]],
        region: Region,
        windows: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """A batch, computed by the crew: each member its share, those without a window nothing."""
        if len(windows) > self.batch:
            raise ValueError(f"{len(windows)} windows for a batch of {self.batch}")

        def member(number: int, heard: NDArray[np.float32]) -> NDArray[np.float32]:
            with self._computing():
                return share(number, heard)

        starts = range(0, len(windows), self._share)
        given = [windows[start : start + self._share] for start in starts]
        drawn = list(self._crew.map(member, range(len(given)), given))
        return np.concatenate(drawn) if drawn else np.empty((0, region.rows, region.columns, 3), np.float32)

    def _parts_of(self, region: Region) -> _Parts:
        parts = self._parts.get(region)
        if parts is None:
            with self._computing():
                crew = range(-(-self.batch // self._share))
                parts = _Parts(
                    contributions=Contributions(region),
                    decoders=tuple(self._decoder_of(region) for _ in crew),
                )
            self._parts[region] = parts
            if len(self._parts) > _REGIONS:
                self._parts.popitem(last=False)
        self._parts.move_to_end(region)
        return parts

    def _added(
        self, faces: NDArray[np.uint8], parts: _Parts, decoder: _Decoder, kernels: Mapping[str, Kernel]
    ) -> tuple[Tensor, ...]:
        shown = seen(torch.from_numpy(np.ascontiguousarray(faces)).to(self._device))
        return decoder.prepared(parts.contributions(shown, kernels))

    def _drawn(
        self, decoder: _Decoder, windows: NDArray[np.float32], added: tuple[Tensor, ...]
    ) -> NDArray[np.float32]:
        # A share is always full: which arithmetic a library takes depends on its size.
        given = torch.from_numpy(_filled(windows, self._share)).to(self._device, self._dtype)
        mouths = decoder(given, *added)[: len(windows)]
        drawn: NDArray[np.float32] = mouths.float().contiguous().cpu().numpy()
        return drawn


def alike(device: str) -> AbstractContextManager[None]:
    """While it lasts, a card computes equal things equally: no algorithms by trial, no shortened floats."""
    if device == "cpu":
        return nullcontext()
    made: AbstractContextManager[None] = torch.backends.cudnn.flags(
        enabled=True, benchmark=False, deterministic=True, allow_tf32=False
    )
    return made


def _decoder(kernels: PixelKernels | Mapping[str, Kernel], region: Region, *, batch: int) -> _Decoder:
    if isinstance(kernels, PixelKernels):
        return PixelDecoder(kernels, region, batch)
    return MouthDecoder(kernels, region)


def _filled(some: NDArray[_Number], length: int) -> NDArray[_Number]:
    """As many as there are, then zeros up to that length."""
    filled = np.zeros((length, *some.shape[1:]), some.dtype)
    filled[: len(some)] = some
    return filled
