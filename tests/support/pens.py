"""Writers for tests: one answers as it is told, one stands on a shelf, one is a model that has practised."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.engines.libraries import prepare
from pipeline.engines.offer import Offer
from pipeline.engines.shelf import Shelf
from pipeline.engines.weights import Weights
from pipeline.engines.writer import WriterEngine
from pipeline.plan.errors import InputError
from pipeline.plan.models import ModelKind
from pipeline.plan.writing import primary_of, prompt_of
from pipeline.plan.writingplan import Brief, Sampling
from tests.support.speech_models import make_writer

#: A brief, and what a model that has practised it says by heart.
BREAD = Brief(text="Bread.", audience="", language="en", seconds=3)
ON_BREAD = "Bread is flour, water and salt."
#: So often a model practises at most, and until which loss.
_PRACTICE, _BY_HEART = 300, 0.03


@dataclass
class Pen:
    """Answers each brief by its text, the first time with the first of its answers, and so on.

    Attributes:
        answers: by the text of a brief; of one without, that it is too long for the model.
        asked: text and seed of every brief, in order.
    """

    answers: Mapping[str, Sequence[str]]
    asked: list[tuple[str, int]] = field(default_factory=list)
    name: str = "pen"
    version: str = "1"
    digest: str = "d" * 64
    precision: str = "fp32"
    context: int = 1000

    def write(
        self,
        briefs: Sequence[Brief],
        sampling: Sampling,
        *,
        told: Callable[[int, int], None] | None = None,
    ) -> tuple[str, ...]:
        """As it was told to."""
        for brief in briefs:
            if brief.text not in self.answers:
                raise InputError("brief-too-long", tokens=2000, most=self.context)
        given = []
        for number, brief in enumerate(briefs, 1):
            times = sum(text == brief.text for text, _ in self.asked)
            self.asked.append((brief.text, sampling.seed))
            given.append(self.answers[brief.text][times])
            if told is not None:
                told(number, len(briefs))
        return tuple(given)

    def close(self) -> None:
        """There is nothing to release."""


class Scribe(Pen):
    """Writes a sentence about each brief, of four seconds, or nothing about those that ask for it."""

    def __init__(self, *, weights: Weights, **_options: object) -> None:
        super().__init__({})
        self.digest = weights.digest

    def write(
        self,
        briefs: Sequence[Brief],
        sampling: Sampling,
        *,
        told: Callable[[int, int], None] | None = None,
    ) -> tuple[str, ...]:
        """One after the other."""
        for number, brief in enumerate(briefs, 1):
            self.asked.append((brief.text, sampling.seed))
            if told is not None:
                told(number, len(briefs))
        return tuple(map(_sentence, briefs))


def _sentence(brief: Brief) -> str:
    if "nothing" in brief.text:
        return "..."
    if primary_of(brief.language) == "zh":
        return "面包由面粉、水和盐制成。"
    return f"=This film tells you all that there is to know about {brief.text or 'it'}, and how it is made."


def writers_with_scribe() -> Shelf[WriterEngine]:
    """A shelf whose one writer is opened with a language model."""
    offer = Offer(target="tests.support.pens:Scribe", opened_with=ModelKind.WRITER)
    return Shelf("lectern.none", {"transformers": offer}, unknown="engine-writer-unknown")


def make_practised(folder: Path, brief: Brief, answer: str) -> None:
    """A tiny language model that has practised one answer to one brief, until it knows it by heart."""
    prepare()
    make_writer(folder)
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from pipeline.engines.writer.transformers.prompt import tokens_for

    tokens = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(str(folder), local_files_only=True)
    asked = tokens_for(prompt_of(brief), tokens, model="practised")
    said = [*tokens(answer)["input_ids"], tokens.eos_token_id]
    line = torch.tensor([[*asked, *said]])
    wanted = torch.tensor([[*[-100] * len(asked), *said]])
    torch.manual_seed(0)
    learning = torch.optim.AdamW(model.parameters(), lr=0.01)
    model.train()
    for _ in range(_PRACTICE):
        loss = model(input_ids=line, labels=wanted).loss
        learning.zero_grad()
        loss.backward()
        learning.step()
        if loss.item() < _BY_HEART:
            break
    model.eval()
    model.save_pretrained(folder)
