"""Promises about log lines of helper processes."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest

from farm import telemetry
from farm.discretion import CUT, Texts
from farm.heritage import heritage
from pipeline.apart import Apart
from tests.support.loglines import logging_as_before

_SAID = "Our Merger Is Secret"


def test_a_helpers_lines_are_as_those_of_who_asked(capfd: pytest.CaptureFixture[str]) -> None:
    """They name at what it is by then, bear nobody's words or passwords, and go the same way."""
    with logging_as_before():
        telemetry.set_up(style="json", level="info", secrets=("key-0a1b2c",), process="cpu0")
        with (
            Apart(Path("/nas"), stuck_s=60, within=heritage) as apart,
            telemetry.private(Texts((_SAID,), list)),
        ):
            for job in (1, 2):
                with telemetry.bound(job=job, attempt=3):
                    apart.run(warnings.warn, f"key-0a1b2c {_SAID} {job}")
            apart.run(warnings.warn, "of nothing")
    told = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [(line["process"], line.get("job"), line.get("attempt")) for line in told] == [
        ("cpu0", 1, 3),
        ("cpu0", 2, 3),
        ("cpu0", None, None),
    ]
    assert f"{CUT} {CUT} 1" in told[0]["event"]
