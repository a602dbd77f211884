"""Write docs/images/film.jpg, with which the README opens: frames of a film of the drawn portrait."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.engines.eye.mesh import (
    LEFT_EYE_CORNERS,
    LOWER_LIP_INNER,
    RIGHT_EYE_CORNERS,
    RIGHT_LID_LOWER,
    RIGHT_LID_UPPER,
    UPPER_LIP_INNER,
)
from pipeline.engines.shelf import eyes

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs/images/film.jpg"

Picture = NDArray[np.uint8]

_SAID = "Hello! My name is Leo. Do you know what a good film needs? A warm voice, and a face to go with it."
_COUNT = 6
_SIZE = 320
#: Landmarks across the lips, across one eye, and between the eyes.
_LIPS, _LIDS = (UPPER_LIP_INNER[5], LOWER_LIP_INNER[5]), (RIGHT_LID_UPPER[4], RIGHT_LID_LOWER[4])
_CORNERS = (RIGHT_EYE_CORNERS[0], LEFT_EYE_CORNERS[0])
_EYE_OPEN = 0.96


def _film(folder: Path) -> Path:
    """What `lectern render` makes of the portrait and the words."""
    script, film = folder / "talk.txt", folder / "film.mp4"
    script.write_text(_SAID, "utf-8")
    portrait = ROOT / "demo/portraits/leo.png"
    command = [sys.executable, "-c", "from cli.main import main; main()", "render"]
    command += ["--portrait", str(portrait), "--script", str(script), "-o", str(film)]
    command += ["--format", "square-720"]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603 - words of ours
    return film


def _frames(film: Path) -> list[Picture]:
    """Every frame, BGR."""
    with av.open(str(film)) as container:
        return [np.asarray(frame.to_ndarray(format="bgr24")) for frame in container.decode(video=0)]


def _gaps(frames: list[Picture]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far lips and lids are apart in each frame, in distances between the eyes' outer corners."""
    shelf = eyes()
    eye = shelf.open("facemesh")
    found = []
    for frame in frames:
        marks = eye.look(frame)[0].landmarks
        if marks is None:
            raise SystemExit("no landmarks are found in the film")
        gaps = [float(np.linalg.norm(marks[one] - marks[two])) for one, two in (_LIPS, _LIDS, _CORNERS)]
        found.append((gaps[0] / gaps[2], gaps[1] / gaps[2]))
    shelf.close()
    lips, lids = np.array(found).T
    return lips, lids


def _chosen(frames: list[Picture]) -> list[Picture]:
    """Frames from the most closed to the most open lips, no blink among them, in the order of the film."""
    lips, lids = _gaps(frames)
    seeing = np.flatnonzero(lids > _EYE_OPEN * np.median(lids))
    ranked = seeing[np.argsort(lips[seeing], kind="stable")]
    places = np.linspace(0, len(ranked) - 1, _COUNT).round().astype(int)
    return [frames[index] for index in sorted(ranked[places])]


def main() -> None:
    """Render, choose, write."""
    with tempfile.TemporaryDirectory() as folder:
        frames = _frames(_film(Path(folder)))
    parts = [cv2.resize(each, (_SIZE, _SIZE), interpolation=cv2.INTER_AREA) for each in _chosen(frames)]
    half = _COUNT // 2
    sheet = np.vstack([np.hstack(parts[:half]), np.hstack(parts[half:])])
    cv2.imwrite(str(PICTURE), sheet, [cv2.IMWRITE_JPEG_QUALITY, 88])


if __name__ == "__main__":
    main()
