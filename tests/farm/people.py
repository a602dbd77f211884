"""People who consented, as tests of the farm need them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from db.profiles import Profile
from farm.bootstrap import Farm
from farm.profiles import adding
from farm.profiles.adding import Given
from tests.farm.conftest import PORTRAITS

#: A day on which no consent of a test has ended.
LATER = (date.today() + timedelta(days=365)).isoformat()  # noqa: DTZ011 - the day on the wall, as people write it


def document(folder: Path, text: str = "I agree. Anna Lee") -> Path:
    """A consent as a text file."""
    path = folder / "consent.txt"
    path.write_text(text, "utf-8")
    return path


def given(folder: Path, name: str, **others: str) -> Given:
    """What is said of a profile of Anna Lee."""
    said = {"owner": "Bert", "person": "Anna Lee", "department": "default", "expires": LATER, **others}
    return Given(name=name, consent=document(folder), **said)


def portrait(farm: Farm, folder: Path, name: str = "Anna", **others: str) -> Profile:
    """Add a portrait of Anna Lee."""
    image = PORTRAITS / "astronaut.png"
    return adding.add_portrait(farm, given(folder, name, **others), image, by="bert").profile
