"""How far a film steps from frame to frame where nobody drew a step, above all where clips meet."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def beyond(steps: Sequence[float], drawn: Sequence[float]) -> float:
    """By how much a film's frame steps beyond the step that was drawn, at most.

    Args:
        steps: of each frame to the one before it, 0 for the first.
        drawn: the same of what was drawn, as many.
    """
    return max(step - meant for step, meant in zip(steps, drawn, strict=True))


def beyond_near(steps: Sequence[float], keyframes: Collection[int], *, near: int) -> float:
    """By how much a keyframe's step exceeds the largest of the other frames near it, at most.

    Less than 0 if no keyframe steps more than they do, which nobody can see.

    Args:
        steps: of each frame to the one before it.
        keyframes: with which clips and groups of pictures begin; the film's first is left out.
        near: how many frames before and behind.

    Raises:
        ValueError: there is no keyframe but the first.
    """
    return max(
        steps[at] - max((steps[frame] for frame in _others(at, keyframes, near, len(steps))), default=0.0)
        for at in keyframes
        if at > 0
    )


def _others(at: int, keyframes: Collection[int], near: int, frames: int) -> list[int]:
    around = range(max(at - near, 1), min(at + near + 1, frames))
    return [frame for frame in around if frame not in keyframes]
