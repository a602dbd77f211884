"""Opens MP4 files for PyAV, which reads nothing but that file."""

from __future__ import annotations

from pathlib import Path

import av
from av.container import InputContainer

_ONLY_FILES = {"protocol_whitelist": "file,pipe"}
# For what edit lists do FFmpeg makes a second index of all packets, 13 MB more for an hour's film. Without it
# their first entry shifts times, which is all that the edit lists of our own films do.
_ONE_INDEX = {"advanced_editlist": "0"}


def opened(path: Path, *, edited: bool = False) -> InputContainer:
    """An MP4 file, to be closed by the caller.

    Args:
        path: the file.
        edited: whether its edit lists do all that they may: cut, and hide samples that are decoded.

    Raises:
        ValueError, OSError: it cannot be read (PyAV's errors of invalid data are ValueErrors).
    """
    options = _ONLY_FILES if edited else {**_ONLY_FILES, **_ONE_INDEX}
    return av.open(str(path), format="mp4", options=options, metadata_errors="replace")
