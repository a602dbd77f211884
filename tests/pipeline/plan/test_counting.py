"""One film is one film, and two are films."""

from __future__ import annotations

import pytest

from pipeline.plan.counting import filled


@pytest.mark.parametrize(
    ("words", "number", "told"),
    [
        ("{n:# film|# films}", 1, "1 film"),
        ("{n:# film|# films}", 0, "0 films"),
        ("{n:# film|# films}", "12", "12 films"),
        ("{n:None waits|1 waits|# wait}", 0, "None waits"),
        ("{n:None waits|1 waits|# wait}", 2, "2 wait"),
        ("{n} 部影片", 1, "1 部影片"),
        ("{n:.1f} h", 1, "1.0 h"),
    ],
)
def test_words_fit_their_number(words: str, number: int | str, told: str) -> None:
    """Where a language tells one from many; other formats and plain values stay what they are."""
    assert filled(words, {"n": number}) == told
