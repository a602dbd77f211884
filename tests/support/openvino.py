"""What tests of the OpenVINO backend need."""

from __future__ import annotations

import os

import pytest


def require_openvino() -> None:
    """Skip where OpenVINO is not installed, with the reason; under CI that is a failure."""
    if "CI" not in os.environ:
        pytest.importorskip("openvino", reason="OpenVINO is not installed: the extra of its name brings it")
