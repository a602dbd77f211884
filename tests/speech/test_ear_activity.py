"""What every detector of speech promises, and what Silero does to speech among silence."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.ear import ActivityEngine
from pipeline.engines.shelf import activities
from pipeline.engines.voice.espeak import EspeakVoice
from pipeline.plan.heard import Span
from pipeline.plan.job import VoiceChoice
from pipeline.plan.resample import resample
from pipeline.plan.thirds import thirds
from tests.support.ears import noise, require_ears

require_ears()

import torch  # noqa: E402 - where it is not installed, this file is skipped above

from pipeline.engines.ear import silero  # noqa: E402

_SECOND = 16_000


@pytest.fixture(scope="module", params=activities().names())
def activity(request: pytest.FixtureRequest) -> Iterator[ActivityEngine]:
    """Every detector on the shelf, one after the other."""
    shelf = activities()
    yield shelf.open(request.param)
    shelf.close()


@pytest.fixture(scope="module")
def speech() -> NDArray[np.float32]:
    """A sentence of about two seconds, without silence around it."""
    voice = EspeakVoice()
    spoken = voice.speak(
        "We begin the film at noon, in the garden.", VoiceChoice(engine="espeak", name="en-gb", language="en")
    )
    voice.close()
    sound = thirds(resample(spoken.samples, spoken.rate))
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    return sound[loud[0] : loud[-1]]


def _silence(seconds: float) -> NDArray[np.float32]:
    return np.zeros(int(seconds * _SECOND), np.float32)


def test_speech_is_found_among_silence(activity: ActivityEngine, speech: NDArray[np.float32]) -> None:
    """Within a fifth of a second, each sentence by itself."""
    parts = [_silence(1), speech, _silence(1.5), speech, _silence(0.7)]
    spans = activity.spans(np.concatenate(parts))
    assert len(spans) == 2
    for span, start in zip(spans, (_SECOND, int(2.5 * _SECOND) + len(speech)), strict=True):
        assert abs(span.start - start) < _SECOND // 5
        assert abs(span.end - start - len(speech)) < _SECOND // 5


@pytest.mark.parametrize("sound", [_silence(0), _silence(2), noise(2) / 100])
def test_silence_and_noise_are_no_speech(activity: ActivityEngine, sound: NDArray[np.float32]) -> None:
    """Nothing is found where nobody speaks."""
    assert activity.spans(sound.astype(np.float32)) == ()


def test_spans_are_in_order(activity: ActivityEngine, speech: NDArray[np.float32]) -> None:
    """Whole samples within the sound, without overlaps; the same each time."""
    sound = np.concatenate([speech, _silence(0.3), speech])
    spans = activity.spans(sound)
    assert spans
    assert all(0 <= span.start < span.end <= len(sound) for span in spans)
    assert all(one.end < other.start for one, other in pairwise(spans))
    assert all(type(value) is int for span in spans for value in (span.start, span.end))
    activity.spans(noise(1))
    assert activity.spans(sound) == spans


def test_a_long_sound_is_heard_in_blocks(
    activity: ActivityEngine, speech: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut where nobody speaks, so that the same is found."""
    sound = np.concatenate([speech, _silence(0.8), speech, _silence(0.8), speech])
    whole = activity.spans(sound)
    monkeypatch.setattr(silero, "_BLOCK", len(speech) + _SECOND)
    monkeypatch.setattr(silero, "_LATEST", _SECOND)
    parts = activity.spans(sound)
    assert len(parts) == len(whole) == 3
    for part, span in zip(parts, whole, strict=True):
        assert abs(part.start - span.start) + abs(part.end - span.end) < _SECOND // 5


def test_speech_across_a_cut_is_one_span() -> None:
    """Two that touch are one."""
    found: list[Span] = []
    for span in (Span(start=5, end=9), Span(start=9, end=12), Span(start=13, end=14)):
        silero.add(found, span)
    assert found == [Span(start=5, end=12), Span(start=13, end=14)]


def test_threads_stay_as_they_were(activity: ActivityEngine) -> None:
    """Others compute with them."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        activity.spans(noise(1))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("sound", [np.zeros(100, np.int16), np.zeros((10, 2), np.float32)])
def test_other_input_is_refused(activity: ActivityEngine, sound: NDArray[np.float32]) -> None:
    """Whole numbers and several channels are a mistake of the caller."""
    with pytest.raises(ValueError, match=r"int16|\(10, 2\)"):
        activity.spans(sound)


def test_close_may_be_called_twice(activity: ActivityEngine) -> None:
    """Closing twice is fine."""
    another = activities().open(activity.name)
    another.close()
    another.close()
