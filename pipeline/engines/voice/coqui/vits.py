"""VITS and YourTTS: text in, sound out, with how long each letter or phoneme lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
import torchaudio
from numpy.typing import NDArray

from pipeline.engines.voice.coqui.family import Latents, Line, OpenedModel, Raw
from pipeline.engines.voice.coqui.noise import Noise
from pipeline.engines.voice.durations import Timed

#: The latent of YourTTS: one vector for a speaker.
D_VECTOR = "d_vector"


class Vits(OpenedModel):
    """A VITS that is open.

    Args:
        tts: the library's own object.
    """

    def __init__(self, tts: Any) -> None:  # noqa: ANN401 - the library's own type
        super().__init__(tts)
        self._scale = float(self._model.length_scale)

    def speak(self, line: Line) -> Raw:
        """Speak a line, with the noise of its seed alone."""
        ids = self._model.tokenizer.text_to_ids(line.text, language=line.language)
        symbols = [self._symbol(at) for at in ids]
        if not any(symbol.isalnum() for symbol in symbols):
            return self._silence()
        tokens = torch.tensor([ids], device=self._model.device)
        with self._slowed(line.speed), Noise(line.seed):
            told = self._model.inference(tokens, aux_input=self._conditions(line, len(ids)))
        sound = told["model_outputs"].flatten().float().cpu().numpy()
        lengths = told["durations"].flatten().round().long().tolist()
        timed = [Timed(symbol=symbol, frames=frames) for symbol, frames in zip(symbols, lengths, strict=True)]
        return Raw(sound=sound, rate=self._rate, tokens=tuple(timed), hop=len(sound) // max(1, sum(lengths)))

    def latents(self, sound: NDArray[np.float32], rate: int) -> Latents:
        """The vector that the speaker encoder hears in a sample."""
        manager = self._model.speaker_manager
        wave = torch.from_numpy(sound)
        wave = torchaudio.functional.resample(wave, rate, manager.encoder_ap.sample_rate)
        if not manager.encoder_config.model_params.get("use_torch_spec", False):
            wave = torch.from_numpy(manager.encoder_ap.melspectrogram(wave.numpy()))
        heard = manager.encoder.compute_embedding(wave[None].to(self._model.device))
        return {D_VECTOR: heard[0].float().cpu().contiguous()}

    def _conditions(self, line: Line, tokens: int) -> dict[str, torch.Tensor | None]:
        """What the network is told beside the text: whose voice it is, and the language."""
        model, args = self._model, self._model.args
        told: dict[str, torch.Tensor | None] = dict.fromkeys(("speaker_ids", "d_vectors", "language_ids"))
        told |= {"x_lengths": torch.tensor([tokens]), "durations": None}
        if line.timbre:
            told["d_vectors"] = line.timbre[D_VECTOR][None]
        elif line.speaker and args.use_d_vector_file:
            mean = model.speaker_manager.get_mean_embedding(line.speaker)
            told["d_vectors"] = torch.from_numpy(np.asarray(mean, np.float32))[None]
        elif line.speaker:
            told["speaker_ids"] = torch.tensor([model.speaker_manager.name_to_id[line.speaker]])
        if args.use_language_embedding:
            told["language_ids"] = torch.tensor([model.language_manager.name_to_id[line.language]])
        return {name: None if value is None else value.to(model.device) for name, value in told.items()}

    @contextmanager
    def _slowed(self, speed: int) -> Iterator[None]:
        self._model.length_scale = self._scale * 100 / speed
        try:
            yield
        finally:
            self._model.length_scale = self._scale
