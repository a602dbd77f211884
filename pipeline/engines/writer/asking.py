"""Asks a writer for scripts and looks at each answer before anybody sees it as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.engines.writer import WriterEngine
from pipeline.plan.errors import InputError
from pipeline.plan.guard import LANGUAGE, cut_to_fit, judged, too_long, too_short
from pipeline.plan.lengths import estimate_ms
from pipeline.plan.portrait import Finding
from pipeline.plan.writingplan import Brief, Sampling

#: How often a brief is given to a model: once more, with the next seed, where the first answer will not do.
_TRIES = 2


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A script, or why there is none.

    Attributes:
        text: the script; empty where there is none.
        refusal: why there is none.
        warnings: what a person should look at.
    """

    text: str = ""
    refusal: InputError | None = None
    warnings: tuple[Finding, ...] = ()


def drafts(
    writer: WriterEngine,
    briefs: Sequence[Brief],
    sampling: Sampling,
    *,
    told: Callable[[int, int], None] | None = None,
) -> tuple[Draft, ...]:
    """A draft for each brief, in order; one whose answers will not do keeps no other from its own.

    An answer that is no script, or whose length is not what was asked for, is asked for once more with the
    next seed. What is too long even then is cut at a sentence.

    Args:
        writer: who writes.
        briefs: what is asked for.
        sampling: how words are chosen.
        told: is told how many tokens of how many are written; an error that it raises ends the work.

    Raises:
        InputError, TransientError: as the writer's `write`.
    """
    answers = dict(enumerate(writer.write(briefs, sampling, told=told)))
    for turn in range(1, _TRIES):
        again = [at for at, answer in answers.items() if not _will_do(answer, briefs[at])]
        if not again:
            break
        fresh = writer.write([briefs[at] for at in again], replace(sampling, seed=sampling.seed + turn))
        # An answer of the wrong length is better than one that is none.
        answers |= {
            at: answer
            for at, answer in zip(again, fresh, strict=True)
            if judged(answer, briefs[at]).text or not judged(answers[at], briefs[at]).text
        }
    return tuple(_draft(answers[at], brief) for at, brief in enumerate(briefs))


def _will_do(answer: str, brief: Brief) -> bool:
    text = judged(answer, brief).text
    return bool(text) and not too_short(text, brief) and not too_long(text, brief)


def _draft(answer: str, brief: Brief) -> Draft:
    found = judged(answer, brief)
    if found.code:
        told = {"language": brief.language} if found.code == LANGUAGE else {}
        return Draft(refusal=InputError(found.code, **told))
    text = cut_to_fit(found.text, brief) if too_long(found.text, brief) else found.text
    if text == found.text and not too_short(text, brief):
        return Draft(text=text)
    facts = {"seconds": round(estimate_ms(text) / 1000), "wanted": brief.seconds}
    return Draft(text=text, warnings=(Finding(code="writing-length", level="warning", facts=facts),))
