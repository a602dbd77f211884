"""Models that draw a spectrogram, such as Tacotron and FastPitch; a vocoder or Griffin-Lim makes it sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.engines.voice.coqui.family import Line, OpenedModel, Raw
from pipeline.engines.voice.coqui.noise import seeded
from pipeline.engines.voice.durations import Timed

# A model that decides by itself when it is done may not find an end: no sound takes half a second.
_FRAMES_EACH, _FRAMES_MORE = 45, 200


class Spectrogram(OpenedModel):
    """A model of spectrograms that is open; one that pays attention plans no sound's length."""

    def speak(self, line: Line) -> Raw:
        """Speak a line, with the chance of its seed alone."""
        symbols = self._read(line)
        if not any(symbol.isalnum() for symbol in symbols):
            return self._silence()
        with seeded(line.seed, str(self._model.device)), self._held(line, len(symbols)):
            told = self._model.synthesize(
                line.text,
                speaker=line.speaker or None,
                language=line.language,
                use_griffin_lim=self._tts.synthesizer.vocoder_model is None,
            )
            sound = self._sounding(told)
        frames = self._frames(len(symbols), told)
        return Raw(sound=sound, rate=self._rate, tokens=_timed(symbols, frames, len(sound)), hop=1)

    @contextmanager
    def _held(self, _line: Line, symbols: int) -> Iterator[None]:
        """While it lasts, the model ends in time."""
        decoder = getattr(self._model, "decoder", None)
        own = getattr(decoder, "max_decoder_steps", None)
        if decoder is None or own is None:
            yield
            return
        frames = symbols * _FRAMES_EACH + _FRAMES_MORE
        decoder.max_decoder_steps = min(own, -(-frames // int(decoder.r)))
        try:
            yield
        finally:
            decoder.max_decoder_steps = own

    def _sounding(self, told: Mapping[str, Any]) -> NDArray[np.float32]:
        """What is heard of a spectrogram."""
        synthesizer = self._tts.synthesizer
        if synthesizer.vocoder_model is None:
            return np.asarray(told["wav"], np.float32)
        device = next(synthesizer.vocoder_model.parameters()).device
        # The library's own way: it scales a spectrogram, and stretches it to the vocoder's rate.
        heard = synthesizer._run_vocoder(told["outputs"]["model_outputs"][0], device)  # noqa: SLF001
        return np.atleast_1d(heard.detach().float().cpu().numpy().squeeze())

    def _frames(self, _symbols: int, _told: Mapping[str, Any]) -> NDArray[np.float64]:
        """How many frames each symbol lasts; nothing where the model does not plan that."""
        return np.zeros(0)


class Hidden(Spectrogram):
    """A model that walks from state to state (a hidden Markov model): each symbol has as many."""

    def _frames(self, symbols: int, told: Mapping[str, Any]) -> NDArray[np.float64]:
        """How long it stayed in the states of each symbol."""
        walked: NDArray[np.float64] = told["outputs"]["alignments"][0].double().sum(0).cpu().numpy()
        # Behind the last symbol's states stands one more, in which it ends.
        each = int(self._model.config.state_per_phone)
        frames: NDArray[np.float64] = walked[: symbols * each].reshape(-1, each).sum(1)
        return frames


class Planned(Spectrogram):
    """A model of spectrograms that plans how long each symbol lasts.

    Args:
        tts: the library's own object.
    """

    def __init__(self, tts: Any) -> None:  # noqa: ANN401 - the library's own type
        super().__init__(tts)
        self._scale = float(self._model.length_scale)

    @contextmanager
    def _held(self, line: Line, _symbols: int) -> Iterator[None]:
        """While it lasts, the model speaks at a line's speed."""
        self._model.length_scale = self._scale * 100 / line.speed
        try:
            yield
        finally:
            self._model.length_scale = self._scale

    def _frames(self, _symbols: int, told: Mapping[str, Any]) -> NDArray[np.float64]:
        """How many frames the model gave each symbol."""
        path: torch.Tensor = told["outputs"]["alignments"][0]
        frames: NDArray[np.float64] = path.double().sum(0).cpu().numpy()
        return frames


def _timed(symbols: Sequence[str], frames: NDArray[np.float64], samples: int) -> tuple[Timed, ...]:
    """How many samples each symbol lasts: a vocoder of another rate stretches all frames alike."""
    if len(frames) != len(symbols) or not frames.sum():
        return ()
    ends = np.rint(np.cumsum(frames) * (samples / frames.sum())).astype(np.int64)
    lengths = np.diff(ends, prepend=0).tolist()
    return tuple(Timed(symbol=symbol, frames=each) for symbol, each in zip(symbols, lengths, strict=True))
