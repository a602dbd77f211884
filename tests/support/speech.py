"""What tests of the libraries that speak, hear and write need."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest

from tests.support.wav2lip import require_torch


def require(*libraries: str) -> None:
    """Skip where a library is not installed, with the reason; under CI that is a failure.

    Those that are there are importable afterwards, whatever torch this is.
    """
    require_torch()
    for library in libraries:
        if find_spec(library) is None:
            reason = f"{library} is not installed: the extra for models brings it"
            if "CI" in os.environ:
                pytest.fail(reason)
            pytest.skip(reason, allow_module_level=True)
    from pipeline.engines.libraries import prepare

    prepare()
