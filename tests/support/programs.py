"""Programs that tests need and a machine may lack."""

from __future__ import annotations

import os
import shutil

import pytest


def require_program(name: str, *, package: str) -> str:
    """The path of a program; skip where it is not installed, with the package that has it.

    Under CI that fails.
    """
    if (path := shutil.which(name)) is None:
        missing = f"{name} is not installed (Debian's package {package} has it)"
        assert "CI" not in os.environ, missing
        pytest.skip(missing)
    return path
