"""Promises of the measure of sharpness: blur loses, noise and halos win nothing, motion costs nothing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from bench._sharpness import Sharpness
from tests.support.faces import smiling_canvas

Luma = NDArray[np.uint8]


@pytest.fixture(scope="module")
def still() -> Luma:
    """A photograph's luma."""
    return np.asarray(cv2.cvtColor(smiling_canvas(512).picture, cv2.COLOR_BGR2GRAY), np.uint8)


@pytest.fixture(scope="module")
def sharpness(still: Luma) -> Sharpness:
    """What measures against the photograph."""
    landmarks = smiling_canvas(512).face.landmarks
    assert landmarks is not None
    return Sharpness(still, landmarks)


def _noisy(picture: Luma, sigma: float) -> Luma:
    noise = np.random.default_rng(1).normal(0, sigma, picture.shape)
    return np.clip(np.round(picture + noise), 0, 255).astype(np.uint8)


def _blurred(picture: Luma, sigma: float) -> Luma:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def test_the_still_itself_is_as_sharp_as_the_still(still: Luma, sharpness: Sharpness) -> None:
    """Nothing is missing of a picture in itself."""
    assert sharpness(still) == pytest.approx(1.0, abs=1e-6)


def test_blur_loses(still: Luma, sharpness: Sharpness) -> None:
    """The more blur, the less is found; one pixel of it is far below the target."""
    found = [sharpness(_blurred(still, sigma)) for sigma in (0.5, 0.7, 1.0, 2.0)]
    assert found == sorted(found, reverse=True)
    assert found[2] < 0.85


def test_noise_wins_nothing(still: Luma, sharpness: Sharpness) -> None:
    """A blurred face with grain is not sharper than without it, though its gradients are larger."""
    soft = _blurred(still, 1.0)
    grainy = _noisy(soft, 8)
    assert np.abs(np.diff(grainy.astype(float))).mean() > np.abs(np.diff(still.astype(float))).mean()
    assert sharpness(grainy) == pytest.approx(sharpness(soft), abs=0.02)


@pytest.mark.parametrize("shift", [(0.0, 0.5), (2.25, -1.5), (-3.0, 4.0)])
def test_motion_costs_nothing(still: Luma, sharpness: Sharpness, shift: tuple[float, float]) -> None:
    """A face that moved by fractions of a pixel without losing anything is as sharp as before."""
    height, width = still.shape
    down, across = np.meshgrid(np.fft.fftfreq(height), np.fft.fftfreq(width), indexing="ij")
    turn = np.exp(-2j * np.pi * (across * shift[0] + down * shift[1]))
    moved = np.fft.ifft2(np.fft.fft2(still) * turn).real
    assert sharpness(np.clip(np.round(moved), 0, 255).astype(np.uint8)) > 0.97
