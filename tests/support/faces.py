"""Faces with known landmarks, and speech to drive them: no eye and no voice is needed."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye import Face
from pipeline.engines.face import Canvas, Drive
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.speech import Phoneme
from tests.support.portraits import astronaut

# What an eye found in the astronaut's crop below, in sixteenths of a pixel.
_LANDMARKS_FILE = Path(__file__).with_name("landmarks.csv")
_CROP = (104, 0, 244, 244)
_SIDE = 256

_UPPER_INNER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
_LOWER_INNER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
_LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
_EYES = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
    (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249),
)
_IRISES = (468, 473)


def landmarks() -> NDArray[np.float64]:
    """478 landmarks of the astronaut in a picture of 256 x 256 pixels, z 0, (478, 3)."""
    numbers = [float(n) for n in _LANDMARKS_FILE.read_text("ascii").replace("\n", ",").split(",") if n]
    flat = np.array(numbers).reshape(-1, 2) / 16
    return np.concatenate([flat, np.zeros((len(flat), 1))], axis=1)


def canvas_of(
    picture: NDArray[np.uint8],
    points: NDArray[np.float64],
    enlarged: float = 1.0,
    person: NDArray[np.uint8] | None = None,
) -> Canvas:
    """A canvas of a picture and its landmarks."""
    (left, top), (right, bottom) = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    box = (float(left), float(top), float(right), float(bottom))
    return Canvas(
        picture=picture,
        face=Face(box=box, landmarks=points, yaw=0.0, pitch=0.0, roll=0.0),
        enlarged=enlarged,
        person=person,
    )


def smiling_canvas(side: int = _SIDE) -> Canvas:
    """A square photograph: a broad smile with teeth."""
    x, y, width, height = _CROP
    part = astronaut()[y : y + height, x : x + width]
    picture = cv2.resize(part, (side, side), interpolation=cv2.INTER_LINEAR)
    return canvas_of(np.asarray(picture, np.uint8), landmarks() * (side / _SIDE), enlarged=side / width)


def drawn_canvas(side: int = _SIDE) -> Canvas:
    """A plain drawing of a face with closed lips, on a background with a gradient, and where it ends."""
    points = landmarks() * (side / _SIDE)
    middle = (points[list(_UPPER_INNER)] + points[list(_LOWER_INNER)]) / 2
    points[list(_UPPER_INNER)] = middle
    points[list(_LOWER_INNER)] = middle
    gradient = np.linspace(90, 190, side)
    picture = np.dstack(np.broadcast_arrays(gradient[:, None], gradient[None, :], 140.0)).astype(np.uint8)
    picture = np.ascontiguousarray(picture)
    centre = tuple(int(v) for v in points[[10, 152], :2].mean(axis=0))
    size = (int(0.30 * side), int(0.40 * side))
    cv2.ellipse(picture, centre, size, 0, 0, 360, (140, 170, 215), -1, cv2.LINE_AA)
    person = np.zeros((side, side), np.uint8)
    cv2.ellipse(person, centre, size, 0, 0, 360, 255, -1)
    _fill(picture, points[list(_LIPS)], (105, 100, 180))
    for eye in _EYES:
        _fill(picture, points[list(eye)], (235, 238, 240))
    for iris in _IRISES:
        at = tuple(int(v) for v in points[iris, :2])
        cv2.circle(picture, at, max(2, side // 45), (60, 70, 50), -1, cv2.LINE_AA)
    return canvas_of(np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.7), np.uint8), points, person=person)


def _fill(picture: NDArray[np.uint8], outline: NDArray[np.float64], colour: tuple[int, int, int]) -> None:
    cv2.fillPoly(picture, [np.round(outline[:, :2] * 16).astype(np.int32)], colour, cv2.LINE_AA, 4)


def spoken(symbols: str, *, fps: int = 25, seed: int = 1, sound_ms: int = 120) -> Drive:
    """An utterance of equally long sounds parted by spaces; ``_`` is a silence, ``ˈ`` stresses.

    Its audio is silent: lips follow phonemes.
    """
    at = lead = 240 * SAMPLE_RATE // 1000
    phonemes = []
    for symbol in symbols.split():
        end = at + sound_ms * SAMPLE_RATE // 1000
        bare = symbol.strip("ˈ_")
        phonemes.append(Phoneme(symbol=bare, start=at, end=end, stressed=symbol.startswith("ˈ")))
        at = end
    tail = 80 * SAMPLE_RATE // 1000
    grid = (5 if fps in (25, 50) else 3) * samples_per_frame(fps)
    samples = -(-(at + tail) // grid) * grid if symbols else -(-(lead + tail) // grid) * grid
    return Drive(
        audio=np.zeros(samples, np.int16),
        phonemes=tuple(phonemes),
        frames=samples // samples_per_frame(fps),
        fps=fps,
        seed=seed,
    )


def murmured(*, seed: int = 1, frames: int = 50) -> Drive:
    """An utterance whose phonemes nobody knows: a buzzing voice opens and closes its mouth thrice."""
    length = frames * samples_per_frame(25)
    lead, tail = 240 * SAMPLE_RATE // 1000, 200 * SAMPLE_RATE // 1000
    at = np.arange(length - lead - tail) / SAMPLE_RATE
    opening = 0.5 - 0.5 * np.cos(2 * np.pi * 3 * at / at[-1])
    voice = np.zeros(len(at))
    for harmonic in range(1, 40):
        hertz = 120 * harmonic
        formants = sum(np.exp(-(((hertz - middle) / 130) ** 2)) for middle in (700, 1_200, 2_600))
        voice += (0.05 / harmonic + opening * formants) * np.sin(2 * np.pi * hertz * at)
    audio = np.zeros(length, np.int16)
    audio[lead : length - tail] = np.rint(12_000 * opening * voice / np.abs(voice).max())
    return Drive(audio=audio, phonemes=(), frames=frames, fps=25, seed=seed)


def silent(frames: int, *, fps: int = 25, seed: int = 1) -> Drive:
    """A silent utterance."""
    audio = np.zeros(frames * samples_per_frame(fps), np.int16)
    return Drive(audio=audio, phonemes=(), frames=frames, fps=fps, seed=seed)
