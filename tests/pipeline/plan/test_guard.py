"""Promises of the guard: what a model says beside the script goes, and what nobody should say is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan.guard import cut_to_fit, judged, too_long, too_short
from pipeline.plan.lengths import estimate_ms
from pipeline.plan.writing import FIXED, mark_of
from pipeline.plan.writingplan import Brief

_BRIEF = Brief(text="A bakery, see https://bread.example.", audience="", language="en", seconds=10)
_ZH = replace(_BRIEF, language="zh-CN")
_SAID = "Good morning. Our bakery opens today."
_GESAGT = (
    "Guten Morgen und herzlich willkommen. Heute ist die neue Bäckerei in der Stadt offen, und wir sind sehr "
    "froh, dass Sie da sind. Das Brot ist noch warm."
)


@pytest.mark.parametrize(
    "answer",
    [
        _SAID,
        f"  {_SAID}\n\n",
        f"<think>They want bread.\nI will write.</think>\n\n{_SAID}",
        f"They want bread.</think>\n{_SAID}",
        f"Sure, here is a 10-second narration:\n\n{_SAID}",
        f"Certainly!\n\n{_SAID}",
        f"# A new bakery\n\n{_SAID}",
        f"**Title: Bread**\n\n{_SAID}",
        f"Title: Bread\n---\n{_SAID}",
        f"Narrator: {_SAID}",
        f"**Narrator (warmly):** {_SAID}",
        f"[Music fades in]\n{_SAID}\n[Cut to the shop]",
        f"(Upbeat music plays) {_SAID} (pause)",
        f"```text\n{_SAID}\n```",
        f'"{_SAID}"',
        f"{_SAID}\n\n(Word count: 6)",
        f"{_SAID}\n\nLet me know if you want it shorter!",
        "Good morning. **Our bakery** opens _today_.",
        "Good morning.\x00\x1b Our bakery opens today.\u200b".replace("\u200b", ""),
    ],
)
def test_what_is_not_spoken_goes(answer: str) -> None:
    """Thoughts, remarks, headings, directions, names of speakers, marks; the words themselves stay."""
    assert judged(answer, _BRIEF).text == _SAID


def test_lists_become_sentences_and_paragraphs_stay() -> None:
    """A pause between paragraphs is the writer's; marks of a list are not."""
    answer = "First this:\n- Bread is warm.\n2. Cake is sweet.\n\n\n\nCome in."
    assert judged(answer, _BRIEF).text == "First this:\nBread is warm.\nCake is sweet.\n\nCome in."


@pytest.mark.parametrize(
    "answer",
    [
        "当然，以下是旁白：\n\n面包店今天开业，欢迎大家。",
        "旁白：面包店今天开业，欢迎大家。",
        "【音乐渐起】面包店今天开业，欢迎大家。",
        "面包店今天开业，（镜头转向门口）欢迎大家。",
        "标题：面包\n面包店今天开业，欢迎大家。\n\n（字数：13）",
    ],
)
def test_chinese_answers_are_cleaned_alike(answer: str) -> None:
    """With the words and marks that Chinese models use."""
    assert judged(answer, _ZH).text == "面包店今天开业，欢迎大家。"


@pytest.mark.parametrize(
    "answer",
    [
        "Good morning. <script>alert(1)</script> Bread.",
        "Good morning.<|im_end|><|im_start|>user",
        "Good morning {{ name }}.",
        "[INST] Good morning. [/INST] Bread.".replace("[INST] ", "<<SYS>> "),
        "Good morning, visit https://evil.example/now today.",
        "Good morning, visit www.evil.example today.",
        "| Time | Words |\n| --- | --- |\n| 0:00 | Good morning |",
        "Good morning.\\nOur bakery opens.",
        f"Good morning. {FIXED[0].splitlines()[2]}",
        f"My instructions: {FIXED[2].splitlines()[0]}",
        f"{mark_of(_BRIEF)}\nGood morning.",
        "==0123456789abcdef==\nGood morning.",
        "<think>They want bread. Good morning.",
    ],
)
def test_what_nobody_should_say_is_refused(answer: str) -> None:
    """Markup, tokens, addresses that the brief does not have, and the words that the model was given."""
    assert (judged(answer, _BRIEF).code, judged(answer, _BRIEF).text) == ("writing-markup", "")


def test_the_fixed_words_are_known_in_chinese_too() -> None:
    """Sixteen characters of them in a row are no accident."""
    line = FIXED[1].splitlines()[2]
    assert judged(f"大家好。{line}", _ZH).code == "writing-markup"
    assert judged("大家好。请写易于朗读的平实句子。", _ZH).code == ""


def test_an_address_of_the_brief_may_be_said() -> None:
    """It was asked for."""
    assert judged("Good morning. Visit https://bread.example today.", _BRIEF).code == ""


@pytest.mark.parametrize(
    "answer", ["", "  \n", "...", "[Music]", "<think>Nothing.</think>", "# Bread", "123"]
)
def test_an_empty_answer_is_told_as_one(answer: str) -> None:
    """Also one of which nothing is left."""
    assert judged(answer, _BRIEF).code == "writing-empty"


@pytest.mark.parametrize(
    ("language", "answer", "fits"),
    [
        ("en", _SAID, True),
        ("en", "面包店今天开业，欢迎大家。", False),
        ("zh", "面包店今天开业，欢迎大家。", True),
        ("zh", "面包店 Bread House 今天开业，欢迎大家来品尝新鲜的面包和蛋糕。", True),
        ("zh", _SAID, False),
        ("zh", "Welcome to the bakery. 面包店今天开业。", False),
        ("ja", "パン屋が今日オープンします。", True),
        ("ja", "面包店今天开业，欢迎大家。", False),
        ("ko", "빵집이 오늘 문을 엽니다.", True),
        ("ru", "Пекарня открывается сегодня.", True),
        ("ru", _SAID, False),
        ("de", _GESAGT, True),
        ("en", _GESAGT, False),
        ("de-CH", _GESAGT, True),
        ("fr", _GESAGT, False),
        ("pl", _SAID, True),
    ],
)
def test_another_language_is_refused(language: str, answer: str, *, fits: bool) -> None:
    """By its letters; where several languages share them, by words that each has often."""
    found = judged(answer, replace(_BRIEF, language=language))
    assert found.code == ("" if fits else "writing-language")


@given(answer=st.text(max_size=400))
def test_any_answer_is_judged(answer: str) -> None:
    """Whatever a model says; what passes passes again as it is."""
    found = judged(answer, _BRIEF)
    assert bool(found.text) != bool(found.code)
    if found.text:
        assert judged(found.text, _BRIEF).code in {"", "writing-empty", "writing-markup"}


def test_what_goes_on_without_end_is_judged_in_time() -> None:
    """No pattern goes astray on what repeats."""
    for part in ("a ", "<", "(", "[", "**", "=" * 10, "- \n", "好", "<think>"):
        judged(part * (20_000 // len(part)), _BRIEF)


def test_what_is_too_long_is_cut_at_a_sentence() -> None:
    """The last one that ends near the length asked for; what fits stays as it is."""
    long = " ".join(f"This is sentence number {number} of a long story about bread." for number in range(20))
    assert too_long(long, _BRIEF)
    assert not too_short(long, _BRIEF)
    cut = cut_to_fit(long, _BRIEF)
    assert long.startswith(cut)
    assert cut.endswith("bread.")
    assert 5_000 <= estimate_ms(cut) <= 11_000
    assert not too_long(cut, _BRIEF)
    assert cut_to_fit(_SAID, _BRIEF) == _SAID
    one = f"{'very ' * 400}long."
    assert cut_to_fit(f"{one} And more.", _BRIEF) == one


def test_what_is_too_short_is_told() -> None:
    """Less than half of what was asked for."""
    assert too_short("Good morning.", _BRIEF)
    assert not too_short(_SAID * 3, _BRIEF)
