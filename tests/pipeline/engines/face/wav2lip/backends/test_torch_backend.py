"""What the torch backend promises of mouths."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.engines.face.wav2lip.backends import Backend, StillFace, open_backend
from pipeline.engines.face.wav2lip.region import Region
from tests.support.wav2lip import require_torch, weights_of

require_torch()

import torch  # noqa: E402 - where it is not installed, this file is skipped above

from pipeline.engines.face.wav2lip.backends.torch_backend import alike  # noqa: E402
from pipeline.engines.face.wav2lip.checkpoint import load_generator  # noqa: E402
from pipeline.engines.face.wav2lip.still import seen  # noqa: E402

_BATCH = 3
_MOUTH = Region(top=52, bottom=92, left=20, right=76)
#: Of the range of levels: what the reference differs from the truth by, too.
_ROUNDING = 1e-4
_LEVELS = 255


def opened(checkpoint: Path, precision: str = "fp32", batch: int = _BATCH, threads: int = 1) -> Backend:
    """The backend on the processor."""
    return open_backend(
        kind="torch",
        device="cpu",
        weights=weights_of(checkpoint),
        precision=precision,
        batch=batch,
        threads=threads,
    )


def faces(count: int) -> NDArray[np.uint8]:
    """Faces of soft colours, each another one."""
    coarse = np.random.default_rng(7).integers(0, 256, (count, 6, 6, 3)).astype(np.uint8)
    return coarse.repeat(16, axis=1).repeat(16, axis=2)


def heard(count: int) -> NDArray[np.float32]:
    """Windows of sound, each another one."""
    drawn = np.random.default_rng(8).uniform(-4, 4, (count, 20, 4)).astype(np.float32)
    return drawn.repeat(4, axis=1).repeat(4, axis=2)


@pytest.fixture(scope="module")
def backend(checkpoint: Path) -> Iterator[Backend]:
    """The backend in fp32."""
    made = opened(checkpoint)
    yield made
    made.close()


@pytest.fixture(scope="module")
def reference(checkpoint: Path) -> NDArray[np.float32]:
    """What the network as it stands in the paper makes of one face and three windows."""
    with torch.inference_mode():
        given = seen(torch.from_numpy(faces(1))).expand(_BATCH, -1, -1, -1).contiguous()
        drawn = load_generator(checkpoint)(torch.from_numpy(heard(_BATCH)).unsqueeze(1), given)
        return drawn.permute(0, 2, 3, 1).numpy()


@pytest.fixture(scope="module")
def whole(backend: Backend) -> StillFace:
    """The face, all of it to be drawn."""
    return backend.still(faces(1)[0], Region.whole())


def test_the_whole_picture_is_the_networks(
    backend: Backend, whole: StillFace, reference: NDArray[np.float32]
) -> None:
    """To rounding; and as levels of a picture, cut off as the original program does it, within one level."""
    drawn = backend.draw_still(whole, heard(_BATCH))
    assert drawn.shape == (_BATCH, 96, 96, 3)
    assert drawn.dtype == np.float32
    assert np.abs(drawn - reference).max() < _ROUNDING
    levels = [(picture * _LEVELS).astype(np.uint8).astype(int) for picture in (drawn, reference)]
    assert np.abs(levels[0] - levels[1]).max() <= 1


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.integers(0, 96), min_size=2, max_size=2, unique=True).map(sorted),
    st.lists(st.integers(0, 96), min_size=2, max_size=2, unique=True).map(sorted),
)
def test_a_region_is_that_part_of_the_whole(
    backend: Backend, reference: NDArray[np.float32], rows: list[int], columns: list[int]
) -> None:
    """Any region, to rounding."""
    region = Region(top=rows[0], bottom=rows[1], left=columns[0], right=columns[1])
    drawn = backend.draw_still(backend.still(faces(1)[0], region), heard(_BATCH))
    part = reference[:, region.top : region.bottom, region.left : region.right]
    assert drawn.shape == part.shape
    assert np.abs(drawn - part).max() < _ROUNDING


def test_a_mouth_does_not_depend_on_its_company(backend: Backend) -> None:
    """Bit for bit the same in any slot, with any neighbours, and however many are asked for."""
    still = backend.still(faces(1)[0], _MOUTH)
    drawn = backend.draw_still(still, heard(_BATCH))
    assert np.array_equal(backend.draw_still(still, heard(_BATCH)[::-1]), drawn[::-1])
    assert np.array_equal(backend.draw_still(still, heard(_BATCH)[1:2]), drawn[1:2])
    backend.draw_still(backend.still(faces(2)[1], _MOUTH), heard(2))
    assert np.array_equal(backend.draw_still(still, heard(_BATCH)), drawn)


def test_no_mouths_are_none(backend: Backend) -> None:
    """No windows give no mouths, of the region's size."""
    still = backend.still(faces(1)[0], _MOUTH)
    assert backend.draw_still(still, heard(0)).shape == (0, _MOUTH.rows, _MOUTH.columns, 3)


def test_more_than_a_batch_is_refused(backend: Backend) -> None:
    """It is the caller's mistake."""
    still = backend.still(faces(1)[0], _MOUTH)
    with pytest.raises(ValueError, match="windows for a batch"):
        backend.draw_still(still, heard(_BATCH + 1))


def test_a_moving_face_is_drawn_as_a_still_one(backend: Backend) -> None:
    """To rounding; and what is drawn for a face depends on no other."""
    shown = faces(_BATCH)
    moving = backend.draw_moving(shown, heard(_BATCH), _MOUTH)
    for k in range(_BATCH):
        still = backend.draw_still(backend.still(shown[k], _MOUTH), heard(_BATCH))
        assert np.abs(moving[k] - still[k]).max() < _ROUNDING
    assert np.array_equal(backend.draw_moving(shown[1:2], heard(_BATCH)[1:2], _MOUTH), moving[1:2])


def test_another_thread_computes_the_same(backend: Backend, whole: StillFace) -> None:
    """Bit for bit, though torch counts threads for each thread, and another one set another number."""
    here = backend.draw_still(whole, heard(_BATCH))

    def elsewhere() -> NDArray[np.float32]:
        torch.set_num_threads(2)
        return backend.draw_still(whole, heard(_BATCH))

    with ThreadPoolExecutor(1) as pool:
        assert np.array_equal(pool.submit(elsewhere).result(), here)


def test_threads_share_a_batch(checkpoint: Path, backend: Backend) -> None:
    """Two threads draw twice as many at a time, each of them the bits that one draws alone."""
    shared = opened(checkpoint, batch=2 * _BATCH, threads=2)
    still, alone = shared.still(faces(1)[0], _MOUTH), backend.still(faces(1)[0], _MOUTH)
    drawn = shared.draw_still(still, heard(2 * _BATCH))
    parts = [backend.draw_still(alone, part) for part in np.split(heard(2 * _BATCH), 2)]
    assert np.array_equal(drawn, np.concatenate(parts))
    few = heard(2 * _BATCH)[: _BATCH + 1]
    assert np.array_equal(shared.draw_still(still, few), drawn[: _BATCH + 1])
    moving = shared.draw_moving(faces(_BATCH + 1), few, _MOUTH)
    assert np.array_equal(moving[:_BATCH], backend.draw_moving(faces(_BATCH), few[:_BATCH], _MOUTH))
    shared.close()


def test_the_environment_changes_nothing(checkpoint: Path, backend: Backend) -> None:
    """Another process that was told to use four threads draws the same bits with one."""
    here = backend.draw_still(backend.still(faces(1)[0], _MOUTH), heard(_BATCH))
    asked = (
        "import sys, hashlib\n"
        "from pathlib import Path\n"
        "from tests.pipeline.engines.face.wav2lip.backends.test_torch_backend import *\n"
        "from tests.pipeline.engines.face.wav2lip.backends.test_torch_backend import _MOUTH, _BATCH\n"
        "made = opened(Path(sys.argv[1]))\n"
        "drawn = made.draw_still(made.still(faces(1)[0], _MOUTH), heard(_BATCH))\n"
        "print(hashlib.sha256(drawn.tobytes()).hexdigest())\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", asked, str(checkpoint)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "4", "MKL_NUM_THREADS": "4"},
    )
    assert told.stdout.strip() == hashlib.sha256(here.tobytes()).hexdigest(), told.stderr


@pytest.mark.parametrize(("precision", "levels"), [("bf16", 4.0), ("fp16", 0.5)])
def test_half_precision_is_near(
    checkpoint: Path, reference: NDArray[np.float32], precision: str, levels: float
) -> None:
    """Native to some processors and cards, slow anywhere: the same mouths, a few levels off on the mean.

    What was closed, once or twice, draws no more.
    """
    backend = opened(checkpoint, precision=precision, batch=1)
    drawn = backend.draw_still(backend.still(faces(1)[0], _MOUTH), heard(1))
    part = reference[:1, _MOUTH.top : _MOUTH.bottom, _MOUTH.left : _MOUTH.right]
    assert backend.precision == precision
    assert np.abs(drawn - part).mean() * _LEVELS < levels
    backend.close()
    backend.close()
    with pytest.raises(AttributeError):
        backend.still(faces(1)[0], _MOUTH)


def test_a_card_computes_equal_things_equally() -> None:
    """Without algorithms chosen by trial, and without shortened floats; other users of torch keep theirs."""
    before = torch.backends.cudnn.allow_tf32
    with alike("cuda:0"):
        assert torch.backends.cudnn.deterministic
        assert not torch.backends.cudnn.benchmark
        assert not torch.backends.cudnn.allow_tf32
    assert torch.backends.cudnn.allow_tf32 is before
