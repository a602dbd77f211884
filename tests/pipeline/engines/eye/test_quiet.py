"""What holding back native logs promises."""

from __future__ import annotations

import os
import sys

import pytest

from pipeline.engines.eye.quiet import quiet_native_logs


def test_native_noise_is_dropped_and_the_rest_let_through(capfd: pytest.CaptureFixture[str]) -> None:
    """Only lines of native logging are lost."""
    with quiet_native_logs():
        os.write(2, b"W0000 00:00:1795224259.268551 7230 manager.cc:114] Feedback manager\n")
        os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n")
        sys.stderr.write("something of ours\n")
    assert capfd.readouterr().err == "something of ours\n"


def test_noise_behind_a_progress_bar_is_dropped(capfd: pytest.CaptureFixture[str]) -> None:
    """The bar, which ends without a line break, goes on as if nothing had been said."""
    with quiet_native_logs():
        os.write(2, b"\rPictures 0/2INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n\rPictures 1/2")
    assert capfd.readouterr().err == "\rPictures 0/2\rPictures 1/2"


def fail_loudly() -> None:
    """Fail after a native library has said why."""
    with quiet_native_logs():
        os.write(2, b"E0000 00:00:1795224259.268551 7230 graph.cc:1] no such model\n")
        raise ZeroDivisionError


def test_everything_is_let_through_when_it_fails(capfd: pytest.CaptureFixture[str]) -> None:
    """An error comes with all that the libraries said before it."""
    with pytest.raises(ZeroDivisionError):
        fail_loudly()
    assert "no such model" in capfd.readouterr().err


def test_an_error_that_native_code_prints_is_noise_whatever_is_done_with_others(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service logs what ends it by the same hook; that is its own again afterwards."""
    logged: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda *told: logged.append(told))
    # A service's own, and not what the test's tools have put in its place.
    monkeypatch.setattr(sys, "stderr", os.fdopen(2, "w", encoding="utf-8", closefd=False))
    error = AttributeError("'MessageFactory' object has no attribute 'GetPrototype'")
    with quiet_native_logs():
        sys.excepthook(AttributeError, error, None)
    assert (capfd.readouterr().err, logged) == ("", [])
    sys.excepthook(AttributeError, error, None)
    assert len(logged) == 1
