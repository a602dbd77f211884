"""What a step leaves behind: a file in the store, named by what it was made from and what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipeline.plan.errors import DamageError


class Kind(StrEnum):
    """The kinds of artifact; the value is the name of their folder in the store."""

    SOURCE = "source"
    SPEECH = "speech"
    TIMELINE = "timeline"
    CLIP = "clip"
    AUDIO = "audio"
    FILM = "film"
    CAPTIONS = "captions"
    POSTER = "poster"
    MANIFEST = "manifest"
    HEARD = "heard"
    LATENTS = "latents"
    SCRIPT = "script"


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """A file in the store.

    Attributes:
        kind: what it is.
        key: SHA-256 (hex) of what it was made from; for a source, of its content.
        digest: SHA-256 (hex) of the file's bytes.
        size: bytes.
        suffix: file name suffix with the dot, such as ``.mp4``.
    """

    kind: Kind
    key: str
    digest: str
    size: int
    suffix: str

    @property
    def path(self) -> str:
        """Where it lies, relative to the store's root, with forward slashes."""
        return f"{self.kind}/{self.key[:2]}/{self.key}.{self.digest[:16]}{self.suffix}"

    def damage(self, code: str) -> DamageError:
        """The error that tells of this very file; a better one of the same key is not meant."""
        return DamageError(code, kind=self.kind.value, key=self.key, digest=self.digest)


def artifact_of(parts: Mapping[str, Any]) -> Artifact:
    """The artifact whose fields were written as JSON.

    Raises:
        KeyError, TypeError, ValueError: they are no artifact's.
    """
    return Artifact(**{**parts, "kind": Kind(parts["kind"])})
