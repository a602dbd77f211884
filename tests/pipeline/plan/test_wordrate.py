"""How much of a script was heard otherwise: by words, by characters, and what is no error."""

from __future__ import annotations

import pytest

from pipeline.plan.wordrate import Rate, rate


@pytest.mark.parametrize(
    ("script", "heard", "errors", "of"),
    [
        ("We begin at noon.", "we begin at noon", 0, 4),
        ("We begin at noon.", "We began at noon", 1, 4),
        ("We begin at noon.", "We begin noon", 1, 4),
        ("We begin at noon.", "And so we begin at noon.", 2, 4),
        ("We begin at noon.", "", 4, 4),
        ("", "We begin", 2, 0),
        ("", "", 0, 0),
        ("…", "Thank you.", 2, 0),
        ("“It's Zoë’s e-mail”", "Its Zoes email", 0, 4),
        ("It costs 25 dollars.", "It costs twenty-five dollars.", 0, 5),
        ("It costs $25.", "It costs twenty five dollars", 0, 5),
        ("See chapter 3.", "See Chapter Three.", 0, 3),
        ("On 3 May 2026.", "on 3 May 2026", 0, 8),
        ("It grew by 12 %.", "It grew by twelve percent.", 0, 5),
    ],
)
def test_english_is_compared_by_words(script: str, heard: str, errors: int, of: int) -> None:
    """Case, accents, punctuation and how numbers are written make no difference."""
    found = rate(script, heard, language="en")
    assert (found.errors, found.of, found.unit) == (errors, of, "words")


@pytest.mark.parametrize(
    ("script", "heard", "errors", "of"),
    [
        ("大家好，我们来了。", "大家好 我们来了", 0, 7),
        ("大家好，我们来了。", "大家好，他们来。", 2, 7),
        ("一共25元。", "一共二十五元", 0, 6),
        ("欢迎使用Lectern。", "欢迎使用 lectern", 0, 5),
        ("增长了百分之十二", "增长了12%", 0, 8),
    ],
)
def test_chinese_is_compared_by_characters(script: str, heard: str, errors: int, of: int) -> None:
    """A foreign word among them counts as one."""
    found = rate(script, heard, language="zh-CN")
    assert (found.errors, found.of, found.unit) == (errors, of, "characters")


@pytest.mark.parametrize(
    ("heard", "errors"),
    [
        ("Aida Lovelice met Bob.", 0),
        ("Aida Lovelace met Tom.", 1),
        ("Either loveless met Bob.", 2),
        ("Met Bob.", 2),
    ],
)
def test_names_are_right_when_they_sound_alike(heard: str, errors: int) -> None:
    """Two letters may differ, and no more than half of them; other words have to be those of the script."""
    found = rate("Aida Lovelace met Bob.", heard, language="en", names=("Aida Lovelace", "Nobody"))
    assert (found.errors, found.of) == (errors, 4)


def test_a_name_is_one_where_it_stands_whole() -> None:
    """One of its words alone elsewhere is a word like any other."""
    script = "Rose Hill rose early."
    assert rate(script, "Rows Hill rose early", language="en", names=("Rose Hill",)).errors == 0
    assert rate(script, "Rose Hill rows early", language="en", names=("Rose Hill",)).errors == 1


def test_nobody_hears_how_a_chinese_name_is_written() -> None:
    """Characters of a name may be others, not fewer; elsewhere they are errors."""
    script = "张伟来了。"
    assert rate(script, "章微来了", language="zh", names=("张伟",)).errors == 0
    assert rate(script, "章来了", language="zh", names=("张伟",)).errors == 1
    assert rate(script, "章微来啦", language="zh", names=("张伟",)).errors == 1
    assert rate(script, "章微来了", language="zh").errors == 2


@pytest.mark.parametrize(
    ("errors", "of", "per_mille"), [(0, 0, 0), (0, 9, 0), (1, 3, 334), (2, 0, 2000), (9, 3, 3000)]
)
def test_a_rate_is_rounded_up(errors: int, of: int, per_mille: int) -> None:
    """So that a limit of 0 allows none; of a script without words, all that was heard is too much."""
    assert Rate(errors=errors, of=of, unit="words").per_mille == per_mille
