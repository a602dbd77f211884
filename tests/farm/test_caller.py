"""Who gives an order."""

from __future__ import annotations

import pwd

import pytest

from farm.caller import caller


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers run programs as users that no list knows."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)

    def unknown(number: int) -> pwd.struct_passwd:
        raise KeyError(number)

    monkeypatch.setattr("pwd.getpwuid", unknown)
    assert caller().startswith("uid-")


def test_a_user_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is that of the session."""
    monkeypatch.setenv("LOGNAME", "maria")
    assert caller() == "maria"
