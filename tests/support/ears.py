"""Whispers for tests: how they open, and one that recites what it was made for, with its times.

A random Whisper says nonsense; this one has the real format and the real sizes of everything that the library
looks at, and weights that are calculated instead of trained.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.durable import digest_of
from pipeline.engines.ear import EarEngine
from pipeline.engines.shelf import ears
from pipeline.engines.weights import Weights
from pipeline.plan.doubt import Limits
from pipeline.plan.thirds import SPEECH_RATE
from tests.support.wav2lip import require_torch

#: A word, and from when to when it is heard, in seconds.
Cue = tuple[str, float, float]

_STATE = 64
_TOKENS = 51_865
#: How loud a wish is among what a token is, and how sharp one looks at something.
_WISH, _SHARP = 10, 8
#: Steps of time that its encoder tells apart, a second.
_STEPS = 50
#: What a reciting one is mostly made for, and how it reads.
HELLO: Sequence[Cue] = (
    (" Hello", 0.3, 0.7),
    (" world,", 0.8, 1.2),
    (" this", 1.4, 1.6),
    (" is", 1.6, 1.8),
    (" Ada.", 1.9, 2.4),
)
TEXT = "Hello world, this is Ada."
#: As config/default.toml has them.
LIMITS = Limits(no_speech=60, logprob=-100, compression=240)


def require_ears() -> None:
    """Skip where the libraries that hear are not installed, with the reason; under CI that is a failure."""
    require_torch()
    for name in ("whisper", "silero_vad"):
        if "CI" not in os.environ and find_spec(name) is None:
            pytest.skip(f"{name} is not installed: the extra whisper brings it", allow_module_level=True)


def noise(seconds: int, *, seed: int = 0) -> NDArray[np.float32]:
    """Something to be heard."""
    return np.random.default_rng(seed).normal(0, 0.1, seconds * SPEECH_RATE).astype(np.float32)


def open_whisper(
    path: Path, *, precision: str = "fp32", device: str = "cpu", limits: Limits = LIMITS
) -> EarEngine:
    """A checkpoint as an ear, by the shelf."""
    weights = Weights(path=path, digest=digest_of(path), name=path.stem)
    return ears().open(
        "whisper",
        weights=weights,
        precision=precision,
        device=device,
        threads=1,
        cpu_allowed=False,
        limits=limits,
    )


def make_reciting(path: Path, cues: Sequence[Cue], *, language: str = "en") -> None:
    """A Whisper that hears a text with its times in whatever it is played; no token may occur in it twice.

    Its one layer looks at the token itself, which brings along what follows it, and then at the frames at
    which that is heard.
    """
    import torch
    from torch.nn.functional import layer_norm
    from whisper.model import ModelDimensions, Whisper

    model = Whisper(
        ModelDimensions(
            n_mels=80, n_audio_ctx=1500, n_audio_state=_STATE, n_audio_head=1, n_audio_layer=1,
            n_vocab=_TOKENS, n_text_ctx=448, n_text_state=_STATE, n_text_head=1, n_text_layer=1,
        )
    )  # fmt: skip
    pairs, starts, end = _chain(cues, language)
    decoder, encoder = model.decoder, model.encoder
    block: Any = decoder.blocks[0]
    one = torch.eye(_STATE)
    with torch.no_grad():
        for weights in model.parameters():
            weights.zero_()
        drawn = torch.randn(_TOKENS, _STATE, generator=torch.Generator().manual_seed(0))
        known = layer_norm(drawn, (_STATE,))
        decoder.token_embedding.weight.copy_(known)
        for norm in (block.attn_ln, block.cross_attn_ln, decoder.ln, encoder.ln_post):
            norm.weight.fill_(1.0)
        decoder.ln.weight.fill_(0.5)
        block.attn.query.weight.copy_(_SHARP * one)
        block.attn.key.weight.copy_(one)
        block.attn.out.weight.copy_(one)
        now = torch.stack([known[a] for a, _ in pairs])
        then = torch.stack([_WISH * known[b] for _, b in pairs])
        block.attn.value.weight.copy_(torch.linalg.lstsq(now, then).solution.T)
        frames = layer_norm(encoder.positional_embedding, (_STATE,))
        heard = [(a, b, starts[b]) for a, b in pairs if b in starts] + [(*pairs[-2], end)]
        asked = layer_norm(torch.stack([known[a] + _WISH * known[b] for a, b, _ in heard]), (_STATE,))
        keys = torch.stack([frames[round(at * _STEPS)] for *_, at in heard])
        block.cross_attn.query.weight.copy_(torch.linalg.lstsq(asked, _SHARP * keys).solution.T)
        block.cross_attn.key.weight.copy_(one)
    state = {name: value.half() for name, value in model.state_dict().items()}
    torch.save({"dims": asdict(model.dims), "model_state_dict": state}, path)


def _chain(cues: Sequence[Cue], language: str) -> tuple[list[tuple[int, int]], dict[int, float], float]:
    """Which token follows which, when each word's tokens are heard, and when the last word ends."""
    from pipeline.engines.ear.whisper.library import library, quiet

    with quiet():
        tokens = library().tokenizer.get_tokenizer(
            multilingual=True, num_languages=99, language=language, task="transcribe"
        )
    starts: dict[int, float] = {}
    for word, begun, ended in cues:
        parts = tokens.encode(word)
        starts |= {part: begun + (ended - begun) * at / len(parts) for at, part in enumerate(parts)}
    text = [part for word, *_ in cues for part in tokens.encode(word)]
    if len(set(text)) != len(text) or len(text) > _STATE - _SHARP:
        raise ValueError(f"a token occurs twice, or there are too many: {cues}")
    last = cues[-1][2]
    first, end = (tokens.timestamp_begin + round(at * _STEPS) for at in (cues[0][1], last))
    chain = [*tokens.sot_sequence, first, *text, end, tokens.eot]
    # Aligned texts begin without a time; this pair is none of the last two.
    return [(tokens.no_timestamps, text[0]), *pairwise(chain)], starts, last
