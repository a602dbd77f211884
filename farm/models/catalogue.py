"""Models that are known by their content: what they are, whose terms hold, where they are given away."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from pipeline.plan.errors import InputError
from pipeline.plan.messages import Language
from pipeline.plan.models import ModelKind, check_name

_Address = Annotated[str, Field(pattern=r"^https?://[^\s/]+(/\S*)?$")]


class Terms(BaseModel):
    """What a licence says, in a sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    en: str
    zh: str


class Known(BaseModel):
    """One model of a catalogue.

    Attributes:
        name: what it is called here.
        kind: what it is good for.
        file: how its owner calls the file.
        bytes: the file's size.
        digest: SHA-256 (hex) of the file; empty when nobody knows it, and then it is not downloaded.
        licence: SPDX identifiers joined by AND, or a name.
        terms: the licence's most important sentence.
        page: where the owner tells its terms.
        address: where the file itself is given away; empty when there is only a page.
        by_hand: the page from which a person downloads it.
        languages: BCP 47 tags that it was trained on; empty for any.
        vram_mb: what it needs on a card, in MB; 0 when nobody measured it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: ModelKind
    file: Annotated[str, Field(pattern=r"^[^/\\\x00-\x1f]{1,120}$")]
    bytes: Annotated[int, Field(gt=0)]
    digest: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    licence: str
    terms: Terms
    page: _Address
    address: _Address | None = None
    by_hand: _Address | None = None
    languages: tuple[str, ...] = ()
    vram_mb: int = 0

    def said(self, language: Language) -> str:
        """What the licence says, in the reader's language."""
        return self.terms.zh if language == "zh" else self.terms.en


_ENTRIES = TypeAdapter(dict[str, dict[str, object]])


class Catalogue:
    """Known models by name and by content."""

    def __init__(self, entries: Iterable[Known] = ()) -> None:
        self._by_name = {entry.name: entry for entry in entries}

    def __iter__(self) -> Iterator[Known]:
        return iter(self._by_name.values())

    def named(self, name: str) -> Known:
        """The model of that name.

        Raises:
            InputError: ``model-not-known`` with the known names.
        """
        if name not in self._by_name:
            raise InputError("model-not-known", model=name, known=", ".join(self._by_name))
        return self._by_name[name]

    def with_digest(self, digest: str) -> Known | None:
        """The model whose file this is; None for a file that nobody told of."""
        return next((entry for entry in self._by_name.values() if entry.digest == digest), None)


def read_catalogue(paths: Iterable[Path]) -> Catalogue:
    """Read catalogues; a later one's entry takes the place of an earlier one's of the same name.

    Raises:
        InputError: ``model-catalogue-wrong`` with the file and its first fault.
    """
    found: dict[str, Known] = {}
    for path in paths:
        try:
            entries = _ENTRIES.validate_python(tomllib.loads(path.read_text("utf-8")))
            found |= {name: _known(name, entry) for name, entry in entries.items()}
        except ValidationError as error:
            wrong = error.errors(include_url=False)[0]
            reason = f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}"
            raise InputError("model-catalogue-wrong", path=str(path), reason=reason) from error
        except (OSError, ValueError) as error:
            reason = (isinstance(error, OSError) and error.strerror) or str(error)
            raise InputError("model-catalogue-wrong", path=str(path), reason=reason) from error
    return Catalogue(found.values())


def _known(name: str, entry: Mapping[str, object]) -> Known:
    return Known.model_validate({**entry, "name": check_name(name)})
