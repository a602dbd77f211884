"""A FreeVC of the library that is open: what is said is heard by WavLM, who says it by a speaker encoder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.engines.libraries import prepare
from pipeline.engines.tensorfile import read_held
from pipeline.engines.voice.coqui.folder import CONFIG, WEIGHTS, read_config
from pipeline.engines.voice.coqui.noise import Noise
from pipeline.engines.voice.coqui.opening import misfit
from pipeline.plan.errors import InputError, LecternError
from pipeline.scratch import scratch_folder

Wave = NDArray[np.float32]

#: What the model listens with, and what hears a speaker in models that bring no encoder of their own.
LISTENER, SPEAKER_ENCODER = "WavLM-Large.pt", "speaker_encoder.pt"

_FAMILY = "freevc"
# Of a configuration, what says how the network is built and heard; everything else is about training it.
_SETTLED = ("model", "model_args", "audio")
# WavLM sees 25 ms at a time: what comes behind the sound lets it see the last of it.
_REACH = 400
# The library is told where the files are by standing in for its own functions, which look for them elsewhere.
_TURN = Lock()


class FreeVcModel:
    """A model that is open, on the processor at first.

    Args:
        model: the library's own object.
        rate: samples a second of what it gives.
    """

    def __init__(self, model: Any, rate: int) -> None:  # noqa: ANN401 - the library's own type
        self._model = model
        self.rate = rate

    def converted(self, sound: Wave, speaker: Wave, seed: int) -> Wave:
        """A sound in a speaker's voice, at the model's `rate`; at least as long.

        Args:
            sound: mono at 16 kHz, full scale 1.0.
            speaker: as `speaker` gives it.
            seed: whence its noise comes.

        Raises:
            RuntimeError: as torch does; memory may be short.
        """
        wave = torch.from_numpy(np.pad(sound, (0, _REACH)))
        with torch.inference_mode(), Noise(seed):
            heard = self._model.extract_wavlm_features(self._model.load_audio(wave))
            vector = torch.from_numpy(speaker).to(self._model.device)
            made = self._model.inference(heard, g=vector)
        found: Wave = made[0, 0].float().cpu().numpy()
        return found

    def speaker(self, sound: Wave) -> Wave:
        """What the model hears of a speaker in a sample at 16 kHz: (1, channels, 1).

        Raises:
            RuntimeError: as torch does; memory may be short.
        """
        with torch.inference_mode():
            found = self._model.clone_voice([torch.from_numpy(sound)])["speaker_embedding"]
        vector: Wave = np.ascontiguousarray(found.float().cpu().numpy())
        return vector

    def move(self, device: str) -> None:
        """Go on on another device."""
        self._model.to(device)


def opened(folder: Path, *, scratch: Path | None = None) -> FreeVcModel:
    """A model of the shelf, open on the processor.

    The library is given this folder's files alone, and fetches none. The folder stays as it is.

    Args:
        folder: the model's files.
        scratch: where a folder may be made for as long as opening takes; None for the system's own place.

    Raises:
        InputError: ``model-config-wrong`` with the first entry that does not fit.
        MemoryError: there is not enough.
    """
    prepare()
    from TTS.utils.synthesizer import Synthesizer

    config = {key: part for key, part in read_config(folder / CONFIG).items() if key in _SETTLED}
    if scratch is not None:
        scratch.mkdir(parents=True, exist_ok=True)
    with scratch_folder(scratch) as place:
        settled = place / CONFIG
        settled.write_text(json.dumps(config), "utf-8")
        try:
            with _own_files(folder):
                converter = Synthesizer(vc_checkpoint=str(_file(folder, WEIGHTS)), vc_config=str(settled))
        except (LecternError, MemoryError):
            raise
        except Exception as error:  # a configuration that does not fit can fail in any way
            raise misfit(error) from error
    return FreeVcModel(converter.vc_model.eval(), int(converter.output_sample_rate))


def traits_of(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """What a model's card tells of it; it is opened to find out.

    Raises:
        InputError: as `opened`.
    """
    return {"family": (_FAMILY,), "rate": (str(opened(folder).rate),)}


@contextmanager
def _own_files(folder: Path) -> Iterator[None]:
    """While it lasts, the library finds its listener and its speaker encoder in a model's folder.

    It would fetch both: the one from the network when a model is made, the other likewise.
    """
    from TTS.vc.models import freevc

    def encoder(_address: str) -> object:
        return known(str(_file(folder, SPEAKER_ENCODER)))

    with _TURN:
        fetched, known = freevc.get_wavlm, freevc.SpeakerEncoderEx
        freevc.get_wavlm, freevc.SpeakerEncoderEx = lambda: _listener(folder), encoder
        try:
            yield
        finally:
            freevc.get_wavlm, freevc.SpeakerEncoderEx = fetched, known


def _listener(folder: Path) -> torch.nn.Module:
    """WavLM as the folder's file has it."""
    from TTS.vc.layers.freevc.wavlm.wavlm import WavLM, WavLMConfig

    held = read_held(_file(folder, LISTENER))
    if not isinstance(held, Mapping) or not {"cfg", "model"} <= set(held):
        raise InputError("model-config-wrong", key=LISTENER, found=type(held).__name__)
    listener: torch.nn.Module = WavLM(WavLMConfig(held["cfg"]))
    listener.load_state_dict(held["model"])
    return listener.eval()


def _file(folder: Path, name: str) -> Path:
    if not (folder / name).is_file():
        raise InputError("model-folder-incomplete", folder=folder.name, missing=name)
    return folder / name
