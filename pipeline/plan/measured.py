"""What a finished film is like, and what of that a person should hear of before its viewers do.

Pictures were measured while they were drawn, the sound when it was laid; a film is composed of these figures
without decoding it. Thresholds stand above what any good film shows, with the reason beside each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log10

import numpy as np
from numpy.typing import NDArray

from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.errors import Fact
from pipeline.plan.figures import CELLS, ClipFigures, SoundFigures, SpeechFigures
from pipeline.plan.lengths import estimate_ms
from pipeline.plan.loudness import Loudness
from pipeline.plan.portrait import Finding
from pipeline.plan.timeline import Timeline, Utterance

# Black is luma 16. The darkest of night portraits has a face that spreads further than this.
_BLACK_LEVEL, _BLACK_SPREAD = 24, 8
# Shorter than a blink of the viewer's is not seen as black.
_BLACK_MS = 200
# A pixel that changes by one level is rounding.
_STILL_STEP = 1
# A mouth that speaks does not hold for so long: with head and brows kept still, 125 ms was the most measured.
_FROZEN_MS = 1_000
# Of a still stretch at least half has to be spoken: in pauses a face may rest.
_FROZEN_SPOKEN = 0.5
# -50 dBFS: 20 dB below the softest voice that loudness could still bring up without its noise.
_SILENT_PEAK = 104
# -60 dBFS. Within a sentence no voice pauses for so long; written pauses are not part of a sentence.
_SILENCE = 33
_SILENCE_MS = 2_500
_SILENCE_STEP = SAMPLE_RATE // 100
# A top that is flat for so many samples at full scale was cut off. Voices touch full scale without that.
_FULL, _FLAT = 32_700, 4
# So many samples of flat tops are 10 ms: crackling that is heard.
_CLIPPED = SAMPLE_RATE // 100
# Speech against its estimate: voices measured speak their texts in 0.73 to 1.36 of it, so that half a text
# stays below, and the slowest voice does not come near the upper end.
_SHORT, _LONG = 0.55, 2.0
# Of a sentence alone less can be said, since it may be one number or one name.
_SENTENCE_SHORT, _SENTENCE_MS = 0.35, 3_000
_OFF_LU = 100
# Levels by which a decoded keyframe may differ from what was drawn, as means over parts of it: coding alone
# stays below 2 even at the coarsest quality.
_CODING = 8
#: At most so many of a film's keyframes are compared with what was drawn.
STILLS = 16


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A part of a film, in frames: the first one, and the one behind the last."""

    begin: int
    end: int


@dataclass(frozen=True, kw_only=True)
class FilmFigures:
    """What a film is like.

    Attributes:
        fps: its frame rate.
        frames: its length.
        black: where nothing is seen.
        frozen: where a face does not move although it speaks.
        silent: where nothing is heard although something should be said.
        clipped: samples of the voice in flat tops at full scale.
        speech_ms: how long is spoken.
        expected_ms: how long the script should take to speak.
        swallowed: utterances that are far too short for their text, by index.
        level: mean luma of the middle of all frames.
        sound: what the sound is like.
    """

    fps: int
    frames: int
    black: tuple[Stretch, ...]
    frozen: tuple[Stretch, ...]
    silent: tuple[Stretch, ...]
    clipped: int
    speech_ms: int
    expected_ms: int
    swallowed: tuple[int, ...]
    level: int
    sound: SoundFigures


def figures_of(
    timeline: Timeline, clips: Sequence[ClipFigures], sound: SoundFigures, *, speed: int
) -> FilmFigures:
    """A film's figures from those of its parts.

    Args:
        timeline: what is said in it, and when.
        clips: one for each utterance, in order.
        sound: of its sound.
        speed: per cent of normal at which is spoken.
    """
    levels, spreads, steps = (
        np.frombuffer(b"".join(parts), np.uint8)
        for parts in (
            [clip.levels for clip in clips],
            [clip.spreads for clip in clips],
            [clip.steps for clip in clips],
        )
    )
    black = (levels <= _BLACK_LEVEL) & (spreads <= _BLACK_SPREAD)
    spoken = np.concatenate([_voiced(each, timeline.fps) for each in timeline.utterances])
    frozen = (
        stretch
        for stretch in _runs((steps <= _STILL_STEP) & ~black, _FROZEN_MS * timeline.fps // 1000)
        if spoken[stretch.begin : stretch.end].mean() >= _FROZEN_SPOKEN
    )
    expected = [estimate_ms(each.spoken, speed) for each in timeline.utterances]
    lasted = [each.samples * 1000 // SAMPLE_RATE for each in timeline.utterances]
    return FilmFigures(
        fps=timeline.fps,
        frames=timeline.frames,
        black=tuple(_runs(black, _BLACK_MS * timeline.fps // 1000)),
        frozen=tuple(frozen),
        silent=tuple(_silent(timeline, sound.speeches)),
        clipped=sum(speech.clipped for speech in sound.speeches),
        speech_ms=sum(lasted),
        expected_ms=sum(expected),
        swallowed=tuple(
            index
            for index, (heard, text) in enumerate(zip(lasted, expected, strict=True))
            if text >= _SENTENCE_MS and 0 < heard < text * _SENTENCE_SHORT
        ),
        level=int(levels.mean()) if len(levels) else 0,
        sound=sound,
    )


def findings(film: FilmFigures, timeline: Timeline, *, target: Loudness) -> tuple[Finding, ...]:
    """Warnings about a film, each a code of the catalogue with its facts; none about a good one.

    Args:
        film: its figures.
        timeline: what is said in it, and when.
        target: what its sound should have been brought to.
    """
    told: list[Finding] = []
    for code, stretches in (
        ("film-black", film.black),
        ("film-frozen", film.frozen),
        ("film-silent", film.silent),
    ):
        if stretches:
            told.append(_warning(code, **_places(stretches, film.fps)))
    if film.clipped >= _CLIPPED:
        told.append(_warning("film-clipped", ms=film.clipped * 1000 // SAMPLE_RATE))
    told += _lengths(film, timeline)
    reached = film.sound.integrated
    if reached is not None and abs(reached - target.integrated) > _OFF_LU:
        facts = {"lufs": hundredths(reached), "wanted": hundredths(target.integrated)}
        told.append(_warning("film-loudness", **facts))
    return tuple(told)


def listed(film: FilmFigures, warnings: Sequence[Finding]) -> Mapping[str, object]:
    """The figures and warnings as a film's manifest tells them; times in milliseconds."""
    sound = film.sound
    return {
        "picture": {
            "black": [_times(stretch, film.fps) for stretch in film.black],
            "frozen": [_times(stretch, film.fps) for stretch in film.frozen],
            "mean_luma": film.level,
        },
        "sound": {
            "silent": [_times(stretch, film.fps) for stretch in film.silent],
            "loudness_lufs": _number(sound.integrated),
            "spoken_lufs": _number(sound.spoken),
            "gain_db": _number(sound.gain),
            "peak_dbfs": _number(sound.peak),
            "clipped_ms": film.clipped * 1000 // SAMPLE_RATE,
            "samples": film.frames * samples_per_frame(film.fps),
            "late_ms": sound.late_ms,
        },
        "script": {"speech_ms": film.speech_ms, "expected_ms": film.expected_ms},
        "warnings": [{"code": each.code, "facts": dict(each.facts)} for each in warnings],
    }


def speech_figures(samples: NDArray[np.int16]) -> SpeechFigures:
    """What one utterance's speech is like: int16 mono at 48 kHz, without the silence around it."""
    if not len(samples):
        return SpeechFigures()
    peak = max(int(samples.max()), -int(samples.min()))
    rows = samples[: len(samples) // _SILENCE_STEP * _SILENCE_STEP].reshape(-1, _SILENCE_STEP)
    quiet = (rows.max(axis=1, initial=0) < _SILENCE) & (rows.min(axis=1, initial=0) > -_SILENCE)
    silences = [stretch.end - stretch.begin for stretch in _runs(quiet, 1)]
    flat = [samples >= _FULL, samples <= -_FULL] if peak >= _FULL else []
    return SpeechFigures(
        peak=peak,
        clipped=sum(run.end - run.begin for each in flat for run in _runs(each, _FLAT)),
        silent_ms=10 * max(silences, default=0),
    )


def compared(keyframes: Sequence[int]) -> tuple[int, ...]:
    """Those of a film's keyframes that are decoded and compared: all, or evenly spread with both ends."""
    last = len(keyframes) - 1
    if last < STILLS:
        return tuple(keyframes)
    return tuple(keyframes[number * last // (STILLS - 1)] for number in range(STILLS))


def alike(drawn: bytes, decoded: bytes) -> bool:
    """Whether a decoded keyframe is what was drawn, apart from coding, by the mean levels of its parts."""
    if not len(drawn) == len(decoded) == CELLS * CELLS:
        return False
    return max(abs(one - other) for one, other in zip(drawn, decoded, strict=True)) <= _CODING


def decibels(amplitude: float) -> int | None:
    """An amplitude in hundredths of a decibel, 1.0 being 0; None for none."""
    return round(2000 * log10(amplitude)) if amplitude > 0 else None


def hundredths(value: int) -> str:
    """Hundredths as a person reads them, with one decimal."""
    return f"{value / 100:.1f}"


def _lengths(film: FilmFigures, timeline: Timeline) -> Iterator[Finding]:
    """What is to be said of the length of what is spoken against the script's; nothing of recordings."""
    if any(utterance.heard for utterance in timeline.utterances):
        return
    facts: dict[str, Fact] = {"heard": _clock(film.speech_ms), "expected": _clock(film.expected_ms)}
    if film.speech_ms < film.expected_ms * _SHORT:
        yield _warning("film-short", **facts)
    elif film.speech_ms > film.expected_ms * _LONG:
        yield _warning("film-long", **facts)
    elif film.swallowed:
        first = timeline.utterances[film.swallowed[0]].shown
        yield _warning("film-swallowed", sentences=len(film.swallowed), text=_beginning(first))


def _silent(timeline: Timeline, speeches: Sequence[SpeechFigures]) -> Iterator[Stretch]:
    begin = 0
    for utterance, speech in zip(timeline.utterances, speeches, strict=True):
        end = begin + utterance.frames
        if utterance.spoken and (speech.peak < _SILENT_PEAK or speech.silent_ms >= _SILENCE_MS):
            yield Stretch(begin=begin, end=end)
        begin = end


def _voiced(utterance: Utterance, fps: int) -> NDArray[np.bool_]:
    """In which of its frames something is said."""
    voiced = np.zeros(utterance.frames, np.bool_)
    length = samples_per_frame(fps)
    if not utterance.phonemes:
        voiced[utterance.lead // length : -(-(utterance.lead + utterance.samples) // length)] = (
            utterance.samples > 0
        )
    for sound in utterance.phonemes:
        if sound.symbol:
            voiced[sound.start // length : -(-sound.end // length)] = True
    return voiced


def _runs(where: NDArray[np.bool_], least: int) -> Iterator[Stretch]:
    """Where something holds for at least so long."""
    edges = np.flatnonzero(np.diff(where, prepend=False, append=False)).reshape(-1, 2)
    for begin, end in edges.tolist():
        if end - begin >= max(least, 1):
            yield Stretch(begin=begin, end=end)


def _warning(code: str, **facts: Fact) -> Finding:
    return Finding(code=code, level="warning", facts=facts)


def _places(stretches: Sequence[Stretch], fps: int) -> dict[str, Fact]:
    """Where the first of them is, how many there are, and how long they are together."""
    total = sum(stretch.end - stretch.begin for stretch in stretches)
    first = stretches[0]
    return {
        "begin": _clock(first.begin * 1000 // fps),
        "end": _clock(first.end * 1000 // fps),
        "places": len(stretches),
        "seconds": f"{total / fps:.1f}",
    }


def _times(stretch: Stretch, fps: int) -> Mapping[str, int]:
    return {"start_ms": stretch.begin * 1000 // fps, "end_ms": stretch.end * 1000 // fps}


def _clock(ms: int) -> str:
    """A time as players show it, with tenths: 1:02.5."""
    minutes, rest = divmod(ms // 100, 600)
    return f"{minutes}:{rest // 10:02d}.{rest % 10}"


def _number(value: int | None) -> float | None:
    return None if value is None else value / 100


def _beginning(text: str) -> str:
    most = 40
    return text if len(text) <= most else f"{text[:most].rstrip()}…"
