"""Promises of `lectern windows`."""

from __future__ import annotations

import io

import pytest

from cli.exits import Exit
from cli.terminal import Terminal
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
    assert "night: 22:00-07:00 Asia/Shanghai, weekends all day → 23:00-06:00 Europe/Berlin" in told
    assert told.index("removed a window") < told.index("changed a window") < told.index("added a window")


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2026-10-25T00:40:00Z", "2026-10-25 02:40 (UTC+0200)"),
        ("2026-10-25T01:00:00Z", "2026-10-25 02:00 (UTC+0100)"),
        ("2026-10-25T02:00:00Z", "2026-10-25 03:00"),
        ("2026-03-29T01:00:00Z", "2026-03-29 03:00"),
    ],
)
def test_a_time_that_clocks_show_twice_is_told_apart(moment: str, told: str) -> None:
    """Else a window at 02:40 would be open until 02:00; all other times are told as short as ever."""
    stream = io.StringIO()
    terminal = Terminal(
        json_wanted=False, language="en", stdout=stream, stderr=stream, zone=lambda: "Europe/Berlin"
    )
    assert terminal.moment(moment) == told


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
