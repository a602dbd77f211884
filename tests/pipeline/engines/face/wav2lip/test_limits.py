"""No clip fails for memory alone: batches are halved until they fit, and one mouth at a time fits 4 GB."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TypedDict

import pytest

from tests.support.openvino import require_openvino
from tests.support.wav2lip import weights_of

# What a farm does, in a process of its own: whatever does not fit is begun anew with what is left.
_CLIP = """
import json, re, resource, sys
from dataclasses import replace
from pathlib import Path
from pipeline.engines.face.wav2lip.engine import Wav2LipEngine
from pipeline.engines.weights import Weights
from pipeline.plan.errors import TransientError
from pipeline.plan.lipsync import Lipsync, Mode
import numpy as np
from tests.support.faces import silent, smiling_canvas

weights, digest, most, batch, kind = *sys.argv[1:3], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
noise = np.random.default_rng(1).integers(-9000, 9000, 5 * 1920).astype(np.int16)
canvas, drive, told, frames = smiling_canvas(), replace(silent(5), audio=noise), [], 0
resource.setrlimit(resource.RLIMIT_AS, (most, most))
while not frames and len(told) < 8:
    engine = Wav2LipEngine(
        weights=Weights(path=Path(weights), digest=digest, name="noise"), mode="exact", backend=kind,
        device="cpu", batch=batch, remembered=Path(sys.argv[6]),
    )
    try:
        frames = sum(1 for _ in engine.prepare(canvas, Lipsync(mode=Mode.EXACT)).frames(drive))
    except TransientError as error:
        told.append({"code": error.code, **error.facts})
    engine.close()
    batch = 0
made = {"told": told, "frames": frames, "wanted": drive.frames, "batch": engine.batch}
peak = re.search("VmHWM:[^0-9]*([0-9]+)", Path("/proc/self/status").read_text()).group(1)
print(json.dumps({**made, "peak_kb": int(peak)}))
"""


class Made(TypedDict):
    """What became of a clip: what was told meanwhile, what was drawn, and how much memory it took."""

    told: list[dict[str, object]]
    frames: int
    wanted: int
    batch: int
    peak_kb: int


def _made(weights: Path, folder: Path, *, megabytes: int, batch: int, backend: str) -> Made:
    """Make a clip within so much address space."""
    limits = [str(megabytes << 20), str(batch), backend]
    given = [str(weights), weights_of(weights).digest, *limits, str(folder / "batches.json")]
    done = subprocess.run([sys.executable, "-c", _CLIP, *given], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    made: Made = json.loads(done.stdout)
    return made


@pytest.fixture(scope="module")
def weights(wav2lip_checkpoint: Path) -> Path:
    """A checkpoint with its kernels beside it: what reads them takes no torch."""
    require_openvino()
    return wav2lip_checkpoint


@pytest.mark.parametrize("backend", ["openvino", "torch"])
def test_a_clip_is_made_within_four_gigabytes(weights: Path, tmp_path: Path, backend: str) -> None:
    """With batches of one a process that may use 4 GB makes a whole clip, and takes less than one."""
    made = _made(weights, tmp_path, megabytes=4096, batch=1, backend=backend)
    assert made["told"] == []
    assert made["frames"] == made["wanted"]
    assert made["peak_kb"] < 1_000_000


def test_batches_that_do_not_fit_are_halved_until_they_do(weights: Path, tmp_path: Path) -> None:
    """Each attempt says how many are left, the next one takes that many, and the clip is made in the end."""
    made = _made(weights, tmp_path, megabytes=1700, batch=128, backend="openvino")
    assert made["frames"] == made["wanted"]
    halvings = made["told"]
    assert halvings == [
        {"code": "face-out-of-memory", "device": "cpu", "batch": 128 >> n, "left": 64 >> n}
        for n in range(max(1, len(halvings)))
    ]
    assert made["batch"] == halvings[-1]["left"]
