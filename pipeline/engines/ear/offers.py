"""The ears that come with Lectern, the default first."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.engines.offer import Offer
from pipeline.plan.extras import how_to_install
from pipeline.plan.models import ModelKind

OFFERS: Mapping[str, Offer] = {
    "whisper": Offer(
        target="pipeline.engines.ear.whisper.engine:WhisperEar",
        needs=("torch", "whisper"),
        install=how_to_install("whisper"),
        opened_with=ModelKind.WHISPER,
        libraries={"openai-whisper": 0, "torch": 0},
        edition=1,
    ),
}
