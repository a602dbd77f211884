"""Whisper's library, imported when it is first needed, and the little that is asked of it beside hearing."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

from pipeline.engines import libraries
from pipeline.engines.devices import memory_is_short
from pipeline.engines.ear.whisper.arithmetic import ARITHMETIC
from pipeline.engines.weights import Weights, vouched
from pipeline.plan.errors import InputError

#: A network of Whisper's; the library ships no types.
Network = Any

#: What it warns of though everybody meant it so, each by its beginning.
_QUIET = (
    # A model stands where it was put.
    "Performing inference on CPU when CUDA is available",
    # Without a compiler for the card the same is computed in another way, a little slower.
    "Failed to launch Triton kernels",
)


@cache
def library() -> ModuleType:
    """The library, offline and quiet."""
    libraries.prepare()
    importlib.import_module("whisper.timing")
    return importlib.import_module("whisper")


@contextmanager
def quiet() -> Iterator[None]:
    """While it lasts, the library does not warn of what it does by itself."""
    with warnings.catch_warnings():
        for words in _QUIET:
            warnings.filterwarnings("ignore", words, UserWarning)
        # Whoever collects garbage closes the file of its tokens.
        warnings.filterwarnings("ignore", "unclosed file", ResourceWarning)
        yield


def load(weights: Weights, *, precision: str) -> Network:
    """The network of a checkpoint, on the processor, in ``fp16``, ``fp32`` or ``int8``.

    Raises:
        InputError: a code ``model-``: the file is no checkpoint of Whisper's, or not what its card says.
    """
    with vouched(weights) as path, quiet():
        try:
            # The path of a file that is there: a name would be downloaded.
            network = library().load_model(str(path.resolve()), device="cpu")
        except Exception as error:  # what is in a stranger's file can fail in any way
            if memory_is_short(error):
                raise
            raise InputError("model-file-broken", file=weights.name) from error
    if heads := _heads_of(weights.digest):
        network.set_alignment_heads(heads)
    return ARITHMETIC[precision](network)


def tokens_of(network: Network, code: str = "en") -> Any:  # noqa: ANN401 - the library's own type
    """The tokenizer of a network for the language of a code."""
    with quiet():
        return library().tokenizer.get_tokenizer(
            network.is_multilingual,
            num_languages=network.num_languages,
            language=code,
            task="transcribe",
        )


def codes_of(network: Network) -> tuple[str, ...]:
    """The codes of the languages that a network knows."""
    known = tuple(library().tokenizer.LANGUAGES)
    return known[: network.num_languages] if network.is_multilingual else ("en",)


def _heads_of(digest: str) -> bytes | None:
    """Which heads of a distributed model's attention know when a word is said; None for other models.

    The library looks them up by the name of a model that it downloads. Its list of addresses holds the
    files' SHA-256, by which a file is known whatever it is called here.
    """
    addresses: dict[str, str] = library()._MODELS  # noqa: SLF001 - it stands nowhere else
    heads: dict[str, bytes] = library()._ALIGNMENT_HEADS  # noqa: SLF001 - likewise
    return next((heads[name] for name, address in addresses.items() if digest in address.split("/")), None)
