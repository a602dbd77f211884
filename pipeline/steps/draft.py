"""Has scripts written: a model's answers become scripts that may be spoken, or the reason why not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.engines.writer import WriterEngine
from pipeline.plan.errors import Fact, InputError
from pipeline.plan.guard import LANGUAGE, cut_to_fit, judged, too_long, too_short
from pipeline.plan.lengths import estimate_ms
from pipeline.plan.script import check, normalise
from pipeline.plan.stopwords import found
from pipeline.plan.writingplan import Brief, Sampling
from pipeline.spans import SpanFacts, span

#: A script that is far from as long as was asked for; it is used all the same.
LENGTH = "writing-length"
# An answer that may not be spoken, or is far from the length asked for, is asked for once more.
_TRIES = 2


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What became of a brief.

    Attributes:
        text: the script; empty where there is none.
        code: why there is none; or `LENGTH` for one of another length; empty for a good one.
        facts: of the code.
    """

    text: str
    code: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


def drafts(
    writer: WriterEngine,
    briefs: Sequence[Brief],
    sampling: Sampling,
    *,
    words: Sequence[Collection[str]],
    characters: int,
    told: Callable[[int, int], None] | None = None,
) -> tuple[Draft, ...]:
    """A script for each brief, or why there is none; one brief's answer does not shape another's.

    What may not be spoken (markup, another language, a word that may not be said, nothing at all) or is far
    from the length asked for is written once more with the next seed. What is too long then ends with the
    last sentence that fits; what is too short is used, and said to be.

    Args:
        writer: who writes.
        briefs: what is asked for.
        sampling: how words are chosen.
        words: those that no script may hold, for each brief.
        characters: how long a script may be.
        told: as of `WriterEngine.write`.

    Raises:
        TransientError: as `WriterEngine.write`.
    """
    best: dict[int, Draft] = {}
    for number in range(_TRIES):
        open_ = [index for index in range(len(briefs)) if index not in best or best[index].code]
        trial = replace(sampling, seed=sampling.seed + number)
        answers = _answers(writer, [briefs[index] for index in open_], trial, told)
        for index, answer in zip(open_, answers, strict=True):
            made = answer if isinstance(answer, Draft) else _judged(answer, briefs[index])
            made = _checked(made, words[index], characters)
            if index not in best or _worth(made) > _worth(best[index]):
                best[index] = made
    return tuple(finished(best[index], brief) for index, brief in enumerate(briefs))


def finished(draft: Draft, brief: Brief) -> Draft:
    """A draft that is kept: cut where it is too long, and with what is to be said of its length."""
    text = cut_to_fit(draft.text, brief) if draft.text and too_long(draft.text, brief) else draft.text
    if text and too_short(text, brief):
        facts = {"seconds": estimate_ms(text) // 1000, "wanted": brief.seconds}
        return Draft(text=text, code=LENGTH, facts=facts)
    return Draft(text=text) if text else draft


def _answers(
    writer: WriterEngine,
    briefs: Sequence[Brief],
    sampling: Sampling,
    told: Callable[[int, int], None] | None,
) -> Sequence[str | Draft]:
    """The answers to some briefs; one that the model cannot read keeps nobody else from being answered."""
    if not briefs:
        return ()
    asked: SpanFacts = {
        "gen_ai.operation.name": "text_completion",
        "gen_ai.provider.name": writer.name,
        "gen_ai.request.model": writer.digest,
        "gen_ai.request.choice.count": len(briefs),
        "gen_ai.request.seed": sampling.seed,
    }
    try:
        with span(f"write {writer.name}", asked):
            return writer.write(briefs, sampling, told=told)
    except InputError as error:
        if len(briefs) == 1:
            return (Draft(text="", code=error.code, facts=error.facts),)
        return [_answers(writer, [brief], sampling, told)[0] for brief in briefs]


def _judged(answer: str, brief: Brief) -> Draft:
    """What is left of an answer that may be spoken."""
    left = judged(answer, brief)
    if left.code:
        facts = {"language": brief.language} if left.code == LANGUAGE else {}
        return Draft(text="", code=left.code, facts=facts)
    text = normalise(left.text)
    wrong = too_long(text, brief) or too_short(text, brief)
    return Draft(text=text, code=LENGTH if wrong else "")


def _checked(draft: Draft, words: Collection[str], characters: int) -> Draft:
    """A draft whose text holds no word that it may not, and can become a film."""
    if not draft.text:
        return draft
    try:
        check(draft.text, max_characters=characters)
    except InputError as error:
        return Draft(text="", code=error.code, facts=error.facts)
    stopped = found(draft.text, words)
    if not stopped:
        return draft
    return Draft(
        text="", code="writing-word-stopped", facts={"word": stopped[0].word, "line": stopped[0].line}
    )


def _worth(draft: Draft) -> int:
    """A good script is better than one of another length, and that is better than none."""
    return 2 * bool(draft.text) - bool(draft.code)
