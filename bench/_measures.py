"""What is measured on a film: lips against speech, the face against the still, and what should not move."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from _pulse import beyond, beyond_near
from _rehearsal import Cast, Luma, Take, Watched
from _sharpness import Sharpness, interocular
from _skin import Skin
from numpy.typing import NDArray

from pipeline.engines.eye import EyeEngine
from pipeline.engines.face import Canvas
from pipeline.media.picture import planes_of, to_bgr, to_yuv
from pipeline.plan.clock import SAMPLE_RATE, samples_per_frame
from pipeline.plan.speech import Phoneme
from tests.support.ipa import chart_openness
from tests.support.sync import lag_and_correlation, lip_openness, timeline_phonemes

Curve = NDArray[np.float64]

# Each so-manieth frame is looked at for sharpness.
_SHARPNESS_EVERY = 8
# The side of the encoder's blocks.
_BLOCK = 16
_HALF = 128
# Landmarks that see less than this part of the opening that the skin tells of do not see the mouth.
_BLIND = 0.66
_WIDE = 95
# Skin that does not correlate with landmarks by at least this much was lost.
_ALIKE = 0.8
_NOTHING = 1e-3
# A closure may be seen this long before a bilabial's mark; lips may part this long before and after a pause.
_CLOSURE = 70 * SAMPLE_RATE // 1000
_SHORTEST_PAUSE, _NEAR_SPEECH = 300 * SAMPLE_RATE // 1000, 120 * SAMPLE_RATE // 1000


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was measured on one film; docs/quality.md says how. Lengths are in inter-ocular distances.

    Attributes:
        lag: frames by which the lips are late.
        agreement: Pearson's r of the lips' opening and the chart's openness, at that lag.
        closure_median, closure_most: how far the lips are apart on p, b and m.
        pause: how far they are apart at most in a pause.
        step: by how much they open or close at most from one frame to the next, as landmarks and skin agree.
        sharpness: part of the still's gradients that the face shows, the median frame.
        strip: how far beyond the person's outline the engine changes pixels by more than a level; None where
            nobody knows the outline.
        coded: levels by which the mean of a block changes in the film where the engine moves nothing.
        pulse_behind: largest mean step of a frame, in levels, of pixels that the engine does not move.
        pulse: the same of all pixels, beyond the step that was drawn.
        pulse_shown: by how much a step at a join or keyframe exceeds that of any other frame nearby.
        moved: part of the picture that the engine moves.
        lost: frames in which no face was found.
        blind: whether landmarks do not see the mouth, so that all that is told of the lips was seen by how
            the skin around them moves.
    """

    lag: float
    agreement: float
    closure_median: float
    closure_most: float
    pause: float
    step: float
    sharpness: float
    strip: float | None
    coded: float
    pulse_behind: float
    pulse: float
    pulse_shown: float
    moved: float
    lost: int
    blind: bool


class _Seen:
    """What is gathered of a film while its frames go by.

    Args:
        film: the file.
        still: pixels that the engine does not move, bool (height, width).
        canvas: the picture that speaks.

    Attributes:
        unit: the inter-ocular distance in pixels.
        sharp: sharpness of some frames.
        skin: how far the lips are apart in each frame, by the skin around them.
        keyframes: which frames are.
        steps, still_steps: mean absolute difference of each frame to the one before, of all pixels and of
            those that the engine does not move; 0 for the first.
        blocks: by how many levels a block's mean has changed where the engine moves nothing.
    """

    def __init__(self, film: Path, still: NDArray[np.bool_], canvas: Canvas) -> None:
        assert canvas.face.landmarks is not None  # noqa: S101 - the stage's eye finds them
        self._film = film
        self._still = still
        self._landmarks = canvas.face.landmarks
        self.unit = interocular(self._landmarks)
        picture = np.ascontiguousarray(canvas.picture)
        self._sharpness = Sharpness(planes_of(to_yuv(picture)).luma, self._landmarks)
        self.sharp: list[float] = []
        self.skin: list[float] = []
        self.keyframes: set[int] = set()
        self.steps: list[float] = [0.0]
        self.still_steps: list[float] = [0.0]
        self.blocks = 0.0
        blocks = cv2.erode(_blocks(still.astype(np.float32)), np.ones((3, 3), np.uint8))
        self._still_blocks = blocks == 1

    def frames(self) -> Iterator[NDArray[np.uint8]]:
        """The film's frames, BGR."""
        first: NDArray[np.float32] | None = None
        before: Luma | None = None
        skin: Skin | None = None
        for index, raw in enumerate(self._decoded()):
            luma = planes_of(raw).luma
            blocks = _blocks(luma.astype(np.float32))
            if first is None or before is None or skin is None:
                first = blocks
                skin = Skin(luma, self._landmarks, self.unit)
            else:
                self._step(luma, before)
                changed = np.abs(blocks - first)[self._still_blocks]
                self.blocks = max(self.blocks, float(changed.max(initial=0.0)))
            before = luma
            self.skin.append(skin(luma))
            if index % _SHARPNESS_EVERY == _SHARPNESS_EVERY // 2:
                self.sharp.append(self._sharpness(luma))
            yield to_bgr(raw)

    def _step(self, luma: Luma, before: Luma) -> None:
        change = cv2.absdiff(luma, before)
        self.steps.append(float(change.mean()))
        still = change[self._still]
        self.still_steps.append(float(still.mean()) if still.size else 0.0)

    def _decoded(self) -> Iterator[NDArray[np.uint8]]:
        with av.open(str(self._film)) as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1
            for index, frame in enumerate(container.decode(stream)):
                if frame.key_frame:
                    self.keyframes.add(index)
                yield np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8)


def measure(take: Take, cast: Cast, eye: EyeEngine, person: Luma | None) -> Figures:
    """Measure a film.

    Args:
        take: the film and what was drawn for it.
        cast: who speaks.
        eye: finds the lips again.
        person: how much of each pixel of the canvas shows the person, (height, width); None if nobody knows.
    """
    fps = take.timeline.fps
    lowest = np.minimum.reduce([clip.lowest for clip in take.drawn])
    highest = np.maximum.reduce([clip.highest for clip in take.drawn])
    changed = highest - lowest
    seen = _Seen(take.film, changed == 0, cast.canvas)
    lips, skin = lip_openness(seen.frames(), eye), np.array(seen.skin)
    lost = np.isnan(lips)
    scale = float(np.nanpercentile(lips, _WIDE)) / max(float(np.percentile(skin, _WIDE)), _NOTHING)
    blind = not scale >= _BLIND
    if blind:
        lips, scale = skin, 1.0
    phonemes = timeline_phonemes(take.timeline)
    lag, agreement = lag_and_correlation(lips, chart_openness(phonemes, len(lips), fps))
    closures = [_closest(lips, sound, fps) for sound in phonemes if sound.symbol[:1] in {"p", "b", "m"}]
    return Figures(
        lag=lag,
        agreement=agreement,
        closure_median=float(np.median(closures)),
        closure_most=max(closures),
        pause=_widest_in_pauses(lips, phonemes, fps),
        step=_largest_step(lips, skin * scale),
        sharpness=float(np.median(seen.sharp)),
        strip=None if person is None else _strip(changed, person, seen.unit),
        coded=seen.blocks,
        pulse_behind=max(seen.still_steps),
        pulse=beyond(seen.steps, _drawn_steps(take.drawn)),
        pulse_shown=beyond_near(seen.steps, seen.keyframes, near=fps // 5),
        moved=float((changed > 1).mean()),
        lost=int(lost.sum()),
        blind=blind,
    )


def _blocks(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means of whole blocks."""
    height, width = (side // _BLOCK * _BLOCK for side in values.shape)
    parts = values[:height, :width].reshape(height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK)
    return np.ascontiguousarray(parts.mean(axis=(1, 3)))


def _largest_step(lips: Curve, skin: Curve) -> float:
    """The largest step that landmarks and skin both see; that of landmarks where skin sees something else."""
    steps, known = np.abs(np.diff(lips)), np.isfinite(lips)
    if np.corrcoef(lips[known], skin[known])[0, 1] >= _ALIKE:
        steps = np.minimum(steps, np.abs(np.diff(skin)))
    return float(np.nanmax(steps))


def _strip(changed: Luma, person: Luma, unit: float) -> float:
    """How far beyond a person's outline what is drawn changes by more than a level; 0 if nowhere."""
    away = cv2.distanceTransform((person < _HALF).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return float(away[changed > 1].max(initial=0.0)) / unit


def _drawn_steps(clips: Sequence[Watched]) -> list[float]:
    """Mean steps of what was drawn, frame by frame through all clips; 0 for the first."""
    steps = [0.0, *clips[0].steps]
    for one, two in itertools.pairwise(clips):
        steps += [float(cv2.absdiff(one.last, two.first).mean()), *two.steps]
    return steps


def _closest(lips: Curve, sound: Phoneme, fps: int) -> float:
    frame = samples_per_frame(fps)
    first = max((sound.start - _CLOSURE) // frame, 0)
    return float(np.nanmin(lips[first : sound.end // frame + 2]))


def _widest_in_pauses(lips: Curve, phonemes: Sequence[Phoneme], fps: int) -> float:
    frame = samples_per_frame(fps)
    said = [sound for sound in phonemes if sound.symbol]
    widest = 0.0
    edges = [(0, said[0].start), *((one.end, two.start) for one, two in itertools.pairwise(said))]
    for start, end in (*edges, (said[-1].end, len(lips) * frame)):
        if end - start >= _SHORTEST_PAUSE:
            still = lips[-(-(start + _NEAR_SPEECH) // frame) : (end - _NEAR_SPEECH) // frame + 1]
            widest = max(widest, float(np.nanmax(still, initial=0.0)))
    return widest
