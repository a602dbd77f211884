"""How fast scripts are written: tokens a second by size, precision and number at a time, and the memory.

    PYTHONPATH=. python bench/writers.py [--size tiny] [--model FOLDER] [--device auto] [--briefs 8]
        [--tokens 128] [--precisions auto] [--batches 1,4]

Without a model's folder one of random weights is made, of a size that is distributed: how fast it is does not
depend on what it says. Random weights hardly ever end an answer, so that all tokens are written. Each row is
a writer of its own: its load, with all bytes read and checked, the briefs once to warm up, and once counted;
on a processor in CPU seconds.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
from _farm import machine, seconds_spent

from pipeline.engines.devices import device_of
from pipeline.engines.libraries import prepare
from pipeline.engines.weights import Weights, digest_of_model
from pipeline.engines.writer.transformers.engine import TransformersWriter
from pipeline.plan.writingplan import Brief, Sampling
from tests.support.speech_models import make_writer

#: As their owners' configurations have it: width, inner width, layers, heads, heads of keys.
_SIZES = {
    "tiny": (32, 64, 2, 2, 1),
    "0.5b": (896, 4864, 24, 14, 2),
    "1.5b": (1536, 8960, 28, 12, 2),
    "7b": (3584, 18944, 28, 28, 4),
}
_WORDS = 151_936
_MB = 1 << 20


def _make(folder: Path, size: str) -> None:
    """A model of random weights in bf16, with the tokenizer of the tests."""
    make_writer(folder)
    if size == "tiny":
        return
    import torch
    from transformers import AutoTokenizer, Qwen2Config, Qwen2ForCausalLM

    width, inner, layers, heads, keys = _SIZES[size]
    tokens = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    config = Qwen2Config(
        vocab_size=_WORDS, hidden_size=width, intermediate_size=inner, num_hidden_layers=layers,
        num_attention_heads=heads, num_key_value_heads=keys, max_position_embeddings=32_768,
        eos_token_id=tokens.eos_token_id, pad_token_id=tokens.pad_token_id, tie_word_embeddings=size != "7b",
    )  # fmt: skip
    torch.manual_seed(0)
    kind = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        Qwen2ForCausalLM(config).save_pretrained(folder)
    finally:
        torch.set_default_dtype(kind)


def _memory(device: str) -> str:
    """What the process holds, and the most that the card did."""
    held = f"{psutil.Process().memory_info().rss // _MB} MB"
    if device == "cpu":
        return held
    import torch

    return f"{held}, card {torch.cuda.max_memory_allocated(device) // _MB} MB"


def _row(weights: Weights, briefs: Sequence[Brief], sampling: Sampling, **options: Any) -> None:  # noqa: ANN401 - the writer's own
    device = device_of(str(options["device"]))
    begun = seconds_spent(device)
    writer = TransformersWriter(weights=weights, **options)
    writer.write(briefs[:1], Sampling(seed=0, max_new_tokens=1))
    loaded = seconds_spent(device) - begun
    writer.write(briefs, sampling)
    written: list[int] = []
    begun = seconds_spent(device)
    writer.write(briefs, sampling, told=lambda done, _of: written.append(done))
    took = seconds_spent(device) - begun
    rate = written[-1] / took
    memory = _memory(device)
    print(f"{writer.precision:>9} {options['batch']:>6} {loaded:>7.1f} {took:>8.2f} {rate:>9.0f}   {memory}")
    writer.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Tokens a second of the writer.")
    parser.add_argument("--size", choices=_SIZES, default="tiny")
    parser.add_argument("--model", type=Path, help="a model's folder, instead of one of random weights")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--briefs", type=int, default=8)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--precisions", default="auto")
    parser.add_argument("--batches", default="1,4")
    parser.add_argument("--threads", type=int, default=0)
    given = parser.parse_args()
    prepare()
    print(machine())
    print("precision  batch  load s  write s  tokens/s   memory")
    with tempfile.TemporaryDirectory() as place:
        folder = given.model or Path(place) / "model"
        if given.model is None:
            _make(folder, given.size)
        weights = Weights(path=folder, digest=digest_of_model(folder), name=given.size)
        briefs = [
            Brief(text=f"Film {at} about bread.", audience="", language="en", seconds=600)
            for at in range(given.briefs)
        ]
        sampling = Sampling(seed=1, max_new_tokens=given.tokens)
        for precision in given.precisions.split(","):
            for batch in map(int, given.batches.split(",")):
                _row(
                    weights, briefs, sampling,
                    device=given.device, precision=precision, batch=batch, threads=given.threads,
                )  # fmt: skip


if __name__ == "__main__":
    main()
