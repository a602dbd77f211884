"""The faces that come with Lectern, the default first."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.engines.offer import Offer
from pipeline.plan.extras import how_to_install
from pipeline.plan.models import ModelKind

OFFERS: Mapping[str, Offer] = {
    "warp": Offer(target="pipeline.engines.face.warp:WarpEngine", needs=("cv2",)),
    "wav2lip": Offer(
        target="pipeline.engines.face.wav2lip.engine:Wav2LipEngine",
        needs=("cv2", "torch"),
        install=how_to_install("wav2lip"),
        opened_with=ModelKind.WAV2LIP,
        films=True,
    ),
}
