"""The voice converters that come with Lectern, the default first."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.engines.offer import Offer
from pipeline.plan.extras import how_to_install
from pipeline.plan.models import ModelKind

OFFERS: Mapping[str, Offer] = {
    "freevc": Offer(
        target="pipeline.engines.voice.coqui.conversion:FreeVc",
        needs=("torch", "TTS"),
        install=how_to_install("coqui"),
        opened_with=ModelKind.CONVERTER,
        libraries={"coqui-tts": 0, "torch": 2},
        edition=1,
    ),
}
