"""What Celery, and with it Flower, is told of a message: how the work on it has ended.

The ledger knows all of it and better; this is for who looks through the window. Other programs may listen to
Celery's events, so nothing goes there that may be of a script.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from celery.exceptions import Retry

from pipeline.plan.errors import Fact
from pipeline.plan.messages import remembered

#: What may be told of a fact that is text: one plain word, as a device's name. All else may be of a script.
_PLAIN = re.compile(r"[A-Za-z0-9_.:/@+%-]{1,80}", re.ASCII)
#: Facts that are somebody's words even where they are but one.
_WORDS = frozenset({"text", "word", "words"})
_HIDDEN = "…"


class Ending(StrEnum):
    """How the work on a message has ended."""

    DONE = "done"
    NOTHING = "nothing to do"
    """There was nothing to claim: it is done, held, or another one's."""
    TAKEN = "taken away"
    """It was canceled or lost to another one meanwhile, and nothing was written."""
    AGAIN = "again"
    """The step is queued again."""
    FAILED = "failed"
    """The step is dead."""


@dataclass(frozen=True, kw_only=True)
class Tidings:
    """How the work on a message has ended.

    Attributes:
        ending: how.
        code: why, of a step that failed or is queued again.
        facts: what is told with the code.
    """

    ending: Ending = Ending.DONE
    code: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def __str__(self) -> str:
        """In words: the code and its message, without anything that may be of a script."""
        if not self.code:
            return self.ending.value
        what, _ = remembered(self.code, {name: _told(name, fact) for name, fact in self.facts.items()}, "en")
        return f"{self.code}: {what}"


class AttemptError(Exception):
    """An attempt ended without its result; Celery shows the message as it stands."""

    def __repr__(self) -> str:
        """The message, and no name of a class around it."""
        return str(self)


def tell_celery(tidings: Tidings) -> str:
    """Return what the task returns; a message is acknowledged in each case.

    Raises:
        AttemptError: the step is dead; shown as FAILURE.
        celery.exceptions.Retry: the step is queued again, by the ledger; shown as RETRY.
    """
    told = str(tidings)
    if tidings.ending is Ending.FAILED:
        raise AttemptError(told)
    if tidings.ending is Ending.AGAIN:
        raise Retry(told, exc=AttemptError(told))
    return told


def _told(name: str, fact: Fact) -> Fact:
    if isinstance(fact, int) or (name not in _WORDS and _PLAIN.fullmatch(fact)):
        return fact
    return _HIDDEN
