"""Lips follow speech on the finished film: found again in decoded frames, against what is spoken in it."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.engines.eye import EyeEngine
from pipeline.media.packets import decode
from tests.films.cinema import Film
from tests.support.sync import (
    Curve,
    lag_and_correlation,
    lip_openness,
    phoneme_openness,
    timeline_phonemes,
)


def _asked(film: Film) -> Curve:
    """How far a mouth should be open in each frame of a film."""
    return phoneme_openness(timeline_phonemes(film.timeline), film.timeline.frames, film.timeline.fps)


@pytest.mark.parametrize(("spoken", "other"), [("english", "mandarin"), ("mandarin", "english")])
def test_lips_of_the_finished_film_follow_its_speech(
    request: pytest.FixtureRequest, eye: EyeEngine, spoken: str, other: str
) -> None:
    """Late by less than a frame, in agreement of 0.8 and more; other speech does not fit."""
    film: Film = request.getfixturevalue(spoken)
    lips = lip_openness(decode(film.path), eye)
    assert len(lips) == film.timeline.frames
    assert 10 <= film.timeline.frames / film.timeline.fps <= 15
    assert not np.isnan(lips).any()
    lag, agreement = lag_and_correlation(lips, _asked(film))
    assert abs(lag) < 1
    assert agreement >= 0.8
    wrong = np.resize(_asked(request.getfixturevalue(other)), len(lips))
    wrong_lag, wrong_agreement = lag_and_correlation(lips, wrong)
    assert wrong_agreement < 0.5, wrong_lag
