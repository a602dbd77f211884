"""Where in its film a step was when it failed: which sentence of the script, told by what it was making."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from db.states import Role, Stage
from db.views import JobView, StepView
from farm.booths import booth_of
from farm.bootstrap import Workshop
from farm.studio import Studio
from pipeline.plan.artifact import Artifact
from pipeline.plan.delivery import profile_for
from pipeline.plan.errors import LecternError
from pipeline.plan.script import line_of
from pipeline.plan.timeline import Timeline
from pipeline.steps.booth import Line
from pipeline.steps.clips import ClipPlanner
from pipeline.steps.speak import load_lexicon, load_timeline
from pipeline.store import Store


@dataclass(frozen=True, kw_only=True)
class Place:
    """A sentence of a film.

    Attributes:
        sentence: which one, counted from 1; of a silence the one before it, 0 for the film's head.
        of: how many sentences there are.
        text: what captions show of it; empty for a silence.
        line: the line of the script that it begins in, counted from 1 without blank ones; 0: not known.
        second: when it begins in the film, in whole seconds; None while the film has no timeline.
    """

    sentence: int
    of: int
    text: str
    line: int
    second: int | None


def place_of(workshop: Workshop, view: JobView, step: StepView, key: str) -> Place | None:
    """Where an attempt at a step was that ended while it was making a key; None where that is not known.

    The key is found again as whoever makes it finds it: so neither the voice nor the portrait may have gone
    meanwhile, and of what was to be made otherwise since nothing is known any more.

    Args:
        workshop: engines and store.
        view: the job.
        step: one of its steps.
        key: what the attempt was making; empty for nothing.
    """
    if not key:
        return None
    try:
        if step.stage is Stage.RENDER:
            return _rendered(workshop, view, step, key)
        if step.stage is Stage.SPEAK:
            return _spoken(workshop, view, key)
    except (LecternError, OSError):
        return None
    return None


def _rendered(workshop: Workshop, view: JobView, step: StepView, key: str) -> Place | None:
    laid = view.results.get(Role.TIMELINE)
    if laid is None or view.profile is None:
        return None
    timeline, spec = load_timeline(workshop.store, laid), view.spec
    planner = ClipPlanner(
        job=spec,
        timeline=timeline,
        store=workshop.store,
        profile=profile_for(view.profile, spec.options),
        pixels=Studio(workshop).pixels(spec),
    )
    found = (index for index in range(step.first, step.end) if planner.plan(index).key == key)
    index = next(found, None)
    return None if index is None else _in_film(workshop.store, view, timeline, index)


def _in_film(store: Store, view: JobView, timeline: Timeline, index: int) -> Place:
    said = [each.shown for each in timeline.utterances if each.shown]
    before = sum(1 for each in timeline.utterances[:index] if each.shown)
    shown = timeline.utterances[index].shown
    begins = [0, *accumulate(each.frames for each in timeline.utterances)][index]
    return Place(
        sentence=before + bool(shown),
        of=len(said),
        text=shown,
        line=_line(store, view, said, before) if shown else 0,
        second=begins // timeline.fps,
    )


def _spoken(workshop: Workshop, view: JobView, key: str) -> Place | None:
    spec, store = view.spec, workshop.store
    text = store.verify(script_of(view)).read_text("utf-8")
    lexicon = () if spec.lexicon is None else load_lexicon(store, spec.lexicon)
    parts = booth_of(workshop, spec.voice).lines_of(text, spec.voice, lexicon=lexicon)
    lines = [part for part in parts if isinstance(part, Line)]
    said = [line.sentence.shown for line in lines]
    for index, line in enumerate(lines):
        if line.key == key:
            at = line_of(text, said, index)
            return Place(sentence=index + 1, of=len(said), text=said[index], line=at, second=None)
    return None


def _line(store: Store, view: JobView, said: Sequence[str], index: int) -> int:
    """The line of the script; a film of a recording has none."""
    if view.spec.recording is not None:
        return 0
    return line_of(store.verify(script_of(view)).read_text("utf-8"), said, index)


def script_of(view: JobView) -> Artifact:
    """What is said in a film: the script that was written for it, else the one that was given."""
    return view.results.get(Role.SCRIPT, view.spec.script)
