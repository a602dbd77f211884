"""The engine `transformers`: a language model of the operator's, asked through its own chat template."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from threading import RLock
from typing import Any, cast

import torch

from pipeline.engines.devices import Ladder, device_of
from pipeline.engines.holding import loaded
from pipeline.engines.libraries import prepare
from pipeline.engines.machine import has_bf16
from pipeline.engines.weights import Weights, vouched
from pipeline.engines.writer.offers import OFFERS
from pipeline.engines.writer.transformers.folder import context_of, told_of
from pipeline.engines.writer.transformers.prompt import tokens_for
from pipeline.engines.writer.transformers.quantised import quantise
from pipeline.engines.writer.transformers.sampling import Progress, choosing
from pipeline.plan.errors import InputError
from pipeline.plan.writing import prompt_of, refuse_beyond, seed_of, tokens_of
from pipeline.plan.writingplan import Brief, Sampling

prepare()

from transformers import (  # noqa: E402 - what it imports has to be importable first
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

_CPU, _FOUR_BITS, _AUTO = "cpu", "4bit", "auto"
_KINDS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
# The longest tokens that there are stand for runs of spaces and rules.
_LETTERS_AT_MOST = 16
# What is computed takes room beside the weights: so many per cent of them in all.
_ROOM = 130


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What a model is given for a brief: its prompt, how much it may write, and the seed of its choices."""

    prompt: tuple[int, ...]
    most: int
    seed: int


class TransformersWriter:
    """Writes with one language model, which is loaded with the first brief; threads take turns.

    The same brief and sampling give the same answer on machines of one kind, whatever briefs stand beside it.
    On a card, and in bf16, sums depend on how many stand beside it: words that are nearly as likely as one
    another may then be chosen otherwise.

    Args:
        weights: the model's folder, as the shelf keeps it.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        precision: ``fp16``, ``bf16``, ``fp32``, ``4bit``, or ``auto``: the finest that the card has room for;
            on a processor bf16 where it multiplies that natively, else fp32.
        batch: how many scripts are written at a time.
        threads: how many threads compute on a processor; 0 for as many as torch takes.
        cpu_allowed: whether it may go on on the processor when a card's memory is short.

    Raises:
        InputError: ``engine-device-missing``, ``writer-precision-unknown``; ``model-damaged``, and what
            `told_of` raises.
    """

    name = "transformers"

    def __init__(
        self,
        *,
        weights: Weights,
        device: str = _AUTO,
        precision: str = _AUTO,
        batch: int = 4,
        threads: int = 0,
        cpu_allowed: bool = True,
    ) -> None:
        self._weights, self._threads = weights, threads
        self._ladder = Ladder(
            engine=self.name, device=device_of(device), batch=max(batch, 1), cpu_allowed=cpu_allowed
        )
        #: Versions of the library, of what computes, and of this engine.
        self.version = OFFERS[self.name].release()
        self.digest = weights.digest
        self.precision = self._precision(precision)
        with told_of(weights.path, trusted=weights.trusted):
            config = AutoConfig.from_pretrained(str(weights.path), **self._options())
            tokens = AutoTokenizer.from_pretrained(str(weights.path), **self._options())
        self._tokens: PreTrainedTokenizerBase = tokens
        self.context = context_of(config, tokens)
        self._network: PreTrainedModel | None = None
        self._ends: list[int] = []
        self._turn = RLock()

    def write(
        self,
        briefs: Sequence[Brief],
        sampling: Sampling,
        *,
        told: Callable[[int, int], None] | None = None,
    ) -> tuple[str, ...]:
        """The model's answer to each brief, with whatever marks it has put into it.

        Raises:
            InputError: ``brief-too-long``, before anything is written; when the model is loaded
                ``model-damaged``, ``model-weights-unfit`` or what `told_of` raises.
            TransientError: ``engine-memory-short`` or ``engine-device-lost``.
        """
        asked = [self._asked(brief, sampling) for brief in briefs]
        tell = told or (lambda _done, _of: None)
        with self._turn:
            return self._ladder.run(partial(self._written, asked, sampling, tell), self._move)

    def close(self) -> None:
        """Release the model; it may be called twice."""
        with self._turn:
            self._network = None
            gc.collect()
            if torch.cuda.is_available():
                torch.cuda.empty_cache()

    def _options(self) -> dict[str, Any]:
        return {"local_files_only": True, "trust_remote_code": self._weights.trusted}

    def _precision(self, wish: str) -> str:
        if wish != _AUTO:
            if wish not in (*_KINDS, _FOUR_BITS):
                raise InputError(
                    "writer-precision-unknown", precision=wish, known=", ".join((*_KINDS, _FOUR_BITS, _AUTO))
                )
            return wish
        if self._ladder.device == _CPU:
            return "bf16" if has_bf16() else "fp32"
        free, _ = torch.cuda.mem_get_info(self._ladder.device)
        if free * 100 < self._bytes() * _ROOM:
            return _FOUR_BITS
        return self._half()

    def _half(self) -> str:
        """The sixteen bits that the device computes with natively."""
        if self._ladder.device == _CPU:
            return "bf16"
        return "bf16" if torch.cuda.get_device_capability(self._ladder.device) >= (8, 0) else "fp16"

    def _bytes(self) -> int:
        """How much the weights take in sixteen bits: as their files, which are kept so nearly always."""
        return sum(path.stat().st_size for path in self._weights.path.glob("*.safetensors"))

    def _asked(self, brief: Brief, sampling: Sampling) -> _Asked:
        """What the model is given for a brief.

        Raises:
            InputError: ``brief-too-long``.
        """
        # A text without end is refused before its tokens are told apart.
        letters = len(brief.source or brief.text)
        if letters > self.context * _LETTERS_AT_MOST:
            refuse_beyond(self.context, tokens=letters // _LETTERS_AT_MOST)
        prompt = tokens_for(prompt_of(brief), self._tokens, model=self._weights.name)
        most = tokens_of(brief, sampling)
        refuse_beyond(self.context, tokens=len(prompt) + most)
        return _Asked(prompt=tuple(prompt), most=most, seed=seed_of(brief, sampling))

    def _written(
        self,
        asked: Sequence[_Asked],
        sampling: Sampling,
        tell: Callable[[int, int], None],
        device: str,
        batch: int,
    ) -> tuple[str, ...]:
        """Every answer, so many at a time."""
        network = self._opened(device)
        answers: list[str] = []
        of, before = sum(each.most for each in asked), 0
        for part in _parts(asked, batch, self.context):
            share = sum(each.most for each in part)
            progress = partial(_tell_share, tell, before, share, of)
            rows = self._generated(network, part, sampling, progress)
            answers += [self._told(row[: each.most]) for row, each in zip(rows, part, strict=True)]
            before += share
            tell(before, of)
        return tuple(answers)

    def _generated(
        self,
        network: PreTrainedModel,
        asked: Sequence[_Asked],
        sampling: Sampling,
        progress: Callable[[int], None],
    ) -> list[list[int]]:
        """The tokens that a model writes behind each prompt, the padding in front of them."""
        longest = max(len(each.prompt) for each in asked)
        gaps = [longest - len(each.prompt) for each in asked]
        padding, ends = self._padding(), self._ends
        ids = [[padding] * gap + list(each.prompt) for gap, each in zip(gaps, asked, strict=True)]
        seen = [[0] * gap + [1] * len(each.prompt) for gap, each in zip(gaps, asked, strict=True)]
        how = _how(max_new_tokens=max(each.most for each in asked), pad_token_id=padding, eos_token_id=ends)
        with torch.inference_mode():
            generated = cast("Any", network).generate(
                input_ids=torch.tensor(ids, device=network.device),
                attention_mask=torch.tensor(seen, device=network.device),
                generation_config=how,
                logits_processor=choosing(sampling, [each.seed for each in asked]),
                streamer=Progress(progress),
            )
        return [_until(row[longest:], frozenset(ends)) for row in generated.tolist()]

    def _told(self, tokens: Sequence[int]) -> str:
        """An answer as text; marks of the template in it are seen, so that who judges it sees them."""
        return cast("str", self._tokens.decode(list(tokens), skip_special_tokens=False)).strip()

    def _padding(self) -> int:
        pad, end = self._tokens.pad_token_id, self._tokens.eos_token_id
        return int(pad if isinstance(pad, int) else end if isinstance(end, int) else 0)

    def _opened(self, device: str) -> PreTrainedModel:
        """The network, on a device."""
        if self._threads and device == _CPU:
            torch.set_num_threads(self._threads)
        if self._network is None:
            self._network = loaded(self.name, lambda: self._loaded_on(device))
        self._move(device)
        return self._network

    def _move(self, device: str) -> None:
        if self._network is not None:
            # Torch's own method, whose wrapper by the library takes no strings for the checker of types.
            cast("torch.nn.Module", self._network).to(device)

    def _loaded_on(self, device: str) -> PreTrainedModel:
        network = self._loaded()
        cast("torch.nn.Module", network).to(device)
        return network

    def _loaded(self) -> PreTrainedModel:
        """The network on the processor, with all of its weights and no others."""
        kind = _KINDS.get(self.precision) or _KINDS[self._half()]
        load = cast("Any", AutoModelForCausalLM).from_pretrained
        with vouched(self._weights) as folder, told_of(folder, trusted=self._weights.trusted):
            network, found = load(
                str(folder), use_safetensors=True, dtype=kind, output_loading_info=True, **self._options()
            )
            # What is read may lie in the file itself, which may be changed while the network is in use.
            for value in (*network.parameters(), *network.buffers()):
                value.data = value.data.clone()
        # The library itself draws by lot what it misses.
        if missing := sorted(map(str, found["missing_keys"])):
            raise InputError(
                "model-weights-unfit", file=self._weights.name, key=missing[0], found="-", shape="+"
            )
        if self.precision == _FOUR_BITS:
            quantise(network)
        self._ends = _ends_of(network, self._tokens)
        # What stands in the model's folder would be taken wherever ours says nothing.
        network.generation_config = _how()
        return cast("PreTrainedModel", network.eval().requires_grad_(requires_grad=False))


def _parts(asked: Sequence[_Asked], batch: int, context: int) -> Iterator[Sequence[_Asked]]:
    """So many at a time, and fewer where the longest prompt and the longest answer do not fit together."""
    part: list[_Asked] = []
    for each in asked:
        more = [*part, each]
        held = max(len(one.prompt) for one in more) + max(one.most for one in more)
        if part and (len(more) > batch or held > context):
            yield part
            more = [each]
        part = more
    if part:
        yield part


def _how(**options: object) -> GenerationConfig:
    """How the library shall generate: it takes the likeliest, which `choosing` has chosen."""
    made: GenerationConfig = cast("Any", GenerationConfig)(do_sample=False, **options)
    return made


def _ends_of(network: PreTrainedModel, tokens: PreTrainedTokenizerBase) -> list[int]:
    """The tokens that end an answer: those that the model names, and its tokenizer's."""
    own = getattr(network.generation_config, "eos_token_id", None)
    told = [*(own if isinstance(own, list) else [own]), tokens.eos_token_id]
    return sorted({token for token in told if isinstance(token, int)})


def _tell_share(tell: Callable[[int, int], None], before: int, share: int, of: int, done: int) -> None:
    tell(before + min(done, share), of)


def _until(tokens: Sequence[int], ends: frozenset[int]) -> list[int]:
    """What stands before the first token that ends an answer."""
    found = next((at for at, token in enumerate(tokens) if token in ends), len(tokens))
    return list(tokens[:found])
