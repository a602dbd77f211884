"""What holds of every text that is read aloud."""

from __future__ import annotations

import random

import pytest

from pipeline.plan.reading import read_aloud, reads

_PIECES = [
    *"0123456789",
    *"0123456789",
    *".,:/-–~+=×*%$€¥°'\"()@#& ",
    *" abkmxTV",
    "年",
    "月",
    "点",
    "第",
    "个",
    "½",
]
_PLAIN = ("Good morning, everyone.", "She said: “Well - perhaps.”", "你好，世界！", "A–B, and/or C…")


@pytest.mark.parametrize("language", ["en", "en-GB", "zh", "zh-TW"])
def test_nothing_in_figures_is_left(language: str) -> None:
    """Whatever stands beside them, no digit remains, and reading what was read changes nothing more."""
    chance = random.Random(6)  # noqa: S311 - no secret
    for _ in range(1_000):
        text = "".join(chance.choices(_PIECES, k=chance.randint(1, 24)))
        said = read_aloud(text, language)
        assert not any(character.isdigit() for character in said), (text, said)
        assert read_aloud(said, language) == said, (text, said)


@pytest.mark.parametrize("text", _PLAIN)
def test_words_stay_as_they_are(text: str) -> None:
    """A text without figures and addresses is untouched."""
    assert read_aloud(text, "en") == text
    assert read_aloud(text, "zh") == text


def test_other_languages_are_left_alone() -> None:
    """Nothing is guessed in a language whose numbers are not known."""
    assert read_aloud("Es kostet 5 €.", "de") == "Es kostet 5 €."
    assert [reads(tag) for tag in ("en-GB", "zh_CN", "CMN", "yue", "de", "")] == [True] * 4 + [False] * 2


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "piece",
    ["1", "1,", "a.", "1-", "1/", "1:", "$", "www.", "a@", "1 ", "+1 ", "1.1.", "12:30-", "电话", "A1", "1×"],
)
def test_no_text_takes_for_ever(piece: str) -> None:
    """The longest text that a voice takes is read, however it is made: no rule goes back again and again."""
    text = (piece * 8_000)[:8_000]
    for language in ("en", "zh"):
        assert not any(character.isdigit() for character in read_aloud(text, language))
