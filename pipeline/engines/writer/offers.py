"""The writers that come with Lectern, the default first."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.engines.offer import Offer
from pipeline.plan.extras import how_to_install
from pipeline.plan.models import ModelKind

OFFERS: Mapping[str, Offer] = {
    "transformers": Offer(
        target="pipeline.engines.writer.transformers.engine:TransformersWriter",
        needs=("torch", "safetensors", "transformers"),
        install=how_to_install("transformers"),
        opened_with=ModelKind.WRITER,
        libraries={"transformers": 2, "torch": 2},
        edition=1,
    ),
}
