"""Whisper's checkpoints from an operator's file: dimensions and weights that fit them, never run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from typing_extensions import override

from pipeline.engines.ear.whisper.tongues import tag_of
from pipeline.engines.libraries import prepare
from pipeline.engines.tensorfile import read_held
from pipeline.plan.errors import InputError

prepare()

from whisper.model import ModelDimensions, Whisper  # noqa: E402 - what it imports has to be importable first
from whisper.tokenizer import LANGUAGES  # noqa: E402 - likewise

#: The largest official one has 3.1 GB.
_MOST_BYTES = 8 << 30
#: The largest official one has 51,866 words and 1,500 frames; memory is asked for by these numbers.
_MOST = 200_000
#: From so many words on a checkpoint knows more languages than English.
_MULTILINGUAL = 51_865
#: So many words of such a checkpoint are no languages (`Whisper.num_languages`).
_NO_LANGUAGES = 51_766


class _Dense(TorchFunctionMode):
    """Where tensors hold nothing, which of their numbers are zero is nobody's question."""

    @override
    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func is Tensor.to_sparse:
            return args[0]
        return func(*args, **(kwargs or {}))


def traits_of(path: Path) -> Mapping[str, tuple[str, ...]]:
    """What a checkpoint's card tells of it, once it was found that its weights fit its dimensions.

    Raises:
        InputError: as `read_held`; ``model-ear-other``: it is none of Whisper's; ``model-weights-unfit`` with
            the first entry that differs; ``model-entry-impossible``.
    """
    held = read_held(path, most_bytes=_MOST_BYTES)
    parts = held if isinstance(held, Mapping) else {}
    told, weights = parts.get("dims"), parts.get("model_state_dict")
    names = [field.name for field in fields(ModelDimensions)]
    if not isinstance(told, Mapping) or not isinstance(weights, Mapping) or sorted(told) != sorted(names):
        raise InputError("model-ear-other", file=path.name)
    for name in names:
        if type(told[name]) is not int or not 0 < told[name] < _MOST:
            raise InputError("model-ear-other", file=path.name)
    for part in ("audio", "text"):
        # Heads share the state; how they do shows in no entry's shape.
        if told[f"n_{part}_state"] % told[f"n_{part}_head"]:
            raise InputError("model-ear-other", file=path.name)
    _check(weights, _expected(ModelDimensions(**told), path.name), path.name)
    multilingual = told["n_vocab"] >= _MULTILINGUAL
    # As the library counts them: what is not text or a mark is a language.
    codes = tuple(LANGUAGES)[: told["n_vocab"] - _NO_LANGUAGES] if multilingual else ("en",)
    return {
        "multilingual": ("yes",) if multilingual else (),
        "languages": tuple(sorted(map(tag_of, codes))),
        "mels": (str(told["n_mels"]),),
        "layers": (str(told["n_text_layer"]),),
    }


def _expected(dims: ModelDimensions, file: str) -> Mapping[str, Tensor]:
    """The entries of a network of such dimensions, without any memory for them."""
    try:
        with torch.device("meta"), _Dense():
            found: Mapping[str, Tensor] = Whisper(dims).state_dict()
    except (RuntimeError, AssertionError, ZeroDivisionError) as error:
        # A state of one number has no waves, for instance.
        raise InputError("model-ear-other", file=file) from error
    return found


def _check(weights: Mapping[str, object], expected: Mapping[str, Tensor], file: str) -> None:
    for key, wanted in expected.items():
        value = weights.get(key)
        found = tuple(value.shape) if isinstance(value, Tensor) else None
        if found != tuple(wanted.shape):
            raise InputError(
                "model-weights-unfit",
                file=file,
                key=key,
                found="-" if found is None else _sides(found),
                shape=_sides(tuple(wanted.shape)),
            )
    for key, value in weights.items():
        if key not in expected or not isinstance(value, Tensor):
            raise InputError("model-weights-unfit", file=file, key=str(key)[:80], found="+", shape="-")
        if value.is_floating_point() and not value.isfinite().all():
            raise InputError("model-entry-impossible", file=file, key=key)


def _sides(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "1"
