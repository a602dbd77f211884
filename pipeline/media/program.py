"""FFmpeg as a program of this machine: where it is, and which build."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from pipeline.media.process import executable
from pipeline.plan.errors import InputError

_VERSION = re.compile(r"ffmpeg version (\S+)")
_VERSION_S = 30


def find_ffmpeg(configured: str = "") -> Path:
    """Where FFmpeg is: the configured file, else the one that imageio-ffmpeg brings, else the one on PATH.

    Raises:
        InputError: ``media-ffmpeg-missing``.
    """
    if configured:
        path = Path(configured).expanduser()
        if not executable(path):
            raise InputError("media-ffmpeg-missing", place=configured)
        return path.resolve()
    import imageio_ffmpeg

    try:
        return Path(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        if found := shutil.which("ffmpeg"):
            return Path(found)
        raise InputError("media-ffmpeg-missing", place="PATH") from None


def version_of(program: Path) -> str:
    """FFmpeg's name of its build, as `pipeline.media.Media.version` tells it.

    Raises:
        InputError: ``media-ffmpeg-missing``: the program does not run or is no FFmpeg.
    """
    try:
        told = subprocess.run(  # noqa: S603 - the program was found by `find_ffmpeg`
            [program, "-version"], capture_output=True, timeout=_VERSION_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        raise InputError("media-ffmpeg-missing", place=str(program)) from None
    match = _VERSION.match(told.stdout.decode("utf-8", "replace"))
    if match is None:
        raise InputError("media-ffmpeg-missing", place=str(program))
    return match[1]
