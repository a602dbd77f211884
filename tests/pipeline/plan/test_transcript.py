"""What is said in each piece: every word once, where it is heard, in the text that captions show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.heard import Heard, HeardWord, from_json, to_json
from pipeline.plan.recording import Piece, pieces
from pipeline.plan.scripttimes import script_times
from pipeline.plan.transcript import (
    Line,
    Stretch,
    lines_heard,
    lines_read,
    moved,
    one_line,
    stretches,
    with_times,
)

_MS = SAMPLE_RATE // 1000


def _pieces(seconds: int, *talks: tuple[int, int]) -> tuple[Piece, ...]:
    samples = seconds * SAMPLE_RATE
    level = np.full(seconds * 100, 1_000, np.int32)
    return pieces(samples, tuple((a * _MS, b * _MS) for a, b in talks), level, fps=25)


def _told(text: str, *words: tuple[str, int, int], language: str = "en", doubt: str = "") -> Heard:
    """What was heard; words with times in milliseconds from the beginning of its stretch."""
    timed = (HeardWord(text=word, start=a * 16, end=b * 16, sure=900) for word, a, b in words)
    return Heard(text=text, language=language, words=tuple(timed), doubt=doubt)


def _words(line: Line) -> list[tuple[str, int, int]]:
    return [(line.text[w.text_start : w.text_end], w.start // _MS, w.end // _MS) for w in line.words]


def test_only_speech_is_listened_to() -> None:
    """Pauses of a second and more are left out, and what lies before and behind; shorter ones are not."""
    cut = _pieces(16, (1_000, 3_000), (3_300, 5_000), (9_000, 12_000), (14_000, 15_000))
    assert [piece.start // _MS for piece in cut] == [0, 7_000, 13_000]
    assert [(s.start // _MS, s.end // _MS) for s in stretches(cut)] == [
        (1_000, 5_000),
        (9_000, 12_000),
        (14_000, 15_000),
    ]


def test_listening_goes_on_where_pieces_meet_in_speech() -> None:
    """Up to 28 seconds: a word that lies across a border is heard whole."""
    cut = _pieces(60, (0, 60_000))
    assert len(cut) > 4
    found = stretches(cut)
    assert [stretch.start for stretch in found[1:]] == [stretch.end for stretch in found[:-1]]
    assert found[-1].end == 60 * SAMPLE_RATE
    assert 2 <= len(found) < len(cut)
    assert all(stretch.end - stretch.start <= 28 * SAMPLE_RATE for stretch in found)


def test_words_stand_where_they_are_heard() -> None:
    """Times from the beginning of the piece, text with its punctuation, of all that is said in it."""
    cut = _pieces(10, (500, 2_000), (3_200, 4_500), (7_000, 9_000))
    assert [piece.start // _MS for piece in cut] == [0, 5_800]
    heard = list(
        zip(
            stretches(cut),
            [
                _told("Good morning!", ("Good", 100, 400), ("morning!", 450, 900)),
                _told("Sit down.", ("Sit", 0, 300), ("down.", 300, 700)),
                _told("Thanks.", ("Thanks.", 200, 800)),
            ],
            strict=True,
        )
    )
    first, second = lines_heard(cut, heard)
    assert (first.text, first.language) == ("Good morning! Sit down.", "en")
    assert _words(first) == [
        ("Good", 600, 900),
        ("morning!", 950, 1_400),
        ("Sit", 3_200, 3_500),
        ("down.", 3_500, 3_900),
    ]
    assert (second.text, _words(second)) == ("Thanks.", [("Thanks.", 1_400, 2_000)])


def test_a_word_across_a_border_belongs_where_its_middle_lies() -> None:
    """And the text is parted there, with none of it lost or said twice."""
    cut = _pieces(16, (0, 16_000))
    border = cut[1].start // _MS
    (stretch,) = stretches(cut)
    text = "one two, three four."
    told = _told(
        text,
        ("one", 100, 500),
        ("two,", border - 500, border + 100),
        ("three", border - 100, border + 700),
        ("four.", border + 700, border + 900),
    )
    first, second = lines_heard(cut, [(stretch, told)])
    assert (first.text, second.text) == ("one two,", "three four.")
    assert _words(first)[-1] == ("two,", border - 500, border)
    assert first.words[-1].end <= cut[0].samples
    assert _words(second) == [("three", 0, 700), ("four.", 700, 900)]


def test_what_is_doubted_or_not_understood_has_no_words() -> None:
    """A guess is not shown; text without times is shown without them."""
    cut = _pieces(6, (500, 2_000), (3_500, 5_000))
    parts = stretches(cut)
    guess = _told("Thank you for watching!", ("Thank", 0, 100), doubt="hearing-unsure")
    lines = lines_heard(cut, [(parts[0], guess), (parts[1], _told(" Hello. "))])
    assert one_line([line.text for line in lines]) == "Hello."
    assert not any(line.words for line in lines)
    assert lines_heard(cut, [(parts[0], _told("")), (parts[1], guess)]) == tuple(Line() for _ in cut)


def test_scripts_without_spaces_are_joined_without() -> None:
    """Chinese behind Chinese has no space between; a Latin word beside it has one."""
    assert one_line(["你好。", "请坐。", "OK.", "", "Fine."]) == "你好。请坐。 OK. Fine."


def test_a_script_is_shown_as_it_is_written_and_only_timed() -> None:
    """Misheard words, another spelling: its own text stands in the pieces, all of it, once."""
    script = "Welcome to Lectern! We begin at 8:30. (Bring pens.) 谢谢。"
    cut = _pieces(11, (500, 4_000), (6_000, 9_500))
    heard = list(
        zip(
            stretches(cut),
            [
                _told("Welcome to lector", ("Welcome", 0, 500), ("to", 500, 700), ("lector", 700, 1_300)),
                _told(
                    "We begin at eight. Bring pens. 谢谢。",
                    ("We", 0, 200), ("begin", 200, 600), ("at", 600, 800), ("eight.", 800, 1_200),
                    ("Bring", 1_500, 1_800), ("pens.", 1_800, 2_300), ("谢谢。", 2_600, 3_200),
                ),
            ],
            strict=True,
        )
    )  # fmt: skip
    words = [word for stretch, told in heard for word in moved(stretch, told)]
    first, second = lines_read(cut, script, script_times(script, words), language="en")
    assert first.text == "Welcome to Lectern!"
    assert one_line([first.text, second.text]) == script
    assert _words(first)[0] == ("Welcome", 500, 1_000)
    begin = cut[1].start // _MS
    assert ("begin", 6_200 - begin, 6_600 - begin) in _words(second)
    assert [second.text[w.text_start : w.text_end] for w in second.words][-2:] == ["谢", "谢"]


def test_an_ear_times_the_words_of_a_line() -> None:
    """Its times take the place of those that were guessed; where it finds none, those stay."""
    (cut,) = _pieces(6, (500, 5_000))
    line = Line(text="We begin now.", language="en")
    timed = _told("", ("We", 600, 700), ("begin", 700, 1_000), ("now.", 1_100, 9_000)).words
    assert _words(with_times(line, timed, cut, cut.start)) == [
        ("We", 600, 700),
        ("begin", 700, 1_000),
        ("now.", 1_100, 6_000),
    ]
    assert with_times(line, (), cut, cut.start) is line


@pytest.mark.parametrize(
    "change",
    [
        "another schema",
        "{",
        "[]",
        '{"schema":1,"text":""}',
        '{"schema":2,"text":"","language":"","words":[]}',
    ],
)
def test_what_was_heard_is_kept_whole(change: str) -> None:
    """It comes back as it was; anything else is nothing heard."""
    told = replace(_told("Good 早。", ("Good", 0, 5), ("早。", 5, 9)), doubt="hearing-unsure")
    assert from_json(to_json(told)) == told
    with pytest.raises(ValueError, match="nothing heard"):
        from_json(change)


def test_a_stretch_is_the_same_at_a_third_of_the_rate() -> None:
    """Its beginning to the sample; its end with the one that lies across it."""
    assert Stretch(start=9_600, end=19_201).thirds == slice(3_200, 6_401)
