"""What figures promise: they are read as they were written, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan.figures import (
    CELLS,
    ClipFigures,
    SoundFigures,
    SpeechFigures,
    unpacked_clip,
    unpacked_sound,
)

_COUNTS = st.integers(0, 1 << 31)
_LEVELS = st.none() | st.integers(-20_000, 2_000)


@given(
    frames=st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1), stills=st.sets(st.integers(0, 9999))
)
def test_a_clips_figures_are_read_as_they_were_written(
    frames: list[tuple[int, int, int]], stills: set[int]
) -> None:
    """Every byte of every frame, and every still."""
    levels, spreads, steps = (bytes(column) for column in zip(*frames, strict=True))
    written = ClipFigures(
        levels=levels,
        spreads=spreads,
        steps=steps,
        stills={number: bytes([number % 256] * CELLS * CELLS) for number in stills},
    )
    assert unpacked_clip(written.packed()) == written


@given(
    spoken=_LEVELS,
    integrated=_LEVELS,
    peak=_LEVELS,
    speeches=st.lists(st.builds(SpeechFigures, peak=_COUNTS, clipped=_COUNTS, silent_ms=_COUNTS)),
)
def test_a_sounds_figures_are_read_as_they_were_written(
    spoken: int | None, integrated: int | None, peak: int | None, speeches: list[SpeechFigures]
) -> None:
    """Silence has no loudness, and stays without."""
    written = SoundFigures(
        spoken=spoken, integrated=integrated, gain=-321, peak=peak, late_ms=-20, speeches=speeches
    )
    assert unpacked_sound(written.packed()) == written


def test_other_bytes_are_no_figures() -> None:
    """A box of a later version counts as not measured; one that was cut short is refused."""
    clip = ClipFigures(levels=b"abc", spreads=b"abc", steps=b"abc", stills={0: bytes(CELLS * CELLS)}).packed()
    sound = SoundFigures(
        spoken=None, integrated=None, gain=0, peak=None, late_ms=0, speeches=[SpeechFigures(peak=1)]
    ).packed()
    assert unpacked_clip(b"") is unpacked_clip(sound) is unpacked_sound(clip) is None
    for length in range(4, len(clip)):
        with pytest.raises(ValueError, match=r"\d"):
            unpacked_clip(clip[:length])
    for length in range(4, len(sound)):
        with pytest.raises(ValueError, match=r"\d"):
            unpacked_sound(sound[:length])
