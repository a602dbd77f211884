"""A network that restores faces, by torch on the processor or a card: the same face gives the same bits."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.engines.face.wav2lip.backends.torch_backend import alike
from pipeline.engines.face.wav2lip.backends.torch_failures import told
from pipeline.engines.face.wav2lip.restoration import SIDE
from pipeline.engines.face.wav2lip.restorerfile import Restorer, load_restorer
from pipeline.engines.weights import Weights, vouched

# GFPGAN roughens skin with noise that it draws by lot: the same in every frame, so that nothing flickers.
_LOT = 1


class FaceRestorer:
    """See `restoration.Restore`; of one thread at a time.

    Args:
        weights: the network's file.
        device: ``cpu`` or a card, as in ``cuda:0``.
        threads: how many threads a processor computes with.

    Raises:
        InputError: as `vouched` and `load_restorer`.
        MouthMemoryError: not enough memory for the weights.
    """

    def __init__(self, *, weights: Weights, device: str, threads: int) -> None:
        self._device = torch.device(device)
        self._threads = threads
        with told(device):
            self._pin()
            self._network: Restorer | None = _loaded(weights)
            self._network.model.to(self._device, torch.float32)

    def __call__(self, face: NDArray[np.uint8]) -> NDArray[np.float32]:
        """An aligned face restored: uint8 (512, 512, 3), BGR, to float32 of that shape, BGR in 8-bit levels.

        Raises:
            MouthMemoryError: not enough memory.
            TransientError: ``face-device-lost``.
        """
        if self._network is None:
            raise ValueError("closed")
        cards = [self._device] if self._device.type == "cuda" else []
        device = str(self._device)
        with told(device), torch.inference_mode(), alike(device), torch.random.fork_rng(cards):
            self._pin()
            torch.manual_seed(_LOT)
            shown = torch.from_numpy(np.ascontiguousarray(face[..., ::-1])).to(self._device)
            drawn = self._network(shown.permute(2, 0, 1)[None].to(torch.float32) / 255)
            picture = (drawn[0].clamp(0, 1) * 255).permute(1, 2, 0).flip(2).float().cpu().numpy()
        if picture.shape[0] != SIDE:
            picture = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        return np.ascontiguousarray(picture, np.float32)

    def close(self) -> None:
        """Release the network and its memory; it may be called twice."""
        self._network = None
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _pin(self) -> None:
        """Let the calling thread compute with our number of threads: torch keeps it for each thread."""
        if torch.get_num_threads() != self._threads:
            torch.set_num_threads(self._threads)


def _loaded(weights: Weights) -> Restorer:
    """The network, of the bytes that its card tells of."""
    with vouched(weights) as path:
        return load_restorer(path, trusted=weights.trusted)
