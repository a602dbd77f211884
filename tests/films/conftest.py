"""Films that several tests look at, each made once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.engines.eye import EyeEngine
from tests.films.cinema import ENGLISH, LARGE, MANDARIN, Cinema, Film, beginning
from tests.support.eye import require_landmarks
from tests.support.portraits import ASTRONAUT_FILE, LEO_FILE

_ENGLISH = (
    "Please move the five big boxes above the open window, and wait for Bob. "
    "Most people remember a happy voice, but few remember every word."
)
_MANDARIN = "请把大家的名字写在门口的白板上。我们下午三点开始，别忘了带上您的好心情！"
#: So many paragraphs of the long script, a pause among them, take more than 90 seconds.
_PARAGRAPHS = 9


@pytest.fixture(scope="session")
def cinema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cinema]:
    """Where films are made, with an eye that finds landmarks."""
    require_landmarks()
    with Cinema(tmp_path_factory.mktemp("cinema")) as opened:
        yield opened


@pytest.fixture(scope="session")
def eye(cinema: Cinema) -> EyeEngine:
    """The eye that finds landmarks."""
    return cinema.workshop.eyes.open("facemesh")


@pytest.fixture(scope="session")
def english(cinema: Cinema) -> Film:
    """The photograph speaks English, about ten seconds in 512 x 512."""
    order = cinema.order(_ENGLISH, voice=ENGLISH, picture=LARGE, portrait=ASTRONAUT_FILE, title="Five boxes")
    return cinema.film(order)


@pytest.fixture(scope="session")
def mandarin(cinema: Cinema) -> Film:
    """The drawing speaks Mandarin, about ten seconds in 512 x 512."""
    return cinema.film(
        cinema.order(_MANDARIN, voice=MANDARIN, picture=LARGE, portrait=LEO_FILE, title="请写名字")
    )


@pytest.fixture(scope="session")
def long_film(cinema: Cinema) -> Film:
    """More than 90 seconds, small, rendered in one piece."""
    return cinema.film(cinema.order(beginning(_PARAGRAPHS)), limit_s=1000)
