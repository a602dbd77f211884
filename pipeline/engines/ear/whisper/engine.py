"""Speech recognition by OpenAI's Whisper, with a checkpoint of its format.

A. Radford and others, Robust Speech Recognition via Large-Scale Weak Supervision, 2022.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import metadata
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.engines.devices import Ladder
from pipeline.engines.ear.offers import OFFERS
from pipeline.engines.ear.whisper.library import Network, codes_of, library, load, quiet, tokens_of
from pipeline.engines.ear.whisper.prompts import plain
from pipeline.engines.ear.whisper.results import heard_of, words_of
from pipeline.engines.ear.whisper.tongues import code_of, tag_of
from pipeline.engines.holding import loaded
from pipeline.engines.weights import Weights
from pipeline.plan.doubt import SILENT, UNSURE, Limits
from pipeline.plan.errors import InputError
from pipeline.plan.heard import Heard, HeardWord
from pipeline.plan.languages import UNKNOWN
from pipeline.plan.thirds import SPEECH_RATE
from pipeline.plan.wordunits import counts_characters

_CPU = "cpu"
_LONGEST = 30 * SPEECH_RATE
#: Samples a column of its spectrogram.
_HOP = 160
#: Below -60 dBFS nobody speaks; Whisper would make something up.
_SILENCE = 1e-3
#: In less nothing can be aligned.
_SHORTEST = SPEECH_RATE // 10
#: How daring it becomes when it is in doubt.
_TEMPERATURES = (0.0, 0.2, 0.4)
#: Speech of half a minute is understood in one or two goes, each tried at each temperature at most; a model
#: that moves on by fiftieths of a second has lost its way.
_MOST_GOES = 4 * len(_TEMPERATURES)
#: What stands in a window of the decoder beside a text's own tokens.
_MARKS = 8
#: What goes with the word after it, and with the word before, as the library has it for its own transcripts.
_PREPENDED = "\"'“¿([{-"
_APPENDED = "\"'.。,，!！?？:：”)]}、"

_T = TypeVar("_T")


class WhisperEar:
    """See `engines.ear.EarEngine`. Several threads may ask; it hears one after the other.

    Args:
        weights: a checkpoint as OpenAI distributes them: ``dims`` and ``model_state_dict``.
        precision: ``fp16`` (on a card), ``fp32`` or ``int8`` (on the processor).
        device: ``cpu``, or a card as in ``cuda:0``.
        threads: how many threads a processor computes with.
        cpu_allowed: whether it goes on on the processor, in single precision, where a card has too little
            memory.
        limits: when what it understood is doubted.

    Raises:
        InputError: a code ``model-``: the file is none of Whisper's, or not what its card says.
        TransientError: ``engine-memory-short``, ``engine-device-lost``.
    """

    name = "whisper"

    def __init__(
        self,
        *,
        weights: Weights,
        precision: str,
        device: str,
        threads: int,
        cpu_allowed: bool,
        limits: Limits,
    ) -> None:
        release = torch.__version__.partition("+")[0]
        doubts = f"{limits.no_speech}.{limits.logprob}.{limits.compression}"
        # What is doubted is heard again, more daringly: other limits, other words.
        self.version = f"{metadata.version('openai-whisper')}-{release}-{doubts}-{OFFERS[self.name].edition}"
        self.digest = weights.digest
        self.precision = precision
        self._weights = weights
        self._threads = threads
        self._limits = limits
        self._lock = Lock()
        self._goes = 0
        self._network: Network | None = None
        self._ladder = Ladder(engine=self.name, device=device, batch=1, cpu_allowed=cpu_allowed)
        self._codes, self._tokens, self._window = self._run(
            lambda network: (codes_of(network), tokens_of(network), network.dims.n_text_ctx)
        )

    def languages(self) -> tuple[str, ...]:
        """BCP 47 tags of what it understands, sorted."""
        return tuple(sorted(tag_of(code) for code in self._codes))

    def hear(
        self, sound: NDArray[np.float32], *, language: str = "", prompt: str = "", timed: bool = True
    ) -> Heard:
        """What is said in a sound.

        Digital silence costs no time of the model. As many tokens of the prompt's end are heeded as the
        model takes: 223.

        Args:
            sound: mono at 16 kHz, -1 to 1, 30 seconds at most.
            language: BCP 47 tag of what is spoken; empty to find out.
            prompt: text that came before, or names that may occur.
            timed: whether its words are wanted with their times, which takes half as long again.

        Raises:
            InputError: ``hearing-language-unknown``.
            TransientError: ``engine-memory-short``, ``engine-device-lost``.
        """
        code, tag = self._code(language), language or UNKNOWN
        if not _sounds(sound):
            return Heard(text="", language=tag, words=(), doubt=SILENT)
        limits = self._limits

        def transcribe(network: Network) -> Any:  # noqa: ANN401 - a dict, as the library has it
            self._goes = 0
            return network.transcribe(
                np.array(sound),
                language=code,
                initial_prompt=plain(prompt) or None,
                temperature=_TEMPERATURES,
                no_speech_threshold=limits.no_speech / 100,
                logprob_threshold=limits.logprob / 100,
                compression_ratio_threshold=limits.compression / 100,
                condition_on_previous_text=False,
                word_timestamps=timed,
                fp16=self._half(),
                verbose=None,
            )

        try:
            told = self._run(transcribe)
        except _LostError:
            return Heard(text="", language=tag, words=(), doubt=UNSURE)
        return heard_of(told, samples=len(sound), limits=limits)

    def align(self, sound: NDArray[np.float32], text: str, *, language: str) -> tuple[HeardWord, ...]:
        """The times of a text's own words in a sound where just this is said; arguments as of `hear`.

        Punctuation belongs to the word beside it. None where the sound is silent or shorter than a tenth of a
        second, or the text longer than the model hears at once.

        Raises:
            InputError, TransientError: as `hear`.
        """
        code = self._code(language)
        # In the beginning of a transcript as in its midst, words begin with a space where there are spaces.
        spaced = text.strip() if counts_characters(language) else f" {text.strip()}"
        given = self._tokens.encode(spaced, disallowed_special=())
        sounds = len(sound) >= _SHORTEST and _sounds(sound)
        if not sounds or not given or len(given) + _MARKS > self._window:
            return ()

        def timed(network: Network) -> list[Any]:
            mel = library().log_mel_spectrogram(np.array(sound), network.dims.n_mels, padding=_LONGEST)
            shown = (
                library()
                .pad_or_trim(mel, _LONGEST // _HOP)
                .to(network.device, torch.float16 if self._half() else torch.float32)
            )
            frames = len(sound) // _HOP
            found = library().timing.find_alignment(
                network, tokens_of(network, code or "en"), given, shown, frames
            )
            library().timing.merge_punctuations(found, _PREPENDED, _APPENDED)
            return list(found)

        raw = ((word.word, word.start, word.end, word.probability) for word in self._run(timed))
        return tuple(words_of(raw, samples=len(sound)))

    def count(self, prompt: str) -> int:
        """How many tokens a prompt is."""
        told = plain(prompt)
        return len(self._tokens.encode(f" {told}")) if told else 0

    def close(self) -> None:
        """Release the model; it may be called twice."""
        with self._lock:
            self._network = None
            if torch.cuda.is_available():
                torch.cuda.empty_cache()

    def _run(self, work: Callable[[Network], _T]) -> _T:
        """What some work with the network gives, where there is memory for it."""
        with self._lock:
            return self._ladder.run(partial(self._with_network, work), self._leave)

    def _with_network(self, work: Callable[[Network], _T], device: str, _batch: int) -> _T:
        with self._computing(device):
            if self._network is None:
                precision = "fp32" if self.precision == "fp16" and device == _CPU else self.precision
                network = loaded(self.name, lambda: load(self._weights, precision=precision).to(device))
                network.decode = partial(self._decode, network)
                self._network = network
            return work(self._network)

    def _leave(self, _device: str) -> None:
        # It is read anew: what the library hangs into a network while it aligns stays there when it fails.
        self._network = None

    @contextmanager
    def _computing(self, device: str) -> Iterator[None]:
        """While it lasts, the calling thread computes as it was promised, whatever it did before."""
        if torch.get_num_threads() != self._threads:
            torch.set_num_threads(self._threads)
        cards = [] if device == _CPU else [device]
        alike = torch.backends.cudnn.flags(
            enabled=True, benchmark=False, deterministic=True, allow_tf32=False
        )
        with quiet(), alike, torch.random.fork_rng(devices=cards):
            # Where it is in doubt it draws lots: always the same ones.
            torch.manual_seed(0)
            yield

    def _decode(self, network: Network, *given: object, **options: object) -> object:
        """The library's own, for so many goes and no more."""
        self._goes += 1
        if self._goes > _MOST_GOES:
            raise _LostError
        return library().decode(network, *given, **options)

    def _half(self) -> bool:
        return self.precision == "fp16" and self._ladder.device != _CPU

    def _code(self, language: str) -> str | None:
        """Whisper's code of a language; None to find out which it is."""
        if not language:
            return None
        code = code_of(language, self._codes)
        if code is None:
            known = ", ".join(self.languages())
            raise InputError("hearing-language-unknown", language=language, engine=self.name, known=known)
        return code


class _LostError(Exception):
    """The model moves on by crumbs, and would for ever."""


def _sounds(sound: NDArray[np.float32]) -> bool:
    """Whether anything can be heard in what an ear may be given.

    Raises:
        ValueError: samples of another type or shape, or more than half a minute.
    """
    if sound.dtype != np.float32 or sound.ndim != 1 or len(sound) > _LONGEST:
        raise ValueError(f"{sound.dtype} {sound.shape}")
    return bool(len(sound)) and float(np.abs(sound).max()) >= _SILENCE
