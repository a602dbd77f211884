"""Promises about what Celery's events say of a message: how it ended, and nothing of a script."""

from __future__ import annotations

import pytest
from celery.exceptions import Retry

from tasks.tidings import AttemptError, Ending, Tidings, tell_celery

_LINE = "绝密的台词"


def test_an_end_is_told_by_code_and_message_alone() -> None:
    """What failed and what is tried again are raised, and survive the way to Celery's main process."""
    facts = {"engine": "xtts", "device": "cuda:0"}
    dead = Tidings(ending=Ending.FAILED, code="engine-device-lost", facts=facts)
    with pytest.raises(AttemptError) as failed:
        tell_celery(dead)
    kind, told = failed.value.__reduce__()[:2]
    assert repr(kind(*told)).startswith("engine-device-lost: ")
    assert "cuda:0" in repr(failed.value)
    with pytest.raises(Retry) as again:
        tell_celery(Tidings(ending=Ending.AGAIN, code="farm-drained", facts={"step": 7}))
    assert repr(again.value.exc).startswith("farm-drained: ")
    assert [tell_celery(Tidings(ending=end)) for end in (Ending.DONE, Ending.NOTHING)] == [
        "done",
        "nothing to do",
    ]


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("narration-wrong", {"text": "Secret", "of": 9, "errors": 3, "limit": 5}),
        ("narration-wrong", {"text": _LINE, "of": 9, "errors": 3, "limit": 5}),
        ("farm-unexpected", {"kind": "ValueError", "reason": f"no voice for {_LINE}"}),
        ("of-another-version", {"said": "Secret words"}),
    ],
)
def test_nothing_of_a_script_is_told(code: str, facts: dict[str, str | int]) -> None:
    """An error may quote a sentence; whoever listens to Celery's events does not read it."""
    told = str(Tidings(ending=Ending.FAILED, code=code, facts=facts))
    assert code in told
    assert _LINE not in told
    assert "Secret" not in told
