"""The detectors of speech that come with Lectern, the default first."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.engines.offer import Offer

OFFERS: Mapping[str, Offer] = {}
