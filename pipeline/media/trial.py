"""Whether an encoder works here: a list of encoders tells what was compiled in, and a trial what works."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from pipeline.plan.errors import TransientError
from pipeline.plan.job import Format
from pipeline.scratch import scratch_folder

#: As small as cards take; a group and a bit more of it.
_TRIAL = Format(width=256, height=256, fps=25)
_FRAMES = 30
_GREYS = (64, 192)

#: Encodes frames to a file and verifies what came of it, as `Media.encode_clip` does.
Encode = Callable[..., None]


def works(encode: Encode, parameters: Sequence[str]) -> bool:
    """Whether a few pictures could be encoded with these parameters, and became a clip as it has to be.

    Raises:
        AwayError: ``media-disk-full``: it could not be tried.
    """
    first, second = (np.full((_TRIAL.height * 3 // 2, _TRIAL.width), grey, np.uint8) for grey in _GREYS)
    frames = [first if number % 2 else second for number in range(_FRAMES)]
    with scratch_folder() as folder:
        try:
            encode(frames, folder / "trial.mp4", picture=_TRIAL, total=_FRAMES, parameters=parameters)
        except TransientError:
            return False
    return True
