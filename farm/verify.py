"""Verify films: what their files carry, and whether it is what label and manifest say. Needs no ledger."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from pipeline.durable import digest_of
from pipeline.media import Probe
from pipeline.media.stranger import look
from pipeline.plan import aigc
from pipeline.plan.errors import InputError
from pipeline.plan.film import Told, told_by
from pipeline.plan.names import FILM_SUFFIX

# A film of hours has a manifest of a few megabytes.
_MOST_MANIFEST = 64 << 20
_TRACE = re.compile(r"\btrace ([0-9a-f]{32})\b")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Verdict(StrEnum):
    """What is to be said of a film, the worst first."""

    UNREADABLE = "unreadable"  #: it cannot be read as a film
    MISMATCH = "mismatch"  #: picture, sound, captions or label are not what label or manifest say
    UNLABELLED = "unlabelled"  #: no machine-readable label, and nobody told why
    CHANGED = (
        "changed"  #: all of these are as they were made, but the file is not: its metadata were rewritten
    )
    WAIVED = "waived"  #: no label, as its manifest tells, with who decided so and why
    LABELLED = "labelled"  #: it carries a label, and nothing tells whether it is as it was made
    OK = "ok"  #: it carries its label, and everything that can be compared agrees


@dataclass(frozen=True, kw_only=True)
class Captions:
    """The caption track in a film's own file."""

    language: str
    cues: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What a film carries.

    Attributes:
        film: its path.
        verdict: what is to be said of it.
        size: bytes.
        digest: SHA-256 (hex) of the file.
        essence: SHA-256 (hex) over the packets of picture and sound, as they are now.
        label: parts of the machine-readable label by the standard's names; empty for none.
        trace: the film's trace id, from label, comment or manifest; empty if none of them tells.
        captions: the caption track; None for none.
        manifest: path of the manifest beside it; empty for none.
        shown: the visible label's words, as the manifest tells; empty if there are none, or if it does not.
        burned: whether captions are drawn into its pictures, as the manifest tells.
        waived: name and reason of who did without a label, as the manifest tells; None if nobody did.
        agree: whether ``file``, ``essence``, ``label`` and ``captions`` are what the manifest says, and
            ``seal``: whether the essence is what the label says. What cannot be compared is not there.
        reason: why it cannot be read; empty if it can.
    """

    film: str
    verdict: Verdict
    size: int = 0
    digest: str = ""
    essence: str = ""
    label: Mapping[str, str] = field(default_factory=dict)
    trace: str = ""
    captions: Captions | None = None
    manifest: str = ""
    shown: str = ""
    burned: bool = False
    waived: tuple[str, str] | None = None
    agree: Mapping[str, bool] = field(default_factory=dict)
    reason: str = ""


def films_at(places: Sequence[Path]) -> tuple[Path, ...]:
    """The films at some places: files as they are named, and of folders every MP4 in them, hidden ones apart.

    Raises:
        InputError: ``verify-nothing-there``: no such file; ``verify-no-films``: a folder without any.
    """
    found: dict[Path, None] = {}
    for place in places:
        # Unlike those of `Path`, these questions about a name that is too long are answered by no.
        if os.path.isdir(place):  # noqa: PTH112
            inside = sorted(_inside(place))
            if not inside:
                raise InputError("verify-no-films", folder=str(place))
            found |= dict.fromkeys(inside)
        elif os.path.exists(place):  # noqa: PTH110
            found[place] = None
        else:
            raise InputError("verify-nothing-there", path=str(place))
    return tuple(found)


def verify(film: Path) -> Verified:
    """Read a film to its end and compare it with its own label and the manifest beside it.

    Whatever is in the file, this ends with an answer, in bounded memory.
    """
    try:
        # What is no regular file, such as a pipe, might be read for ever.
        size, digest = _size(film), digest_of(film)
        found = look(film)
    except (ValueError, OSError) as error:
        return Verified(film=str(film), verdict=Verdict.UNREADABLE, reason=_reason(error))
    place, told = _manifest(film)
    label = _label(found)
    agree = dict(_compared(found, label, digest, told))
    waived = told.waived if told else None
    return Verified(
        film=str(film),
        verdict=_verdict(agree, labelled=bool(label), waived=waived is not None),
        size=size,
        digest=digest,
        essence=found.essence,
        label=label,
        trace=_trace(found, label, told),
        captions=None
        if found.words is None
        else Captions(language=found.words.language, cues=found.words.cues, digest=found.words.digest),
        manifest=place,
        shown=told.shown if told else "",
        burned=told.burned if told else False,
        waived=waived,
        agree=agree,
    )


def _size(film: Path) -> int:
    if not film.is_file():
        raise ValueError("no regular file")
    return film.stat().st_size


def _inside(folder: Path) -> Iterator[Path]:
    """Every MP4 below a folder; what is hidden is somebody's half-written work."""
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.casefold() == FILM_SUFFIX and not hidden and os.path.isfile(path):  # noqa: PTH113 - as above
            yield path


def _reason(error: ValueError | OSError) -> str:
    """Why a file cannot be read, in the words of the system or of FFmpeg."""
    words = getattr(error, "strerror", None) or str(error)
    return words if isinstance(words, str) and words else type(error).__name__


def _manifest(film: Path) -> tuple[str, Told | None]:
    """The manifest beside a film and what it says; nothing if there is none that can be read."""
    path = film.with_suffix(".json")
    try:
        if path.stat().st_size > _MOST_MANIFEST:
            return "", None
        return str(path), told_by(path.read_bytes())
    except (OSError, ValueError):
        return "", None


def _label(found: Probe) -> Mapping[str, str]:
    try:
        return aigc.fields_of(aigc.read(found.label))
    except ValueError:
        return {}


def _compared(
    found: Probe, label: Mapping[str, str], digest: str, told: Told | None
) -> Iterator[tuple[str, bool]]:
    """Everything that can be compared, and whether it agrees."""
    seal = label.get("ReservedCode1", "")
    if _SHA256.fullmatch(seal):
        yield "seal", seal == found.essence
    if told is None:
        return
    yield "file", told.film == digest
    if told.essence:
        yield "essence", told.essence == found.essence
    if told.label:
        yield "label", dict(told.key) == dict(label)
        yield "captions", told.soft == (found.words.digest if found.words else "")


def _verdict(agree: Mapping[str, bool], *, labelled: bool, waived: bool) -> Verdict:
    if not all(agree[name] for name in agree if name != "file"):
        return Verdict.MISMATCH
    if not labelled and not waived:
        return Verdict.UNLABELLED
    if not agree.get("file", True):
        return Verdict.CHANGED
    if not labelled:
        return Verdict.WAIVED
    return Verdict.OK if agree else Verdict.LABELLED


def _trace(found: Probe, label: Mapping[str, str], told: Told | None) -> str:
    named = _TRACE.search(f"trace {label.get('ProduceID', '')}") or _TRACE.search(found.comment)
    return named[1] if named else told.trace if told else ""
