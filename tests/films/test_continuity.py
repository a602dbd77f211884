"""A long film speaks on: no click where clips meet, no halt inside a sentence, on the decoded sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.timeline import Utterance
from tests.films.cinema import Film
from tests.support.sound import decoded_sound

# What is softer than this in a film at -16 LUFS is silence: -50 dB below full scale.
_SILENCE = 10 ** (-50 / 20)
_HOP = SAMPLE_RATE // 200


@dataclass(frozen=True)
class _Heard:
    """The film's decoded sound, and where each utterance begins in it."""

    film: Film
    sound: NDArray[np.float64]
    starts: tuple[int, ...]

    def spans(self) -> list[tuple[Utterance, int, int]]:
        """Each spoken utterance with the first and the last sample of its speech."""
        return [
            (each, start + each.lead, start + each.lead + each.samples)
            for each, start in zip(self.film.timeline.utterances, self.starts, strict=True)
            if each.spoken
        ]


@pytest.fixture(scope="module")
def heard(long_film: Film) -> _Heard:
    """What is heard of the long film."""
    frame = samples_per_frame(long_film.timeline.fps)
    lengths = [each.frames * frame for each in long_film.timeline.utterances]
    starts = tuple(int(end) - length for end, length in zip(np.cumsum(lengths), lengths, strict=True))
    return _Heard(film=long_film, sound=decoded_sound(long_film.path)[0], starts=starts)


def test_the_film_is_long(heard: _Heard) -> None:
    """More than 90 seconds and many sentences, of which none is longer than 15 seconds or so."""
    assert len(heard.sound) > 90 * SAMPLE_RATE
    assert len(heard.spans()) > 25
    assert all(each.frames < 16 * heard.film.timeline.fps for each in heard.film.timeline.utterances)


def test_clips_meet_in_silence(heard: _Heard) -> None:
    """Thirty milliseconds to both sides of every border there is nothing to hear: less than -60 dB."""
    near = 30 * SAMPLE_RATE // 1000
    for border in heard.starts[1:]:
        assert np.abs(heard.sound[border - near : border + near]).max() < 0.001


def test_speech_begins_and_ends_without_a_click(heard: _Heard) -> None:
    """Within 2 ms of a speech's first and last sample, the wave never steps by more than -40 dB."""
    near = 2 * SAMPLE_RATE // 1000
    for _, first, last in heard.spans():
        for edge in (first, last):
            assert np.abs(np.diff(heard.sound[edge - near : edge + near])).max() < 0.01


def _pauses(sound: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Where it is silent, in samples: begin and end of each silence."""
    count = len(sound) // _HOP
    loud = np.abs(sound[: count * _HOP]).reshape(count, _HOP).max(axis=1) > _SILENCE
    edges = np.flatnonzero(np.diff(np.concatenate([[True], loud, [True]]).astype(int)))
    return [(int(a) * _HOP, int(b) * _HOP) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def test_no_sentence_halts_in_its_middle(heard: _Heard) -> None:
    """Within a sentence it is silent for 150 ms and more only at a comma or the like, and briefly."""
    for utterance, first, last in heard.spans():
        for begin, end in _pauses(heard.sound[first:last]):
            length_ms = (end - begin) * 1000 // SAMPLE_RATE
            if length_ms < 150 or end >= last - first - _HOP:
                continue
            assert length_ms < 600, utterance.spoken
            middle = utterance.lead + (begin + end) // 2
            before = [word for word in utterance.words if word.start <= middle]
            after = [word for word in utterance.words if word.start > middle]
            assert before, utterance.spoken
            assert after, utterance.spoken
            between = utterance.spoken[before[-1].text_start : after[0].text_start]
            assert any(mark in between for mark in ',;:.—-?!”"'), (utterance.spoken, between, length_ms)


def test_sentences_follow_one_another_at_a_speakers_pace(heard: _Heard) -> None:
    """Between two sentences of a paragraph it is silent for half a second or so, never for a second."""
    silent = 0
    utterances = heard.film.timeline.utterances
    for one, two, start in zip(utterances, utterances[1:], heard.starts[1:], strict=False):
        if one.spoken and two.spoken:
            frame = samples_per_frame(heard.film.timeline.fps)
            silent = two.lead + one.frames * frame - one.lead - one.samples
            assert 0.3 < silent / SAMPLE_RATE < 0.7, (one.spoken, start)
    assert silent
