"""The promise of waiting for pipes: any descriptor can be waited for, and for no longer than was said."""

from __future__ import annotations

import fcntl
import os
import resource
from collections.abc import Iterator

import pytest

from pipeline.pipes import is_ready


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe whose ends have numbers that select(2) does not know."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] < 4096:
        pytest.skip("not run: this user may open no file of a number beyond 1,023")
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, before[1]))
    low = os.pipe()
    high = tuple(fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, 2000) for each in low)
    for each in low:
        os.close(each)
    try:
        yield high[0], high[1]
    finally:
        for each in high:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_whatever_its_number_a_pipe_is_waited_for(pipe: tuple[int, int]) -> None:
    """It can be written to until it is full, and read from once something is in it."""
    source, sink = pipe
    assert not is_ready(source, within_s=0.01)
    assert not is_ready(source, within_s=-1.0), "no time is left"
    assert is_ready(sink, within_s=1.0, writing=True)
    os.set_blocking(sink, False)
    while is_ready(sink, within_s=0.0, writing=True):
        os.write(sink, bytes(65536))
    assert is_ready(source, within_s=1.0)
