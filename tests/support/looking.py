"""Pictures of tests are looked at once: most tests that submit say nothing of what is seen in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from farm.portraits import Looker, Seen, Sitting


@contextmanager
def looked_once() -> Iterator[None]:
    """What a picture shows is looked for when it is first asked, and remembered from farm to farm.

    It is for tests that all look alike, that is with the same limits and engine.
    """
    seen: dict[tuple[object, ...], Seen] = {}
    look = Looker.look

    def remembered(looker: Looker, sitting: Sitting) -> Seen:
        asked = sitting.file.suffix, sitting.digest, sitting.views, sitting.backdrop
        if asked not in seen:
            seen[asked] = look(looker, sitting)
        return seen[asked]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Looker, "look", remembered)
        yield
