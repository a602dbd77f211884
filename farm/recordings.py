"""Recordings as they are submitted: heard once, whole, before anything is queued."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from pipeline.media import Media
from pipeline.plan.clock import SAMPLE_RATE
from pipeline.plan.errors import InputError
from pipeline.plan.portrait import Finding
from pipeline.plan.soundfile import HEAD_BYTES, SUFFIXES, RecordingLimits, judge, judge_end, reader_of
from pipeline.scratch import scratch_folder


@dataclass(frozen=True, kw_only=True)
class RecordingSeen:
    """What a look at a recording found.

    Attributes:
        suffix: what it bears in the store; empty for a file that is no recording.
        ms: how long it is.
        findings: what is wrong with it, errors first.
    """

    suffix: str
    ms: int
    findings: tuple[Finding, ...]


def recording_limits(settings: Settings) -> RecordingLimits:
    """What a recording may cost here."""
    limits = settings.limits
    return RecordingLimits(file_bytes=limits.recording_bytes, seconds=limits.recording_seconds)


def look_at_recording(file: Path, *, media: Media, limits: RecordingLimits) -> RecordingSeen:
    """Hear a recording from its beginning to its end, and tell what is wrong with it.

    Raises:
        TransientError, AwayError: as `Media.run`; anything that is wrong with the file is a finding.
    """
    try:
        if file.stat().st_size > limits.file_bytes:
            return _refused(InputError("store-source-large", name=file.name, limit_bytes=limits.file_bytes))
        ending = judge_end(media.recording_end(file))
        if any(finding.level == "error" for finding in ending):
            return RecordingSeen(suffix="", ms=0, findings=ending)
        with scratch_folder() as folder:
            raw = folder / "sound.raw"
            audio = media.decode_recording(file, raw, seconds=limits.seconds)
            with file.open("rb") as opened:
                suffix = SUFFIXES[reader_of(opened.read(HEAD_BYTES))]
            ms = len(audio) * 1000 // SAMPLE_RATE
            return RecordingSeen(suffix=suffix, ms=ms, findings=(*judge(audio, limits), *ending))
    except InputError as error:
        return _refused(error)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return _refused(InputError("recording-unreadable", reason=reason))


def _refused(error: InputError) -> RecordingSeen:
    found = Finding(code=error.code, level="error", facts=error.facts)
    return RecordingSeen(suffix="", ms=0, findings=(found,))
