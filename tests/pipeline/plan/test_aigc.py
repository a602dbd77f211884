"""Promises about the machine-readable label: what it says, and which readings are understood."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan import aigc
from pipeline.plan.aigc import Mark, check_producer, mark_of
from pipeline.plan.errors import InputError
from pipeline.plan.label import Label

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ESSENCE = "ab" * 32


@pytest.mark.parametrize("label", [Label.BOTH, Label.CN, Label.EU])
def test_a_labelled_film_says_what_the_standard_asks_for(label: Label) -> None:
    """Seven texts in the standard's order: a machine made it, who has it made, which it is, its digest."""
    mark = mark_of(label, producer="Example-1", trace_id=TRACE)
    assert mark is not None
    value = aigc.written(aigc.sealed(mark, ESSENCE))
    assert list(json.loads(value).items()) == [
        ("Label", "1"),
        ("ContentProducer", "Example-1"),
        ("ProduceID", TRACE),
        ("ReservedCode1", ESSENCE),
        ("ContentPropagator", "Example-1"),
        ("PropagateID", TRACE),
        ("ReservedCode2", ""),
    ]
    # So that it can be written before the film's packets are known.
    assert len(value) == len(aigc.written(mark))


def test_a_film_without_a_label_has_no_mark() -> None:
    """Who did without one gets none that machines read either."""
    assert mark_of(Label.NONE, producer="Example-1", trace_id=TRACE) is None


def test_both_readings_are_understood() -> None:
    """Plain and wrapped in an object of the key's name, as writers differ."""
    mark = Mark(label="1", producer="P", produced="I", sealed="")
    plain = aigc.written(mark)
    assert aigc.read(plain) == mark
    assert aigc.read(f'{{"AIGC": {plain}}}') == mark


def test_what_a_label_leaves_out_is_empty() -> None:
    """Others write fewer parts, or more."""
    assert aigc.read('{"Label": "2", "Time": "now"}') == Mark(label="2", producer="", produced="")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1",
        "[]",
        "{}",
        "null",
        '{"AIGC": 1}',
        '{"Label": 1}',
        "[" * 100_000,
        '{"AIGC":' * 100_000,
        "{",
        "\0",
    ],
    ids=range(11),
)
def test_what_is_no_label_is_told(value: str) -> None:
    """Whatever stands under the key, reading it ends in a label or a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011 - its words are for nobody
        aigc.read(value)


@given(st.text())
def test_any_text_is_a_label_or_none(value: str) -> None:
    """Nothing else is ever raised."""
    try:
        aigc.read(value)
    except ValueError:
        return


@pytest.mark.parametrize("code", ["lectern", "001191330101MA27WPYJ18xliu", "a/b:c!", "x" * 127])
def test_codes_of_the_standard_s_characters_are_taken(code: str) -> None:
    """Everything of ASCII that is seen, but for two."""
    check_producer(code)


@pytest.mark.parametrize("code", ["", "two words", "公司", 'a"b', "a\\b", "a\n", "x" * 128])
def test_other_codes_are_refused(code: str) -> None:
    """Before a film is made with a label that a reader would stumble over."""
    with pytest.raises(InputError, match="label-producer-wrong"):
        check_producer(code)
