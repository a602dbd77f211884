"""`warp`: a face engine of geometry alone; it needs no download, no GPU and no licence but ours.

Phonemes become mouth shapes (`visemes`); where a voice tells none, the sounds are heard (`hearing`).
Mouth shapes become curves through time (`tracks`), a seed becomes sway, breath, nods, glances and blinks
(`life`). A portrait becomes a rig once: lips and jaw are moved by thin-plate splines (`lips`, `thinplate`),
and smile if they shall (`smile`); the head by a soft turn (`head`) that leaves background and shoulders alone
(`headweight`). Lids (`eyelids`) and irises (`gaze`) are drawn into the portrait (`eyes`); what shows between
the lips is painted (`interior`). `sheet` joins all displacements into one map, so that each frame samples the
portrait once.
"""

from __future__ import annotations

from pipeline.engines.face.warp.engine import WarpEngine

__all__ = ["WarpEngine"]
