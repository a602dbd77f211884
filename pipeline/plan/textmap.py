"""Which part of a spoken text belongs to which part of a shown one."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import pairwise


def offset_map(shown: str, spoken: str) -> list[int]:
    """For each character of `shown`, and for its end, the offset in `spoken` that it stands at.

    Never falling, from 0 to the length of `spoken`. Equal stretches are matched, so that marks that are not
    spoken, or words that are spoken in another way, shift nothing else; between them it goes straight.
    """
    anchors = [(0, 0)]
    matcher = SequenceMatcher(None, shown.casefold(), spoken.casefold(), autojunk=False)
    for match in matcher.get_matching_blocks():
        # Casefolding may lengthen a text; what lies beyond the end is no anchor.
        if match.a + match.size <= len(shown) and match.b + match.size <= len(spoken) and match.size:
            anchors += [(match.a, match.b), (match.a + match.size, match.b + match.size)]
    anchors.append((len(shown), len(spoken)))
    offsets = [0] * (len(shown) + 1)
    for (left, start), (right, stop) in pairwise(anchors):
        for at in range(left, right + 1):
            offsets[at] = start + (stop - start) * (at - left) // (right - left) if right > left else stop
    offsets[-1] = len(spoken)
    return offsets
