"""How many frames a second each part of the engine `wav2lip` gives by itself, as one JSON object.

    PYTHONPATH=. python bench/_wav2lip_parts.py --stage stage.pickle --checkpoint w.pth [--mode fast]
        [--backend auto] [--device auto] [--motion none] [--threads 2]

network: the network for the whole face; mouth: for the part of it that `fast` lays into the portrait; face:
all that makes a frame; encoder: FFmpeg with such frames; both: the face into the encoder. On a card that is
known, of_roofline is the part of its fp16 peak that the network's multiplications make up.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from _wav2lip_stage import Stage
from _wav2lip_worker import arguments, described, encode, engine_of, media_of, weights_of
from numpy.typing import NDArray

from pipeline.engines.face.wav2lip.architecture import (
    FACE_DECODER,
    FACE_ENCODER,
    IMAGE,
    MEL_BANDS,
    MEL_STEPS,
    OUTPUT,
    multiplications,
)
from pipeline.engines.face.wav2lip.backends import choose, open_backend
from pipeline.engines.face.wav2lip.blend import shown_to_network
from pipeline.engines.face.wav2lip.box import crop_of
from pipeline.engines.face.wav2lip.mask import mask_of
from pipeline.engines.face.wav2lip.region import Region
from pipeline.plan.bearing import Bearing
from pipeline.plan.lipsync import Lipsync, Mode, Pads

_LONG_ENOUGH_S = 3.0
# So many frames are kept for the encoder.
_FRAMES = 250
# Dense fp16 operations a second, by the makers' data sheets.
_PEAKS = {"H200": 989e12, "H100": 989e12, "A100": 312e12, "L40S": 362e12, "RTX 4090": 165e12, "T4": 65e12}


def main() -> None:
    """Measure each part."""
    given = arguments("The parts of the engine wav2lip by themselves.").parse_args()
    cv2.setNumThreads(1)
    stage, media = Stage.read(given.stage), media_of()
    with tempfile.TemporaryDirectory() as folder:
        engine = engine_of(given)
        rates: dict[str, str | float] = {**described(engine), **_networks(stage, given, engine.batch)}
        drive = replace(stage.drives[0], bearing=Bearing(motion=given.motion))
        sitter = engine.prepare(stage.canvas, Lipsync(mode=given.mode))
        kept = [frame.copy() for frame in islice(sitter.frames(drive), _FRAMES)]
        rates["face"] = _rate(lambda: sum(1 for _ in sitter.frames(drive)))

        def encoded(frames: Iterable[NDArray[np.uint8]], count: int) -> int:
            encode(media, frames, stage, Path(folder) / "clip.mp4", count)
            return count

        rates["encoder"] = _rate(lambda: encoded(kept, len(kept)))
        rates["both"] = _rate(lambda: encoded(sitter.frames(drive), drive.frames))
        engine.close()
    print(json.dumps(rates))


def _networks(stage: Stage, given: argparse.Namespace, batch: int) -> dict[str, float]:
    """The network by itself, for the whole face and for the mouth."""
    picture = stage.canvas.picture
    size = (picture.shape[1], picture.shape[0])
    crop = crop_of(stage.canvas.face, size, Pads())
    choice = choose(kind=given.backend, device=given.device, exact=given.mode is Mode.EXACT)
    backend = open_backend(
        kind=choice.kind,
        device=choice.device,
        weights=weights_of(given),
        precision=choice.precision,
        batch=batch,
        threads=given.threads,
    )
    windows = np.random.default_rng(1).uniform(-4, 4, (batch, MEL_BANDS, MEL_STEPS)).astype(np.float32)
    rates = {}
    for name, region in (
        ("network", Region.whole()),
        ("mouth", mask_of(stage.canvas.face, crop, size).region),
    ):
        still = backend.still(shown_to_network(picture, crop), region)
        rates[name] = _rate(lambda still=still: len(backend.draw_still(still, windows)))  # type: ignore[misc]
    backend.close()
    if (peak := _peak(choice.device)) is not None:
        rates["of_roofline"] = rates["network"] * 2 * still_work() / peak
    return rates


def still_work() -> int:
    """Multiplications of one whole frame of a portrait whose face is encoded once, skips included."""
    work, side = multiplications()["audio_encoder"], 1
    skips = [0, *(block[-1].outputs for block in reversed(FACE_ENCODER))]
    for skip, block in zip(skips, (*FACE_DECODER, OUTPUT), strict=True):
        for index, layer in enumerate(block):
            made, _ = layer.size(side, side)
            inputs = layer.inputs - (skip if index == 0 else 0)
            pixels = side**2 if layer.transposed else made**2
            work += inputs * layer.outputs * layer.kernel**2 * pixels
            side = made
    assert side == IMAGE  # noqa: S101 - the table's own
    return work


def _peak(device: str) -> float | None:
    """What a card computes at most, in half precision; None of a CPU or of one that is not known."""
    if device == "cpu":
        return None
    import torch

    name = torch.cuda.get_device_name(device)
    return next((peak for part, peak in _PEAKS.items() if part in name), None)


def _rate(make: Callable[[], int]) -> float:
    """How many a second something makes; what it makes first does not count."""
    make()
    made, begun = 0, time.perf_counter()
    while (spent := time.perf_counter() - begun) < _LONG_ENOUGH_S:
        made += make()
    return made / spent


if __name__ == "__main__":
    main()
