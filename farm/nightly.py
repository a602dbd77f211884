"""A night: what lies in the nightly folder is submitted, and then watched until the night is over.

The farm goes by the clock alone: windows open and shut whether or not anybody watches. A night that is ended
or killed therefore stops no film; the next one finds what it left. Each batch is queued in one transaction
and known by its content, then put away: whoever comes after one that was killed in between finds it queued
already, and puts it away.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from db.night import Ended, read_ended, read_left
from db.windows import read_windows
from farm.bootstrap import Farm
from farm.inbox import REFUSED, SUBMITTED, Inbox, Laid
from farm.morning import report
from farm.morningdocument import document_of
from farm.policy.night import Over, Standing, over
from farm.policy.periods import Period
from farm.policy.windows import Window
from farm.precheck import admit, check
from farm.reading import Reading
from farm.refusals import refusal_text
from farm.scaling import awake, send_to_rest, wake
from farm.sending import Sender, is_anywhere, keep
from farm.submit import Manner, queue
from farm.views.morning import MorningView
from farm.views.night import NightView, RefusedView, SubmittedView
from pipeline.plan.errors import AwayError, Fact, InputError, TransientError
from pipeline.plan.messages import Language
from pipeline.plan.moments import iso

#: How often the folder and the queue are looked at, and how often somebody is told how it goes, in seconds.
_LOOK_S, _TELL_S = 10.0, 3600.0
#: How long workers that are sent to rest may finish what they are at, before machines are stopped.
_REST_S = 900.0
Given = TypeVar("Given")
#: No window, by name.
_NONE = "none"


class Listener(Protocol):
    """Hears how a night goes."""

    def __call__(self, what: str, /, **facts: Fact) -> None:
        """Something happened."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a night shall do.

    Attributes:
        wait: whether it waits until the night is over.
        scale: the pools that work at night alone.
        language: what batches' results and problems are told in.
        look_s: how often it looks, in seconds.
    """

    wait: bool = True
    scale: tuple[str, ...] = ()
    language: Language = "en"
    look_s: float = _LOOK_S


class Night:
    """One night.

    Args:
        farm: the farm.
        wishes: what it shall do.
        tell: hears how it goes.
        ending: set by whoever ends it.
    """

    def __init__(self, farm: Farm, wishes: Wishes, *, tell: Listener, ending: threading.Event) -> None:
        self._farm = farm
        self._wishes = wishes
        self._tell = tell
        self._ending = ending
        knobs = farm.settings.nightly
        self._inbox = Inbox(farm.settings.nightly_root, settled_s=knobs.settled_s)
        self._longest_s = 3600 * knobs.longest_hours
        self._began, self._since = farm.ledger.clock(), time.monotonic()
        self._submitted: list[SubmittedView] = []
        self._refused: list[RefusedView] = []
        self._waiting: tuple[str, ...] = ()
        self._put_off: set[str] = set()
        self._troubles: list[str] = []
        self._opened = False
        self._woken: list[str] = []
        self._morning: MorningView | None = None
        self._kept, self._sent = "", tuple[str, ...]()

    @property
    def morning(self) -> MorningView | None:
        """The report of the night, once it is over; None: nobody waited for that."""
        return self._morning

    def run(self) -> NightView:
        """Live through it, keep the report of it in the home folder, and send that where the settings say.

        Raises:
            InputError: ``nightly-running``, ``nightly-folder-missing``, ``nightly-window-unknown``: nothing
                was done.
            AwayError: ``nightly-folder-away``, ``ledger-away``: nothing was done that is not found again.
        """
        sender = self._check()
        with self._inbox.alone():
            window = self._window_named()
            self._tell("begins", folder=str(self._inbox.root), window=window)
            try:
                for pool in self._wishes.scale:
                    self._try(self._wake, pool)
                with awake(self._farm, self._woken):
                    self._submit()
                    how = self._wait(window) if self._wishes.wait else self._wait_for_writers()
            finally:
                for pool in self._wishes.scale:
                    self._try(self._send_to_rest, pool)
        if how in frozenset(Over):
            self._try(self._report, sender)
        return self._view(how, window)

    def _check(self) -> Sender | None:
        """Refuse what cannot go well before anything is done; who sends the report, if anybody shall."""
        root, knobs = self._inbox.root, self._farm.settings.nightly
        if not knobs.folder:
            root.mkdir(parents=True, exist_ok=True)
        elif not root.is_dir():
            raise InputError("nightly-folder-missing", folder=str(root))
        name = knobs.window.strip()
        if name and name.casefold() != _NONE:
            known = [each.name for each in read_windows(self._farm.ledger)]
            if name.casefold() not in known:
                raise InputError("nightly-window-unknown", window=name, known=", ".join(known) or "-")
        settings = self._farm.settings
        return Sender(settings, self._wishes.language) if is_anywhere(settings) else None

    def _window_named(self) -> str:
        """The night's window: the one that is set, else the only one; empty for none."""
        name = self._farm.settings.nightly.window.strip()
        if name.casefold() == _NONE:
            return ""
        if name:
            return name.casefold()
        known = [each.name for each in read_windows(self._farm.ledger)]
        return known[0] if len(known) == 1 else ""

    def _off_peak(self) -> str:
        """What rows wait for that do not say so themselves."""
        name = self._farm.settings.nightly.window.strip()
        if name:
            return "" if name.casefold() == _NONE else name.casefold()
        return "yes" if read_windows(self._farm.ledger) else ""

    def _submit(self) -> None:
        """Submit what is complete; somebody who ends the night waits for one batch at the most."""
        ready, self._waiting = self._inbox.look()
        for laid in ready:
            if self._ending.is_set():
                return
            if laid.name not in self._put_off:
                self._take(laid)

    def _take(self, laid: Laid) -> None:
        try:
            reading = Reading(off_peak=self._off_peak())
            admitted = admit(check(self._farm, laid.manifest, reading=reading))
            receipt = queue(self._farm, admitted, Manner(language=self._wishes.language))
        except InputError as error:
            text = refusal_text(laid.name, error, self._wishes.language)
            place = self._inbox.put_away(laid, REFUSED, self._today(), problems=text)
            self._refused.append(RefusedView(name=laid.name, code=error.code, place=str(place)))
            self._tell("refused", name=laid.name, place=str(place))
            return
        except TransientError as error:
            # What may pass by itself stops no other batch; this one waits for the next night.
            self._put_off.add(laid.name)
            self._troubles.append(error.code)
            self._tell("error", code=error.code, **error.facts)
            return
        place = self._inbox.put_away(laid, SUBMITTED, self._today())
        view = SubmittedView(
            name=laid.name,
            batch=receipt.batch,
            films=receipt.jobs,
            created=receipt.created,
            place=str(place),
        )
        self._submitted.append(view)
        told = "submitted" if receipt.created else "known"
        self._tell(told, name=laid.name, batch=receipt.batch, films=receipt.jobs)

    def _today(self) -> str:
        """The date on which the farm's clocks are."""
        now = datetime.fromtimestamp(self._farm.ledger.clock() / 1000, UTC)
        return now.astimezone(ZoneInfo(self._farm.ledger.calendar.zone)).date().isoformat()

    def _wait_for_writers(self) -> str:
        """Give those who still write as long as it takes to tell that they have ended, and no longer."""
        until = time.monotonic() + self._farm.settings.nightly.settled_s + self._wishes.look_s
        while self._waiting and time.monotonic() < until:
            if self._ending.wait(min(self._wishes.look_s, self._farm.settings.nightly.settled_s)):
                return "interrupted"
            self._submit()
        return "not_waited"

    def _wait(self, name: str) -> str:
        """Watch until the night is over; why it is."""
        told_at, away = time.monotonic(), ""
        while not self._ending.is_set():
            try:
                if found := self._look(name):
                    return found.value
                away = ""
            except AwayError as error:
                # The farm waits for its ledger as well, and so does whoever watches it.
                if error.code != away:
                    self._troubles.append(error.code)
                    self._tell("error", code=error.code, **error.facts)
                away = error.code
                if self._longest_s and time.monotonic() - self._since >= self._longest_s:
                    return Over.LONG.value
            if not away and time.monotonic() - told_at >= _TELL_S:
                told_at = time.monotonic()
                self._tell_progress(name)
            self._ending.wait(self._wishes.look_s)
        return "interrupted"

    def _look(self, name: str) -> Over | None:
        self._submit()
        window = self._window(name)
        now = self._farm.ledger.clock()
        if window is not None and window.is_open(now) and not self._opened:
            self._opened = True
            self._tell("opens", window=name)
        standing = Standing(
            now_ms=now,
            window=window,
            opened=self._opened,
            left=read_left(self._farm.ledger, tonight=name) + len(self._waiting),
            passed_s=time.monotonic() - self._since,
        )
        return over(standing, longest_s=self._longest_s)

    def _window(self, name: str) -> Window | None:
        """The night's window as it is just now; None: there is none, any more perhaps."""
        return next((each.window for each in read_windows(self._farm.ledger) if each.name == name), None)

    def _tell_progress(self, name: str) -> None:
        ended = read_ended(self._farm.ledger, since=self._began)
        left = read_left(self._farm.ledger, tonight=name)
        self._tell("progress", done=ended.done, failed=ended.failed, left=left)

    def _wake(self, pool: str) -> None:
        self._tell("woken", pool=pool, workers=wake(self._farm, pool))
        self._woken.append(pool)

    def _send_to_rest(self, pool: str) -> None:
        locked = send_to_rest(self._farm, pool, wait=self._wait_until)
        self._tell("rests", pool=pool, workers=locked)

    def _wait_until(self, done: Callable[[], bool]) -> None:
        """Wait for workers that finish what they are at; whoever ends the night waits no longer."""
        until = time.monotonic() + _REST_S
        while not done() and time.monotonic() < until:
            if self._ending.wait(min(1.0, self._wishes.look_s)):
                return

    def _report(self, sender: Sender | None) -> None:
        """Keep the report of the night, and send it."""
        ledger = self._farm.ledger
        period = Period(since=self._began, until=ledger.clock(), zone=ledger.calendar.zone)
        self._morning = report(self._farm, period)
        kept = keep(self._farm.settings, self._morning, self._wishes.language)
        self._kept = str(kept)
        self._tell("report", place=self._kept)
        if sender is not None:
            document = {"kind": "report", **document_of(self._morning)}
            self._sent = sender.send(self._morning, document, kept)
            self._tell("sent", ways=", ".join(self._sent))

    def _try(self, act: Callable[[Given], None], given: Given) -> None:
        """Do what a night goes on without."""
        try:
            act(given)
        except (InputError, TransientError, AwayError) as error:
            self._troubles.append(error.code)
            self._tell("error", code=error.code, **error.facts)

    def _view(self, how: str, window: str) -> NightView:
        ledger = self._farm.ledger
        try:
            ended, left = read_ended(ledger, since=self._began), read_left(ledger, tonight=window)
        except AwayError:
            ended, left = Ended(), 0
        return NightView(
            began=iso(self._began),
            ended=iso(ledger.clock()),
            how=how,
            window=window,
            submitted=tuple(self._submitted),
            refused=tuple(self._refused),
            waiting=(*self._waiting, *sorted(self._put_off)),
            bare=self._inbox.bare,
            done=ended.done,
            failed=ended.failed,
            canceled=ended.canceled,
            left=left,
            scaled=self._wishes.scale,
            troubles=tuple(dict.fromkeys(self._troubles)),
            report=self._kept,
            sent=self._sent,
        )
