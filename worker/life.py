"""Whether a process lives: one answer, for systemd as for whoever asks `/healthz`.

It depends on the process's own loop and on what proves itself below it, and on nothing else: a ledger, a
Redis or a share that is away is no reason to start anybody anew.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from farm.policy.readiness import Stood
from farm.policy.vigilance import Patience, Reading, Verdict, Vigil, watch
from worker.proof import HAND, Shown, Witnessed, own_space, proofs_in, started_at
from worker.systemd import Systemd

#: How often it is judged, at most.
_LOOK_S = 0.5
#: Looks further apart than this had something between them.
_GAP_S = 3.0


@dataclass(frozen=True, kw_only=True)
class Hang:
    """What does not come on.

    Attributes:
        code: ``loop-hangs``: this process's own; ``silent``: another proves no life; ``stalled``: another
            lives, and nothing comes of what it does.
        who: its name: empty for this process, else such as ``cpu0 hand``.
        seconds: for how long.
    """

    code: str
    who: str
    seconds: float


class Below:
    """Who hangs of the workers below a process, judged by their proofs as the watchdog judges them.

    It only looks: whoever hangs is killed by the watchdog, or by whatever started this process.

    Args:
        folder: where the proofs are.
        patience: for how long one may prove nothing.
        nodes: the workers' names.
        clock: monotonic, in seconds.
    """

    def __init__(
        self,
        folder: Path,
        patience: Patience,
        nodes: Collection[str],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._patience = replace(patience, gap_s=_GAP_S)
        self._nodes = frozenset(nodes)
        self._own = (socket.gethostname(), own_space())
        self._clock = clock
        self._looked = clock()
        self._known: dict[Path, Witnessed] = {}
        self._vigils: dict[Path, Vigil] = {}
        #: How often the ledger had answered each of them, and when that had changed.
        self._heard: dict[Path, tuple[int, float]] = {}
        #: Those that work and live, as of the last look; it is replaced whole, so that any thread may look.
        self.stood: tuple[Stood, ...] = ()

    def look(self) -> tuple[Hang, ...]:
        """Look at everybody once."""
        now = self._clock()
        passed_s, self._looked = now - self._looked, now
        found = set(proofs_in(self._folder))
        for path in self._known.keys() - found:
            del self._known[path]
            self._vigils.pop(path, None)
            self._heard.pop(path, None)
        hangs, stood = [], []
        for path in found:
            proof = self._known.get(path) or self._meet(path)
            if proof is None or not self._is_ours(proof):
                continue
            shown = proof.read()
            if proof.person.role == HAND:
                stood.append(self._stand(path, proof, shown, now))
            if hang := self._judge(path, proof, shown, passed_s):
                hangs.append(hang)
        self.stood = tuple(stood)
        return tuple(hangs)

    def _is_ours(self, proof: Witnessed) -> bool:
        """Whether a proof is of one of the workers below, who lives."""
        person = proof.person
        if person.node not in self._nodes or (person.host, person.space) != self._own:
            return False
        # Who has ended does not hang; it is started again.
        return started_at(person.pid) == person.ticks

    def _stand(self, path: Path, proof: Witnessed, shown: Shown, now: float) -> Stood:
        heard, at = self._heard.get(path, (0, now))
        if heard != shown.heard:
            at = now
        self._heard[path] = (shown.heard, at)
        return Stood(
            name=proof.person.node.partition("@")[0],
            stance=shown.stance if shown.heard else None,
            unheard_s=now - at,
        )

    def _meet(self, path: Path) -> Witnessed | None:
        try:
            proof = Witnessed(path)
        except (OSError, ValueError):
            # It has just gone; or it is damaged, which the watchdog logs.
            return None
        self._known[path] = proof
        return proof

    def _judge(self, path: Path, proof: Witnessed, shown: Shown, passed_s: float) -> Hang | None:
        person = proof.person
        seen = Reading(alive=True, beats=shown.beats, moves=shown.moves, awaited=shown.awaited)
        vigil, verdict = watch(self._vigils.get(path, Vigil()), seen, passed_s, self._patience)
        # Nothing is killed from here, so that who comes on again lives.
        self._vigils[path] = replace(vigil, dying_s=None)
        if verdict not in {Verdict.SILENT, Verdict.STALLED}:
            return None
        silent = verdict is Verdict.SILENT
        return Hang(
            code=verdict.value,
            who=f"{person.node.partition('@')[0]} {person.role}",
            seconds=vigil.silent_s if silent else vigil.still_s,
        )


class Life:
    """A process's own life, and that of what is below it.

    Args:
        hung_s: its loop hangs when it has not come round for so long.
        below: who is below it, if anybody.
        clock: monotonic, in seconds.
    """

    def __init__(
        self, *, hung_s: float, below: Below | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._hung_s = hung_s
        self._below = below
        self._clock = clock
        self._moved = clock()
        self._looked = float("-inf")
        self._hangs: tuple[Hang, ...] = ()
        self._starter = Systemd()

    def ready(self) -> None:
        """Tell systemd that nothing stands against the work any more."""
        self._starter.ready()

    def stopping(self) -> None:
        """Tell systemd that it was asked to end."""
        self._starter.stopping()

    def moved(self) -> None:
        """The loop has come round; systemd hears it while nobody hangs. Cheap enough for any loop."""
        now = self._moved = self._clock()
        if self._below is not None and now - self._looked >= _LOOK_S:
            self._looked = now
            self._hangs = self._below.look()
        if not self._hangs:
            self._starter.alive()

    def accompany(self) -> None:
        """Come round in a thread of its own, for a process whose loop is another's.

        What a process does not do that is stopped, or holds the interpreter, this thread does not do either.
        """
        threading.Thread(target=self._go_on, name="life", daemon=True).start()

    def _go_on(self) -> None:
        while True:
            self.moved()
            time.sleep(_LOOK_S)

    def stood(self) -> tuple[Stood, ...]:
        """How those below it stand who work, as of the last look."""
        return self._below.stood if self._below is not None else ()

    def hangs(self) -> tuple[Hang, ...]:
        """All that hangs just now; nothing: it lives."""
        stood_s = self._clock() - self._moved
        own = (Hang(code="loop-hangs", who="", seconds=stood_s),) if stood_s >= self._hung_s else ()
        return own + self._hangs
