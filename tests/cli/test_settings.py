"""Promises about `lectern config`."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from cli.doctor import _settings
from cli.exits import Exit
from cli.serve import _tell_open_secrets
from farm.bootstrap import settings_of
from farm.doctor import Doubt
from tests.cli.conftest import Lectern


def test_settings_are_shown_with_their_origin(
    lectern: Lectern, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person sees what is set, from where, and of secrets that they are."""
    home.mkdir()
    (home / "lectern.toml").write_text('[film]\nfps = 30\n[notices]\nsecret = "0123456789abcdef"\n')
    monkeypatch.setenv("LECTERN_REDIS__URL", "rediss://farm:pw@redis:6380/0")
    shown = lectern("config", "show", "--origin", "--changed").out.splitlines()
    rows = {line.split()[0]: line.split(maxsplit=2)[1:] for line in shown}
    assert rows["film.fps"] == ["30", f"{home}/lectern.toml:2"]
    assert rows["notices.secret"] == ["(set)", f"{home}/lectern.toml:4"]
    assert rows["redis.url"] == ['"rediss://farm:…@redis:6380/0"', "LECTERN_REDIS__URL"]
    assert "film.format" not in rows
    assert "film.quality" in lectern("config", "show", "film").out
    assert lectern("config", "show", "film.fps", "--json").document["settings"][0]["line"] == 2


def test_settings_are_checked_as_a_whole(
    lectern: Lectern, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each thing that is wrong is told with its place and cure; what is merely open is a doubt."""
    home.mkdir()
    (home / "lectern.toml").write_text('[notices]\nsecret = "0123456789abcdef"\n')
    (home / "lectern.toml").chmod(0o644)
    answer = lectern("config", "check", "--json")
    assert (answer.code, answer.document["right"]) == (Exit.OK, True)
    assert [each["code"] for each in answer.document["doubts"]] == ["farm-secret-open"]
    with pytest.raises(Doubt) as doubt:
        _settings(settings_of())
    assert doubt.value.error.code == "farm-secret-open"
    with capture_logs() as logged:
        _tell_open_secrets()
    assert [(each["log_level"], each["code"]) for each in logged] == [("warning", "farm-secret-open")]
    assert "0123456789abcdef" not in str(logged)
    monkeypatch.setenv("LECTERN_FILM__FSP", "30")
    monkeypatch.setenv("LECTERN_WORKER__COUNT", "many")
    answer = lectern("config", "check")
    assert answer.code == Exit.SETUP
    assert "film.fsp (LECTERN_FILM__FSP). Is film.fps meant?" in answer.out
    assert "worker.count takes a number" in answer.out
    assert "2 settings are wrong" in answer.out
