"""Promises of what is looked up once: answers and refusals are kept, troubles of the moment are not."""

from __future__ import annotations

import pytest

from farm.once import Once
from pipeline.plan.errors import AwayError, InputError


class _Looks:
    """Counts how often somebody looks, and says what it is told to."""

    def __init__(self, answer: str | Exception) -> None:
        self.answer = answer
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_an_answer_is_looked_up_once() -> None:
    """For each key by itself, also an empty one."""
    once, first, second = Once[str, str](), _Looks(""), _Looks("b")
    assert [once.find("first", first), once.find("second", second), once.find("first", first)] == [
        "",
        "b",
        "",
    ]
    assert (first.count, second.count) == (1, 1)


def test_a_refusal_is_told_again_and_grows_by_nothing() -> None:
    """Ten thousand rows that meet it do not hold on to each other."""
    once, looks = Once[str, str](), _Looks(InputError("manifest-file-missing", path="a"))
    depths = set()
    for _ in range(3):
        with pytest.raises(InputError) as told:
            once.find("a", looks)
        assert (told.value.code, looks.count) == ("manifest-file-missing", 1)
        depths.add(len(told.traceback))
    assert len(depths) == 1


def test_a_trouble_of_the_moment_is_looked_into_anew() -> None:
    """A share that is away now may be back for the next row."""
    once, looks = Once[str, str](), _Looks(AwayError("model-shelf-away", root="/", reason="gone"))
    with pytest.raises(AwayError):
        once.find("a", looks)
    looks.answer = "there"
    assert (once.find("a", looks), looks.count) == ("there", 2)
