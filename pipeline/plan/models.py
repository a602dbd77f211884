"""Models on record: what a file of weights is, under which licence it is used, and who took that on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pipeline.plan.errors import InputError
from pipeline.plan.keys import NEWER, digest_of

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
#: Names that Windows keeps for devices, whatever suffix follows; a share may be looked at from there.
_DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|(?:COM|LPT)[0-9])(?:\..*)?", re.IGNORECASE)


class Use(StrEnum):
    """What films are made for: what a licence allows or forbids."""

    COMMERCIAL = "commercial"
    RESEARCH = "research"
    PERSONAL = "personal"


class ModelKind(StrEnum):
    """What a model is good for."""

    WAV2LIP = "wav2lip"
    RESTORER = "restorer"
    COQUI = "coqui"
    CONVERTER = "freevc"
    WHISPER = "whisper"
    WRITER = "transformers"

    @property
    def engine(self) -> str:
        """The engine that opens such a model."""
        return _ENGINES[self]


_ENGINES: Mapping[ModelKind, str] = {
    ModelKind.WAV2LIP: "wav2lip",
    ModelKind.RESTORER: "spandrel",
    ModelKind.COQUI: "coqui",
    ModelKind.CONVERTER: "freevc",
    ModelKind.WHISPER: "whisper",
    ModelKind.WRITER: "transformers",
}

#: The licence of weights whose owner is whoever runs the farm.
OWN = "own"
#: The licence of weights of which nobody said one.
UNKNOWN = "unknown"
#: The terms that the authors of Wav2Lip set for the weights that they trained on the BBC's LRS2 recordings.
WAV2LIP_LICENCE = "Wav2Lip-research-only"
#: The terms that Coqui set for the weights of XTTS.
CPML = "Coqui-Public-Model-License"

_ALL = tuple(Use)
_NOT_SOLD = (Use.RESEARCH, Use.PERSONAL)
_ALLOWED: Mapping[str, tuple[Use, ...]] = {
    OWN: _ALL,
    "0BSD": _ALL,
    "Apache-2.0": _ALL,
    "BSD-2-Clause": _ALL,
    "BSD-3-Clause": _ALL,
    "CC-BY-4.0": _ALL,
    "CC-BY-SA-4.0": _ALL,
    "CC0-1.0": _ALL,
    "ISC": _ALL,
    "MIT": _ALL,
    "MPL-2.0": _ALL,
    "Unlicense": _ALL,
    "CC-BY-NC-4.0": _NOT_SOLD,
    "CC-BY-NC-ND-4.0": _NOT_SOLD,
    "CC-BY-NC-SA-4.0": _NOT_SOLD,
    CPML: _NOT_SOLD,
    "NVIDIA-Source-Code-NC": (Use.RESEARCH,),
    "S-Lab-1.0": _NOT_SOLD,
    WAV2LIP_LICENCE: _NOT_SOLD,
}


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """Somebody's word that a model may be used for what its licence does not allow by itself.

    Attributes:
        by: who gave it.
        at_ms: when, in milliseconds since the Unix epoch.
        use: for which use.
    """

    by: str
    at_ms: int
    use: Use


@dataclass(frozen=True, kw_only=True)
class ModelFile:
    """One of the files that a model is made of: its name, SHA-256 (hex) and size."""

    name: str
    digest: str
    bytes: int


@dataclass(frozen=True, kw_only=True)
class ModelRecord:
    """A model's card: what a file of weights is and under which terms it lies here.

    Attributes:
        name: what people call it; unique on its shelf.
        kind: what it is good for.
        engine: the engine that opens it.
        digest: SHA-256 (hex) of the file, or of the list of its files.
        bytes: the file's size, or that of all of them.
        suffix: how the file's name ends, such as ``.pth``; empty for a folder.
        licence: an SPDX identifier, or a name such as ``Wav2Lip-research-only``.
        uses: what the licence allows by itself; empty when that is not known.
        languages: BCP 47 tags that it was trained on; empty for any.
        vram_mb: what it needs on a card, in MB; 0 when nobody measured it.
        trusted: whether the operator trusts its author to run code here (TorchScript archives are code).
        source: where it came from: an address, or the name of the file that was added.
        added_at: when, in milliseconds since the Unix epoch.
        acceptance: who took on a use that the licence does not allow by itself; None for nobody.
        files: what a model that is a folder is made of, by name; none for a model of one file.
        traits: what its kind of model tells of itself, such as ``family``, each in words.
    """

    name: str
    kind: ModelKind
    engine: str
    digest: str
    bytes: int
    suffix: str
    licence: str = UNKNOWN
    uses: tuple[Use, ...] = ()
    languages: tuple[str, ...] = ()
    vram_mb: int = 0
    trusted: bool = False
    source: str = ""
    added_at: int = 0
    acceptance: Acceptance | None = None
    files: tuple[ModelFile, ...] = field(default=(), metadata=NEWER)
    traits: Mapping[str, tuple[str, ...]] = field(default_factory=dict, metadata=NEWER)

    @property
    def accepted_by(self) -> str:
        """Who took on what the licence does not allow by itself; empty for nobody."""
        return self.acceptance.by if self.acceptance else ""

    @property
    def accepted_at(self) -> int:
        """When, in milliseconds since the Unix epoch; 0 for never."""
        return self.acceptance.at_ms if self.acceptance else 0


@dataclass(frozen=True, kw_only=True)
class ModelUse:
    """A model that a job was promised, frozen when it is submitted; its film's manifest tells it.

    Attributes:
        role: what it does in the film, such as ``face`` or ``hear``.
        name: its name on the shelf at that time.
        digest: SHA-256 (hex) of its weights.
        engine: the engine that opens it.
        licence: as the record says.
        use: what the film is made for.
        accepted: who took on what the licence does not allow by itself; None where it allows the use.
    """

    role: str
    name: str
    digest: str
    engine: str
    licence: str
    use: Use = Use.COMMERCIAL
    accepted: Acceptance | None = None


def digest_of_files(files: Iterable[ModelFile]) -> str:
    """SHA-256 (hex) of a model that is a folder: of its files' names, digests and sizes, in any order."""
    listed = sorted((file.name, file.digest, file.bytes) for file in files)
    return digest_of("model-files", 1, files=listed)


def allowed_uses(licence: str) -> tuple[Use, ...]:
    """What a licence such as ``Apache-2.0`` allows by itself; nothing when its terms are not known here.

    The terms of several licences that hold at once are joined by ``AND``, as SPDX joins them: what all of
    them allow is allowed.
    """
    parts = [part.strip() for part in re.split(r"\s+AND\s+", licence.strip())]
    known = {name.casefold(): uses for name, uses in _ALLOWED.items()}
    terms = [known.get(part.casefold(), ()) for part in parts]
    return tuple(use for use in Use if all(use in uses for uses in terms))


def may_be_used(record: ModelRecord, use: Use) -> bool:
    """Whether a model may be used so: its licence allows it, or somebody took exactly that on by name."""
    taken_on = record.acceptance is not None and record.acceptance.use is use
    return use in record.uses or taken_on


def check_use(record: ModelRecord, use: Use) -> None:
    """Refuse a model whose licence forbids the use, unless the operator accepted it by name.

    Raises:
        InputError: ``model-licence-forbids``: the licence allows other uses only;
            ``model-licence-unclear``: nobody said what the licence allows.
    """
    if may_be_used(record, use):
        return
    if record.uses:
        raise InputError(
            "model-licence-forbids",
            model=record.name,
            licence=record.licence,
            allowed=", ".join(record.uses),
            use=use.value,
        )
    raise InputError("model-licence-unclear", model=record.name, licence=record.licence, use=use.value)


def used_as(role: str, record: ModelRecord, use: Use) -> ModelUse:
    """What a job is promised of a model, once its use was found to be allowed.

    Raises:
        InputError: as `check_use`.
    """
    check_use(record, use)
    return ModelUse(
        role=role,
        name=record.name,
        digest=record.digest,
        engine=record.engine,
        licence=record.licence,
        use=use,
        accepted=None if use in record.uses else record.acceptance,
    )


def model_use_of(parts: Mapping[str, Any]) -> ModelUse:
    """The promise whose fields were written as JSON."""
    taken_on = parts.get("accepted")
    return ModelUse(
        **{
            **parts,
            "use": Use(parts["use"]),
            "accepted": Acceptance(**{**taken_on, "use": Use(taken_on["use"])}) if taken_on else None,
        }
    )


def check_name(name: str) -> str:
    """A model's name that every file system, shell and table takes.

    Raises:
        InputError: ``model-name-wrong``.
    """
    if not _NAME.fullmatch(name) or name.endswith(".") or _DEVICE.fullmatch(name):
        raise InputError("model-name-wrong", name=name)
    return name


def name_from(stem: str, taken: Iterable[str]) -> str:
    """A name for a file of that stem that nothing else bears yet."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("._-")[:56].rstrip("._-")
    wanted = plain if plain and not _DEVICE.fullmatch(plain) else "model"
    others = {name.casefold() for name in taken}
    name, number = wanted, 1
    while name.casefold() in others:
        number += 1
        name = f"{wanted}-{number}"
    return name
