"""Captions: at the words' own times, legible, and never markup."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from itertools import pairwise

import av
import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.plan.captions import MOST_MS, Cue, clip_cues, cues, srt, webvtt
from pipeline.plan.clock import FRAME_RATES, SAMPLE_RATE, grid_frames, samples_per_frame
from pipeline.plan.linebreaks import cut_lines
from pipeline.plan.script import Sentence, split
from pipeline.plan.speech import Word
from pipeline.plan.textmap import offset_map
from pipeline.plan.timeline import Timeline, Utterance

LEAD = 11_520
SWIFT = 13


def utterance(
    shown: str,
    *,
    spoken: str = "",
    language: str = "en",
    rate: int = 15,
    words: bool = True,
    fps: int = 25,
) -> Utterance:
    """An utterance that is spoken at so many characters a second."""
    said = spoken or shown
    samples = len(said) * SAMPLE_RATE // rate
    ends = [LEAD + samples * at // len(said) for at in range(len(said) + 1)]
    found = [
        Word(start=ends[m.start()], end=ends[m.end()], text_start=m.start(), text_end=m.end())
        for m in regex.finditer(r"\p{Han}|[^\s\p{Han}]+", said)
    ]
    frames = -(-(LEAD + samples + 3840) // samples_per_frame(fps))
    return Utterance(
        shown=shown,
        spoken=said,
        language=language,
        speech="k",
        speech_digest="d",
        lead=LEAD,
        samples=samples,
        frames=frames + -frames % grid_frames(fps),
        phonemes=(),
        words=tuple(found) if words else (),
    )


def silence(frames: int) -> Utterance:
    """A silent utterance."""
    return Utterance(
        shown="",
        spoken="",
        language="",
        speech="",
        speech_digest="",
        lead=0,
        samples=0,
        frames=frames,
        phonemes=(),
        words=(),
    )


def timeline(*utterances: Utterance) -> Timeline:
    """A film at 25 frames a second."""
    return Timeline(fps=25, utterances=utterances)


def test_times_are_those_of_the_speech() -> None:
    """A cue begins with the frame of the first sound of its sentence and ends with that of the last."""
    film = timeline(silence(10), utterance("This sentence is of a middling length."), silence(5))
    (cue,) = cues(film)
    assert cue.start_ms == 400 + 240
    assert cue.end_ms == -(-(640 + 38 / 15 * 1000) // 40) * 40
    assert cue.lines == ("This sentence is of a middling length.",)


def test_short_cues_borrow_silence_of_their_own_utterance() -> None:
    """A word that is over at once stays a while longer, but never beyond its utterance."""
    (cue,) = cues(timeline(silence(10), utterance("Hi.", rate=10), silence(50)))
    assert (cue.start_ms, cue.end_ms) == (400 + 0, 400 + 800 - 80)
    (cue,) = cues(timeline(utterance("Well, hello.", rate=20)))
    assert cue.end_ms - cue.start_ms >= 834


def test_long_sentences_become_several_cues() -> None:
    """A cue has at most two lines of 42 columns and seven seconds, cut between words at their own times."""
    text = "The quick brown fox jumps over the lazy dog and runs away before anyone sees what happened here."
    said = utterance(text)
    first, second = cues(timeline(said))
    assert " ".join([*first.lines, *second.lines]) == text
    assert all(len(line) <= 42 for cue in (first, second) for line in cue.lines)
    assert first.end_ms == second.start_ms - 80
    starts = {word.start // 1920 * 40 for word in said.words}
    assert second.start_ms in starts


@pytest.mark.parametrize("fps", FRAME_RATES)
def test_between_two_cues_there_are_two_frames(fps: int) -> None:
    """Within a sentence and from one to the next: without a gap nobody sees that the text has changed."""
    text = "The quick brown fox jumps over the lazy dog and runs away before anyone sees what happened here."
    film = Timeline(fps=fps, utterances=(utterance("Oh.", rate=30, fps=fps), utterance(text, fps=fps)))
    shown = cues(film)
    frames = [(round(cue.start_ms * fps / 1000), round(cue.end_ms * fps / 1000)) for cue in shown]
    assert len(frames) == 3
    assert all(after[0] - before[1] >= 2 for before, after in pairwise(frames))
    assert all(
        abs(cue.start_ms - start * 1000 / fps) < 1 for cue, (start, _) in zip(shown, frames, strict=True)
    )


def test_chinese_is_read_more_slowly() -> None:
    """Nine Chinese characters a second, where there is silence to borrow."""
    said = utterance("今天天气很好我们去公园。", language="zh", rate=14)
    roomy = replace(said, frames=said.frames + 50)
    (cue,) = cues(timeline(roomy))
    assert cue.end_ms - cue.start_ms >= 12 * 1000 // 9


def test_cues_of_a_clip_are_those_of_the_film() -> None:
    """What is drawn into a clip is what the caption file shows then, with times from its own beginning."""
    said = utterance("Here is a sentence.")
    (alone,) = clip_cues(said, fps=25, columns=42)
    (among,) = cues(timeline(silence(10), said))
    assert (alone.start_ms + 400, alone.end_ms + 400, alone.lines) == (
        among.start_ms,
        among.end_ms,
        among.lines,
    )
    narrow = clip_cues(said, fps=25, columns=12)
    assert max(len(line) for cue in narrow for line in cue.lines) <= 12


def test_chinese_lines() -> None:
    """Sixteen full-width characters a line, no mark that closes at its beginning, and clauses kept whole."""
    text = "欢迎来到我们的安全培训课程，今天我们学习如何正确使用灭火器，以及发生火灾时应该怎样安全撤离大楼。"
    found = cues(timeline(utterance(text, language="zh", rate=4)))
    lines = [line for cue in found for line in cue.lines]
    assert "".join(lines) == text
    assert all(len(line) <= 16 and line[0] not in "，。、" for line in lines)
    assert [cue.lines[-1][-1] for cue in found] == ["，", "，", "。"]


def test_shown_text_is_shown() -> None:
    """Captions show what was written, cut where its spoken form is."""
    shown = (
        "Wow!!! 🎉 Great, we did it at last, all of us together *** and now we go home to sleep for a week."
    )
    spoken = "Wow! Great, we did it at last, all of us together and now we go home to sleep for a week."
    found = cues(timeline(utterance(shown, spoken=spoken)))
    assert " ".join(line for cue in found for line in cue.lines) == shown
    cut = found[1]
    word = regex.match(r"[\p{L}]+", cut.lines[0].lstrip("* "))
    assert word is not None
    begins = spoken.index(f" {word[0]} ") + 1
    said = utterance(shown, spoken=spoken)
    assert abs(cut.start_ms - next(w.start for w in said.words if w.text_start == begins) / 48) < 400


def test_without_word_times() -> None:
    """A voice that gives no words still gets cues, in proportion."""
    text = "and this one goes on and on, " * 6
    found = cues(timeline(utterance(text.strip(), words=False)))
    assert len(found) > 1
    assert all(cue.end_ms > cue.start_ms for cue in found)


def test_markup_is_text() -> None:
    """Arrows, tags, entities and override codes of users never act, in either format."""
    text = "<b>Hi</b> & --> {\\an8}top {y:i}x &lt; a<b 00:00:00,000 --> 00:00:09,000"
    found = (Cue(start_ms=0, end_ms=3_600_000 * 25 + 61_001, lines=(text,)),)
    plain = srt(found)
    assert plain.startswith("1\n00:00:00,000 --> 25:01:01,001\n")
    assert plain.count("-->") == 1
    assert not re.search(r"<[A-Za-z/]|\{\\", plain)
    escaped = webvtt(found)
    assert escaped.startswith("WEBVTT\n\n00:00:00.000 --> 25:01:01.001\n")
    body = escaped.split("\n", 3)[3]
    assert not set(body) & set("<>")
    assert "&amp;lt;" in body


@pytest.mark.parametrize("write", [srt, webvtt])
def test_players_read_them(write: object) -> None:
    """FFmpeg reads both files, with as many cues at the same times."""
    assert callable(write)
    film = timeline(
        silence(5), utterance("First <i>one</i>."), utterance("第二句，在这里。", language="zh", rate=4)
    )
    made = cues(film)
    with av.open(io.BytesIO(write(made).encode())) as container:
        packets = [packet for packet in container.demux() if packet.size]
        times = [round(packet.pts * packet.time_base * 1000) for packet in packets if packet.pts is not None]
    assert times == [cue.start_ms for cue in made]


WORDS = st.lists(
    st.sampled_from(
        ["the", "a", "internationalisation", "cat,", "ran.", "你好", "世界，", "x" * 90, "🎉", "(so)", "—"]
    ),
    min_size=1,
    max_size=60,
)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "人工智能技术正在改变我们的生活方式和工作习惯。",
            ("人工智能技术正在改变我们的", "生活方式和工作习惯。"),
        ),
        (
            "今天天气很好我们一起去公园散步然后再去吃晚饭。",
            ("今天天气很好我们一起去", "公园散步然后再去吃晚饭。"),
        ),
        (
            "中华人民共和国国家互联网信息办公室发布了新的管理规定",
            ("中华人民共和国国家互联网", "信息办公室发布了新的管理规定"),
        ),
        (
            "请把您的手机号码和电子邮箱地址填写在登记表上面",
            ("请把您的手机号码", "和电子邮箱地址填写在登记表上面"),
        ),
        (
            "今日は怪しいメールの見分け方をみんなで一緒に学びます。",
            ("今日は怪しいメールの見分け方を", "みんなで一緒に学びます。"),
        ),
    ],
)
def test_chinese_lines_rather_end_where_a_word_does(text: str, lines: tuple[str, str]) -> None:
    """In Chinese and Japanese no word is cut, as far as can be known, and particles never begin a line."""
    assert cut_lines(text, 32) == lines


def test_thai_lines_end_where_a_word_does() -> None:
    """Thai has no spaces between words, and no line is cut inside one."""
    text = "วันนี้เราจะเรียนรู้วิธีสังเกตข้อความที่น่าสงสัยและวิธีป้องกันตัวเองจากอันตราย"
    assert cut_lines(text, 42) == (
        "วันนี้เราจะเรียนรู้วิธีสังเกตข้อความที่",
        "น่าสงสัยและวิธีป้องกันตัวเองจากอันตราย",
    )


# What is spoken gives the last part of this text no time of its own.
@example(tokens=["🎉", "x" * 90, "🎉", "x" * 90, "x" * 90], language="en", rate=7, words=False)
@settings(deadline=None)
@given(tokens=WORDS, language=st.sampled_from(["en", "zh"]), rate=st.integers(4, 25), words=st.booleans())
def test_cues_of_anything(*, tokens: list[str], language: str, rate: int, words: bool) -> None:
    """No text is lost, nothing overlaps or leaves its utterance, lines and times keep their limits."""
    sentences = [p for p in split(" ".join([*tokens, "end"]), language=language) if isinstance(p, Sentence)]
    spoken = [
        utterance(s.shown, spoken=s.spoken, language=s.language, rate=rate, words=words) for s in sentences
    ]
    columns = {"en": 42, "zh": 32}
    origin = 0
    for said in spoken:
        found = cues(timeline(silence(origin), said)) if origin else cues(timeline(said))
        text = "".join(line for cue in found for line in cue.lines)
        assert text.replace(" ", "") == said.shown.replace(" ", "")
        edges = [edge for cue in found for edge in (cue.start_ms, cue.end_ms)]
        assert edges == sorted(edges)
        assert origin * 40 <= edges[0]
        assert edges[-1] <= (origin + said.frames) * 40
        for cue in found:
            assert len(cue.lines) <= 2
            for line in cue.lines:
                width = sum(2 if regex.match(r"\p{Han}|[，🎉]", letter) else 1 for letter in line)
                assert width <= columns[said.language]
            assert cue.start_ms < cue.end_ms
            # Slower than that, one line alone may take longer, and has no place to be cut at.
            assert rate < SWIFT or cue.end_ms - cue.start_ms <= MOST_MS
        origin += said.frames


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_offsets_never_fall(shown: str, spoken: str) -> None:
    """The map from shown to spoken text covers both and keeps their order."""
    offsets = offset_map(shown, spoken)
    assert len(offsets) == len(shown) + 1
    assert offsets == sorted(offsets)
    assert offsets[-1] == len(spoken)
    assert offset_map(shown, shown) == list(range(len(shown) + 1))
