"""Offers: what a shelf knows of an engine before it is imported."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An engine that stands on a shelf, not imported yet.

    Attributes:
        target: where its class is, as ``module:Class``.
        needs: modules of other distributions without which it cannot work.
        install: the command that installs them, or two as `how_to_install` tells them.
        opened_with: the kind of model that it is opened with; empty for an engine that is opened with none.
        films: whether it is a `FootageEngine`, which makes portraits talk that are films.
    """

    target: str
    needs: tuple[str, ...] = ()
    install: str = "pip install lectern"
    opened_with: str = ""
    films: bool = False
