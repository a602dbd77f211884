"""What an ear is told before: the end of the text, or the script's names, and never too much."""

from __future__ import annotations

import pytest

from pipeline.plan.prompting import MOST_TOKENS, names_of, prompt_of


def _words(text: str) -> int:
    return len(text.split())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Welcome to Lectern. Today I meet Ada Lovelace in London.", ("Lectern", "Ada Lovelace", "London")),
        ("Ada wrote it. Then Ada left. “Nobody else” saw I'm told.", ("Ada",)),
        ("ask O’Neill about the GPU-hours of NASA", ("O’Neill", "GPU-hours", "NASA")),
        ("First line\nSecond line\n\n  Third", ()),
        ("Wir sehen Berlin und das Haus.", ("Berlin", "Haus")),
        ("你好，世界。", ()),
    ],
)
def test_names_are_words_with_a_capital_inside_a_sentence(text: str, names: tuple[str, ...]) -> None:
    """Those beside each other are one; each once; the word I is none."""
    assert names_of(text, language="en") == names


def test_german_capitals_tell_no_names() -> None:
    """Every noun has one there; known names are found all the same."""
    assert names_of("Das Haus in Köln.", language="de-AT", known=("Köln", "Bonn")) == ("Köln",)


def test_known_names_come_first() -> None:
    """They are what somebody took the trouble to name."""
    text = "today we see 张伟 and Ada"
    assert names_of(text, language="zh", known=("张伟",)) == ("张伟", "Ada")


def test_the_text_before_goes_before_names() -> None:
    """Its end, which tells topic, names and spelling alike."""
    before = " We begin.\nThen  we go on. "
    assert prompt_of(before=before, names=("Ada",), language="en", count=_words) == "We begin. Then we go on."


@pytest.mark.parametrize("most", [0, 1, 2, 3, 50])
def test_as_much_of_the_end_as_is_allowed(most: int) -> None:
    """From the beginning of a word on, by the ear's own count."""
    told = prompt_of(before="one two three four", names=(), language="en", count=_words, most=most)
    assert told.split() == ["one", "two", "three", "four"][max(4 - most, 0) :]


def test_a_text_without_spaces_is_cut_between_characters() -> None:
    """Chinese has no words to cut at."""
    before = "你好世界" * 100
    told = prompt_of(before=before, names=(), language="zh", count=lambda text: 2 * len(text))
    assert told == before[-MOST_TOKENS // 2 :]


def test_names_are_listed_as_far_as_they_fit() -> None:
    """In their order; what is too many is left out, not cut in two."""
    names = ("Ada Lovelace", "London", "Lectern")
    assert prompt_of(before="", names=names, language="en", count=_words) == "Ada Lovelace, London, Lectern."
    assert prompt_of(before=" ", names=names, language="en", count=_words, most=3) == "Ada Lovelace, London."
    assert prompt_of(before="", names=names, language="en", count=_words, most=1) == ""
    assert prompt_of(before="", names=(), language="en", count=_words) == ""


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("zh-CN", "以下是普通话的句子。张伟、Ada。"),
        ("zh-TW", "以下是普通話的句子。张伟、Ada。"),
        ("ja", "张伟、Ada。"),
    ],
)
def test_chinese_is_asked_for_in_its_own_characters(language: str, told: str) -> None:
    """Else it comes in simplified or traditional ones, as it happens."""
    assert prompt_of(before="", names=("张伟", "Ada"), language=language, count=len) == told
