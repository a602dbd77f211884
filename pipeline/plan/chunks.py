"""Chunks: consecutive utterances, about as much as one GPU is sent at a time."""

from __future__ import annotations

from pipeline.plan.timeline import Timeline

LIMIT_S = 50


def cut(timeline: Timeline, *, limit_s: int = LIMIT_S) -> tuple[range, ...]:
    """Cut a film into n = ceil(T / limit) chunks, as equal as its utterances allow.

    Every utterance is in exactly one chunk, in order, and no chunk is empty: a film of few long utterances
    gets fewer chunks. Where chunks end shapes no pixel.

    Args:
        timeline: the film.
        limit_s: seconds that a chunk lasts at most, up to half an utterance more or less.

    Returns:
        Ranges of indices into ``timeline.utterances``.

    Raises:
        ValueError: a limit that is not positive.
    """
    if limit_s <= 0:
        raise ValueError(limit_s)
    count = -(-timeline.frames // (limit_s * timeline.fps))
    ends: list[int] = []
    passed = 0
    for index, utterance in enumerate(timeline.utterances):
        # An utterance belongs to the chunk that its middle lies in: each border is the one nearest to ideal.
        middle = 2 * passed + utterance.frames
        chunk = min(middle * count // (2 * timeline.frames), count - 1) if timeline.frames else 0
        if len(ends) <= chunk:
            ends.extend([index] * (chunk + 1 - len(ends)))
        ends[chunk] = index + 1
        passed += utterance.frames
    starts = [0, *ends[:-1]]
    return tuple(range(start, end) for start, end in zip(starts, ends, strict=True) if end > start)
