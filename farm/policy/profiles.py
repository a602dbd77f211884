"""Which render profile a film gets: one that somebody honours, and that draws as the film was ordered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pipeline.plan.faceway import FaceWay, way_in
from pipeline.plan.job import RenderProfile
from pipeline.plan.keys import canonical

#: What workers without a card compute with.
CPU = "cpu"
_CARD = "cuda"


def choose_profile(
    honoured: Iterable[RenderProfile], way: FaceWay, *, version: str = ""
) -> RenderProfile | None:
    """The profile of a film that is drawn in some way; None when nobody honours such a one.

    One whose faces a card draws goes before those of processors, however many these are; then the one that
    most workers honour; of two the same one every time.

    Args:
        honoured: the profiles of all who take work, each as often as somebody honours it.
        way: how the film is drawn.
        version: of the engine, for a film that keeps it; empty: any.
    """
    drawn = (profile for profile in honoured if way_in(profile) == way)
    counts = Counter(profile for profile in drawn if version in ("", profile.version))
    return max(counts, key=lambda each: (_is_cards(each), counts[each], canonical(each)), default=None)


def version_of(profile: RenderProfile) -> str:
    """The engine of a profile with its version, such as ``warp 3``, as people are told it."""
    return f"{profile.engine} {profile.version}"


def device_of(profiles: Iterable[RenderProfile]) -> str:
    """What a worker computes with: ``cuda`` if a card draws in any of its profiles, else ``cpu``."""
    return _CARD if any(map(_is_cards, profiles)) else CPU


def _is_cards(profile: RenderProfile) -> bool:
    """Whether a card draws, as in ``torch-2.13.0+cu130-cuda-nvidia-t4-cudnn-91002``."""
    return _CARD in profile.backend.split("-")
