"""Dead letters: what failed for good, why, on what input, and what an operator does about it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict

from db import dead, reads
from db.acts import Operated
from db.dead import DeadLetter
from db.states import Role, Stage, StepState
from db.views import JobView, StepView
from farm.bootstrap import Farm
from farm.caller import caller
from farm.profiles.telling import people_of
from farm.show import attempts_of
from farm.views.films import Told
from farm.views.letters import AutopsyView, DeadView, PlaceView
from farm.voicedoor import named
from farm.whereabouts import place_of, script_of
from pipeline.plan.artifact import Artifact
from pipeline.plan.atonce import with_fewer
from pipeline.plan.errors import InputError, LecternError
from pipeline.plan.job import JobSpec
from pipeline.plan.moments import iso
from pipeline.steps.speak import load_timeline

#: So much of a script is enough to know it by.
_EXCERPT = 300
_MOST_SENTENCES = 12
#: How codes of errors begin that a voice raises.
_VOICE = "voice"


def listed(
    farm: Farm, *, code: str | None = None, batch: int | None = None, most: int = 1_000_000
) -> tuple[DeadView, ...]:
    """The dead letters, the newest first; of one error or of one batch if asked so.

    Raises:
        AwayError: ``ledger-away``.
    """
    return tuple(_view(letter) for letter in dead.read_dead(farm.ledger, code=code, batch=batch, limit=most))


def autopsies(farm: Farm, job: int) -> tuple[AutopsyView, ...]:
    """Every dead step of a job with all that is known of it.

    Raises:
        InputError: ``ledger-job-unknown``, ``dead-none-of-job``.
        AwayError: ``ledger-away``.
    """
    view = reads.read_job(farm.ledger, job)
    letters = {letter.step: letter for letter in dead.read_dead(farm.ledger, batch=view.line.batch)}
    found = [step for step in view.steps if step.state is StepState.DEAD and step.id in letters]
    if not found:
        raise InputError("dead-none-of-job", job=job)
    return tuple(_autopsy(farm, view, step, letters[step.id]) for step in found)


def chosen(farm: Farm, *, code: str | None, batch: int | None) -> tuple[int, ...]:
    """The jobs with dead letters of an error, or of a batch.

    Raises:
        AwayError: ``ledger-away``.
    """
    return tuple(sorted({letter.job for letter in dead.read_dead(farm.ledger, code=code, batch=batch)}))


def discard(farm: Farm, jobs: Collection[int], *, reason: str = "", dry_run: bool = False) -> Operated:
    """Put the dead letters of jobs away; `lectern requeue` brings them back.

    Raises:
        InputError: ``ledger-job-unknown``; nothing was changed.
        AwayError: ``ledger-away``.
    """
    return dead.discard(farm.ledger, jobs, by=caller(), reason=" ".join(reason.split()), dry_run=dry_run)


def _view(letter: DeadLetter) -> DeadView:
    ended = iso(letter.ended_at)
    return DeadView(
        job=letter.job,
        batch=letter.batch,
        row=letter.row,
        title=letter.title,
        user=letter.user,
        stage=letter.stage.value,
        chunk=letter.index,
        error=Told(code=letter.problem.code, facts=letter.problem.facts),
        attempts=letter.attempts,
        worker=letter.worker,
        device=letter.device,
        ended=ended if letter.ended_at else "",
    )


def _autopsy(farm: Farm, view: JobView, step: StepView, letter: DeadLetter) -> AutopsyView:
    spec, profile = view.spec, view.profile
    drawn = None if profile is None else with_fewer(profile, spec.options)
    batch = f", batch {drawn.batch}" if drawn is not None and drawn.batch else ""
    place = place_of(farm, view, step, step.attempts[-1].last_key if step.attempts else "")

    def path(source: Artifact | None) -> str:
        return "" if source is None else str(farm.store.root / source.path)

    return AutopsyView(
        letter=_view(letter),
        tries=tuple(attempts_of(step)),
        log=step.attempts[-1].log_tail if step.attempts else "",
        manifest=reads.read_batch(farm.ledger, letter.batch).name,
        place=None if place is None else PlaceView(**asdict(place)),
        text=tuple(_text(farm, view, step)),
        blamed=_blamed(spec, letter),
        script=path(script_of(view)),
        portrait=path(spec.portrait),
        background=path(spec.background),
        recording=path(spec.recording),
        voice="" if spec.recording else named(spec.voice, spec.others),
        people=people_of(farm.ledger, spec),
        options=spec.options,
        profile="" if drawn is None else f"{drawn.engine} {drawn.version}, {drawn.backend}{batch}",
    )


def _blamed(spec: JobSpec, letter: DeadLetter) -> str:
    """Which of a job's inputs an error is about: one that is damaged, or of which its code tells."""
    sources = {
        "script": spec.script,
        "portrait": spec.portrait,
        "background": spec.background,
        "recording": spec.recording,
    }
    key, told = letter.problem.facts.get("key"), letter.problem.code.partition("-")[0]
    found = (part for part, source in sources.items() if source is not None and source.key == key)
    return next(found, told if told == _VOICE or sources.get(told) is not None else "")


def _text(farm: Farm, view: JobView, step: StepView) -> Iterator[str]:
    """What was to be said in what a step makes; what the store has no more is left out."""
    try:
        timeline = view.results.get(Role.TIMELINE)
        if step.stage is Stage.RENDER and timeline is not None:
            chunk = load_timeline(farm.store, timeline).utterances[step.first : step.end]
            yield from [each.shown for each in chunk if each.shown][:_MOST_SENTENCES]
        else:
            script = farm.store.open(script_of(view)).read_text("utf-8")
            yield script[:_EXCERPT] + (" …" if len(script) > _EXCERPT else "")
    except (LecternError, OSError):
        return
