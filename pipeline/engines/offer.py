"""Offers: what a shelf knows of an engine before it is imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An engine that stands on a shelf, not imported yet.

    Attributes:
        target: where its class is, as ``module:Class``.
        needs: modules of other distributions without which it cannot work.
        install: the command that installs them, or two as `how_to_install` tells them.
        opened_with: the kind of model that it is opened with; empty for an engine that is opened with none.
        films: whether it is a `FootageEngine`, which makes portraits talk that are films.
        libraries: the distributions that shape what it makes, each with how many parts of its version count;
            0 for all of them.
        edition: raised by hand whenever the engine's own code makes something else of the same libraries.
    """

    target: str
    needs: tuple[str, ...] = ()
    install: str = "pip install lectern"
    opened_with: str = ""
    films: bool = False
    libraries: Mapping[str, int] = field(default_factory=dict)
    edition: int = 0

    def release(self) -> str:
        """The versions of its libraries and its edition, such as ``0.27.5-2.9-3``; nothing is imported.

        Raises:
            PackageNotFoundError: one of them is not installed.
        """
        parts = [_version(library, parts) for library, parts in self.libraries.items()]
        return "-".join([*parts, *([str(self.edition)] if self.edition else [])])


def _version(library: str, parts: int) -> str:
    """A distribution's version up to some part of it, without what tells one build from another."""
    whole = metadata.version(library).partition("+")[0]
    return ".".join(whole.split(".")[:parts]) if parts else whole
