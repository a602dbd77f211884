"""Foreign text is made safe before it is printed (`pipeline.plan.clean`)."""

from __future__ import annotations

from pipeline.plan.clean import clean

__all__ = ["clean"]
