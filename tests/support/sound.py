"""What a finished file sounds like: measured by FFmpeg's own meter, and decoded sample by sample."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.support import films


def loudness_and_peak(path: Path) -> tuple[float, float]:
    """Integrated loudness (LUFS) and true peak (dBTP) of a file's sound, as ITU-R BS.1770 has it."""
    command = [str(films.media().ffmpeg), "-hide_banner", "-nostats", "-i", str(path), "-vn"]
    said = subprocess.run(
        [*command, "-af", "ebur128=peak=true", "-f", "null", "-"], capture_output=True, check=True
    ).stderr.decode()
    peak = re.findall(r"Peak:\s+(\S+) dBFS", said)[-1]
    return float(re.findall(r"I:\s+(\S+) LUFS", said)[-1]), float(peak)


def decoded_sound(path: Path) -> NDArray[np.float64]:
    """All that players play, (channels, samples), full scale 1."""
    command = [str(films.media().ffmpeg), "-v", "error", "-i", str(path), "-vn", "-f", "f32le", "-"]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(data, "<f4").reshape(-1, 2).T.astype(np.float64)
