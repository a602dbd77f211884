"""What work no longer uses is the system's again."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

# What is let go lies below something that is still in use: a heap could not shrink by it.
_LARGE_ARRAYS = """
import numpy as np, psutil
from pipeline.steps.tidy import give_back_large
give_back_large()
held, kept = psutil.Process().memory_info, []
before = held().rss
for _ in range(4):
    large = np.ones(24 << 20, np.uint8)
    kept.append(np.ones(100 << 10, np.uint8))
    del large
print(held().rss - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries never keep large arrays")
def test_large_arrays_are_handed_back_at_once() -> None:
    """A process that lets go of 24 MiB holds none of it, whatever was made meanwhile."""
    told = subprocess.run([sys.executable, "-c", _LARGE_ARRAYS], check=True, capture_output=True, text=True)
    assert int(told.stdout) < 8 << 20
