"""A drawn mouth is restored: a network sees the face as it knows faces, and adds to the mouth alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import LEFT_EYE_CORNERS, MOUTH_CORNERS, RIGHT_EYE_CORNERS
from pipeline.engines.face import Canvas, Drive
from pipeline.engines.face.warp.lattice import Box
from pipeline.engines.face.wav2lip import restoring
from pipeline.engines.face.wav2lip.alive import StillBody
from pipeline.engines.face.wav2lip.batches import NOTHING
from pipeline.engines.face.wav2lip.blend import SoftBlend, shown_to_network
from pipeline.engines.face.wav2lip.box import crop_of
from pipeline.engines.face.wav2lip.engine import Wav2LipEngine
from pipeline.engines.face.wav2lip.mask import Mask, mask_of
from pipeline.engines.face.wav2lip.restoration import SIDE, Restore, RestoredStill, alignment, fineness
from pipeline.engines.face.wav2lip.sitter import Draw, StillSitter
from pipeline.engines.face.wav2lip.speech import windows_of
from pipeline.engines.weights import Weights
from pipeline.media.picture import planes_of, to_bgr, to_yuv
from pipeline.plan.bearing import Bearing, Motion
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.errors import InputError, TransientError
from pipeline.plan.faceway import joined_weights
from pipeline.plan.lipsync import Lipsync, Mode, Pads
from tests.support.faces import murmured, silent, smiling_canvas
from tests.support.restorer import random_gfpgan, random_restorer, require_spandrel
from tests.support.wav2lip import weights_of

Values = NDArray[np.float32]
Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def canvas() -> Canvas:
    """A photograph."""
    return smiling_canvas()


@pytest.fixture(scope="module")
def crop(canvas: Canvas) -> Box:
    """Its face."""
    return crop_of(canvas.face, (256, 256), Pads())


@pytest.fixture(scope="module")
def mask(canvas: Canvas, crop: Box) -> Mask:
    """Where its mouth is."""
    return mask_of(canvas.face, crop, (256, 256))


@pytest.fixture
def any_file(tmp_path: Path) -> Weights:
    """What stands for the file of a network that is not read."""
    file = tmp_path / "face.pth"
    file.write_bytes(b"any")
    return weights_of(file)


class Sharpener:
    """Stands in for a network: sharpens, and makes everything greener."""

    def __init__(self) -> None:
        self.seen: list[Picture] = []

    def __call__(self, face: Picture) -> Values:
        """Some detail, and another colour."""
        self.seen.append(face.copy())
        known = face.astype(np.float32)
        return known + 2 * (known - np.asarray(cv2.GaussianBlur(known, (0, 0), 2), np.float32)) + [0, 30, 0]


def _same(face: Picture) -> Values:
    return face.astype(np.float32)


def _talking(mask: Mask, *, loud: float = 0.5) -> Draw:
    """A network that draws stripes, which follow what it hears."""
    rows = mask.region.rows
    across = np.linspace(0.3, 0.6, mask.region.columns, dtype=np.float32)

    def draw(windows: NDArray[np.float32]) -> NDArray[np.float32]:
        heard = windows.mean(axis=(1, 2), dtype=np.float64).astype(np.float32) / 8 + np.float32(loud)
        return np.repeat(np.repeat((heard[:, None, None] * across[:, None])[:, None], rows, 1), 3, 3)

    return draw


@pytest.fixture
def restored(canvas: Canvas, crop: Box, mask: Mask) -> Callable[..., RestoredStill]:
    """The photograph, its mouth drawn by one network and restored by another."""

    def made(restore: Restore, draw: Draw | None = None) -> RestoredStill:
        return RestoredStill(
            restore,
            draw or _talking(mask),
            blend=SoftBlend(canvas.picture, crop, mask, None),
            face=canvas.face,
            picture=canvas.picture,
            crop=crop,
            mask=mask,
        )

    return made


def _sitter(canvas: Canvas, still: RestoredStill, batch: int) -> StillSitter:
    body = StillBody(canvas.picture, still.blend.box)
    return StillSitter(still, batch=batch, blend=still.blend, body=body, lipsync=Lipsync(), lively=False)


def _frames(sitter: StillSitter, drive: Drive) -> list[Picture]:
    return [frame.copy() for frame in sitter.frames(drive)]


def _beyond(mask: Mask) -> NDArray[np.bool_]:
    """The pixels of the photograph that the mask has nothing of."""
    beyond = np.ones((256, 256), np.bool_)
    beyond[mask.box.top : mask.box.bottom, mask.box.left : mask.box.right] = mask.share == 0
    return beyond


def test_a_face_is_shown_as_networks_know_faces(canvas: Canvas, crop: Box) -> None:
    """Eyes and mouth stand where they stand in FFHQ; without landmarks the face is about there, too."""
    points = np.asarray(canvas.face.landmarks)[:, :2]
    eyes = [points[list(corners)].mean(axis=0) for corners in (RIGHT_EYE_CORNERS, LEFT_EYE_CORNERS)]
    mouth = points[list(MOUTH_CORNERS)].mean(axis=0)
    wanted = [(193, 240), (319, 240), (257, 371)]
    edges = tuple(float(edge) for edge in (crop.left, crop.top, crop.right, crop.bottom))
    for face, near in ((canvas.face, 15), (replace(canvas.face, landmarks=None), 25)):
        there = alignment(face, edges)  # type: ignore[arg-type]
        for at, known in zip([*eyes, mouth], wanted, strict=True):
            assert np.hypot(*(there[:, :2] @ at + there[:, 2] - known)) < near


def test_a_face_that_was_named_is_shown_and_not_the_one_that_was_found(canvas: Canvas) -> None:
    """Where the mouth's network is shown another part of the picture, what restores is shown that."""
    there = alignment(canvas.face, (10.0, 20.0, 60.0, 80.0))
    middle = there[:, :2] @ (35, 50) + there[:, 2]
    assert np.allclose(middle, (256, 320))
    assert there[0, 1] == 0


@pytest.mark.parametrize(("height", "times"), [(20, 1), (96, 1), (97, 2), (236, 3), (384, 4), (2_000, 4)])
def test_a_restored_mouth_is_as_fine_as_its_face_is_large(height: float, times: int) -> None:
    """But no finer than the picture that what restores is shown."""
    assert fineness(height) == times


def test_what_a_network_leaves_as_it_is_stays(
    canvas: Canvas, mask: Mask, restored: Callable[..., RestoredStill]
) -> None:
    """What the portrait shows of itself, and is given back as it is, differs by what turning it costs."""
    own = shown_to_network(canvas.picture, crop_of(canvas.face, (256, 256), Pads()))
    part = own[mask.region.top : mask.region.bottom, mask.region.left : mask.region.right]
    shown = part[None].astype(np.float32) / np.float32(255)
    still = restored(_same, lambda _windows: shown)
    blend = SoftBlend(canvas.picture, crop_of(canvas.face, (256, 256), Pads()), mask, None)
    plain = [plane.copy() for plane in blend.laid(shown[0], 0.0)]
    again = still.blend.laid(still(np.zeros((1, 80, 16), np.float32))[0], 0.0)
    for was, now in zip(plain, again, strict=True):
        off = np.abs(was.astype(int) - now)
        assert off.mean() < 0.6
        assert np.percentile(off, 99) <= 8


def test_nothing_but_the_mouth_changes_and_its_colours_stay(
    canvas: Canvas, mask: Mask, restored: Callable[..., RestoredStill]
) -> None:
    """Beyond the mask every byte is the portrait's; a network that turns all things greener is not seen."""
    network = Sharpener()
    drive = murmured()
    plain = _frames(_sitter(canvas, restored(_same), 4), drive)
    frames = _frames(_sitter(canvas, restored(network), 4), drive)
    assert {face.shape for face in network.seen} == {(SIDE, SIDE, 3)}
    beyond, still = _beyond(mask), to_yuv(canvas.picture)
    changes = []
    for was, now in zip(plain, frames, strict=True):
        assert np.array_equal(planes_of(now).luma[beyond], planes_of(still).luma[beyond])
        changes.append(np.abs(to_bgr(now).astype(int) - to_bgr(was)))
        # Where the mask begins, colours are those of before.
        means = to_bgr(now).astype(int) - to_bgr(was)
        edge = np.zeros((256, 256), np.bool_)
        edge[mask.box.top : mask.box.bottom, mask.box.left : mask.box.right] = (mask.share > 0) & (
            mask.share < 0.9
        )
        assert np.abs(means[edge].mean(axis=0)).max() < 4
    assert max(change.max() for change in changes) > 2


def test_equal_mouths_are_restored_once_and_closed_ones_not_at_all(
    canvas: Canvas, restored: Callable[..., RestoredStill]
) -> None:
    """However far a mouth is closed, and whenever it comes again; at rest the portrait is its own."""
    network, drive = Sharpener(), murmured()
    windows = windows_of(drive, Lipsync())
    said = [number for number in windows.numbers if number != NOTHING]
    frames = _frames(_sitter(canvas, restored(network), 4), drive)
    assert len(network.seen) == len(set(said)) > 4
    rest = to_yuv(canvas.picture)
    for frame, number in zip(frames, windows.numbers, strict=True):
        assert np.array_equal(frame, rest) or number != NOTHING
    quiet = Sharpener()
    for frame in _frames(_sitter(canvas, restored(quiet), 4), silent(9)):
        assert np.array_equal(frame, rest)
    assert not quiet.seen
    again = Sharpener()
    word = drive.audio[: 25 * samples_per_frame(25)]
    twice = replace(drive, audio=np.tile(word, 2), frames=50)
    numbers = [number for number in windows_of(twice, Lipsync()).numbers if number != NOTHING]
    _frames(_sitter(canvas, restored(again), 4), twice)
    assert len(again.seen) == len(set(numbers)) < len(numbers)


def test_frames_depend_neither_on_the_batch_nor_on_what_was_asked_before(
    canvas: Canvas, restored: Callable[..., RestoredStill]
) -> None:
    """Bit for bit, twice, in any chunks, and beside another clip that was left unfinished."""
    drive = murmured()
    frames = _frames(_sitter(canvas, restored(Sharpener()), 4), drive)
    sitter = _sitter(canvas, restored(Sharpener()), 1)
    unfinished = sitter.frames(replace(murmured(seed=2), audio=drive.audio[::-1].copy()))
    for _ in range(20):
        next(unfinished)
    assert all(map(np.array_equal, frames, _frames(sitter, drive)))
    unfinished.close()  # type: ignore[attr-defined]


def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a small network opened in place of any: it enlarges a face twice and roughens it by lot."""
    import torch

    from pipeline.engines.face.wav2lip import restore

    class Rough(torch.nn.Module):
        model: torch.nn.Module

        def forward(self, face: torch.Tensor) -> torch.Tensor:
            large = torch.nn.functional.interpolate(face, scale_factor=2)
            return large + 0.1 * torch.randn_like(large)

    rough = Rough()
    rough.model = torch.nn.Identity()
    monkeypatch.setattr(restore, "load_restorer", lambda _path, **_given: rough)


def test_the_same_face_gives_the_same_bits(
    canvas: Canvas, any_file: Weights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a network draws lots; and nobody else's lots are drawn for it."""
    require_spandrel()
    import torch

    from pipeline.engines.face.wav2lip import restore

    _stand_in(monkeypatch)
    network = restore.FaceRestorer(weights=any_file, device="cpu", threads=1)
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
    monkeypatch.setattr(restoring, "find_spec", lambda _name: None)
    with pytest.raises(InputError) as told:
        Wav2LipEngine(**given, **more)  # type: ignore[arg-type]
    assert told.value.code == "engine-missing"


def test_memory_that_runs_out_halves_the_batch(
    wav2lip_checkpoint: Path, canvas: Canvas, any_file: Weights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the mouth's own network has too little."""
    require_spandrel()
    import torch

    from pipeline.engines.face.wav2lip import restore

    class Huge(torch.nn.Module):
        model = torch.nn.Identity()

        def forward(self, _face: torch.Tensor) -> torch.Tensor:
            raise torch.OutOfMemoryError("too large")

    monkeypatch.setattr(restore, "load_restorer", lambda _path, **_given: Huge())
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
    assert not changed[_beyond(mask)].any()


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
        "from pipeline.engines.face.wav2lip.restore import FaceRestorer;"
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
