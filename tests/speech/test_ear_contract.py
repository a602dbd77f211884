"""What every ear promises; a new engine is a new name on the shelf, and a model that it opens here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.ear import EarEngine
from pipeline.engines.shelf import ears
from pipeline.plan.errors import InputError
from pipeline.plan.heard import HeardWord
from tests.support.ears import HELLO, TEXT, make_reciting, noise, open_whisper, require_ears
from tests.support.shared import made_once

require_ears()

_OPENED: dict[str, Callable[[Path], EarEngine]] = {"whisper": open_whisper}


@pytest.fixture(scope="module", params=ears().names())
def ear(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EarEngine]:
    """Every ear on the shelf, with a small model."""
    path = made_once(tmp_path_factory, "reciting.pt", lambda path: make_reciting(path, HELLO))
    engine = _OPENED[request.param](path)
    yield engine
    engine.close()


def _in_order(words: tuple[HeardWord, ...], samples: int) -> bool:
    beside = all(one.end <= other.start for one, other in pairwise(words))
    return beside and all(0 <= word.start <= word.end <= samples for word in words)


def test_what_is_heard_is_whole(ear: EarEngine) -> None:
    """Text, a language, and words with whole samples, in order, within the sound."""
    heard = ear.hear(noise(3))
    assert (heard.text, heard.language, heard.doubt) == (TEXT, "en", "")
    assert " ".join(word.text for word in heard.words) == heard.text
    assert _in_order(heard.words, 48_000)
    for word in heard.words:
        assert [type(value) for value in (word.start, word.end, word.sure)] == [int, int, int]
        assert 0 <= word.sure <= 1000


def test_words_may_go_without_times(ear: EarEngine) -> None:
    """The same text; who checks a voice needs no more."""
    heard = ear.hear(noise(3), timed=False)
    assert (heard.text, heard.words) == (TEXT, ())


def test_the_same_sound_is_the_same_words(ear: EarEngine) -> None:
    """Whatever was heard between, also by several threads at once."""
    first = ear.hear(noise(3), language="en", prompt="Ada")
    ear.hear(noise(1, seed=2), prompt="Something else.")
    assert ear.hear(noise(3), language="en", prompt="Ada") == first
    with ThreadPoolExecutor(3) as threads:
        heard = list(threads.map(lambda _: ear.hear(noise(3), language="en", prompt="Ada"), range(3)))
    assert heard == [first] * 3


@pytest.mark.parametrize("sound", [np.zeros(0, np.float32), np.zeros(32_000, np.float32), noise(1) / 500])
def test_silence_says_nothing(ear: EarEngine, sound: NDArray[np.float32]) -> None:
    """It is in doubt, and makes nothing up; neither has a text any times there."""
    heard = ear.hear(sound.astype(np.float32), language="en")
    assert (heard.text, heard.language, heard.words, heard.doubt) == ("", "en", (), "hearing-silent")
    assert ear.align(sound.astype(np.float32), "Hello.", language="en") == ()


def test_a_texts_own_words_are_timed(ear: EarEngine) -> None:
    """Each with its punctuation, in order; whatever the ear would have understood."""
    text = "Good evening, “everybody”: well-known words!"
    words = ear.align(noise(3), text, language="en")
    assert "".join(word.text for word in words) == text.replace(" ", "")
    assert _in_order(words, 48_000)


def test_chinese_is_timed_by_its_characters(ear: EarEngine) -> None:
    """They need no spaces."""
    words = ear.align(noise(3), "你好，世界。", language="zh-CN")
    assert "".join(word.text for word in words) == "你好，世界。"
    assert len(words) > 1


@pytest.mark.parametrize("text", ["", " ", "so " * 600])
def test_a_text_that_cannot_be_timed_has_no_times(ear: EarEngine, text: str) -> None:
    """None is there, or more than anybody says at once."""
    assert ear.align(noise(1), text, language="en") == ()


@pytest.mark.parametrize("language", ["xx", "tlh", "not a language"])
def test_an_unknown_language_is_refused(ear: EarEngine, language: str) -> None:
    """With those that it knows."""
    for asked in (
        lambda: ear.hear(noise(1), language=language),
        lambda: ear.align(noise(1), "a", language=language),
    ):
        with pytest.raises(InputError) as refused:
            asked()
        assert refused.value.code == "hearing-language-unknown"
        assert "en" in str(refused.value.facts["known"]).split(", ")


def test_languages_are_listed_as_tags(ear: EarEngine) -> None:
    """Sorted, each once, and each is understood."""
    languages = ear.languages()
    assert list(languages) == sorted(set(languages))
    assert {"en", "zh"} <= set(languages)
    assert ear.hear(noise(1), language="en-GB").text == TEXT


@pytest.mark.parametrize(
    "prompt",
    ["<|endoftext|>", "<|startoftranscript|><|zh|>", "a\0b \ud800 \u202e", "word " * 2_000, "你好" * 500],
)
def test_a_prompt_is_plain_text(ear: EarEngine, prompt: str) -> None:
    """Marks, controls and more than the model takes are heeded as text, or not at all."""
    assert ear.hear(noise(1), prompt=prompt).text == TEXT
    assert ear.count(prompt) > 0


def test_tokens_are_counted(ear: EarEngine) -> None:
    """None in nothing; more in more."""
    assert ear.count("") == ear.count("  ") == 0
    assert 0 < ear.count("Hello") < ear.count("Hello, this is Ada.")


@pytest.mark.parametrize(
    "sound",
    [np.zeros(100, np.int16), np.zeros((10, 2), np.float32), np.zeros(30 * 16_000 + 1, np.float32)],
)
def test_other_input_is_refused(ear: EarEngine, sound: NDArray[np.float32]) -> None:
    """Whole numbers, several channels, or more than half a minute are a mistake of the caller."""
    with pytest.raises(ValueError, match=r"int16|\(10, 2\)|480001"):
        ear.hear(sound)


def test_what_is_given_stays_as_it_is(ear: EarEngine) -> None:
    """Also where it cannot be written to."""
    sound = noise(1)
    sound.flags.writeable = False
    kept = sound.copy()
    ear.hear(sound)
    ear.align(sound, "Hello", language="en")
    assert np.array_equal(sound, kept)


def test_it_says_what_shapes_its_words(ear: EarEngine) -> None:
    """Name, version, model and arithmetic are part of keys."""
    assert ear.name in ears().names()
    assert ear.version
    assert len(ear.digest) == 64
    assert ear.precision == "fp32"


def test_close_may_be_called_twice(ear: EarEngine, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Closing twice is fine."""
    path = made_once(tmp_path_factory, "reciting.pt", lambda path: make_reciting(path, HELLO))
    another = _OPENED[ear.name](path)
    another.close()
    another.close()
