"""Chunks: consecutive utterances, about as much as one GPU is sent at a time."""

from __future__ import annotations

from itertools import accumulate, groupby

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
    ends = accumulate(utterance.frames for utterance in timeline.utterances)
    # An utterance belongs to the chunk that its middle lies in: each border is the one nearest to ideal.
    homes = [
        (2 * end - utterance.frames) * count // (2 * timeline.frames)
        for end, utterance in zip(ends, timeline.utterances, strict=True)
    ]
    chunks = [list(chunk) for _, chunk in groupby(range(len(homes)), key=lambda index: homes[index])]
    return tuple(range(chunk[0], chunk[-1] + 1) for chunk in chunks)
