"""Which label a film bears: that a machine made it, in the words of which law."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipeline.plan.errors import InputError

#: The option that says so.
LABEL = "label"
#: Who answers for a film without a label, and why it has none.
NAME, REASON = "label.name", "label.reason"

_PARTS = re.compile(r"\s*[+,/&;，、；]\s*")
_CHINESE = "AI生成"
_ENGLISH = "AI-generated"


class Label(StrEnum):
    """The label of a film, as a manifest names it: for China, for the European Union, both, or none."""

    BOTH = "both"
    CN = "cn"
    EU = "eu"
    NONE = "none"

    @property
    def drawn(self) -> str:
        """What is drawn into the film's first seconds; empty for none.

        China's GB 45438-2025 asks for Chinese words that tell it; the European Union's AI Act (article 50)
        asks that whoever sees the film is told.
        """
        return _DRAWN[self]


_DRAWN: Mapping[Label, str] = {
    Label.BOTH: f"{_CHINESE} / {_ENGLISH}",
    Label.CN: _CHINESE,
    Label.EU: _ENGLISH,
    Label.NONE: "",
}


def label_of(options: Mapping[str, str]) -> Label:
    """The label that a job's options name; both when they name none.

    Raises:
        InputError: ``label-unknown``.
    """
    written = options.get(LABEL, "").strip()
    word = written.casefold()
    if not word or set(_PARTS.split(word)) == {Label.CN.value, Label.EU.value}:
        return Label.BOTH
    if word not in {label.value for label in Label}:
        raise InputError("label-unknown", word=written, known=", ".join(Label))
    return Label(word)


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """Who has a film made without a label, and why; nobody does without one unnamed.

    Attributes:
        name: who answers for it.
        reason: why.
    """

    name: str
    reason: str


def waiver_of(options: Mapping[str, str]) -> Waiver | None:
    """Who did without a label, and why; None for a film that bears one.

    Raises:
        InputError: ``label-unknown``, or ``label-waiver-missing``: no name or no reason.
    """
    if label_of(options) is not Label.NONE:
        return None
    return Waiver(name=waiver_part(options, NAME), reason=waiver_part(options, REASON))


def waiver_part(options: Mapping[str, str], column: str) -> str:
    """The name or the reason that options tell of a film without a label; empty if it bears one.

    Raises:
        InputError: ``label-waiver-missing``.
    """
    if options.get(LABEL, "").strip().casefold() != Label.NONE:
        return ""
    words = " ".join(options.get(column, "").split())
    if not any(character.isalnum() for character in words):
        raise InputError("label-waiver-missing", column=column)
    return words


def with_plain_label(options: Mapping[str, str]) -> dict[str, str]:
    """The same options with the label in its plainest words, so that equal films have equal options.

    Raises:
        InputError: as `waiver_of`.
    """
    plain = {name: value for name, value in options.items() if name not in {LABEL, NAME, REASON}}
    label, waiver = label_of(options), waiver_of(options)
    if label is not Label.BOTH:
        plain[LABEL] = label.value
    if waiver is not None:
        plain |= {NAME: waiver.name, REASON: waiver.reason}
    return plain
