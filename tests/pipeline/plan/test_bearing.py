"""Expression and motion, as options say them."""

from __future__ import annotations

import pytest

from pipeline.plan.bearing import Bearing, Expression, Motion, bearing_of, plainly
from pipeline.plan.errors import InputError


@pytest.mark.parametrize(
    "options", [{}, {"face.expression": "", "face.motion": " "}, {"face.box": "1,2,3,4"}]
)
def test_what_is_left_out_is_usual(options: dict[str, str]) -> None:
    """Without a word a face is neutral and calm."""
    assert bearing_of(options) == Bearing(expression=Expression.NEUTRAL, motion=Motion.CALM)


def test_words_are_read_as_people_write_them() -> None:
    """Case and blanks do not matter."""
    named = bearing_of({"face.expression": " Friendly", "face.motion": "NONE"})
    assert named == Bearing(expression=Expression.FRIENDLY, motion=Motion.NONE)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"face.expression": "calm"}, "face-expression-unknown"),
        ({"face.motion": "friendly"}, "face-motion-unknown"),
    ],
)
def test_other_words_are_refused(options: dict[str, str], code: str) -> None:
    """Each option has words of its own, and the refusal tells them."""
    with pytest.raises(InputError) as refused:
        bearing_of(options)
    assert refused.value.code == code
    assert ", " in str(refused.value.facts["known"])


def test_equal_films_have_equal_options() -> None:
    """The usual said aloud is the usual left out, in whatever case; other options stay as they are."""
    wordy = {"face.box": "1,2,3,4", "face.motion": " Calm ", "face.expression": "NEUTRAL"}
    assert plainly(wordy) == {"face.box": "1,2,3,4"}
    assert plainly({"face.motion": "Lively"}) == plainly({"face.motion": "lively", "face.expression": ""})
    assert plainly({"face.motion": "Lively"}) == {"face.motion": "lively"}
