"""Models that draw a spectrogram, such as Tacotron and Glow-TTS; a vocoder or Griffin-Lim makes it sound."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.engines.voice.coqui.family import Line, OpenedModel, Raw
from pipeline.engines.voice.coqui.noise import seeded


class Spectrogram(OpenedModel):
    """A model of spectrograms that is open.

    Args:
        tts: the library's own object.
    """

    def __init__(self, tts: Any) -> None:  # noqa: ANN401 - the library's own type
        from TTS.utils.synthesizer import PAD_SILENCE_SAMPLES

        super().__init__(tts)
        self._padded = PAD_SILENCE_SAMPLES

    def speak(self, line: Line) -> Raw:
        """Speak a line, without the silence that the library puts behind it."""
        if not any(symbol.isalnum() for symbol in self._read(line)):
            return self._silence()
        with seeded(line.seed, str(self._model.device)):
            told = self._tts.synthesizer.tts(
                line.text,
                speaker_name=line.speaker or None,
                language_name=line.language,
                split_sentences=False,
            )
        sound = np.asarray(told, np.float32)
        return Raw(sound=sound[: len(sound) - self._padded], rate=self._rate)
