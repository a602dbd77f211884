"""Lays a film's one audio track: every utterance's exact audio, brought to one loudness, encoded once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from pipeline.media import Media
from pipeline.plan import graphs
from pipeline.plan.clock import samples_per_frame
from pipeline.plan.film import sound_key
from pipeline.plan.loudness import Loudness, Samples, ceiling_of, gain_for, limited
from pipeline.plan.timeline import Timeline
from pipeline.steps.speak import utterance_audio
from pipeline.steps.tidy import give_back
from pipeline.store import Store

_FULL_SCALE = np.float32(1 / (1 << 15))


def key_of_sound(media: Media, timeline: Timeline, loudness: Loudness) -> str:
    """The key of the audio track that this machine would make."""
    return sound_key(
        timeline,
        loudness,
        encoder=f"{graphs.AUDIO_ENCODER} ffmpeg-{media.version}",
        parameters=graphs.AUDIO_PARAMETERS,
    )


def write_sound(
    target: Path,
    timeline: Timeline,
    loudness: Loudness,
    *,
    store: Store,
    media: Media,
    check: Callable[[], None],
) -> None:
    """Write a film's audio track, exactly as long as its picture. An hour takes no more memory than a minute.

    Raises:
        DamageError: a speech is missing or damaged.
        TransientError, AwayError, OSError: as `Media.encode_sound`.
    """

    def blocks() -> Iterator[Samples]:
        for utterance in timeline.utterances:
            check()
            yield utterance_audio(store, utterance, timeline.fps) * _FULL_SCALE

    gain = gain_for(blocks, loudness)
    # FFmpeg is about to run beside this process.
    give_back()
    loud = limited(blocks(), gain=gain, ceiling=ceiling_of(loudness))
    samples = timeline.frames * samples_per_frame(timeline.fps)
    media.encode_sound(loud, target, samples=samples, check=check)
