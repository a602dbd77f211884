"""Promises of what the engine `wav2lip` is measured with."""

from __future__ import annotations

import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from pipeline.plan.clock import SAMPLE_RATE
from tests.support.wav2lip import require_torch

BENCH = Path(__file__).resolve().parents[2] / "bench"


@pytest.fixture(autouse=True)
def _bench(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCH)


def test_a_program_s_memory_and_lines_are_seen() -> None:
    """What it held at most, though it gave it back, and what it printed when."""
    from _watched import watched

    code = "import time; a = b'x' * 200_000_000; del a; print(1, flush=True); time.sleep(0.4); print(2)"
    seen = watched([sys.executable, "-c", code])
    assert 200e6 < seen.bytes < 300e6
    assert [line.strip() for _, line in seen.lines] == ["1", "2"]
    assert seen.lines[1][0] - seen.lines[0][0] > 0.3
    assert seen.seconds > seen.lines[1][0]
    with pytest.raises(subprocess.CalledProcessError):
        watched([sys.executable, "-c", "raise SystemExit(3)"])


def test_the_work_of_a_still_portrait_is_less() -> None:
    """A seventh of the network's multiplications are of its face alone."""
    require_torch()
    from _wav2lip_parts import still_work

    assert still_work() == 3_430_277_120


def test_the_baseline_pastes_whole_faces(tmp_path: Path, wav2lip_checkpoint: Path) -> None:
    """A frame for each window of the sound; beside the box every pixel is the portrait's own."""
    from _baseline_wav2lip import frames_of, windows_in

    chance = np.random.default_rng(3)
    sound = tmp_path / "speech.wav"
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(chance.integers(-9000, 9000, SAMPLE_RATE * 4 // 10, np.int16).tobytes())
    # 33 columns: windows begin at 0, 3, 6, 9, 12 and 16; the one at 19 would end behind them.
    windows = windows_in(sound, 25)
    assert [window.shape for window in windows] == [(80, 16)] * 7
    portrait = chance.integers(0, 255, (128, 128, 3), np.uint8)
    made, whole = (
        list(frames_of(portrait, (20, 100, 30, 101), windows[:3], wav2lip_checkpoint, batch))
        for batch in (2, 128)
    )
    outside = np.ones((128, 128), bool)
    outside[20:100, 30:101] = False
    assert len(made) == len(whole) == 3
    assert all(np.array_equal(frame[outside], portrait[outside]) for frame in made)
    assert not np.array_equal(made[0], made[2])
    assert np.abs(np.stack(made).astype(int) - np.stack(whole)).max() <= 1
