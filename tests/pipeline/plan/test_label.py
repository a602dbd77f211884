"""Promises about the label: which words name it, and what is drawn."""

from __future__ import annotations

import pytest

from pipeline.plan.errors import InputError
from pipeline.plan.label import LABEL, Label, label_of, with_plain_label


@pytest.mark.parametrize(
    ("written", "label"),
    [("", Label.BOTH), ("both", Label.BOTH), (" CN ", Label.CN), ("eu", Label.EU), ("None", Label.NONE)],
)
def test_a_label_is_named_by_a_word(written: str, label: Label) -> None:
    """Any case and spaces around will do; a row that says nothing bears both."""
    assert label_of({LABEL: written}) is label


def test_no_word_is_both() -> None:
    """Whoever has never heard of labels makes labelled films."""
    assert label_of({}) is Label.BOTH


def test_an_unknown_word_is_refused() -> None:
    """A label is never guessed."""
    with pytest.raises(InputError) as refused:
        label_of({LABEL: "usa"})
    assert refused.value.code == "label-unknown"
    assert refused.value.facts == {"word": "usa", "known": "both, cn, eu, none"}


def test_each_label_is_drawn_in_its_law_s_words() -> None:
    """China's label is Chinese, the Union's English, both are both, and none draws nothing."""
    assert [label.drawn for label in Label] == ["AI生成 · AI-generated", "AI生成", "AI-generated", ""]


@pytest.mark.parametrize(("written", "plain"), [("BOTH", {}), ("", {}), (" Cn", {LABEL: "cn"})])
def test_equal_films_have_equal_options(written: str, plain: dict[str, str]) -> None:
    """The usual label is not told, any other one in its plain word; other options stay."""
    assert with_plain_label({LABEL: written, "face.box": "1"}) == {**plain, "face.box": "1"}
