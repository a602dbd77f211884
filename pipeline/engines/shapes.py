"""How much numeric libraries may keep of shapes that they have computed once."""

from __future__ import annotations

from collections.abc import Mapping

#: What oneDNN, and torch's own store in front of it, read when they first compute. Each keeps what it made
#: ready for the shapes that it met, 1024 of them unless told otherwise, and speech is of another length each
#: time. (Measured on a small VITS from the 24th line to the 64th: oneDNN's grows by 41 MB by its own number,
#: torch's by 11 MB; by these it is 5 MB together, in the same time.) A moving portrait's mouths take 90,
#: over and over: with fewer than that each would be made ready anew for every batch.
FEW_SHAPES: Mapping[str, str] = {
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "128",
    "LRU_CACHE_CAPACITY": "128",
}
