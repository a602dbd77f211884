"""The detectors of speech that come with Lectern, the default first."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.engines.offer import Offer
from pipeline.plan.extras import how_to_install

OFFERS: Mapping[str, Offer] = {
    "silero": Offer(
        target="pipeline.engines.ear.silero:SileroActivity",
        needs=("torch", "silero_vad"),
        install=how_to_install("whisper"),
    ),
}
