"""Lays a film's one audio track: every utterance's exact audio, brought to one loudness, encoded once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from pipeline.media import Media
from pipeline.plan import graphs
from pipeline.plan.clock import samples_per_frame
from pipeline.plan.envelope import Envelope, offset_ms
from pipeline.plan.errors import TransientError
from pipeline.plan.figures import SoundFigures, SpeechFigures
from pipeline.plan.film import sound_key
from pipeline.plan.level import gain_of
from pipeline.plan.loudness import Level, Loudness, Samples, ceiling_of, level_for, limited
from pipeline.plan.measured import decibels, speech_figures
from pipeline.plan.timeline import Timeline
from pipeline.steps.speak import utterance_audio
from pipeline.steps.tidy import give_back
from pipeline.store import Store

_FULL_SCALE = 1 / (1 << 15)


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

    Each spoken utterance is as loud as the next before all of them are brought to the film's loudness; what
    was recorded keeps a person's own dynamics. The track is heard once, whole, and has to be what was laid,
    at the same time. What it is like is kept in it.

    Raises:
        DamageError: a speech is missing or damaged.
        TransientError: ``media-sound-wrong``: what is heard is something else; or as `Media.encode_sound`.
        AwayError, OSError: as `Media.encode_sound`.
    """
    speeches: dict[int, SpeechFigures] = {}
    gains: dict[int, float] = {}

    def blocks() -> Iterator[Samples]:
        for index, utterance in enumerate(timeline.utterances):
            check()
            audio = utterance_audio(store, utterance, timeline.fps)
            if index not in speeches:
                speech = audio[utterance.lead : utterance.lead + utterance.samples]
                speeches[index] = speech_figures(speech)
                gains[index] = 1.0 if utterance.heard else gain_of(speech)
            yield audio * np.float32(_FULL_SCALE * gains[index])

    level = level_for(blocks, loudness)
    # FFmpeg is about to run beside this process.
    give_back()
    made = Envelope()
    loud = _through(made, limited(blocks(), gain=level.gain, ceiling=ceiling_of(loudness)))
    samples = timeline.frames * samples_per_frame(timeline.fps)
    media.encode_sound(loud, target, samples=samples, check=check)
    heard, peak = Envelope(), 0.0
    for block in media.heard(target):
        check()
        heard.feed(block)
        peak = max(peak, float(block.max()), -float(block.min()))
    late_ms = offset_ms(made.steps(), heard.steps())
    if late_ms != 0:
        raise TransientError("media-sound-wrong", samples=samples)
    told = [speeches[index] for index in sorted(speeches)]
    media.note(target, _figures(level, peak, late_ms, told).packed())


def _figures(level: Level, peak: float, late_ms: int, speeches: Sequence[SpeechFigures]) -> SoundFigures:
    return SoundFigures(
        spoken=None if level.spoken is None else round(100 * level.spoken),
        integrated=None if level.reached is None else round(100 * level.reached),
        gain=decibels(level.gain) or 0,
        peak=decibels(peak),
        late_ms=late_ms,
        speeches=speeches,
    )


def _through(meter: Envelope, blocks: Iterator[Samples]) -> Iterator[Samples]:
    for block in blocks:
        meter.feed(block)
        yield block
