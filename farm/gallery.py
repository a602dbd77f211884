"""The pictures of a batch: each distinct one is looked at once, and only what is said of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from pathlib import Path

from farm import lookers
from farm.bootstrap import Workshop
from farm.once import Once
from farm.portraits import Looker, Seen, Sitting, View, means_of
from pipeline.media.filmkind import suffix_of
from pipeline.plan.background import Colour
from pipeline.plan.errors import InputError
from pipeline.plan.job import Format
from pipeline.plan.lipsync import Crop
from pipeline.plan.portrait import FaceBox, Finding
from pipeline.steps.footage import first_size
from pipeline.steps.look import picture_size

# Fewer pictures are looked at here before another process would have begun.
_FEW = 4


class Gallery:
    """Remembers what is said of pictures, each looked at once in every way that it shall be seen.

    Args:
        workshop: where the eye engine stands, opened at the first look.
    """

    def __init__(self, workshop: Workshop) -> None:
        self._means = means_of(workshop)
        self._looker = Looker(self._means, workshop.eyes)
        self._views: dict[tuple[str, View], tuple[Finding, ...]] = {}
        self._backdrops: dict[str, tuple[Finding, ...]] = {}
        self._sizes: Once[str, tuple[int, int]] = Once()

    def look_ahead(
        self, sittings: Iterable[Sitting], *, hands: int, told: Callable[[int, int], None]
    ) -> None:
        """Look at all these pictures now: many of them in processes, as many as there are hands.

        What is said of a picture does not depend on who looked, and when.

        Args:
            sittings: what will be asked; each picture once.
            hands: how many pictures may be looked at side by side.
            told: is told after each how many are done, and of how many.

        Raises:
            TransientError: ``submit-lookers-gone``: processes that look do not even begin.
        """
        asked = tuple(sittings)
        alone = hands < 2 or len(asked) < _FEW  # noqa: PLR2004 - two hands are the least that share work
        seen = self._one_by_one(asked) if alone else lookers.look(asked, means=self._means, hands=hands)
        # However this is left, no process is.
        with closing(seen):
            for done, (sitting, found) in enumerate(seen, 1):
                self._keep(sitting, found)
                told(done, len(asked))

    def look(
        self,
        portrait: Path,
        digest: str,
        format: Format,  # noqa: A002 - the house's word for it
        box: FaceBox | None,
        behind: Colour | None,
        *,
        pictured: bool = False,
        crop: Crop | None = None,
    ) -> tuple[Finding, ...]:
        """Everything to be said about a portrait, errors first; the arguments are those of `View`."""
        view = View(format=format, box=box, behind=behind, pictured=pictured, crop=crop)
        if (digest, view) not in self._views:
            sitting = Sitting(file=portrait, digest=digest, views=(view,), backdrop=False)
            self._keep(sitting, self._looker.look(sitting))
        return self._views[digest, view]

    def check(self, picture: Path, digest: str) -> tuple[Finding, ...]:
        """Refuse a picture that cannot be read as a background, warn of one that may be an oversight.

        Raises:
            InputError: as `pipeline.steps.look.load_picture`.
        """
        if digest not in self._backdrops:
            sitting = Sitting(file=picture, digest=digest, views=(), backdrop=True)
            self._keep(sitting, self._looker.look(sitting))
        found = self._backdrops[digest]
        for finding in found:
            if finding.level == "error":
                raise InputError(finding.code, **finding.facts)
        return found

    def size(self, portrait: Path, digest: str) -> tuple[int, int]:
        """Width and height of a portrait, upright.

        Raises:
            InputError: it is no picture that can be used, as far as its head tells.
        """
        return self._sizes.find(digest, lambda: self._size(portrait))

    def _size(self, portrait: Path) -> tuple[int, int]:
        if suffix_of(portrait):
            return first_size(portrait, self._means.media, self._means.footage)
        return picture_size(portrait, self._means.pictures)

    def _one_by_one(self, sittings: Iterable[Sitting]) -> Generator[tuple[Sitting, Seen]]:
        for sitting in sittings:
            yield sitting, self._looker.look(sitting)

    def _keep(self, sitting: Sitting, seen: Seen) -> None:
        for view, found in zip(sitting.views, seen.views, strict=True):
            self._views[sitting.digest, view] = found
        if sitting.backdrop:
            self._backdrops[sitting.digest] = seen.backdrop
