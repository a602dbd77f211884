"""Promises about yes and no: the words that people write."""

from __future__ import annotations

import pytest

from pipeline.plan.errors import InputError
from pipeline.plan.switches import BURN, PREVIEW, SOFT, Switch

_SWITCHES = pytest.mark.parametrize("switch", [BURN, SOFT, PREVIEW], ids=lambda switch: switch.name)


@_SWITCHES
@pytest.mark.parametrize("word", ["yes", " Yes ", "TRUE", "1", "ｙｅｓ", "是", "x"])
def test_yes_is_yes(switch: Switch, word: str) -> None:
    """As people write it, and as a spreadsheet makes of what they wrote."""
    assert switch.of({switch.name: word})
    plain = {} if switch.usual else {switch.name: "yes"}
    assert switch.plain({switch.name: word, "a.b": "c"}) == {"a.b": "c", **plain}


@_SWITCHES
@pytest.mark.parametrize("word", ["no", "False", "0", "否", "-"])
def test_no_is_no(switch: Switch, word: str) -> None:
    """What says nothing new is left out: a film has the options that it had before there was a choice."""
    assert not switch.of({switch.name: word})
    plain = {switch.name: "no"} if switch.usual else {}
    assert switch.plain({switch.name: word, "a.b": "c"}) == {"a.b": "c", **plain}


@_SWITCHES
def test_an_empty_cell_is_the_usual(switch: Switch) -> None:
    """Whether the column is there or not."""
    assert switch.of({}) is switch.of({switch.name: " "}) is switch.usual
    assert switch.plain({switch.name: ""}) == {}


@_SWITCHES
@pytest.mark.parametrize("word", ["maybe", "2", "yess"])
def test_anything_else_is_refused(switch: Switch, word: str) -> None:
    """Nothing is guessed, and the message bears what was written."""
    with pytest.raises(InputError) as refused:
        switch.plain({switch.name: word})
    assert (refused.value.code, refused.value.facts["word"]) == (switch.unknown, word)
