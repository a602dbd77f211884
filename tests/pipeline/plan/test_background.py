"""What the words for a background promise."""

from __future__ import annotations

import pytest

from pipeline.plan.background import colour_of, names_picture, with_plain_background
from pipeline.plan.errors import InputError


@pytest.mark.parametrize(
    ("words", "colour"),
    [("", None), ("blur", None), (" Blur ", None), ("#1F3a5f", (0x5F, 0x3A, 0x1F)), (" #ffffff", (255,) * 3)],
)
def test_words_name_a_background(words: str, colour: tuple[int, int, int] | None) -> None:
    """The portrait's own edges unless a colour is named."""
    assert colour_of({"background": words}) == colour
    assert colour_of({}) is None


@pytest.mark.parametrize("words", ["#12345", "#gggggg", "white", "1f3a5f", "#1f3a5f00", "office.png"])
def test_other_words_are_refused(words: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(InputError) as caught:
        colour_of({"background": words})
    assert caught.value.code == "portrait-background-unknown"


@pytest.mark.parametrize("words", ["office.png", " rooms/Office.JPG ", "../office.webp"])
def test_files_are_pictures(words: str) -> None:
    """Wherever they lie and whatever their kind."""
    assert names_picture(words)


@pytest.mark.parametrize("words", ["", " blur", "#1f3a5f", "#12.png", "white", "1f3a5f"])
def test_what_has_no_suffix_is_no_picture(words: str) -> None:
    """So that the name of a colour is told what to write, not that there is no such file."""
    assert not names_picture(words)


def test_equal_films_have_equal_options() -> None:
    """However the usual one or a colour is written, and whatever else is asked for."""
    assert with_plain_background({"background": " BLUR ", "face.box": "1"}) == {"face.box": "1"}
    assert with_plain_background({"background": "#ABCDEF "}) == {"background": "#abcdef"}
