"""Promises about the way to the ledger's database."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest

from db.engine import connect
from db.wire import can_be_overheard, is_open_way
from farm import doctor
from farm.bootstrap import Workshop


def test_nobody_listens_on_one_machine(url: str) -> None:
    """A file, and a server's socket, as the real ones tell."""
    engine = connect(url)
    assert not can_be_overheard(engine)
    engine.dispose()


def test_the_doctor_warns_of_an_open_way(
    monkeypatch: pytest.MonkeyPatch, make_sqlite: Callable[[], str]
) -> None:
    """It is a doubt, since a network may be nobody else's."""
    monkeypatch.setattr(doctor, "can_be_overheard", lambda _engine: True)
    workshop = SimpleNamespace(settings=SimpleNamespace(ledger_url=make_sqlite()))
    with pytest.raises(doctor.Doubt, match="ledger-plain"):
        doctor._ledger(cast("Workshop", workshop))


@pytest.mark.parametrize(
    ("here", "there", "encrypted", "is_open"),
    [
        (None, None, False, False),
        ("127.0.0.1", "127.0.0.1", False, False),
        ("10.0.0.7", "10.0.0.1", False, True),
        ("10.0.0.7", "10.0.0.1", True, False),
    ],
)
def test_a_network_without_tls_is_open(
    here: str | None, there: str | None, *, encrypted: bool, is_open: bool
) -> None:
    """Only between two machines."""
    assert is_open_way(here, there, encrypted=encrypted) is is_open
