"""Shelves: names, lazy opening, engines of other distributions, and what is missing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from pipeline.engines.offer import Offer
from pipeline.engines.shelf import Engine, Shelf, activities, converters, ears, eyes, faces, voices, writers
from pipeline.plan.errors import InputError
from pipeline.plan.messages import tell


class Kettle:
    """An engine that can be opened, with an option, and closed."""

    def __init__(self, *, litres: int = 1) -> None:
        self.litres = litres
        self.closed = 0

    def close(self) -> None:
        """Count how often."""
        self.closed += 1


_HERE = f"{__name__}:Kettle"


def test_an_engine_is_opened_once_and_closed() -> None:
    """The same name and options give the same engine until the shelf is closed, then a new one."""
    shelf: Shelf[Kettle] = Shelf(
        "lectern.kettles", {"kettle": Offer(target=_HERE)}, unknown="engine-voice-unknown"
    )
    small, large = shelf.open("kettle"), shelf.open("kettle", litres=3)
    assert shelf.open("kettle") is small
    assert large.litres == 3
    shelf.close()
    shelf.close()
    assert (small.closed, large.closed) == (1, 1)
    assert shelf.open("kettle") is not small


def test_an_engine_that_is_discarded_is_opened_anew() -> None:
    """It is closed once, and those that were opened otherwise stay; what draws with models says so."""
    offers = {"kettle": Offer(target=_HERE, opened_with="tea"), "pot": Offer(target=_HERE)}
    shelf: Shelf[Kettle] = Shelf("lectern.kettles", offers, unknown="engine-voice-unknown")
    small, large = shelf.open("kettle"), shelf.open("kettle", litres=3)
    shelf.discard(large)
    shelf.discard(large)
    assert (small.closed, large.closed) == (0, 1)
    assert shelf.open("kettle") is small
    assert shelf.open("kettle", litres=3) is not large
    assert (shelf.opened_with("kettle"), shelf.opened_with("pot")) == ("tea", "")


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    """An unknown engine is refused with the names that there are."""
    shelf: Shelf[Kettle] = Shelf(
        "lectern.kettles", {"kettle": Offer(target=_HERE)}, unknown="engine-voice-unknown"
    )
    for ask in (shelf.open, shelf.why_not):
        with pytest.raises(InputError) as caught:
            ask("samovar")
        assert caught.value.code == "engine-voice-unknown"
        assert caught.value.facts["known"] == "kettle"


@pytest.mark.parametrize(
    "offer",
    [
        Offer(target=_HERE, needs=("no_such_library",), install="pip install it"),
        Offer(target=_HERE, needs=("no_such_package.part",), install="pip install it"),
        Offer(target="no_such_library:Kettle", install="pip install it"),
    ],
)
def test_a_missing_library_is_told_with_its_cure(offer: Offer) -> None:
    """An engine whose library is missing says in one line what to install."""
    shelf: Shelf[Kettle] = Shelf("lectern.kettles", {"kettle": offer}, unknown="engine-voice-unknown")
    with pytest.raises(InputError) as caught:
        shelf.open("kettle")
    assert caught.value.code == "engine-missing"
    assert caught.value.facts["install"] == "pip install it"
    reason = shelf.why_not("kettle")
    assert (reason is not None) == bool(offer.needs)


def test_a_broken_engine_is_told() -> None:
    """A class that is not there is a broken engine, not a crash."""
    shelf: Shelf[Kettle] = Shelf(
        "lectern.kettles", {"kettle": Offer(target=f"{__name__}:Teapot")}, unknown="engine-voice-unknown"
    )
    with pytest.raises(InputError, match="engine-broken"):
        shelf.open("kettle")


def test_other_distributions_add_engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry point adds an engine, and cannot take over a built-in name."""
    info = tmp_path / "samovars-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: samovars\nVersion: 1.0\n")
    points = f"[lectern.kettles]\nsamovar = {_HERE}\nkettle = nowhere:Kettle\n"
    (info / "entry_points.txt").write_text(points)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert metadata.version("samovars") == "1.0"
    shelf: Shelf[Kettle] = Shelf(
        "lectern.kettles", {"kettle": Offer(target=_HERE)}, unknown="engine-voice-unknown"
    )
    assert shelf.names() == ("kettle", "samovar")
    assert isinstance(shelf.open("samovar"), Kettle)
    assert isinstance(shelf.open("kettle"), Kettle)


def test_listing_imports_no_engine() -> None:
    """Names and reasons are had without importing any engine or its libraries."""
    program = (
        "import sys; from pipeline.engines import shelf\n"
        "shelves = (shelf.voices, shelf.faces, shelf.eyes, shelf.converters, shelf.ears, shelf.activities)\n"
        "for each in (*shelves, shelf.writers): [each().why_not(name) for name in each().names()]\n"
        "heavy = {'cv2', 'mediapipe', 'espeakng_loader', 'torch', 'pipeline.engines.voice.espeak'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, timeout=60)
    assert told.stdout.decode().strip() == "[]"


def test_defaults_stand_first() -> None:
    """The engines that need no download come first on their shelves."""
    assert [shelf.names()[0] for shelf in (voices(), faces(), eyes())] == ["espeak", "warp", "facemesh"]


@pytest.mark.parametrize("make", [voices, faces, eyes, converters, ears, activities, writers])
def test_every_shelf_has_words_for_a_name_that_it_does_not_know(make: Callable[[], Shelf[Engine]]) -> None:
    """What is refused stands in the catalogue, with the name and the known ones."""
    with pytest.raises(InputError) as caught:
        make().open("samovar")
    assert "samovar" in tell(caught.value.code, caught.value.facts, "en")
