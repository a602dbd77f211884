"""How many mouths are computed at a time, by model and card; after a lack of memory fewer, for a while."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pipeline.engines.face.wav2lip.region import Region

#: A card gains nothing beyond it that a short clip, padded to whole batches, would not lose again.
LARGEST_BATCH = 128

_SCHEMA = 2
_SIZES = frozenset(1 << power for power in range(LARGEST_BATCH.bit_length()))
#: How long less is computed at a time after memory ran out; four times as long each time that it does again.
_PAUSE_S, _LONGER, _MOST_LACKS = 900, 4, 4
#: A lack of memory that comes so long after the last one is the first one again.
_FORGOTTEN_S = 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Slot:
    """What a batch size is remembered for.

    Attributes:
        model: the checkpoint's digest.
        precision: what is computed with.
        region: the part of the picture that is drawn.
        card: the card's name and size, or for a processor the backend's name.
    """

    model: str
    precision: str
    region: Region
    card: str

    @property
    def key(self) -> str:
        """As one line."""
        drawn = self.region
        edges = f"{drawn.top}-{drawn.bottom}x{drawn.left}-{drawn.right}"
        return f"{self.model} {self.precision} {edges} {self.card}"


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """What is remembered of a slot.

    Attributes:
        batch: how many are computed at a time; 0: to be found anew.
        full: how many were, while memory sufficed.
        lacks: how often it did not, again and again within a day.
        at: when that was last known, in seconds since the Unix epoch.
    """

    batch: int
    full: int
    lacks: int = 0
    at: int = 0

    @property
    def pause_s(self) -> int:
        """How long it stays as it is."""
        return _PAUSE_S * _LONGER ** (min(self.lacks, _MOST_LACKS) - 1) if self.lacks else 0


class BatchBook:
    """Remembers batch sizes in a small JSON file; without a file, for as long as it lives itself.

    The file is a memory and no more: one that is damaged, or cannot be read or written, is as one that is
    not there. Of two processes that write at once the later one wins, and the other one measures again.

    Args:
        file: where they are remembered; None for nowhere.
        clock: seconds since the Unix epoch.
    """

    def __init__(self, file: Path | None, *, clock: Callable[[], float] = time.time) -> None:
        self._file = file
        self._clock = clock
        self._own: dict[str, _Entry] = {}

    def recall(self, slot: Slot) -> int | None:
        """The batch size that is remembered for a slot; None where it is to be found."""
        entry = self._entry(slot)
        return entry.batch or None if entry else None

    def knows(self, slot: Slot) -> bool:
        """Whether anything is remembered for a slot: that memory ran out, if no size is."""
        return self._entry(slot) is not None

    def remember(self, slot: Slot, batch: int) -> None:
        """Remember a batch size that was found for a slot; less than it once was is tried again later."""
        entry = self._entry(slot)
        if entry is None or batch >= entry.full:
            before = entry or _Entry(batch=batch, full=batch)
            self._keep(slot, replace(before, batch=batch, full=batch))
        else:
            self._keep(slot, replace(entry, batch=batch, lacks=entry.lacks + 1, at=self._now()))

    def halve(self, slot: Slot, batch: int) -> None:
        """Remember half of a batch that memory did not suffice for, for a while."""
        entry = self._entry(slot) or _Entry(batch=batch, full=batch)
        lacks = entry.lacks
        # Several halvings in a row are one lack of memory.
        if batch >= entry.full or not lacks:
            lacks = lacks + 1 if 0 <= self._now() - entry.at < _FORGOTTEN_S else 1
        full = max(batch, entry.full)
        self._keep(slot, _Entry(batch=batch // 2, full=full, lacks=lacks, at=self._now()))

    def may_grow(self, slot: Slot, batch: int) -> bool:
        """Whether who computes so many at a time would be given more, if that were found anew."""
        entry = self._entry(slot)
        if entry is None or batch >= entry.full:
            return False
        # Another process may have found more; and a clock that was set back says nothing.
        return not 0 < entry.batch <= batch or not 0 <= self._now() - entry.at < entry.pause_s

    def grow(self, slot: Slot, batch: int) -> None:
        """Have the size of a slot found anew, unless more than this is remembered already."""
        entry = self._entry(slot)
        if entry is not None and entry.batch <= batch:
            self._keep(slot, replace(entry, batch=0))

    def _now(self) -> int:
        return int(self._clock())

    def _entry(self, slot: Slot) -> _Entry | None:
        return (self._read() | self._own).get(slot.key)

    def _keep(self, slot: Slot, entry: _Entry) -> None:
        self._own[slot.key] = entry
        if self._file is not None:
            with contextlib.suppress(OSError):
                _write(self._file, self._read() | {slot.key: entry})

    def _read(self) -> dict[str, _Entry]:
        if self._file is None:
            return {}
        try:
            told = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        batches = told.get("batches") if isinstance(told, dict) and told.get("schema") == _SCHEMA else None
        if not isinstance(batches, dict):
            return {}
        found = {key: _entry_of(parts) for key, parts in batches.items()}
        return {key: entry for key, entry in found.items() if entry is not None}


def _entry_of(parts: object) -> _Entry | None:
    """What a file says of a slot; None for what nobody has written."""
    if not isinstance(parts, dict) or not all(type(value) is int for value in parts.values()):
        return None
    try:
        entry = _Entry(**parts)
    except TypeError:
        return None
    sound = entry.batch in _SIZES | {0} and entry.full in _SIZES and min(entry.lacks, entry.at) >= 0
    return entry if sound else None


def _write(file: Path, batches: dict[str, _Entry]) -> None:
    """Replace the file at once and whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    told = {key: asdict(entry) for key, entry in batches.items()}
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump({"schema": _SCHEMA, "batches": told}, out, indent=1, sort_keys=True)
        Path(part).replace(file)
    finally:
        Path(part).unlink(missing_ok=True)
