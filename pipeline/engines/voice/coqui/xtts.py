"""XTTS: speaks as in a sample of somebody, in many languages; its sound is drawn token by token."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.engines.voice.coqui.family import Latents, Line, OpenedModel, Raw
from pipeline.engines.voice.coqui.noise import seeded
from pipeline.plan.keys import digest_of
from pipeline.plan.lengths import cut, estimate_ms

#: The latents of XTTS: what its language model and its decoder are given of a speaker.
HEARD, EMBEDDING = "gpt_cond_latent", "speaker_embedding"

# Of a text that is too long for one call, what is longer than so many per cent of it is cut again.
_PART = 60
_LEAST_MS = 1000
_PAUSE_S = 0.08
_SAMPLING = ("temperature", "length_penalty", "repetition_penalty", "top_k", "top_p")
_SPLITS = 8


class Xtts(OpenedModel):
    """An XTTS that is open."""

    def known(self) -> frozenset[str]:
        """It reads any character, each in its own way."""
        return frozenset()

    def speak(self, line: Line) -> Raw:
        """Speak a line; one that is too long for the model is parted at its marks, with a short pause."""
        if not any(sign.isalnum() for sign in line.text):
            return self._silence()
        latents = line.timbre or self._model.speaker_manager.speakers[line.speaker]
        pause = np.zeros(int(_PAUSE_S * self._rate), np.float32)
        sounds: list[NDArray[np.float32]] = []
        for number, part in enumerate(self._parts(line.text, line.language)):
            seed = int(digest_of("part", 1, seed=line.seed, number=number)[:15], 16)
            sounds += [pause] * bool(sounds) + [self._spoken(part, line, latents, seed)]
        return Raw(sound=np.concatenate(sounds), rate=self._rate)

    def latents(self, sound: NDArray[np.float32], rate: int) -> Latents:
        """What the language model and the decoder hear in a sample, as the configuration wants it heard."""
        config = self._model.config
        wave = torch.from_numpy(sound)[None, : rate * config.max_ref_len].to(self._model.device)
        if config.sound_norm_refs:
            wave = wave / wave.abs().max().clamp(min=1e-6) * 0.75
        embedding = self._model.get_speaker_embedding(wave, rate)
        heard = self._model.get_gpt_cond_latents(
            wave, rate, length=config.gpt_cond_len, chunk_length=config.gpt_cond_chunk_len
        )
        return {HEARD: heard.float().cpu().contiguous(), EMBEDDING: embedding.float().cpu().contiguous()}

    def _spoken(self, text: str, line: Line, latents: Latents, seed: int) -> NDArray[np.float32]:
        sampling = {name: self._model.config[name] for name in _SAMPLING}
        with seeded(seed, str(self._model.device)):
            told = self._model.inference(
                text,
                line.language,
                latents[HEARD],
                latents[EMBEDDING],
                speed=line.speed / 100,
                **sampling,
            )
        return np.atleast_1d(np.asarray(told["wav"], np.float32))

    def _parts(self, text: str, language: str, depth: int = _SPLITS) -> Iterator[str]:
        """The text in parts, each short enough for one call."""
        if self._fits(text, language) or not depth:
            yield text
            return
        for part in cut(text, limit_ms=max(_LEAST_MS, estimate_ms(text) * _PART // 100)):
            if any(sign.isalnum() for sign in part):
                yield from self._parts(part.strip(), language, depth - 1)

    def _fits(self, text: str, language: str) -> bool:
        tokenizer = self._model.tokenizer
        if len(text) > tokenizer.char_limits.get(language.partition("-")[0], 250):
            return False
        tokens = tokenizer.encode(text.strip().lower(), lang=language)
        most = int(self._model.args.gpt_max_text_tokens)
        return len(tokens) < most
