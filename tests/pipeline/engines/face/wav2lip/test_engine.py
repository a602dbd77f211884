"""The engine, with random weights on the processor."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face import Drive
from pipeline.engines.face.wav2lip import engine as engine_module
from pipeline.engines.face.wav2lip.alive import StillBody
from pipeline.engines.face.wav2lip.backends import Backend, MouthMemoryError, open_backend
from pipeline.engines.face.wav2lip.blend import SoftBlend, shown_to_network
from pipeline.engines.face.wav2lip.box import crop_of
from pipeline.engines.face.wav2lip.engine import Wav2LipEngine
from pipeline.engines.face.wav2lip.mask import Mask, mask_of
from pipeline.engines.face.wav2lip.mel import spectrogram
from pipeline.engines.face.wav2lip.memory import CPU_BATCH
from pipeline.engines.face.wav2lip.sitter import StillSitter
from pipeline.engines.weights import Weights
from pipeline.media.picture import planes_of, to_yuv
from pipeline.plan.bearing import Bearing, Expression, Motion
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.errors import InputError, TransientError
from pipeline.plan.lipsync import Lipsync, Mode, Pads
from pipeline.plan.thirds import thirds
from tests.support.faces import drawn_canvas, silent, smiling_canvas
from tests.support.wav2lip import require_torch, weights_of

_EXACT = Lipsync(mode=Mode.EXACT)
_STILL = Bearing(motion=Motion.NONE)
#: As many as take little memory.
_BATCH = 4


def _opened(checkpoint: Path, mode: Mode, **more: object) -> Wav2LipEngine:
    given = {"backend": "torch", "device": "cpu", **more}
    return Wav2LipEngine(weights=weights_of(checkpoint), mode=mode, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def exact(checkpoint: Path) -> Iterator[Wav2LipEngine]:
    """The engine as the original program draws."""
    engine = _opened(checkpoint, Mode.EXACT, batch=_BATCH)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def fast(checkpoint: Path) -> Iterator[Wav2LipEngine]:
    """The engine as it usually is."""
    engine = _opened(checkpoint, Mode.FAST, batch=_BATCH)
    yield engine
    engine.close()


def _drawn(sitter: StillSitter, drive: Drive) -> list[NDArray[np.uint8]]:
    return [frame.copy() for frame in sitter.frames(drive)]


def _buzz(frames: int, *, seed: int = 0) -> Drive:
    """A hum that comes and goes, without silence around it."""
    at = np.arange(frames * samples_per_frame(25)) / SAMPLE_RATE
    loud = 0.6 + 0.4 * np.sin(2 * np.pi * (2 + seed) * at)
    voice = sum(np.sin(2 * np.pi * 130 * harmonic * at) / harmonic for harmonic in range(1, 20))
    audio = np.rint(6_000 * loud * voice).astype(np.int16)
    return Drive(audio=audio, phonemes=(), frames=frames, fps=25, seed=seed, bearing=_STILL)


def _beyond(mask: Mask, *, full: bool) -> NDArray[np.bool_]:
    """Where a mask of a 256 x 256 picture is full, else where it is nothing."""
    found = np.full((256, 256), not full)
    found[mask.box.top : mask.box.bottom, mask.box.left : mask.box.right] = mask.share == float(full)
    return found


def test_exact_is_what_the_original_program_draws(exact: Wav2LipEngine, checkpoint: Path) -> None:
    """A straightforward loop over the whole network, frame by frame, differs by one level at the most.

    Compared as frames are encoded, in planes, wherever the window lies inside the audio.
    """
    require_torch()
    import torch

    from pipeline.engines.face.wav2lip.checkpoint import load_generator

    canvas, drive = smiling_canvas(), _buzz(8)
    frames = _drawn(exact.prepare(canvas, _EXACT), drive)
    crop = crop_of(canvas.face, (256, 256), Pads())
    mel = spectrogram(thirds(drive.audio))
    generator = load_generator(checkpoint)
    compared = 0
    for number, frame in enumerate(frames):
        start = int(80.0 * number / 25)
        if start + 16 > mel.shape[1]:
            break
        face = cv2.resize(canvas.picture[crop.top : crop.bottom, crop.left : crop.right], (96, 96))
        masked = face.copy()
        masked[48:] = 0
        seen = np.concatenate((masked, face), axis=2) / 255.0
        with torch.inference_mode():
            drawn = generator(
                torch.from_numpy(mel[None, None, :, start : start + 16].astype(np.float32)),
                torch.from_numpy(seen.transpose(2, 0, 1)[None].astype(np.float32)),
            )
        levels = (drawn[0].numpy().transpose(1, 2, 0) * 255.0).astype(np.uint8)
        expected = canvas.picture.copy()
        expected[crop.top : crop.bottom, crop.left : crop.right] = cv2.resize(
            levels, (crop.width, crop.height)
        )
        assert np.abs(to_yuv(expected).astype(int) - frame).max() <= 1
        compared += 1
    assert compared >= 3


def test_fast_is_exact_in_the_mouth_and_the_portrait_beyond_it(
    exact: Wav2LipEngine, checkpoint: Path
) -> None:
    """With no mouth closed and no colour matched: two levels where the mask is full, nothing beyond it."""
    canvas, drive = drawn_canvas(), _buzz(6)
    crop = crop_of(canvas.face, (256, 256), Pads())
    mask = mask_of(canvas.face, crop, (256, 256))
    backend = open_backend(
        kind="torch", device="cpu", weights=weights_of(checkpoint), precision="fp32", batch=4, threads=1
    )
    still = backend.still(shown_to_network(canvas.picture, crop), mask.region)
    bare = StillSitter(
        lambda windows: backend.draw_still(still, windows),
        batch=4,
        blend=SoftBlend(canvas.picture, crop, mask, None),
        body=StillBody(canvas.picture, mask.box),
        lipsync=_EXACT,
        lively=False,
    )
    own = planes_of(to_yuv(canvas.picture))
    full, beyond = _beyond(mask, full=True), _beyond(mask, full=False)
    small_full, small_beyond = (part.reshape(128, 2, 128, 2).all(axis=(1, 3)) for part in (full, beyond))
    for soft, hard in zip(bare.frames(drive), exact.prepare(canvas, _EXACT).frames(drive), strict=True):
        for one, other, plane, inside, outside in zip(
            planes_of(soft),
            planes_of(hard),
            own,
            (full, small_full, small_full),
            (beyond, small_beyond, small_beyond),
            strict=True,
        ):
            assert np.abs(one.astype(int) - other)[inside].max() <= 2
            assert np.array_equal(one[outside], plane[outside])
    backend.close()


def test_what_is_named_as_the_face_is_drawn(exact: Wav2LipEngine) -> None:
    """Padding moves the edges of what is drawn, and a crop is drawn to its last pixel, and nothing beyond."""
    canvas, drive = drawn_canvas(), _buzz(3)
    own = planes_of(to_yuv(canvas.picture)).luma
    named = replace(canvas, crop=(70.0, 90.0, 170.0, 200.0))
    wide = Pads(top=8, bottom=12, left=4, right=6)
    for given, lipsync in ((canvas, replace(_EXACT, pads=wide)), (named, _EXACT)):
        crop = crop_of(canvas.face, (256, 256), lipsync.pads, crop=given.crop)
        (_, frame, _) = _drawn(exact.prepare(given, lipsync), drive)
        rows, columns = np.nonzero(planes_of(frame).luma != own)
        edges = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert edges == (crop.left, crop.top, crop.right, crop.bottom)
    assert (crop.left, crop.top, crop.right, crop.bottom) == (70, 90, 170, 200)


@pytest.mark.parametrize("mode", list(Mode))
def test_a_clip_does_not_depend_on_its_chunk(
    mode: Mode, exact: Wav2LipEngine, fast: Wav2LipEngine, checkpoint: Path
) -> None:
    """Drawn after another clip, or alone by an engine that was opened for it, its bytes are the same."""
    engine = exact if mode is Mode.EXACT else fast
    canvas, lipsync = drawn_canvas(), Lipsync(mode=mode)
    together = engine.prepare(canvas, lipsync)
    _drawn(together, _buzz(3, seed=1))
    clip = _buzz(10, seed=2)
    alone = _opened(checkpoint, mode, batch=_BATCH)
    drawn = _drawn(together, clip)
    assert any((frame != drawn[0]).any() for frame in drawn)
    for one, other in zip(drawn, alone.prepare(canvas, lipsync).frames(clip), strict=True):
        assert np.array_equal(one, other)
    alone.close()


def test_memory_does_not_grow_with_a_clips_length(fast: Wav2LipEngine) -> None:
    """Twelve seconds of a hum into a clip, less than 10 MiB more are held than after four."""
    audio = np.tile(_buzz(5).audio, 60)
    sitter = fast.prepare(drawn_canvas(), Lipsync())
    drive = Drive(audio=audio, phonemes=(), frames=300, fps=25, seed=1, bearing=_STILL)
    # What arrays hold, to the byte: how far the process's heap was grown or trimmed before does not count.
    tracemalloc.start()
    try:
        held = [tracemalloc.get_traced_memory()[0] for _ in sitter.frames(drive)]
    finally:
        tracemalloc.stop()
    # What the first batches take stays; 200 frames more would be 18 MiB.
    assert max(held[100:]) - max(held[:100]) < 10 << 20


def test_a_portrait_without_features_moves_its_mouth_alone(fast: Wav2LipEngine) -> None:
    """Where the eye knows a box only, nothing is turned, and nothing outside the mouth changes."""
    canvas = drawn_canvas()
    canvas = replace(canvas, face=replace(canvas.face, landmarks=None))
    frames = _drawn(fast.prepare(canvas, Lipsync()), replace(_buzz(12), bearing=Bearing()))
    own = to_yuv(canvas.picture)
    assert np.array_equal(frames[0], own)
    crop = crop_of(canvas.face, (256, 256), Pads())
    mask = mask_of(canvas.face, crop, (256, 256))
    beyond = _beyond(mask, full=False)
    assert all(np.array_equal(frame[:256][beyond], own[:256][beyond]) for frame in frames)
    assert any((frame != own).any() for frame in frames)


def test_a_crop_beside_the_face_talks_alone(fast: Wav2LipEngine) -> None:
    """Somebody who names another face than the one that was found gets just that one's mouth moved."""
    canvas = replace(drawn_canvas(), crop=(4.0, 4.0, 60.0, 70.0))
    own = to_yuv(canvas.picture)
    frames = _drawn(fast.prepare(canvas, Lipsync()), replace(_buzz(12), bearing=Bearing()))
    assert any((frame[:70, :60] != own[:70, :60]).any() for frame in frames)
    assert all(np.array_equal(frame[70:256], own[70:256]) for frame in frames)


def test_open_lips_are_closed_at_rest_and_nothing_else_is(fast: Wav2LipEngine) -> None:
    """A broad smile shows no teeth while nobody speaks; beyond the mouth the portrait is its own."""
    canvas = smiling_canvas()
    rest = _drawn(fast.prepare(canvas, Lipsync()), replace(silent(1), bearing=_STILL))[0]
    own, mask = (
        to_yuv(canvas.picture),
        mask_of(canvas.face, crop_of(canvas.face, (256, 256), Pads()), (256, 256)),
    )
    beyond = _beyond(mask, full=False)
    assert np.array_equal(rest[:256][beyond], own[:256][beyond])
    assert canvas.face.landmarks is not None
    x, y = np.round(canvas.face.landmarks[[13, 14], :2].mean(axis=0)).astype(int)
    teeth, lips = (frame[y - 2 : y + 3, x - 4 : x + 5].mean() for frame in (own, rest))
    assert teeth - lips > 25


def test_a_friendly_face_rests_in_one_picture(fast: Wav2LipEngine) -> None:
    """The look is about the eyes: rest is another picture than a neutral one's, and one for every clip."""
    sitter = fast.prepare(drawn_canvas(), Lipsync())
    friendly = Bearing(expression=Expression.FRIENDLY, motion=Motion.NONE)
    one = _drawn(sitter, replace(silent(3, seed=1), bearing=friendly))
    other = _drawn(sitter, replace(silent(5, seed=2), bearing=friendly))
    assert np.array_equal(one[0], other[-1])
    assert not np.array_equal(one[0], _drawn(sitter, replace(silent(3), bearing=_STILL))[0])


def test_exact_stands_still(exact: Wav2LipEngine) -> None:
    """The original program has no motion: in silence every frame is one picture, whatever was wished for."""
    sitter = exact.prepare(drawn_canvas(), _EXACT)
    frames = _drawn(sitter, replace(silent(30), bearing=Bearing(motion=Motion.LIVELY)))
    assert all(np.array_equal(frames[0], frame) for frame in frames)


def test_an_engine_draws_in_the_mode_it_was_opened_for(checkpoint: Path, fast: Wav2LipEngine) -> None:
    """Its mode is in its version, so another one is a mistake; and other words are no mode."""
    with pytest.raises(ValueError, match="exact"):
        fast.prepare(drawn_canvas(), _EXACT)
    with pytest.raises(InputError, match="face-mode-unknown"):
        Wav2LipEngine(weights=weights_of(checkpoint), mode="quick")


def test_it_tells_what_it_will_do_before_anything_is_loaded(tmp_path: Path) -> None:
    """Backend, precision, batch and threads stand before there is a file to load."""
    absent = Weights(path=tmp_path / "not-there.pth", digest="0" * 64, name="absent")
    engine = Wav2LipEngine(weights=absent, mode=Mode.EXACT, backend="torch", device="cpu", threads=2)
    assert (engine.precision, engine.threads, engine.weights) == ("fp32", 2, "0" * 64)
    assert engine.backend.startswith("torch-")
    assert engine.batch >= 1
    assert "exact" in engine.version
    engine.close()


class _Full:
    """A network whose memory is full after so many calls."""

    def __init__(self, inner: Backend, calls: int) -> None:
        self._inner, self._left = inner, calls

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def draw_still(self, still: object, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """As the inner one, until its memory is full."""
        self._left -= 1
        if self._left < 0:
            raise MouthMemoryError
        return self._inner.draw_still(still, windows)  # type: ignore[arg-type]


def test_memory_that_runs_out_halves_the_batch_of_the_next_engine(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In mid-clip too: the clip ends with an error that tells it; who opens the engine anew gets half.

    A while later whoever opens it anew gets as many as usual.
    """
    remembered = tmp_path / "batches.json"
    with monkeypatch.context() as patched:
        patched.setattr(engine_module, "open_backend", lambda **given: _Full(open_backend(**given), 2))
        engine = _opened(checkpoint, Mode.FAST, batch=4, remembered=remembered)
        sitter = engine.prepare(drawn_canvas(), Lipsync())
        with pytest.raises(TransientError) as told:
            _drawn(sitter, _buzz(20))
        engine.close()
    assert told.value.code == "face-out-of-memory"
    assert (told.value.facts["batch"], told.value.facts["left"]) == (4, 2)
    again = _opened(checkpoint, Mode.FAST, remembered=remembered)
    assert again.batch == 2
    assert not again.may_grow()
    told_then = json.loads(remembered.read_text("utf-8"))
    for entry in told_then["batches"].values():
        entry["at"] -= 3600
    remembered.write_text(json.dumps(told_then), "utf-8")
    assert again.may_grow()
    again.grow()
    assert again.batch == 2, "as long as it is open"
    again.close()
    assert _opened(checkpoint, Mode.FAST, remembered=remembered).batch == CPU_BATCH
