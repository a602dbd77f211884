"""Promises about the label: which words name it, and what is drawn."""

from __future__ import annotations

import pytest

from pipeline.plan.errors import InputError
from pipeline.plan.label import LABEL, NAME, REASON, Label, Waiver, label_of, waiver_of, with_plain_label


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("", Label.BOTH),
        ("both", Label.BOTH),
        ("cn+eu", Label.BOTH),
        ("EU, CN", Label.BOTH),
        (" CN ", Label.CN),
        ("eu", Label.EU),
        ("None", Label.NONE),
    ],
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
    assert [label.drawn for label in Label] == ["AI生成 / AI-generated", "AI生成", "AI-generated", ""]


@pytest.mark.parametrize(("written", "plain"), [("BOTH", {}), ("", {}), (" Cn", {LABEL: "cn"})])
def test_equal_films_have_equal_options(written: str, plain: dict[str, str]) -> None:
    """The usual label is not told, any other one in its plain word; other options stay."""
    assert with_plain_label({LABEL: written, "face.box": "1"}) == {**plain, "face.box": "1"}


WAIVED = {LABEL: "none", NAME: "Li Lei", REASON: "Internal test, shown to nobody"}


def test_a_film_without_a_label_names_who_and_why() -> None:
    """Both are kept, with the spaces of a spreadsheet's cell taken out."""
    assert waiver_of({**WAIVED, NAME: " Li  Lei\n"}) == Waiver(
        name="Li Lei", reason="Internal test, shown to nobody"
    )


@pytest.mark.parametrize("column", [NAME, REASON])
@pytest.mark.parametrize("words", ["", "  ", "-", "…"])
def test_nobody_does_without_a_label_unnamed(column: str, words: str) -> None:
    """No name or no reason is no film, and the column that is missing is named."""
    with pytest.raises(InputError) as refused:
        waiver_of({**WAIVED, column: words})
    assert refused.value.code == "label-waiver-missing"
    assert refused.value.facts == {"column": column}


@pytest.mark.parametrize("label", ["", "both", "cn", "eu"])
def test_a_label_needs_no_waiver(label: str) -> None:
    """A name and a reason that stand beside a label say nothing, and are left out."""
    options = {**WAIVED, LABEL: label}
    assert waiver_of(options) is None
    assert not {NAME, REASON} & set(with_plain_label(options))


def test_a_waiver_stays_in_the_options() -> None:
    """The job tells for ever who did without a label."""
    assert with_plain_label({**WAIVED, "x": "y"}) == {**WAIVED, "x": "y"}
