"""Dead letters: what failed for good, why, on what input, and what an operator does about it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime

from db import dead, reads
from db.acts import Operated
from db.dead import DeadLetter
from db.states import Role, Stage, StepState
from db.views import JobView, StepView
from farm.bootstrap import Farm
from farm.caller import caller
from farm.show import attempts_of
from farm.views import AutopsyView, DeadView, Told
from farm.voicedoor import named
from pipeline.plan.errors import InputError, LecternError
from pipeline.steps.speak import load_timeline

#: So much of a script is enough to know it by.
_EXCERPT = 300
_MOST_SENTENCES = 12


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


def discard(farm: Farm, jobs: Collection[int], *, reason: str = "") -> Operated:
    """Put the dead letters of jobs away; `lectern retry` brings them back.

    Raises:
        InputError: ``ledger-job-unknown``; nothing was changed.
        AwayError: ``ledger-away``.
    """
    return dead.discard(farm.ledger, jobs, by=caller(), reason=" ".join(reason.split()))


def _view(letter: DeadLetter) -> DeadView:
    ended = datetime.fromtimestamp(letter.ended_at // 1000, UTC).isoformat().replace("+00:00", "Z")
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
    batch = f", batch {profile.batch}" if profile is not None and profile.batch else ""
    return AutopsyView(
        letter=_view(letter),
        tries=tuple(attempts_of(step)),
        log=step.attempts[-1].log_tail if step.attempts else "",
        text=tuple(_text(farm, view, step)),
        portrait=str(farm.store.root / spec.portrait.path),
        voice="" if spec.recording else named(spec.voice, spec.others),
        options=spec.options,
        profile="" if profile is None else f"{profile.engine} {profile.version}, {profile.backend}{batch}",
    )


def _text(farm: Farm, view: JobView, step: StepView) -> Iterator[str]:
    """What was to be said in what a step makes; what the store has no more is left out."""
    try:
        timeline = view.results.get(Role.TIMELINE)
        if step.stage is Stage.RENDER and timeline is not None:
            chunk = load_timeline(farm.store, timeline).utterances[step.first : step.end]
            yield from [each.shown for each in chunk if each.shown][:_MOST_SENTENCES]
        else:
            script = farm.store.open(view.results.get(Role.SCRIPT, view.spec.script)).read_text("utf-8")
            yield script[:_EXCERPT] + (" …" if len(script) > _EXCERPT else "")
    except (LecternError, OSError):
        return
