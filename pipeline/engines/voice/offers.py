"""The voices that come with Lectern, the default first."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.engines.offer import Offer
from pipeline.plan.extras import how_to_install
from pipeline.plan.models import ModelKind

OFFERS: Mapping[str, Offer] = {
    "espeak": Offer(
        target="pipeline.engines.voice.espeak:EspeakVoice",
        needs=("espeakng_loader",),
        install="pip install espeakng-loader",
        libraries={"espeakng-loader": 0},
        edition=1,
    ),
    "coqui": Offer(
        target="pipeline.engines.voice.coqui.engine:CoquiVoice",
        needs=("TTS", "torch"),
        install=how_to_install("coqui"),
        opened_with=ModelKind.COQUI,
        libraries={"coqui-tts": 0, "torch": 2},
        edition=3,
    ),
}
