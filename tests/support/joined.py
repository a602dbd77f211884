"""A small film, joined for real, as it lies somewhere with its manifest beside it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pipeline.steps.join import join
from pipeline.steps.render import render
from pipeline.store import Store
from tests.support import films
from tests.support.films import CountingDesk, SketchSitter


def film_with_manifest(folder: Path, *, options: Mapping[str, str] | None = None) -> Path:
    """Make ``film.mp4`` and ``film.json`` of two sentences in a folder; the film's path."""
    store, desk, media = Store(folder / "store"), CountingDesk(), films.media()
    job = replace(films.job(), options=options or {})
    timeline, profile = films.timeline(store, (1.3, 0.7)), films.profile(media)
    made = {"desk": desk, "store": store, "media": media, "profile": profile, "pixels": films.PIXELS}
    whole = range(len(timeline.utterances))
    assert render(job, timeline, whole, sitter=SketchSitter(films.SMALL), **made)  # type: ignore[arg-type]
    joined = join(
        job,
        timeline,
        trace=films.TRACE,
        submitted_ms=0,
        loudness=films.LOUDNESS,
        producer=films.PRODUCER,
        **made,  # type: ignore[arg-type]
    )
    assert joined is not None
    shutil.copyfile(store.open(joined.manifest), folder / "film.json")
    return Path(shutil.copyfile(store.open(joined.film), folder / "film.mp4"))
