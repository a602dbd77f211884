"""Speaks sentences of a job again that were understood otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pipeline.plan.job import JobSpec
from pipeline.plan.speech import Speech
from pipeline.plan.timeline import Utterance
from pipeline.steps.booth import Booth, Line
from pipeline.steps.speak import load_lexicon
from pipeline.store import Store


@dataclass(frozen=True, kw_only=True)
class _Ready:
    """A booth, and the lines of one job by the keys of their first takes."""

    booth: Booth
    lines: Mapping[str, Line]
    takes: Mapping[str, int]


class Retaker:
    """Gives further takes of a job's sentences; nothing is opened before the first one is asked for.

    Args:
        job: whose sentences.
        store: where its script and its dictionary are.
        open_booth: the booth in which they were spoken.
    """

    def __init__(self, job: JobSpec, *, store: Store, open_booth: Callable[[], Booth]) -> None:
        self._job = job
        self._store = store
        self._open_booth = open_booth
        self._ready: _Ready | None = None

    def take(self, utterance: Utterance, number: int) -> Speech | None:
        """Another take of a sentence, from 1; None: its voice has no other, or speaks otherwise by now.

        Raises:
            InputError, DamageError, TransientError, AwayError: as `steps.speak.speak` and `open_booth`.
        """
        ready = self._ready or self._open()
        line = ready.lines.get(utterance.speech)
        if line is None or number >= ready.takes.get(line.choice.name, 1):
            return None
        again = replace(line, direction=replace(line.direction, take=number))
        return next(ready.booth.speak_all([again]))

    def _open(self) -> _Ready:
        booth = self._open_booth()
        text = self._store.verify(self._job.script).read_text("utf-8")
        lexicon = () if self._job.lexicon is None else load_lexicon(self._store, self._job.lexicon)
        parts = booth.lines_of(text, self._job.voice, lexicon=lexicon)
        self._ready = _Ready(
            booth=booth,
            lines={part.key: part for part in parts if isinstance(part, Line)},
            takes={voice.name: voice.takes for voice in booth.voice.voices()},
        )
        return self._ready
