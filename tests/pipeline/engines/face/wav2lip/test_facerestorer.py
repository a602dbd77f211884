"""Networks that restore faces, opened from an operator's file: same bits, bounded memory, plain refusals."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face import Canvas, Drive
from pipeline.engines.face.wav2lip import ondemand
from pipeline.engines.face.wav2lip.engine import Wav2LipEngine
from pipeline.engines.face.wav2lip.mask import Mask
from pipeline.engines.face.wav2lip.restoration import SIDE
from pipeline.engines.weights import Weights
from pipeline.media.picture import planes_of
from pipeline.plan.bearing import Bearing, Motion
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.errors import InputError, TransientError
from pipeline.plan.faceway import joined_weights
from pipeline.plan.lipsync import Lipsync, Mode
from tests.support.restorer import beyond, random_gfpgan, random_restorer, require_spandrel
from tests.support.wav2lip import weights_of

Values = NDArray[np.float32]
Picture = NDArray[np.uint8]


@pytest.fixture
def any_file(tmp_path: Path) -> Weights:
    """What stands for the file of a network that is not read."""
    file = tmp_path / "face.pth"
    file.write_bytes(b"any")
    return weights_of(file)


def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a small network opened in place of any: it enlarges a face twice and roughens it by lot."""
    import torch

    from pipeline.engines.face.wav2lip import facerestorer

    class Rough(torch.nn.Module):
        model: torch.nn.Module

        def forward(self, face: torch.Tensor) -> torch.Tensor:
            large = torch.nn.functional.interpolate(face, scale_factor=2)
            return large + 0.1 * torch.randn_like(large)

    rough = Rough()
    rough.model = torch.nn.Identity()
    monkeypatch.setattr(facerestorer, "load_restorer", lambda _path, **_given: rough)


def test_the_same_face_gives_the_same_bits(
    canvas: Canvas, any_file: Weights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a network draws lots; and nobody else's lots are drawn for it."""
    require_spandrel()
    import torch

    from pipeline.engines.face.wav2lip import facerestorer

    _stand_in(monkeypatch)
    network = facerestorer.FaceRestorer(weights=any_file, device="cpu", threads=1)
    face = cv2.resize(canvas.picture, (SIDE, SIDE))
    state = torch.random.get_rng_state()
    first = network(face)
    assert torch.equal(torch.random.get_rng_state(), state)
    torch.manual_seed(7)
    assert np.array_equal(network(face), first)
    assert first.shape == (SIDE, SIDE, 3)
    # Colours keep their order, and what is roughened stays about what it was.
    assert np.abs(first - face).mean() < 30
    assert np.abs(first.mean(axis=(0, 1)) - face.mean(axis=(0, 1))).max() < 10
    network.close()
    network.close()
    with pytest.raises(ValueError, match="closed"):
        network(face)


def _hum() -> Drive:
    """A voice that hums for eight frames."""
    at = np.arange(8 * samples_per_frame(25)) / SAMPLE_RATE
    hum = sum(np.sin(2 * np.pi * 130 * harmonic * at) / harmonic for harmonic in range(1, 20))
    return Drive(
        audio=np.rint(6_000 * hum).astype(np.int16),
        phonemes=(),
        frames=8,
        fps=25,
        seed=1,
        bearing=Bearing(motion=Motion.NONE),
    )


def test_the_engine_restores(
    wav2lip_checkpoint: Path, canvas: Canvas, any_file: Weights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its profile tells both models and every library; only the mouth differs; exact restores nothing."""
    require_spandrel()
    given = {
        "weights": weights_of(wav2lip_checkpoint),
        "backend": "torch",
        "device": "cpu",
        "batch": 2,
    }
    _stand_in(monkeypatch)
    more = {"restorer": any_file}
    drive = _hum()
    plain, restoring_one = Wav2LipEngine(**given), Wav2LipEngine(**given, **more)  # type: ignore[arg-type]
    try:
        assert restoring_one.weights == joined_weights((plain.weights, any_file.digest))
        assert restoring_one.backend.startswith(f"{plain.backend}+torch-")
        assert "+spandrel-" in restoring_one.backend
        assert restoring_one.version.startswith(f"{plain.version}-restored-")
        frames = [
            [frame.copy() for frame in islice(engine.prepare(canvas, Lipsync()).frames(drive), 4)]
            for engine in (plain, restoring_one)
        ]
    finally:
        plain.close()
        restoring_one.close()
    same = [bool(np.array_equal(*pair)) for pair in zip(*frames, strict=True)]
    assert same == [True, True, False, False], "lips at rest are the portrait's own"
    changed = np.argwhere(planes_of(frames[0][3]).luma != planes_of(frames[1][3]).luma)
    top, left = changed.min(axis=0)
    assert top > canvas.face.box[1] + (canvas.face.box[3] - canvas.face.box[1]) / 3
    assert left > canvas.face.box[0]
    with pytest.raises(InputError) as told:
        Wav2LipEngine(**given, **more, mode=Mode.EXACT)  # type: ignore[arg-type]
    assert told.value.code == "face-restore-exact"
    monkeypatch.setattr(ondemand, "find_spec", lambda _name: None)
    with pytest.raises(InputError) as told:
        Wav2LipEngine(**given, **more)  # type: ignore[arg-type]
    assert told.value.code == "engine-missing"


def test_memory_that_runs_out_halves_the_batch(
    wav2lip_checkpoint: Path, canvas: Canvas, any_file: Weights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the mouth's own network has too little."""
    require_spandrel()
    import torch

    from pipeline.engines.face.wav2lip import facerestorer

    class Huge(torch.nn.Module):
        model = torch.nn.Identity()

        def forward(self, _face: torch.Tensor) -> torch.Tensor:
            raise torch.OutOfMemoryError("too large")

    monkeypatch.setattr(facerestorer, "load_restorer", lambda _path, **_given: Huge())
    engine = _engine(wav2lip_checkpoint, any_file, batch=2)
    try:
        with pytest.raises(TransientError) as told:
            list(engine.prepare(canvas, Lipsync()).frames(_hum()))
    finally:
        engine.close()
    assert told.value.code == "face-out-of-memory"
    assert (told.value.facts["batch"], told.value.facts["left"]) == (2, 1)


def _engine(weights: Path, restorer: Weights, *, batch: int = 1) -> Wav2LipEngine:
    """On a processor, by torch."""
    return Wav2LipEngine(
        weights=weights_of(weights),
        backend="torch",
        device="cpu",
        batch=batch,
        restorer=restorer,
    )


def test_a_network_of_spandrels_restores_a_film(
    wav2lip_checkpoint: Path, canvas: Canvas, mask: Mask, tmp_path: Path
) -> None:
    """From an operator's file; the mouth alone changes."""
    require_spandrel()
    file = tmp_path / "face.pth"
    random_restorer(file)
    engine = _engine(wav2lip_checkpoint, weights_of(file))
    try:
        sitter = engine.prepare(canvas, Lipsync())
        frames = [frame.copy() for frame in islice(sitter.frames(_hum()), 3)]
    finally:
        engine.close()
    assert np.array_equal(frames[0], frames[1])
    changed = planes_of(frames[2]).luma != planes_of(frames[0]).luma
    assert changed.any()
    assert not changed[beyond(mask)].any()


def test_what_is_no_restorer_is_refused_before_a_mouth_is_drawn(
    wav2lip_checkpoint: Path, canvas: Canvas, tmp_path: Path
) -> None:
    """Also one that was taken away meanwhile, and one that became another file."""
    require_spandrel()
    random_restorer(changed := tmp_path / "changed.pth")
    before = weights_of(changed)
    random_restorer(changed, seed=2)
    for file, code in (
        (weights_of(wav2lip_checkpoint), "model-restorer-unknown"),
        (replace(before, path=tmp_path / "gone.pth"), "model-file-unreadable"),
        (before, "model-damaged"),
    ):
        engine = _engine(wav2lip_checkpoint, file)
        with pytest.raises(InputError) as told:
            engine.prepare(canvas, Lipsync())
        assert told.value.code == code
        engine.close()


@pytest.mark.soak
def test_gfpgan_restores_within_two_gigabytes(canvas: Canvas, tmp_path: Path) -> None:
    """In its true size, with random weights: the same face twice alike, noise included."""
    require_spandrel()
    file = tmp_path / "gfpgan.pth"
    random_gfpgan(file)
    face = np.asarray(cv2.resize(canvas.picture, (SIDE, SIDE)), np.uint8)
    np.save(tmp_path / "face.npy", face)
    # In a process of its own, whose memory is its own.
    program = (
        "import sys, resource, numpy as np; from pathlib import Path;"
        "from pipeline.engines.face.wav2lip.facerestorer import FaceRestorer;"
        "from tests.support.wav2lip import weights_of;"
        "network = FaceRestorer(weights=weights_of(Path(sys.argv[1])), device='cpu', threads=1);"
        "face = np.load(sys.argv[2]); first = network(face);"
        "assert first.shape == face.shape and first.std() > 1;"
        "assert np.array_equal(network(face), first);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, file, tmp_path / "face.npy"],
        check=True,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert int(told.stdout) < 2 << 20
