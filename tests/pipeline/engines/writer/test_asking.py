"""Promises of drafts: no answer reaches anybody before it was looked at, and a bad one spoils no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from pipeline.engines.writer.asking import drafts
from pipeline.plan.messages import tell
from pipeline.plan.writingplan import Brief, Sampling

_BRIEF = Brief(text="Bread.", audience="", language="en", seconds=4)
_GOOD = "Good morning. Our bakery opens today, and everybody is welcome."
_LONG = " ".join(f"Number {number} of our breads is warm." for number in range(30))


class _Scripted:
    """A writer whose answers are written down, by brief and seed; it remembers what it was asked."""

    name, version, digest, precision, context = "scripted", "1", "0" * 64, "fp32", 2048

    def __init__(self, answers: dict[tuple[str, int], str]) -> None:
        self._answers = answers
        self.asked: list[tuple[str, int]] = []

    def write(
        self,
        briefs: Sequence[Brief],
        sampling: Sampling,
        *,
        told: Callable[[int, int], None] | None = None,
    ) -> tuple[str, ...]:
        """What is written down."""
        if told is not None:
            told(1, 1)
        self.asked += [(brief.text, sampling.seed) for brief in briefs]
        return tuple(self._answers[brief.text, sampling.seed] for brief in briefs)

    def close(self) -> None:
        """Nothing is held."""


def test_a_good_answer_is_asked_for_once() -> None:
    """And is the draft, without whatever surrounded it."""
    writer, told = _Scripted({("Bread.", 3): f"Sure, here it is:\n\n{_GOOD}"}), []
    (draft,) = drafts(writer, [_BRIEF], Sampling(seed=3), told=lambda *both: told.append(both))
    assert (draft.text, draft.refusal, draft.warnings) == (_GOOD, None, ())
    assert writer.asked == [("Bread.", 3)]
    assert told == [(1, 1)]


def test_only_what_will_not_do_is_asked_for_again() -> None:
    """With the next seed, once; the others keep their answers."""
    answers = {("Bread.", 0): _GOOD, ("Cake.", 0): "<|im_start|>", ("Cake.", 1): _GOOD}
    writer = _Scripted(answers)
    found = drafts(writer, [_BRIEF, replace(_BRIEF, text="Cake.")], Sampling(seed=0))
    assert [draft.text for draft in found] == [_GOOD, _GOOD]
    assert writer.asked == [("Bread.", 0), ("Cake.", 0), ("Cake.", 1)]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("", "writing-empty"),
        ("Good <b>morning</b>.", "writing-markup"),
        ("早上好，欢迎光临。", "writing-language"),
    ],
)
def test_what_will_never_do_is_refused_and_told(answer: str, code: str) -> None:
    """In words, of this brief alone."""
    answers = {("Bread.", 0): answer, ("Bread.", 1): answer, ("Cake.", 0): _GOOD}
    found = drafts(_Scripted(answers), [_BRIEF, replace(_BRIEF, text="Cake.")], Sampling(seed=0))
    assert found[0].text == ""
    assert found[0].refusal is not None
    assert found[0].refusal.code == code
    assert tell(code, found[0].refusal.facts, "zh")
    assert found[1].text == _GOOD


@pytest.mark.parametrize("second", [_LONG, "<|im_start|>"])
def test_what_is_too_long_twice_is_cut_at_a_sentence(second: str) -> None:
    """With a warning; an answer of the wrong length is better than one that is none."""
    writer = _Scripted({("Bread.", 0): _LONG, ("Bread.", 1): second})
    (draft,) = drafts(writer, [_BRIEF], Sampling(seed=0))
    assert _LONG.startswith(draft.text)
    assert draft.text.endswith("warm.")
    assert len(draft.text) < len(_LONG) // 3
    (warning,) = draft.warnings
    assert (warning.code, warning.facts["wanted"]) == ("writing-length", 4)
    assert "4 were asked for" in tell(warning.code, warning.facts, "en")


def test_what_is_too_short_twice_is_kept_and_told() -> None:
    """A person reads it first."""
    writer = _Scripted({("Bread.", 0): "Hello.", ("Bread.", 1): "Hello there."})
    (draft,) = drafts(writer, [replace(_BRIEF, seconds=60)], Sampling(seed=0))
    assert draft.text == "Hello there."
    assert [warning.code for warning in draft.warnings] == ["writing-length"]


def test_what_fits_at_the_second_try_is_taken() -> None:
    """Without a warning."""
    writer = _Scripted({("Bread.", 0): _LONG, ("Bread.", 1): _GOOD})
    (draft,) = drafts(writer, [_BRIEF], Sampling(seed=0))
    assert (draft.text, draft.warnings) == (_GOOD, ())
