"""Questions that many rows ask alike are answered once, with a refusal as with anything else."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from pipeline.plan.errors import InputError

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")


class Once(Generic[Key, Found]):
    """Remembers what was found, or refused, by what it was looked for by; for as long as it lives."""

    def __init__(self) -> None:
        self._known: dict[Key, Found | InputError] = {}

    def find(self, key: Key, look: Callable[[], Found]) -> Found:
        """What a look has found the first time that something was asked for.

        Args:
            key: what is asked for.
            look: finds it; called once for each key.

        Raises:
            InputError: what `look` raised the first time; any other error is raised and not remembered.
        """
        if key not in self._known:
            try:
                self._known[key] = look()
            except InputError as error:
                self._known[key] = error
        found = self._known[key]
        if isinstance(found, InputError):
            # Without where it was raised before: for each of ten thousand rows that would be kept.
            raise found.with_traceback(None)
        return found
