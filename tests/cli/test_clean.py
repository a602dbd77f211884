"""Promises about foreign text on a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.clean import clean


@pytest.mark.parametrize(
    ("foreign", "safe"),
    [
        ("plain text", "plain text"),
        ("\x1b[2J\x1b[31mred\x07", "[2J[31mred"),
        ("two\nlines\tand\r\x0bmore", "two lines and more"),
        ("film\u202egpj.mp4", "filmgpj.mp4"),
        ("[bold]not markup[/bold]", "[bold]not markup[/bold]"),
        ("\u9999\u4e16\u754c \U0001f468\u200d\U0001f469", "\u9999\u4e16\u754c \U0001f468\u200d\U0001f469"),
        ("\ud800", ""),
    ],
)
def test_controls_are_taken_out_and_words_stay(foreign: str, safe: str) -> None:
    """A title can neither move the cursor nor turn the line around; other scripts and emoji stay whole."""
    assert clean(foreign) == safe


@given(st.text())
def test_whatever_comes_stays_on_one_line_and_can_be_written(foreign: str) -> None:
    """No text breaks the line or fails to be encoded."""
    safe = clean(foreign)
    assert len(safe.splitlines()) <= 1
    assert "\x1b" not in safe
    safe.encode()
