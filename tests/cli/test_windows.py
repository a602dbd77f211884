"""Promises of `lectern windows`."""

from __future__ import annotations

import pytest

from cli.exits import Exit
from tests.cli.conftest import Lectern

pytestmark = pytest.mark.usefixtures("ready_home")


def test_a_window_is_made_shown_changed_and_removed(
    lectern: Lectern, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its zone is the farm's unless it names one, and is told; the audit shows every change."""
    monkeypatch.setenv("LECTERN_QUOTA__ZONE", "Asia/Shanghai")
    assert "lectern windows add night 22:00-07:00" in lectern("windows", "list").out
    added = lectern("windows", "add", "Night", "22:00-07:00,", "weekends", "all", "day", "--json").document
    assert added["kind"] == "window-changed"
    assert (added["name"], added["times"]) == ("night", "22:00-07:00 Asia/Shanghai, weekends all day")
    assert added["until"] > "2026"
    lectern("windows", "add", "always", "all day")
    rows = lectern("windows", "list").out.splitlines()
    assert rows[0].split() == ["WINDOW", "NOW", "TIMES"]
    assert "always open" in rows[1]
    assert rows[2].endswith("22:00-07:00 Asia/Shanghai, weekends all day")
    changed = lectern("windows", "set", "night", "23:00-06:00 Europe/Berlin").out.splitlines()
    assert changed[:2] == [
        "Window night: 23:00-06:00 Europe/Berlin",
        "Until now: 22:00-07:00 Asia/Shanghai, weekends all day",
    ]
    kept = lectern("windows", "set", "night", "22:30-06:00", "--json").document
    assert kept["times"] == "22:30-06:00 Europe/Berlin"
    assert lectern("windows", "remove", "night").code == Exit.OK
    told = lectern("audit").out
    assert "before=22:00-07:00 Asia/Shanghai, weekends all day, window=night" in told
    assert told.index("removed a window") < told.index("changed a window") < told.index("added a window")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("add", "night", "22:00-22:00"), "window-empty"),
        (("add", "night", "22:00-07:00 Asia/Shangai"), "window-zone-unknown"),
        (("add", "yes", "22:00-07:00"), "window-name-wrong"),
        (("set", "night", "22:00-07:00"), "window-unknown"),
        (("remove", "night"), "window-unknown"),
    ],
)
def test_what_is_wrong_is_told(lectern: Lectern, arguments: tuple[str, ...], code: str) -> None:
    """With a code, and nothing is changed."""
    answer = lectern("windows", *arguments, "--json")
    assert (answer.code, answer.failure["code"]) == (Exit.REFUSED, code)
