"""One tree of errors: the class says what the farm does about it, the code says what happened."""

from __future__ import annotations

from collections.abc import Mapping

Fact = str | int


class LecternError(Exception):
    """Something Lectern can name: a stable code and the facts that fill its message.

    The words stand in the catalogue (`pipeline.plan.messages`), in each language; an error carries
    none, so that it can be stored in the ledger and shown to anyone.

    Args:
        code: a code of the catalogue, such as ``script-empty``.
        **facts: values for the placeholders of the message, as plain strings and integers.
    """

    def __init__(self, code: str, /, **facts: Fact) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts: Mapping[str, Fact] = facts

    def __reduce__(self) -> tuple[object, ...]:
        """The same error in another process, too."""
        return _again, (type(self), self.code, dict(self.facts))

    def __str__(self) -> str:
        """The code with its facts, for logs; people read the catalogue's words."""
        told = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code} ({told})" if told else self.code


class InputError(LecternError):
    """What the user gave cannot be used; no retry cures it."""


class TransientError(LecternError):
    """It may pass by itself: the step is tried again, at another worker first."""


class AwayError(LecternError):
    """A place that is needed cannot be reached: the step waits and uses up no attempt."""


class DamageError(LecternError):
    """An artifact is missing or not what it was: the step that made it has to run again."""


class SupersededError(LecternError):
    """The work is no longer this worker's: it stops and writes nothing."""


class DefectError(LecternError):
    """A promise of Lectern itself was found broken; no retry cures it, and it is ours to mend."""


def _again(kind: type[LecternError], code: str, facts: Mapping[str, Fact]) -> LecternError:
    return kind(code, **facts)
