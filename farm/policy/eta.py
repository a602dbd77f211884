"""How long until a film is there: measured pace, work ahead, hands at work."""

from __future__ import annotations

from dataclasses import dataclass

#: A second of speech is about 15 English characters, one byte each in UTF-8, or 4.5 Chinese ones of three.
_BYTES_PER_SECOND = 14
_FRAMES_PER_SECOND = 25


@dataclass(frozen=True, kw_only=True)
class EtaInputs:
    """What an estimate rests on.

    Attributes:
        frames_left: frames still to render for this job.
        frames_ahead: frames still to render for jobs before it.
        us_per_frame: machine time per frame of recent renders, in microseconds; None when nothing was
            measured yet.
        workers: live workers that can render it.
    """

    frames_left: int
    frames_ahead: int
    us_per_frame: int | None
    workers: int


def frames_of_script(size: int) -> int:
    """About how many frames a script of so many bytes will have, before anybody has spoken it."""
    return size * _FRAMES_PER_SECOND // _BYTES_PER_SECOND


def estimate_ms(inputs: EtaInputs) -> int | None:
    """Milliseconds until the film is rendered; None when nobody can tell."""
    if inputs.us_per_frame is None or inputs.workers < 1:
        return None
    # The work ahead is spread over all workers; a job's own chunks are few and seldom fill them.
    frames = inputs.frames_ahead / inputs.workers + inputs.frames_left / min(inputs.workers, 2)
    return int(frames * inputs.us_per_frame / 1000)
