"""How a film is delivered: how finely it is encoded, how loud it is, and whether a preview goes with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from pipeline.plan.atonce import with_fewer
from pipeline.plan.errors import InputError
from pipeline.plan.graphs import CARD_ENCODER, VIDEO_ENCODER, codec_of
from pipeline.plan.job import RenderProfile
from pipeline.plan.loudness import Loudness

#: The options that say so.
QUALITY, LOUDNESS = "quality", "loudness"

#: Loudness that a film may be brought to, LUFS: broadcasting (EBU R 128) to streaming at its loudest.
LOUDNESS_RANGE = (-23, -14)
_LUFS = re.compile(r"(-?\d{1,2}(?:[.,]\d{1,2})?)\s*(?:lufs|lkfs|db|dbfs)?")
_MINUS = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))


class Quality(StrEnum):
    """A rung of the ladder from quick and small to fine and large."""

    DRAFT = "draft"
    STANDARD = "standard"
    HIGH = "high"


@dataclass(frozen=True, kw_only=True)
class _Rung:
    """What a quality changes of a machine's encoder parameters.

    Attributes:
        coarser: quantizer steps to add; below 0 finer.
        preset: of the encoder's the one to take; empty for the machine's own.
        added: parameters that come last.
    """

    coarser: int
    preset: str = ""
    added: tuple[str, ...] = ()


# What each costs and how it looks is measured in docs/quality.md.
_LADDERS: Mapping[str, Mapping[Quality, _Rung]] = {
    VIDEO_ENCODER: {
        Quality.DRAFT: _Rung(coarser=9, preset="superfast", added=("me=dia", "subme=0")),
        Quality.STANDARD: _Rung(coarser=0),
        Quality.HIGH: _Rung(coarser=-4),
    },
    CARD_ENCODER: {
        Quality.DRAFT: _Rung(coarser=9, preset="p1"),
        Quality.STANDARD: _Rung(coarser=0),
        Quality.HIGH: _Rung(coarser=-4, preset="p6"),
    },
}
_COARSEST = 51


def quality_of(options: Mapping[str, str], usual: str = Quality.STANDARD) -> Quality:
    """The quality that a job's options name, the usual one if none.

    Raises:
        InputError: ``delivery-quality-unknown``.
    """
    written = options.get(QUALITY, "").strip()
    word = (written or usual).casefold()
    if word not in {quality.value for quality in Quality}:
        raise InputError("delivery-quality-unknown", word=written or usual, known=", ".join(Quality))
    return Quality(word)


def loudness_of(options: Mapping[str, str]) -> int | None:
    """The loudness that a job's options name, in hundredths of a LUFS; None if none.

    Raises:
        InputError: ``delivery-loudness-wrong``.
    """
    written = options.get(LOUDNESS, "").strip()
    if not written:
        return None
    match = _LUFS.fullmatch(unicodedata.normalize("NFKC", written).translate(_MINUS).casefold())
    lufs = Decimal(match[1].replace(",", ".")) if match else Decimal(0)
    low, high = LOUDNESS_RANGE
    if not low <= lufs <= high:
        raise InputError("delivery-loudness-wrong", word=written, low=low, high=high)
    return int(lufs * 100)


def with_plain_delivery(options: Mapping[str, str], *, usual: str = Quality.STANDARD) -> dict[str, str]:
    """The same options with quality and loudness in their plainest words, or left out.

    So equal films have equal options. A quality that is not named is the usual one of today.

    Raises:
        InputError: as `quality_of` and `loudness_of`.
    """
    plain = {name: value for name, value in options.items() if name not in {QUALITY, LOUDNESS}}
    quality = quality_of(options, usual)
    if quality is not Quality.STANDARD:
        plain[QUALITY] = quality.value
    if (loudness := loudness_of(options)) is not None:
        plain[LOUDNESS] = str(Decimal(loudness) / 100)
    return plain


def loudness_for(options: Mapping[str, str], usual: Loudness) -> Loudness:
    """What a job's sound is brought to: what its options name, else the usual one.

    Raises:
        InputError: as `loudness_of`.
    """
    wanted = loudness_of(options)
    return usual if wanted is None else replace(usual, integrated=wanted)


def profile_for(profile: RenderProfile, options: Mapping[str, str]) -> RenderProfile:
    """How a machine renders a job: its own way, with the encoder as fine as the job's options want it.

    Standard is the machine's own way. The others follow from it by a fixed rule, so that whoever honours a
    profile renders every quality alike; and so does the number of frames that are computed at a time.

    Raises:
        InputError: as `quality_of` and `atonce.most_at_once`.
    """
    profile = with_fewer(profile, options)
    rung = _LADDERS[codec_of(profile.parameters)][quality_of(options)]
    changed = [_stepped(parameter, rung) for parameter in profile.parameters]
    return replace(profile, parameters=(*changed, *rung.added))


def _stepped(parameter: str, rung: _Rung) -> str:
    name, _, value = parameter.partition("=")
    if name == "qp":
        return f"qp={min(max(int(value) + rung.coarser, 1), _COARSEST)}"
    if name == "preset" and rung.preset:
        return f"preset={rung.preset}"
    return parameter
