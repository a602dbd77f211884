"""Promises about films without a label that no ledger knows of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from farm.bootstrap import open_workshop, settings_of
from farm.choices import Wish
from farm.local import make_film
from farm.orders import Order
from farm.waivers import WAIVERS, keep_waiver
from pipeline.plan.errors import AwayError
from pipeline.plan.label import Waiver

WAIVER = Waiver(name="Li Lei", reason="shown to nobody")


def _keep(home: Path, film: Path) -> None:
    keep_waiver(home, WAIVER, film=film, trace="a" * 32, user="anna", at_ms=1)


def test_each_is_one_line(tmp_path: Path) -> None:
    """Name, reason, account, film and trace; the earlier ones stay."""
    home = tmp_path / "home"
    for name in ("one.mp4", "二.mp4"):
        _keep(home, tmp_path / name)
    told = [json.loads(line) for line in (home / WAIVERS).read_text("utf-8").splitlines()]
    assert [entry.pop("film") for entry in told] == [str(tmp_path / "one.mp4"), str(tmp_path / "二.mp4")]
    same = {"at_ms": 1, "name": "Li Lei", "reason": "shown to nobody", "user": "anna", "trace": "a" * 32}
    assert told == [same, same]


def test_what_cannot_be_kept_is_not_made(tmp_path: Path, batch_folder: Path) -> None:
    """The film is refused before any work is done for it."""
    (batch_folder / "talk.txt").write_text("Hi.")
    home = tmp_path / "home"
    (home / WAIVERS).mkdir(parents=True)
    order = Order(
        portrait=batch_folder / "astronaut.png",
        script=batch_folder / "talk.txt",
        film=batch_folder / "film.mp4",
        wish=Wish(format="square-512"),
        label="none",
        label_name="Li Lei",
        label_reason="shown to nobody",
    )
    stages: list[str] = []
    with (
        open_workshop(settings_of({"LECTERN_HOME": str(home)})) as workshop,
        pytest.raises(AwayError) as told,
    ):
        make_film(workshop, order, progress=lambda stage, *_: stages.append(stage), check=lambda: None)
    assert told.value.code == "label-log-away"
    assert stages == []
