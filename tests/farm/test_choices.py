"""Promises about wishes: what a person wrote becomes what the engines are told."""

from __future__ import annotations

import traceback
from collections.abc import Iterator

import pytest

from db.states import Urgency
from farm.bootstrap import open_workshop, settings_of
from farm.choices import Chooser, Wish, language_of, urgency_of
from pipeline.plan.errors import InputError
from pipeline.plan.job import Format


@pytest.fixture(scope="module")
def chooser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chooser]:
    """A chooser over the real voices."""
    home = tmp_path_factory.mktemp("home")
    set_to = {"LECTERN_HOME": str(home), "LECTERN_FILM__FORMAT": "square-720"}
    with open_workshop(settings_of(set_to)) as workshop:
        yield Chooser(workshop)


@pytest.mark.parametrize(
    ("script", "language"),
    [
        ("Good morning.", "en"),
        ("早上好。", "zh"),
        ("我们使用 GPU 和 Redis 渲染影片。", "zh"),
        ("The word 好 means good in Chinese.", "en"),
        ("12345", "en"),
    ],
)
def test_the_script_decides_the_language(script: str, language: str) -> None:
    """A script with foreign names in it stays in its own language."""
    assert language_of(script) == language


@pytest.mark.parametrize(
    ("wish", "script", "name", "language"),
    [
        (Wish(), "Good morning.", "en-gb", "en"),
        (Wish(), "早上好。", "cmn", "zh"),
        (Wish(voice="espeak/cmn"), "早上好。", "cmn", "zh"),
        (Wish(voice="EN-US", language="en-US"), "Hi.", "en-us", "en-US"),
    ],
)
def test_a_voice_is_found_for_every_wish(
    chooser: Chooser, wish: Wish, script: str, name: str, language: str
) -> None:
    """Voice, language, both or none may be named."""
    chosen = chooser.voice(wish, script)
    assert chosen.engine == "espeak"
    assert (chosen.name if wish.voice else chosen.name[:2], chosen.language) == (
        name if wish.voice else name[:2],
        language,
    )


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (Wish(voice="nobody"), "voice-unknown"),
        (Wish(voice="nothing/en-us"), "engine-voice-unknown"),
        (Wish(language="tlh"), "voice-language-unknown"),
        (Wish(voice="cmn", language="en"), "voice-language-foreign"),
        (Wish(speed="fast"), "submit-speed-wrong"),
        (Wish(speed="49"), "submit-speed-wrong"),
        (Wish(speed="201"), "submit-speed-wrong"),
        (Wish(pitch="high"), "submit-pitch-wrong"),
        (Wish(pitch="49"), "submit-pitch-wrong"),
        (Wish(pitch="201"), "submit-pitch-wrong"),
    ],
)
def test_what_cannot_be_had_is_refused(chooser: Chooser, wish: Wish, code: str) -> None:
    """Each kind of wish that cannot be granted has its own code."""
    with pytest.raises(InputError) as refused:
        chooser.voice(wish, "Good morning.")
    assert refused.value.code == code


@pytest.mark.parametrize(("word", "speed"), [("", 100), ("50", 50), ("120%", 120), (" 200 ％", 200)])
def test_speed_and_pitch_are_per_cent(chooser: Chooser, word: str, speed: int) -> None:
    """A per cent sign of either width may follow; both go to the voice."""
    assert chooser.speed(Wish(speed=word)) == speed
    assert chooser.pitch(Wish(pitch=word)) == speed
    choice = chooser.voice(Wish(voice="en-us", pitch=word), "Good morning.")
    assert (choice.speed, choice.pitch) == (100, speed)


@pytest.mark.parametrize(
    ("wish", "script", "language"),
    [
        (Wish(voice="en-us"), "你好，世界。", "zh"),
        (Wish(voice="en-us"), "Welcome to the shop. 你好！", "zh"),
        (Wish(language="de"), "你好，世界。", "zh"),
        (Wish(voice="cmn"), "Good morning, everybody.", "en"),
        (Wish(language="zh-TW"), "Good morning, everybody.", "en"),
        (Wish(voice="cmn"), "你好, good morning! 我们用 Python。", None),
        (Wish(voice="ja"), "日本語です。", None),
        (Wish(voice="fr"), "Bonjour tout le monde.", None),
        (Wish(), "Hello. 你好，世界。", None),
    ],
)
def test_a_change_of_voice_is_foreseen(
    chooser: Chooser, wish: Wish, script: str, language: str | None
) -> None:
    """Who named a voice or a language is told when another voice takes part; who named none is not."""
    facts = chooser.other_voice(wish, script)
    assert (facts and facts["language"]) == language


def test_a_format_that_is_not_named_is_the_settings_own(chooser: Chooser) -> None:
    """The frame rate is the farm's."""
    assert chooser.format(Wish(), lambda: (600, 400)) == Format(width=720, height=720, fps=25)
    assert chooser.format(Wish(fps="50p"), lambda: (600, 400)) == Format(width=720, height=720, fps=50)
    assert chooser.format(Wish(format="wide-1080"), lambda: (600, 400)) == Format(
        width=1920, height=1080, fps=25
    )


def test_urgency_is_one_of_three_words() -> None:
    """An empty cell is normal; upper case is understood; a number is not."""
    words = [urgency_of(word) for word in ("紧急", "普通", "批量")]
    assert words == [Urgency.URGENT, Urgency.NORMAL, Urgency.BULK]
    assert [urgency_of(word) for word in ("", "Urgent", " bulk ")] == [
        Urgency.NORMAL,
        Urgency.URGENT,
        Urgency.BULK,
    ]
    with pytest.raises(InputError, match="submit-urgency-unknown"):
        urgency_of("1")


def test_a_refusal_is_found_once_and_keeps_nothing(chooser: Chooser) -> None:
    """Ten thousand rows name the same voice that nobody has: the error does not grow with each of them."""

    def refused() -> tuple[InputError, int]:
        with pytest.raises(InputError) as error:
            chooser.voice(Wish(voice="nobody"), "Hello.")
        return error.value, len(list(traceback.walk_tb(error.value.__traceback__)))

    first, again = refused(), [refused() for _ in range(5)]
    assert first[0].code == "voice-unknown"
    assert {(id(error), depth) for error, depth in again} == {(id(first[0]), again[0][1])}
