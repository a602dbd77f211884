"""Processes that look at pictures side by side: each has one picture in hand, and none outlives its owner."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait

from farm.looking import BEGUN
from farm.portraits import Means, Seen, Sitting
from pipeline.media.filmkind import suffix_of
from pipeline.plan.errors import LecternError, TransientError
from pipeline.plan.portrait import Finding

#: A picture is looked at for at most so long; one of 50 million pixels takes three seconds.
LIMIT_S = 120
#: Said of a picture at which a process that looked at it ended, twice.
FATAL = "submit-picture-fatal"
# A film of two minutes takes as long as so many pictures of the largest kind.
_FILM = 8
# A new process costs as much as looking at so many pictures.
_WORTH = 3
# Processes that may end before they begin to look: whatever ended one may pass.
_FALSE_STARTS = 3
# Numeric libraries read these when they are loaded: there is a process for each core already.
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def look(
    sittings: Sequence[Sitting], *, means: Means, hands: int, limit_s: float = LIMIT_S
) -> Generator[tuple[Sitting, Seen]]:
    """Look at pictures in processes; each sitting once, as soon as it is done.

    A process that ends in the middle of its work is replaced, and the picture is looked at once more, when
    nothing else is under way: what the others needed of the machine is free by then. A picture that ends its
    process again is told of with `FATAL`, as everything else that is wrong with it would be. All
    processes are gone when this ends, or is left.

    Args:
        sittings: what is asked.
        means: with what is looked.
        hands: the most processes at a time.
        limit_s: seconds after which a process is taken for stuck.

    Raises:
        TransientError: ``submit-lookers-gone``: processes end before they begin to look.
        LecternError: what a process raised, such as ``engine-broken``.
    """
    crew = _Crew(means=means, limit_s=limit_s)
    try:
        yield from crew.look(sittings, min(hands, -(-len(sittings) // _WORTH)))
    finally:
        crew.dismiss()


@dataclass(kw_only=True)
class _Hand:
    """One process, and what it has in hand; it may not take longer than until then."""

    process: subprocess.Popen[bytes]
    line: Connection
    until: float
    begun: bool = False
    sitting: Sitting | None = None

    @property
    def free(self) -> bool:
        return self.begun and self.sitting is None

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.line.close()


@dataclass(kw_only=True)
class _Crew:
    """The processes at work, and what is still to be looked at."""

    means: Means
    limit_s: float
    hands: list[_Hand] = field(default_factory=list)
    waiting: deque[Sitting] = field(default_factory=deque)
    false_starts: int = 0
    #: Those at which a process ended: they come last, one at a time.
    feared: deque[Sitting] = field(default_factory=deque)

    def look(self, sittings: Sequence[Sitting], hands: int) -> Iterator[tuple[Sitting, Seen]]:
        self.waiting.extend(sittings)
        for _ in range(hands):
            self.hands.append(_hired(self.means))
        while self.waiting or any(hand.sitting for hand in self.hands):
            for hand in self.hands:
                if hand.free and self.waiting:
                    self._give(hand, self.waiting.popleft())
            yield from self._next(last=False)
        while len(self.hands) > 1:
            self.hands.pop().end()
        while self.feared or any(hand.sitting for hand in self.hands):
            if not self.hands:
                self.hands.append(_hired(self.means))
            if self.hands[0].free:
                self._give(self.hands[0], self.feared.popleft())
            yield from self._next(last=True)

    def dismiss(self) -> None:
        while self.hands:
            self.hands.pop().end()

    def _give(self, hand: _Hand, sitting: Sitting) -> None:
        patience = _FILM if suffix_of(sitting.file) else 1
        hand.sitting, hand.until = sitting, time.monotonic() + self.limit_s * patience
        with suppress(BrokenPipeError, ConnectionResetError):
            # Whoever has ended is found out where answers are read.
            hand.line.send(sitting)

    def _next(self, *, last: bool) -> Iterator[tuple[Sitting, Seen]]:
        """What is known by the next event: an answer, an end, or somebody's time is up."""
        busy = [hand for hand in self.hands if not hand.free]
        patience = max(0.0, min(hand.until for hand in busy) - time.monotonic())
        ready = wait([hand.line for hand in busy], timeout=patience)
        now = time.monotonic()
        for hand in busy:
            if hand.line in ready:
                yield from self._heard(hand, last=last)
            elif now > hand.until:
                yield from self._lost(hand, last=last)

    def _heard(self, hand: _Hand, *, last: bool) -> Iterator[tuple[Sitting, Seen]]:
        try:
            told = hand.line.recv()
        except (EOFError, OSError):
            # Whoever is killed in the middle of an answer leaves a part of it.
            yield from self._lost(hand, last=last)
            return
        if told == BEGUN:
            hand.begun = True
        elif isinstance(told, Seen):
            sitting, hand.sitting = hand.sitting, None
            assert sitting is not None  # noqa: S101 - it answers what it was asked
            yield sitting, told
        elif isinstance(told, LecternError):
            raise told
        else:
            raise RuntimeError(told)

    def _lost(self, hand: _Hand, *, last: bool) -> Iterator[tuple[Sitting, Seen]]:
        """A process has ended, or is stuck; it is replaced as long as there is work for it."""
        self.hands.remove(hand)
        hand.end()
        self.false_starts += not hand.begun
        if self.false_starts > _FALSE_STARTS:
            raise TransientError("submit-lookers-gone", status=hand.process.returncode)
        if self.waiting:
            self.hands.append(_hired(self.means))
        if hand.sitting is None:
            return
        if last:
            yield hand.sitting, _fatal(hand.sitting)
        else:
            self.feared.append(hand.sitting)


def _hired(means: Means) -> _Hand:
    ours, theirs = Pipe()
    try:
        # In a session of its own it never hears Ctrl-C; its owner does, and ends it.
        process = subprocess.Popen(  # noqa: S603 - our own program, without a shell
            [sys.executable, "-P", "-m", "farm.looking", str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            env={**os.environ, **_ONE_THREAD},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        ours.close()
        raise TransientError("submit-lookers-gone", status=error.errno or 0) from error
    finally:
        # Only the process itself holds its end now: when it ends, or we do, the other one hears of it.
        theirs.close()
    hand = _Hand(process=process, line=ours, until=time.monotonic() + LIMIT_S)
    with suppress(BrokenPipeError, ConnectionResetError):
        ours.send(means)
    return hand


def _fatal(sitting: Sitting) -> Seen:
    found = (Finding(code=FATAL, level="error", facts={"name": sitting.file.name}),)
    return Seen(views=(found,) * len(sitting.views), backdrop=found if sitting.backdrop else ())
