"""When a row's film may be made, and until when it is wanted."""

from __future__ import annotations

from collections.abc import Iterator

from db.values import Notice
from db.windows import read_default_windows, read_windows
from farm.bootstrap import Farm
from farm.departments import DEPARTMENT
from farm.policy.deadlines import moment_in
from farm.policy.windows import Window, window_named
from farm.rows import Wanted
from pipeline.plan.errors import InputError
from pipeline.plan.switches import yes_or_no

_NONE = "none"


def window_or_none(word: str) -> str:
    """The window that a word names; empty for one that says no.

    Raises:
        InputError: ``window-name-wrong``.
    """
    return "" if _says_no(word) else window_named(word)


def deadline_or_none(farm: Farm, word: str) -> int:
    """When films are wanted, in milliseconds since the Unix epoch; 0 for a word that says no.

    Raises:
        InputError: ``deadline-wrong``, ``deadline-past``.
    """
    if _says_no(word):
        return 0
    return _ahead(word, farm.ledger.calendar.zone, farm.ledger.clock())


def _says_no(word: str) -> bool:
    plain = word.strip()
    return plain.casefold() == _NONE or yes_or_no(plain) is False


def _ahead(text: str, zone: str, now: int) -> int:
    """A deadline that has not passed."""
    deadline = moment_in(text, zone)
    if deadline <= now:
        raise InputError("deadline-past", deadline=text.strip(), zone=zone)
    return deadline


class TimeChooser:
    """Finds the windows and deadlines of rows, by the windows that there are and the clock of this moment.

    Args:
        farm: whose ledger knows them.
    """

    def __init__(self, farm: Farm) -> None:
        self._windows = {each.name: each.window for each in read_windows(farm.ledger)}
        self._defaults = read_default_windows(farm.ledger)
        self._zone = farm.ledger.calendar.zone
        self._now = farm.ledger.clock()

    def window(self, row: Wanted) -> str:
        """The window that a row's film waits for: its own, else its department's; empty for none.

        Raises:
            InputError: ``window-none``, ``window-which``, ``window-unknown`` or ``window-name-wrong``.
        """
        usual = self._defaults.get(row.department or DEPARTMENT, "")
        word = row.off_peak.strip()
        said = False if _says_no(word) else yes_or_no(word)
        if not word or (said and usual):
            return self._known(usual) if usual else ""
        if said is None:
            return self._known(window_named(word))
        if said and not self._windows:
            raise InputError("window-none")
        if said and len(self._windows) > 1:
            raise InputError("window-which", known=", ".join(sorted(self._windows)))
        return next(iter(self._windows)) if said else ""

    def deadline(self, row: Wanted) -> int | None:
        """When a row's film is wanted, in milliseconds since the Unix epoch; None: whenever.

        Raises:
            InputError: ``deadline-wrong``, or ``deadline-past``.
        """
        if not row.deadline.strip():
            return None
        return _ahead(row.deadline, self._zone, self._now)

    def doubts(self, row: Wanted) -> Iterator[Notice]:
        """That a film's window does not open before it is wanted."""
        try:
            window, deadline = self._of(row)
        except InputError:
            # Told among its refusals.
            return
        if window is not None and deadline is not None and window.next_opening(self._now) >= deadline:
            facts = {"deadline": row.deadline.strip(), "window": self.window(row), "times": window.text}
            yield Notice(code="deadline-window", facts=facts)

    def _of(self, row: Wanted) -> tuple[Window | None, int | None]:
        return self._windows.get(self.window(row)), self.deadline(row)

    def _known(self, name: str) -> str:
        if name not in self._windows:
            raise InputError("window-unknown", window=name, known=", ".join(sorted(self._windows)) or "-")
        return name
