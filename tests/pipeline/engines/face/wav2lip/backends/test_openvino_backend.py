"""OpenVINO draws what the network draws, the same bits in any company, within the memory it is given."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.face.wav2lip.backends import Backend, open_backend
from pipeline.engines.face.wav2lip.region import Region
from pipeline.engines.machine import has_bf16
from pipeline.plan.errors import InputError
from tests.support.openvino import require_openvino
from tests.support.wav2lip import weights_of

_MOUTH = Region(top=53, bottom=91, left=21, right=77)
_BATCH = 3
#: Rounding of fp32, of which torch itself has as much: a twentieth of one of 255 levels.
_ERROR = 2e-4


@pytest.fixture(scope="module")
def weights(checkpoint: Path) -> Path:
    """A checkpoint."""
    require_openvino()
    return checkpoint


@pytest.fixture(scope="module")
def backend(weights: Path) -> Iterator[Backend]:
    """An open backend."""
    backend = _open(weights)
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def faces() -> NDArray[np.uint8]:
    """Faces of noise, one for each window of a batch."""
    return np.random.default_rng(1).integers(0, 256, (_BATCH, 96, 96, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def windows() -> NDArray[np.float32]:
    """As many windows of noise as mel spectrograms hold."""
    return np.random.default_rng(2).uniform(-4, 4, (_BATCH, 80, 16)).astype(np.float32)


@pytest.fixture(scope="module")
def drawn(
    weights: Path, faces: NDArray[np.uint8], windows: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the network itself draws: all windows into the first face, and each into its own."""
    import torch

    from pipeline.engines.face.wav2lip.checkpoint import load_generator

    generator = load_generator(weights)
    sound = torch.from_numpy(windows).unsqueeze(1)

    def draw(given: NDArray[np.uint8]) -> NDArray[np.float32]:
        whole = torch.from_numpy(given).permute(0, 3, 1, 2).float() / 255.0
        upper = whole.clone()
        upper[:, :, 48:] = 0.0
        with torch.inference_mode():
            made: NDArray[np.float32] = generator(sound, torch.cat((upper, whole), 1)).numpy()
        return np.moveaxis(made, 1, 3)

    return draw(np.repeat(faces[:1], _BATCH, axis=0)), draw(faces)


def _open(weights: Path, *, precision: str = "fp32", threads: int = 1) -> Backend:
    return open_backend(
        kind="openvino",
        device="cpu",
        weights=weights_of(weights),
        precision=precision,
        batch=_BATCH,
        threads=threads,
    )


@pytest.mark.parametrize("region", [_MOUTH, Region(top=0, bottom=1, left=95, right=96)])
def test_a_still_face_is_drawn_as_the_network_draws_it(
    backend: Backend,
    faces: NDArray[np.uint8],
    windows: NDArray[np.float32],
    drawn: tuple[NDArray[np.float32], NDArray[np.float32]],
    region: Region,
) -> None:
    """Of any region, with the face's part computed once: within rounding, the network's own picture."""
    got = backend.draw_still(backend.still(faces[0], region), windows)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, _cut(drawn[0], region), rtol=0, atol=_ERROR)


def test_whole_pictures_are_within_one_level(
    backend: Backend,
    faces: NDArray[np.uint8],
    windows: NDArray[np.float32],
    drawn: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> None:
    """Within rounding, and as 8-bit pictures, as the original program makes them, by one level at most."""
    got = backend.draw_still(backend.still(faces[0], Region.whole()), windows)
    np.testing.assert_allclose(got, drawn[0], rtol=0, atol=_ERROR)
    levels = (got * 255.0).astype(np.uint8).astype(int) - (drawn[0] * 255.0).astype(np.uint8)
    assert np.abs(levels).max() <= 1


def test_moving_faces_are_drawn_as_the_network_draws_them(
    backend: Backend,
    faces: NDArray[np.uint8],
    windows: NDArray[np.float32],
    drawn: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> None:
    """Each window into its own face: within rounding, the network's own picture."""
    got = backend.draw_moving(faces, windows, _MOUTH)
    np.testing.assert_allclose(got, _cut(drawn[1], _MOUTH), rtol=0, atol=_ERROR)


def test_company_and_slot_change_no_bit(
    backend: Backend, faces: NDArray[np.uint8], windows: NDArray[np.float32]
) -> None:
    """A window alone, or among others in any slot, is drawn with the same bits; so is a face."""
    still = backend.still(faces[0], _MOUTH)
    together = backend.draw_still(still, windows)
    np.testing.assert_array_equal(backend.draw_still(still, windows[::-1]), together[::-1])
    np.testing.assert_array_equal(backend.draw_still(still, windows[1:2]), together[1:2])
    moving = backend.draw_moving(faces, windows, _MOUTH)
    np.testing.assert_array_equal(backend.draw_moving(faces[::-1], windows[::-1], _MOUTH), moving[::-1])
    np.testing.assert_array_equal(backend.draw_moving(faces[2:], windows[2:], _MOUTH), moving[2:])


def test_portraits_are_kept_apart(
    backend: Backend, faces: NDArray[np.uint8], windows: NDArray[np.float32]
) -> None:
    """Two portraits of one region, and one of another, may be drawn in turns; what was given stays."""
    first, second = (backend.still(face, _MOUTH) for face in faces[:2])
    before = backend.draw_still(first, windows)
    copy = before.copy()
    other = backend.draw_still(second, windows)
    backend.draw_still(backend.still(faces[2], Region(top=60, bottom=61, left=40, right=41)), windows)
    assert first.region == _MOUTH
    np.testing.assert_array_equal(before, copy)
    assert np.abs(other - before).max() > 0.01
    np.testing.assert_array_equal(backend.draw_still(first, windows), before)


def test_another_process_draws_the_same_bits(
    weights: Path, backend: Backend, faces: NDArray[np.uint8], windows: NDArray[np.float32]
) -> None:
    """A backend that is opened anew, and one that has more threads, are drawn with equally well."""
    want = backend.draw_still(backend.still(faces[0], _MOUTH), windows)
    again = _open(weights)
    np.testing.assert_array_equal(again.draw_still(again.still(faces[0], _MOUTH), windows), want)
    assert (again.name, again.precision, again.batch) == (backend.name, "fp32", _BATCH)
    again.close()
    again.close()
    with pytest.raises(RuntimeError, match="closed"):
        again.draw_moving(faces, windows, _MOUTH)
    wider = _open(weights, threads=2)
    got = wider.draw_still(wider.still(faces[0], _MOUTH), windows)
    np.testing.assert_allclose(got, want, rtol=0, atol=_ERROR)
    assert wider.threads == 2
    wider.close()


_SIGNALLED = """
import gc, os, signal, sys
from pathlib import Path
import numpy as np
from pipeline.engines.face.wav2lip.backends import open_backend
from pipeline.engines.face.wav2lip.region import Region
from pipeline.engines.weights import Weights
weights = Weights(path=Path(sys.argv[1]), digest=sys.argv[2], name="noise")
def opened():
    backend = open_backend(kind="openvino", device="cpu", weights=weights, precision="fp32", batch=1,
                           threads=1)
    backend.still(np.zeros((96, 96, 3), np.uint8), Region(top=0, bottom=1, left=0, right=1))
    return backend
backends = [opened(), opened()]
while backends:
    backends.pop(0).close()
    gc.collect()
signal.signal(signal.SIGTERM, lambda number, frame: print("heard"))
os.kill(os.getpid(), signal.SIGTERM)
"""


def test_a_signal_is_heard_after_backends_have_come_and_gone(weights: Path) -> None:
    """A worker that has opened its engine anew hears all the same that it is asked to end."""
    alone = [sys.executable, "-c", _SIGNALLED, str(weights), weights_of(weights).digest]
    done = subprocess.run(alone, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "heard\n"), done.stderr


def test_half_precision_is_never_only_a_word(
    weights: Path, backend: Backend, faces: NDArray[np.uint8], windows: NDArray[np.float32]
) -> None:
    """Where the processor has bf16, mouths are near those in fp32; where it has not, none is called so."""
    half = _open(weights, precision="bf16")
    if has_bf16():
        got = half.draw_still(half.still(faces[0], _MOUTH), windows)
        want = backend.draw_still(backend.still(faces[0], _MOUTH), windows)
        assert 0 < np.abs(got - want).mean() < 0.02
    else:
        with pytest.raises(InputError) as raised:
            half.still(faces[0], _MOUTH)
        assert raised.value.code == "face-precision-missing"
    half.close()


_LIMITED = """
import resource, sys
from pathlib import Path
import numpy as np
from pipeline.engines.face.wav2lip.backends import MouthMemoryError, open_backend
from pipeline.engines.face.wav2lip.region import Region
from pipeline.engines.weights import Weights
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
try:
    weights = Weights(path=Path(sys.argv[1]), digest=sys.argv[3], name="noise")
    backend = open_backend(kind="openvino", device="cpu", weights=weights, precision="fp32", batch=1,
                           threads=1)
    still = backend.still(np.zeros((96, 96, 3), np.uint8), Region.whole())
    for _ in range(3):
        backend.draw_still(still, np.zeros((1, 80, 16), np.float32))
    backend.draw_moving(np.zeros((1, 96, 96, 3), np.uint8), np.zeros((1, 80, 16), np.float32), Region.whole())
except MouthMemoryError:
    sys.exit(3)
"""


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("megabytes", [260, 500])
def test_too_little_memory_is_told(weights: Path, megabytes: int) -> None:
    """Where memory is refused, whenever that is, the error says that it was memory."""
    given = [str(weights), str(megabytes << 20), weights_of(weights).digest]
    alone = [sys.executable, "-c", _LIMITED, *given]
    assert subprocess.run(alone, check=False, capture_output=True).returncode == 3


def _cut(pictures: NDArray[np.float32], region: Region) -> NDArray[np.float32]:
    return pictures[:, region.top : region.bottom, region.left : region.right]
