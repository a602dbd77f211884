"""What every family of models does for the engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.voice.durations import Timed

#: Tensors of torch, by name: what makes a model sound like somebody.
Latents = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line for a model.

    Attributes:
        text: as the model is given it: letters, or phonemes.
        language: the library's own name of the language.
        speaker: the library's own name of the speaker; empty for a model of one voice.
        speed: per cent.
        seed: whence its noise comes.
        timbre: whom it sounds like; empty for the speaker.
    """

    text: str
    language: str
    speaker: str = ""
    speed: int = 100
    seed: int = 0
    timbre: Latents = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Raw:
    """What a model gave.

    Attributes:
        sound: mono, full scale 1.0; none where there was nothing to say.
        rate: samples a second.
        tokens: what it was made of and how long each lasts; none where the model does not plan that.
        hop: samples of a token's frame.
    """

    sound: NDArray[np.float32]
    rate: int
    tokens: tuple[Timed, ...] = ()
    hop: int = 0


class OpenedModel(ABC):
    """A model of the library's that is open; each kind of family speaks in its own way.

    Args:
        tts: the library's own object.
    """

    def __init__(self, tts: Any) -> None:  # noqa: ANN401 - the library's own type
        self._tts = tts
        self._model = tts.synthesizer.tts_model
        self._rate = int(tts.synthesizer.output_sample_rate)

    def languages(self) -> tuple[str, ...]:
        """The library's own names of its languages."""
        return tuple(self._model.config.languages)

    def speakers(self) -> tuple[str, ...]:
        """The library's own names of its speakers."""
        manager = self._model.speaker_manager
        return () if manager is None else tuple(manager.speaker_names)

    def known(self) -> frozenset[str]:
        """The characters that it reads."""
        return frozenset(self._model.tokenizer.characters.vocab)

    @abstractmethod
    def speak(self, line: Line) -> Raw:
        """Speak a line; equal lines give equal sound on machines of one kind.

        Raises:
            RuntimeError: as torch does; memory may be short.
        """

    def move(self, device: str) -> None:
        """Go on on another device."""
        self._tts.to(device)

    def _silence(self) -> Raw:
        """What is given where there is nothing to say."""
        return Raw(sound=np.zeros(0, np.float32), rate=self._rate)

    def latents(self, sound: NDArray[np.float32], rate: int) -> Latents:
        """What makes it sound like the speaker of a sample; only a model with a `cloned` voice tells it.

        Args:
            sound: mono, full scale 1.0.
            rate: samples a second.
        """
        raise ValueError(f"no latents of {len(sound)} samples at {rate} Hz: it sounds like nobody else")

    def _read(self, line: Line) -> list[str]:
        """What the text becomes, sign by sign; blanks are empty."""
        ids = self._model.tokenizer.text_to_ids(line.text, language=line.language)
        return [self._symbol(at) for at in ids]

    def _symbol(self, at: int) -> str:
        characters = self._model.tokenizer.characters
        marks = (characters.pad, characters.blank, characters.bos, characters.eos)
        symbol = str(characters.id_to_char(at))
        return "" if symbol in marks else symbol
