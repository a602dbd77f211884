"""Promises of errors: a code and its facts, wherever they are raised and read."""

from __future__ import annotations

import pickle

import pytest

from pipeline.plan.errors import AwayError, InputError, LecternError


@pytest.mark.parametrize("kind", [InputError, AwayError])
def test_an_error_is_the_same_in_another_process(kind: type[LecternError]) -> None:
    """Its class says what is done about it, its code and facts what happened: all three arrive."""
    error = kind("script-too-long", characters=9, limit=8)
    arrived = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own words
    assert (type(arrived), arrived.code, arrived.facts) == (kind, error.code, error.facts)
    assert str(arrived) == str(error)
