"""The machine-readable label of a film: that a machine made it, who has it made, and which film it is.

The key ``AIGC`` of China's GB 45438-2025, Appendix E, which in MP4 stands in ``moov/udta/meta`` (TC260's
guide for video files); it is also the machine-readable mark that article 50(2) of the EU's AI Act asks for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.plan.errors import InputError
from pipeline.plan.label import Label

#: The key's name.
AIGC = "AIGC"
#: In place of the integrity digest while a film is written, as long as one.
UNSEALED = "0" * 64

_MADE_BY_MACHINE = "1"
_MOST_CHARACTERS = 127
# Appendix E j): of ASCII everything that is seen, but for the quotation mark and the backslash.
_ALLOWED = frozenset(map(chr, range(0x21, 0x7F))) - {'"', "\\"}


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What the key says; every part is text, and empty if it is not told.

    Attributes:
        label: ``1``: a machine made it; ``2``: it may have; ``3``: it is suspected to have.
        producer: code of who has it made.
        produced: the producer's number of it.
        sealed: the producer's own integrity mark. Lectern's is the film's essence digest.
        propagator: code of who spreads it.
        propagated: the propagator's number of it.
        sealed_again: the propagator's own integrity mark.
    """

    label: str
    producer: str
    produced: str
    sealed: str = ""
    propagator: str = ""
    propagated: str = ""
    sealed_again: str = ""


_FIELDS: Mapping[str, str] = {
    "label": "Label",
    "producer": "ContentProducer",
    "produced": "ProduceID",
    "sealed": "ReservedCode1",
    "propagator": "ContentPropagator",
    "propagated": "PropagateID",
    "sealed_again": "ReservedCode2",
}


def mark_of(label: Label, *, producer: str, trace_id: str) -> Mark | None:
    """The mark of a film before its essence is known; None for a film without a label.

    Who has a film made is the first to spread it, and gives it one number.
    """
    if label is Label.NONE:
        return None
    return Mark(
        label=_MADE_BY_MACHINE,
        producer=producer,
        produced=trace_id,
        sealed=UNSEALED,
        propagator=producer,
        propagated=trace_id,
    )


def sealed(mark: Mark, essence: str) -> Mark:
    """The same mark, bound to a film's packets."""
    return replace(mark, sealed=essence)


def written(mark: Mark) -> str:
    """The key's value: the seven parts as JSON, in the standard's order."""
    return json.dumps(fields_of(mark), separators=(",", ":"))


def fields_of(mark: Mark) -> dict[str, str]:
    """The seven parts by the standard's own names, in its order."""
    return {name: getattr(mark, field) for field, name in _FIELDS.items()}


def read(value: str) -> Mark:
    """What a key's value says, plain or wrapped in an object of the key's name; other parts are passed over.

    Raises:
        ValueError: it is no object of texts.
    """
    try:
        told = json.loads(value)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if isinstance(told, dict) and isinstance(told.get(AIGC), dict):
        told = told[AIGC]
    if not isinstance(told, dict) or not any(name in told for name in _FIELDS.values()):
        raise ValueError("no label")
    parts = {field: told.get(name, "") for field, name in _FIELDS.items()}
    if not all(isinstance(part, str) for part in parts.values()):
        raise ValueError("no texts")
    return Mark(**parts)


def check_producer(code: str) -> None:
    """Refuse a producer's code that the key cannot carry.

    Raises:
        InputError: ``label-producer-wrong``.
    """
    if not code or len(code) > _MOST_CHARACTERS or not set(code) <= _ALLOWED:
        raise InputError("label-producer-wrong", producer=code or "-")
