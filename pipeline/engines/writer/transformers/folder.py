"""Folders of language models as Transformers keeps them, looked into without loading their weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import torch
from safetensors import safe_open

from pipeline.engines.libraries import prepare
from pipeline.plan.errors import InputError

prepare()

from transformers import (  # noqa: E402 - what it imports has to be importable first
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

_REASON_LENGTH = 200
# A model that says nothing of it can read so much.
_CONTEXT = 2048
# What a tokenizer says that knows no limit.
_ENDLESS = 1 << 24


def traits_of(folder: Path, *, trusted: bool = False) -> Mapping[str, tuple[str, ...]]:
    """What a model's card tells of it, once it was found to write and its weights to fit its configuration.

    Args:
        folder: the model's own files.
        trusted: whether programs in it may run.

    Raises:
        InputError: ``model-folder-code``: it needs a program of its own, and nobody trusts that;
            ``model-writer-other``: it is no language model, or one that the library does not know;
            ``model-no-chat-template``; ``model-weights-unfit`` with the first entry that differs.
    """
    with told_of(folder, trusted=trusted):
        config = AutoConfig.from_pretrained(str(folder), local_files_only=True, trust_remote_code=trusted)
        tokens = AutoTokenizer.from_pretrained(str(folder), local_files_only=True, trust_remote_code=trusted)
        # On the meta device a network of any size takes no memory.
        with torch.device("meta"):
            network: PreTrainedModel = AutoModelForCausalLM.from_config(config, trust_remote_code=trusted)  # type: ignore[no-untyped-call]
    if not tokens.chat_template:
        raise InputError("model-no-chat-template", folder=folder.name)
    _check(folder, network, tokens)
    return {
        "architecture": (type(network).__name__,),
        "context": (str(context_of(config, tokens)),),
        "parameters": (str(sum(each.numel() for each in network.parameters())),),
    }


@contextmanager
def told_of(folder: Path, *, trusted: bool) -> Iterator[None]:
    """While it lasts, whatever the library says against a folder is said in our words.

    Raises:
        InputError: ``model-folder-code`` or ``model-writer-other``.
    """
    try:
        yield
    except Exception as error:  # a library of hundreds of networks fails in any way
        reason = " ".join(str(error).split())
        if not trusted and "trust_remote_code" in reason:
            raise InputError("model-folder-code", folder=folder.name) from error
        reason = reason[:_REASON_LENGTH].rstrip(".")
        raise InputError("model-writer-other", folder=folder.name, reason=reason) from error


def context_of(config: PreTrainedConfig, tokens: PreTrainedTokenizerBase) -> int:
    """How many tokens a model can read and write together."""
    inner = config.get_text_config()
    most = getattr(inner, "max_position_embeddings", None) or getattr(inner, "seq_length", None) or _CONTEXT
    told = tokens.model_max_length
    return int(min(most, told if 0 < told < _ENDLESS else most))


def _check(folder: Path, network: PreTrainedModel, tokens: PreTrainedTokenizerBase) -> None:
    """Compare what the files hold with what the configuration asks for, by name and shape."""
    there = _shapes_in(folder)
    wanted = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    for name, shape in wanted.items():
        if name in there and there[name] != shape:
            raise _unfit(folder, name, _sides(there[name]), _sides(shape))
    # Some networks are kept under other names than they are computed with; the library knows those, and the
    # engine refuses what it misses when it loads them.
    if there.keys() <= wanted.keys():
        for name in _missing(network, there):
            raise _unfit(folder, name, "-", _sides(wanted[name]))
    words = cast("torch.Tensor", network.get_input_embeddings().weight).shape[0]
    if len(tokens) > words:
        raise _unfit(folder, "vocab_size", str(words), str(len(tokens)))


def _missing(network: PreTrainedModel, there: Mapping[str, object]) -> Iterator[str]:
    """The names of weights that are not there, under none of the names that share them."""
    names: dict[int, list[str]] = {}
    for name, value in network.named_parameters(remove_duplicate=False):
        names.setdefault(id(value), []).append(name)
    for shared in names.values():
        if not any(name in there for name in shared):
            yield shared[0]


def _shapes_in(folder: Path) -> dict[str, tuple[int, ...]]:
    """Every entry of all weights; of the files only their beginnings are read."""
    found: dict[str, tuple[int, ...]] = {}
    for path in sorted(folder.glob("*.safetensors")):
        try:
            with safe_open(path, framework="pt") as held:
                found |= {name: tuple(held.get_slice(name).get_shape()) for name in held.keys()}  # noqa: SIM118 - no mapping
        except Exception as error:  # the library's own class, whose name changes
            raise InputError("model-file-broken", file=path.name) from error
    return found


def _unfit(folder: Path, key: str, found: str, shape: str) -> InputError:
    return InputError("model-weights-unfit", file=folder.name, key=key, found=found, shape=shape)


def _sides(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "1"
