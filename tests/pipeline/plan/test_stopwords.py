"""Promises of word lists: what may not be said is found however it is written, and nothing else is."""

from __future__ import annotations

import pytest

from pipeline.plan.stopwords import Stopped, fold, found, from_json, to_json


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("This is for free.", "free"),
        ("This is FREE!", "free"),
        ("Free", "ＦＲＥＥ"),
        ("It is fr\u200bee, sof\u00adtly.", "free"),
        ("Only for\nfree today", "for free"),
        ("only  for   free", "For Free"),
        ("Große Straße", "STRASSE"),
        ("cafe\u0301 au lait", "café"),
        ("it’s 100 % sure", "100 % sure"),
        ("C++ is taught", "c++"),
        ("这是最便宜的课程", "便宜"),
        ("这是最 便 宜 的课程", "便宜"),
        ("这是最便\u200b宜的", "便宜"),
        ("最便\n宜", "便宜"),
        ("ﾒﾆｭｰを見る", "メニュー"),
        ("바보는 여기 있다", "바보"),
        ("买iPhone吧", "iphone"),
    ],
)
def test_a_word_is_found_however_it_is_written(text: str, word: str) -> None:
    """Case, width, accents in parts, hidden characters, line ends and spaces within Chinese hide nothing."""
    assert [each.word for each in found(text, [word])] == [word]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a freedom to choose", "free"),
        ("carefree", "free"),
        ("free2go", "free"),
        ("forfree", "for free"),
        ("naïve", "na"),
        ("便利で宜しい", "便宜"),
        ("anything", ""),
        ("", "word"),
        ("a\u200bb", "\u200b"),
    ],
)
def test_a_part_of_another_word_is_no_word(text: str, word: str) -> None:
    """Letters and digits that go on make another word; an empty word is nowhere."""
    assert found(text, [word]) == ()


def test_each_word_is_told_with_its_first_line() -> None:
    """In the order of the list; lines count from 1, empty ones too."""
    text = "One.\n\nTwo bad\nwords here: bad,\n坏\n话。"
    assert found(text, ["坏话", "bad", "bad words", "good"]) == (
        Stopped(word="坏话", line=5),
        Stopped(word="bad", line=3),
        Stopped(word="bad words", line=3),
    )


def test_lines_are_counted_in_a_long_script_of_short_ones() -> None:
    """As quickly as a script is read, wherever spaces between lines would hide a word."""
    lines = ["a", "", "面", " 包 ", "b"] * 8_000
    words = [f"no{number}" for number in range(200)]
    text = "\n".join([*lines, *words])
    assert found(text, words) == tuple(
        Stopped(word=word, line=len(lines) + number) for number, word in enumerate(words, 1)
    )
    assert found(text, ["b 面", "面包"]) == (Stopped(word="面包", line=3),)


def test_a_list_is_kept_as_it_was() -> None:
    """What a job keeps is read back; equal lists give equal files."""
    words = ("便宜", 'with "quotes"', "C++")
    assert from_json(to_json(words)) == words
    assert to_json(list(words)) == to_json(words)


def test_words_that_are_found_alike_fold_alike() -> None:
    """So that a list holds each once."""
    assert {fold(word) for word in ("Free", "FREE ", "ｆｒｅｅ", "fr\u200bee")} == {"free"}
    assert fold(" \u200b\n") == ""
