"""Puts a prompt into a model's own chat template, in which a brief's words are text and nothing else."""

from __future__ import annotations

from typing import Any, cast

from jinja2.exceptions import TemplateError

from pipeline.engines.libraries import prepare
from pipeline.plan.errors import InputError
from pipeline.plan.writing import Prompt

prepare()

from transformers import PreTrainedTokenizerBase  # noqa: E402 - what it imports has to be importable first


def tokens_for(prompt: Prompt, tokens: PreTrainedTokenizerBase, *, model: str) -> list[int]:
    """The tokens that a model is given for a prompt.

    Marks of the template in a brief, such as the end of a turn, are read as the signs that they are written
    with. A template that knows no system's turn has its words before the user's.

    Args:
        prompt: what is asked.
        tokens: the model's own tokenizer, with its template.
        model: what people call the model, for messages.

    Raises:
        InputError: ``model-no-chat-template``: the template fails.
    """
    apart = [_turn("system", prompt.system), _turn("user", prompt.user)]
    together = [_turn("user", f"{prompt.system}\n\n{prompt.user}")]
    for turns in (apart, together):
        try:
            return _templated(turns, tokens)
        except TemplateError as error:
            failure = error
    raise InputError("model-no-chat-template", folder=model) from failure


def _templated(turns: list[dict[str, str]], tokens: PreTrainedTokenizerBase) -> list[int]:
    told = cast("Any", tokens).apply_chat_template(
        turns,
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        sanitize_control_tokens=True,
        # Asked of those that think aloud; other templates leave it aside.
        enable_thinking=False,
    )
    return list(told["input_ids"])


def _turn(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}
