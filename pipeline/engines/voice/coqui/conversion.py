"""The voice converter `freevc`: what any voice spoke becomes speech of the person of a sample.

J. Li, W. Tu and L. Xiao, FreeVC: Towards High-Quality Text-Free One-Shot Voice Conversion, 2022.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.voice.converters import OFFERS
from pipeline.engines.voice.coqui.held import Held
from pipeline.engines.voice.coqui.level import levelled
from pipeline.engines.weights import Weights, vouched
from pipeline.plan.errors import TransientError
from pipeline.plan.keys import digest_of
from pipeline.plan.resample import resample
from pipeline.plan.speech import Speech
from pipeline.plan.thirds import thirds
from pipeline.plan.trim import at_master

if TYPE_CHECKING:
    from pipeline.engines.voice.coqui.freevc import FreeVcModel

#: The latent of FreeVC: one vector for a speaker.
SPEAKER = "speaker"


class FreeVc:
    """Converts with one FreeVC model, which is loaded for the first line; safe for threads, which take turns.

    The same speech and timbre give the same bytes on machines of one kind. What comes out is at 48 kHz.

    Args:
        weights: the model's folder: configuration, weights, and what it listens with.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        threads: how many threads compute on a processor; 0 for as many as torch takes.
        cpu_allowed: whether it may go on on the processor when a card's memory is short.
        scratch: where a folder may be made while the model is opened; None for the system's own place.
    """

    name = "freevc"

    def __init__(
        self,
        *,
        weights: Weights,
        device: str = "auto",
        threads: int = 0,
        cpu_allowed: bool = True,
        scratch: Path | None = None,
    ) -> None:
        #: Versions of the library, of what computes, and of this engine.
        self.version = OFFERS[self.name].release()
        self._weights = weights
        self._held = Held(
            self._load, engine=self.name, device=device, threads=threads, cpu_allowed=cpu_allowed
        )
        self._scratch = scratch
        self._turn = RLock()

    def convert(self, speech: Speech, timbre: bytes, /) -> Speech:
        """The same speech in another voice, exactly as long, with the same phoneme and word times, at 48 kHz.

        Silence stays silence.

        Raises:
            ValueError: the timbre is not of this model.
            InputError: ``engine-device-missing``; as `vouched` and `freevc.opened`, with the first line.
            TransientError: ``voice-model-astray``, ``engine-memory-short`` or ``engine-device-lost``.
        """
        whole = at_master(speech)
        if not whole.samples.any():
            return whole
        vector = _vector(timbre)
        seed = _seed(whole.samples, timbre)
        sound = thirds(whole.samples)
        with self._turn:
            made = self._held.computed(lambda model: model.converted(sound, vector, seed))
            rate = self._held.model().rate
        if not np.isfinite(made).all():
            raise TransientError("voice-model-astray", voice=self.name)
        return replace(whole, samples=_fitted(resample(levelled(made, rate), rate), len(whole.samples)))

    def latents(self, reference: Speech, /) -> bytes:
        """What makes the model sound like the speaker, as safetensors.

        Raises:
            InputError: as `convert`.
            TransientError: ``engine-memory-short`` or ``engine-device-lost``.
        """
        from safetensors.numpy import save

        sound = thirds(at_master(reference).samples)
        with self._turn:
            return save({SPEAKER: self._held.computed(lambda model: model.speaker(sound))})

    def close(self) -> None:
        """Release the model; it may be called twice."""
        with self._turn:
            self._held.release()

    def _load(self) -> FreeVcModel:
        from pipeline.engines.voice.coqui.freevc import opened

        with vouched(self._weights) as folder:
            return opened(folder, scratch=self._scratch)


def _vector(timbre: bytes) -> NDArray[np.float32]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return load(timbre)[SPEAKER]
    except (SafetensorError, KeyError) as error:
        raise ValueError("a timbre of another model") from error


def _seed(samples: NDArray[np.int16], timbre: bytes) -> int:
    """Whence the model's noise comes: the same for the same speech and speaker."""
    heard, wanted = (hashlib.sha256(part).hexdigest() for part in (samples.tobytes(), timbre))
    return int(digest_of("conversion", 1, speech=heard, timbre=wanted)[:15], 16)


def _fitted(samples: NDArray[np.int16], count: int) -> NDArray[np.int16]:
    """The samples cut, or followed by silence, to so many: a model counts in frames of 20 ms."""
    return np.pad(samples[:count], (0, max(count - len(samples), 0)))
