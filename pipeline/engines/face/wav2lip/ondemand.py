"""The restorer that an engine was given, opened when the first mouth is restored."""

from __future__ import annotations

from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.face.wav2lip.backends import Choice
from pipeline.engines.holding import loaded
from pipeline.engines.weights import Weights
from pipeline.plan.errors import InputError
from pipeline.plan.extras import how_to_install

if TYPE_CHECKING:
    from pipeline.engines.face.wav2lip.facerestorer import FaceRestorer

_LIBRARY = "spandrel"
#: By this name it is known what the network holds: it is loaded beside the engine's own.
ENGINE = "wav2lip-restorer"


class RestorerOnDemand:
    """A `restoration.Restore` whose network is loaded when it is first needed, and nothing heavy before.

    Args:
        weights: the network's file.
        choice: what computes the mouths: the restorer computes on the same device.
        threads: how many threads compute on a CPU.

    Raises:
        InputError: ``engine-missing``.
    """

    def __init__(self, weights: Weights, *, choice: Choice, threads: int) -> None:
        if find_spec(_LIBRARY) is None:
            install = how_to_install("restore")
            raise InputError("engine-missing", engine="wav2lip", library=_LIBRARY, install=install)
        self._weights = weights
        self._device, self._threads = choice.device, threads
        self._opened: FaceRestorer | None = None
        #: Everything about build and machine that can change a bit.
        self.backend = f"{choice.name}+torch-{version('torch')}+{_LIBRARY}-{version(_LIBRARY)}"

    def __call__(self, face: NDArray[np.uint8]) -> NDArray[np.float32]:
        """An aligned face restored.

        Raises:
            InputError: as `open`.
            MouthMemoryError: not enough memory.
            TransientError: ``face-device-lost``.
        """
        return self.open()(face)

    def open(self) -> FaceRestorer:
        """The network, loaded when it is first asked for.

        Raises:
            InputError: a code ``model-*``, or ``engine-missing``.
            MouthMemoryError: not enough memory for it.
        """
        if self._opened is None:
            from pipeline.engines.face.wav2lip.facerestorer import FaceRestorer

            self._opened = loaded(
                ENGINE,
                lambda: FaceRestorer(weights=self._weights, device=self._device, threads=self._threads),
            )
        return self._opened

    def close(self) -> None:
        """Release the network; it may be called twice."""
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()
