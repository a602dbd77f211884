"""Films of people for tests: the demo's portraits, moved before a camera that is not there."""

from __future__ import annotations

import subprocess
from pathlib import Path

from pipeline.media import find_ffmpeg
from tests.support.portraits import ASTRONAUT_FILE, LEO_FILE

#: H.264, cheap to make.
_CODED = ("-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-qp", "16")
#: The camera goes a little to and fro, up and down, near and far.
_MOVED = "zoompan=z='1.2+0.04*sin(on/11)':x='(iw-iw/zoom)/2+{x}*sin(on/9)':y='(ih-ih/zoom)/2+5*sin(on/7)'"


def ffmpeg(*arguments: str | Path) -> None:
    """Run FFmpeg itself."""
    command = [str(find_ffmpeg()), "-nostdin", "-loglevel", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True)


def moving(
    target: Path,
    *,
    picture: Path = LEO_FILE,
    seconds: float = 2.0,
    side: int = 320,
    fps: str = "25",
    filters: str = "null",
    coded: tuple[str, ...] = _CODED,
    sway: int = 12,
) -> Path:
    """A portrait that sways, as a film.

    Args:
        target: the file to make; its suffix tells the container.
        picture: whose.
        seconds: how long.
        side: of its square picture.
        fps: its frame rate, for FFmpeg.
        filters: what happens to it then.
        coded: how it is encoded.
        sway: by how many pixels.
    """
    camera = _MOVED.format(x=sway) + f":d=1:s={side}x{side}:fps={fps}"
    graph = f"scale={2 * side}:{2 * side},{camera},{filters}"
    ffmpeg("-loop", "1", "-i", picture, "-t", str(seconds), "-vf", graph, *coded, "-t", str(seconds), target)
    return target


def without_a_face(target: Path, *, seconds: float = 2.0, begin: float = 0.0, end: float = 99.0) -> Path:
    """The same with a grey wall before it from one second to another."""
    wall = f"drawbox=color=gray:t=fill:enable='between(t,{begin},{end})'"
    return moving(target, seconds=seconds, filters=wall)


def beside(target: Path) -> Path:
    """Two people side by side, the astronaut on the left."""
    ffmpeg(
        *("-loop", "1", "-i", ASTRONAUT_FILE, "-loop", "1", "-i", LEO_FILE, "-t", "1.2", "-filter_complex"),
        "[0]scale=512:512[a];[1]scale=320:320,pad=320:512[b];[a][b]hstack,fps=25",
        *_CODED, *("-t", "1.2"), target,
    )  # fmt: skip
    return target
