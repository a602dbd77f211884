"""What a card's own readings say of it: whether it may work, and what an operator is told.

A reading comes from NVML (NVIDIA Management Library), which a process of its own asks: what stands here never
waits for a card. A finding says whether the card is out, and for how long: some faults are over when the next
reading is fine, others only when somebody has looked at the machine.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.plan.errors import Fact

#: A card that does not tell when it slows itself down is held to be hot from here on, in degrees Celsius.
HOT_C = 90
#: It has to cool down by so much before it works again, lest it goes in and out.
COOL_C = 10
#: What others may hold of a card before it is told: a desktop's windows take less.
STRANGERS_PER_CENT = 5
#: Xid errors after which the driver's maker asks for a reset, a reboot or a new card (NVIDIA, "Xid Errors",
#: table of actions). Others, such as 13, 31, 43 and 94, end one program and leave the card as it was.
FATAL_XIDS = frozenset({48, 62, 64, 74, 79, 95, 109, 119, 120, 140, 143})

_MEGABYTE = 1_000_000


class CardFault(StrEnum):
    """Why NVML has no reading of a card, in its own words (``nvmlReturn_t``)."""

    NONE = ""
    LOST = "gpu-is-lost"
    """It fell off the bus."""
    RESET = "reset-required"
    """It works again only after a reset."""
    SILENT = "silent"
    """NVML did not answer in time, or with an error that says nothing."""


@dataclass(frozen=True, kw_only=True)
class CardReading:
    """What NVML tells of one card, or of a slice (MIG) of one, at one moment; None: it does not tell.

    Attributes:
        uuid: the device's UUID, such as ``GPU-...`` or ``MIG-...``.
        index: its place among the host's cards; changes from boot to boot.
        name: what it is called, such as ``NVIDIA L4``.
        fault: why there is no reading; everything below is unknown then.
        memory_total: bytes of memory.
        memory_used: bytes in use by anybody.
        processes: bytes in use by process id.
        temperature_c: degrees Celsius.
        slowdown_c: from which temperature on the card slows itself down.
        ecc_uncorrected: memory errors since the last reset that could not be corrected.
        repair_pending: memory pages or rows wait for a reset to be taken out of use.
        repair_failed: a row of its memory could not be replaced.
        xids: Xid errors that were reported since the reading before.
        power_w: watts.
        use_per_cent: for how much of the last moments it computed; a slice does not tell.
        driver: version of the driver that answered.
        parent: UUID of the card that it is a slice of; empty for a whole card.
    """

    uuid: str
    index: int
    name: str
    fault: CardFault = CardFault.NONE
    memory_total: int | None = None
    memory_used: int | None = None
    processes: Mapping[int, int] = field(default_factory=dict)
    temperature_c: int | None = None
    slowdown_c: int | None = None
    ecc_uncorrected: int | None = None
    repair_pending: bool | None = None
    repair_failed: bool | None = None
    xids: tuple[int, ...] = ()
    power_w: int | None = None
    use_per_cent: int | None = None
    driver: str = ""
    parent: str = ""


class Weight(StrEnum):
    """What a finding means for the work on its card."""

    TOLD = "told"
    """It is only told."""
    WHILE = "while"
    """The card is out for as long as readings say so."""
    UNTIL_CLEARED = "until_cleared"
    """The card is out until an operator has looked."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a reading says of a card: a code of the catalogue, its facts, and what follows."""

    code: str
    weight: Weight
    facts: Mapping[str, Fact] = field(default_factory=dict)


def judge(
    now: CardReading | None, first: CardReading, *, ours: Collection[int] = (), was_hot: bool = False
) -> tuple[Finding, ...]:
    """What is to be said of a card; nothing if all is well. The gravest stands first.

    Args:
        now: the reading; None: the driver lists the card no more.
        first: the card's first reading since its workers began.
        ours: ids of the farm's own processes on this host.
        was_hot: whether it is out for being hot just now, and has to cool down first.
    """
    card: dict[str, Fact] = {"card": first.name, "device": first.uuid}
    if now is None or now.fault is CardFault.LOST:
        return (Finding(code="card-lost", weight=Weight.WHILE, facts=card),)
    if now.fault is CardFault.RESET:
        return (Finding(code="card-needs-reset", weight=Weight.WHILE, facts=card),)
    if now.fault is CardFault.SILENT:
        return (Finding(code="card-silent", weight=Weight.WHILE, facts=card),)
    findings = [
        *_of_driver(now, first, card),
        *_of_memory(now, first, card),
        *_of_heat(now, card, was_hot=was_hot),
    ]
    fatal = [xid for xid in now.xids if xid in FATAL_XIDS]
    if fatal:
        findings.append(
            Finding(code="card-xid", weight=Weight.UNTIL_CLEARED, facts={**card, "xid": fatal[0]})
        )
    findings.sort(key=lambda finding: _GRAVITY.index(finding.weight))
    return (*findings, *_of_strangers(now, card, ours))


_GRAVITY = (Weight.UNTIL_CLEARED, Weight.WHILE, Weight.TOLD)


def _of_driver(now: CardReading, first: CardReading, card: Mapping[str, Fact]) -> Sequence[Finding]:
    if not now.driver or not first.driver or now.driver == first.driver:
        return ()
    facts = {**card, "before": first.driver, "now": now.driver}
    return (Finding(code="card-driver-changed", weight=Weight.WHILE, facts=facts),)


def _of_memory(now: CardReading, first: CardReading, card: Mapping[str, Fact]) -> Sequence[Finding]:
    found = []
    if now.repair_failed:
        found.append(Finding(code="card-memory-broken", weight=Weight.UNTIL_CLEARED, facts=card))
    # Errors from before the workers began have been seen by whoever began them.
    new = (now.ecc_uncorrected or 0) - (first.ecc_uncorrected or 0)
    if new > 0:
        facts = {**card, "errors": new}
        found.append(Finding(code="card-memory-errors", weight=Weight.UNTIL_CLEARED, facts=facts))
    if now.repair_pending:
        found.append(Finding(code="card-repair-pending", weight=Weight.TOLD, facts=card))
    return found


def _of_heat(now: CardReading, card: Mapping[str, Fact], *, was_hot: bool) -> Sequence[Finding]:
    if now.temperature_c is None:
        return ()
    limit = now.slowdown_c or HOT_C
    if now.temperature_c < (limit - COOL_C if was_hot else limit):
        return ()
    facts = {**card, "degrees": now.temperature_c, "limit": limit}
    return (Finding(code="card-hot", weight=Weight.WHILE, facts=facts),)


def _of_strangers(now: CardReading, card: Mapping[str, Fact], ours: Collection[int]) -> Sequence[Finding]:
    held = {pid: size for pid, size in now.processes.items() if pid not in ours}
    size = sum(held.values())
    if not now.memory_total or size * 100 < now.memory_total * STRANGERS_PER_CENT:
        return ()
    facts = {**card, "megabytes": size // _MEGABYTE, "processes": _listed(held)}
    return (Finding(code="card-strangers", weight=Weight.TOLD, facts=facts),)


def _listed(pids: Collection[int]) -> str:
    return ", ".join(str(pid) for pid in sorted(pids))
