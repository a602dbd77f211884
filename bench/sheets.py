"""Contact sheets of films, so that a person can look at them: whole frames, and eyes and mouth enlarged.

    python bench/sheets.py [FILM ...] [--frames 24] [--start SECONDS] [--out FOLDER]

One PNG for each film (the last demo's unless given). The frames are spread evenly over the film; with --start
they are consecutive ones from there, which shows what moves and how. Each has its time below it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import cv2
import numpy as np
from _sharpness import interocular
from numpy.typing import NDArray

from pipeline.engines.eye import EyeEngine, Face
from pipeline.engines.eye.mesh import LEFT_EYE_CORNERS, MOUTH_CORNERS, RIGHT_EYE_CORNERS
from pipeline.engines.shelf import eyes
from pipeline.media.picture import to_bgr

Picture = NDArray[np.uint8]

_DEMO = Path(__file__).resolve().parents[1] / "demo/out/films"
_EYES, _MOUTH = (*RIGHT_EYE_CORNERS, *LEFT_EYE_CORNERS), (*MOUTH_CORNERS, 0, 17)
# What is shown of eyes and mouth: width and height, in distances between the eyes.
_EYES_PART, _MOUTH_PART = (2.1, 0.75), (1.6, 1.2)
_ACROSS = 8
_WIDTH = 240
_WORDS = 22
_PAPER = 24


def _chosen(film: Path, count: int, start: float | None) -> Iterator[tuple[float, Picture]]:
    """Frames of a film and their times in seconds."""
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        rate = float(stream.average_rate or 25)
        if start is None:
            last = max(stream.frames - 1, 0)
            wanted = {round(last * part) for part in np.linspace(0, 1, count)}
        else:
            wanted = set(range(round(start * rate), round(start * rate) + count))
        for index, frame in enumerate(container.decode(stream)):
            if index in wanted:
                yield index / rate, to_bgr(np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8))


def _part(picture: Picture, face: Face, marks: Sequence[int], size: tuple[float, float]) -> Picture:
    """A part of the face about some landmarks, as wide as a sheet's column; black beyond the edge."""
    assert face.landmarks is not None  # noqa: S101 - asked for by `_cell`
    points, unit = face.landmarks[:, :2], interocular(face.landmarks)
    middle = points[list(marks)].mean(axis=0)
    scale = _WIDTH / (size[0] * unit)
    height = round(_WIDTH * size[1] / size[0])
    matrix = np.array(
        [[scale, 0, _WIDTH / 2 - scale * middle[0]], [0, scale, height / 2 - scale * middle[1]]]
    )
    shown = cv2.warpAffine(picture, matrix, (_WIDTH, height), flags=cv2.INTER_CUBIC)
    return np.asarray(shown, np.uint8)


def _cell(at: float, picture: Picture, eye: EyeEngine) -> Picture:
    """One frame, whole, its eyes and its mouth, its time below."""
    height = round(picture.shape[0] * _WIDTH / picture.shape[1])
    whole = np.asarray(cv2.resize(picture, (_WIDTH, height), interpolation=cv2.INTER_AREA), np.uint8)
    face = next(iter(eye.look(picture)), None)
    if face is None or face.landmarks is None:
        heights = (round(_WIDTH * size[1] / size[0]) for size in (_EYES_PART, _MOUTH_PART))
        parts = [np.full((each, _WIDTH, 3), _PAPER, np.uint8) for each in heights]
    else:
        parts = [_part(picture, face, _EYES, _EYES_PART), _part(picture, face, _MOUTH, _MOUTH_PART)]
    words = np.full((_WORDS, _WIDTH, 3), _PAPER, np.uint8)
    cv2.putText(words, f"{at:.2f} s", (4, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (220, 220, 220), 1, cv2.LINE_AA)
    return np.vstack([whole, *parts, words])


def sheet(film: Path, eye: EyeEngine, *, count: int, start: float | None) -> Picture:
    """The contact sheet of a film, BGR uint8.

    Args:
        film: an MP4.
        eye: finds eyes and mouth.
        count: frames.
        start: the first one's time in seconds, of consecutive ones; None spreads them over the film.
    """
    cells = [_cell(at, picture, eye) for at, picture in _chosen(film, count, start)]
    cells += [np.full_like(cells[0], _PAPER)] * (-len(cells) % _ACROSS)
    return np.vstack(
        [np.hstack(row) for row in (cells[at : at + _ACROSS] for at in range(0, len(cells), _ACROSS))]
    )


def main() -> None:
    """Write the sheets."""
    parser = argparse.ArgumentParser(description="Contact sheets of films.")
    parser.add_argument("films", nargs="*", type=Path, default=sorted(_DEMO.glob("*/*.mp4")))
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--start", type=float, help="consecutive frames from this second on")
    parser.add_argument("--out", type=Path, help="where the sheets go; beside the films unless given")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
    shelf = eyes()
    eye = shelf.open("facemesh")
    for film in given.films:
        target = (given.out or film.parent) / f"{film.stem}.sheet.png"
        cv2.imwrite(str(target), sheet(film, eye, count=given.frames, start=given.start))
        print(target, flush=True)
    shelf.close()


if __name__ == "__main__":
    main()
