"""Assistance: which other pool renders a film just now, as its owner is told."""

from __future__ import annotations

from dataclasses import replace

from db import views
from db.codec import profile_digest
from db.helping import read_help
from db.states import JobState, Stage, capability_of
from farm import crews
from farm.bootstrap import Farm
from farm.policy.aid import How
from farm.policy.pools import ANY, bound
from farm.policy.why import Reason
from farm.views.films import WhyView

_GOES_ON = frozenset({Reason.RUNNING.value, Reason.SENT.value, Reason.TURN.value})
#: Stages after which something of a film is still to be rendered.
_BEFORE = frozenset({Stage.WRITE.value, Stage.SPEAK.value, Stage.LISTEN.value, Stage.RENDER.value})


def rendered_by(farm: Farm, view: views.JobView) -> str:
    """The pool that renders a film in place of its own, as people name it; empty for none.

    Raises:
        AwayError: ``ledger-away``.
    """
    if view.line.state not in {JobState.QUEUED, JobState.ACTIVE}:
        return ""
    needs = bound(capability_of(Stage.RENDER, view.spec.face), view.pool)
    profile = None if view.profile is None else profile_digest(view.profile)
    found = read_help(farm.ledger).stands_in(needs, profile)
    return "" if found is None else found or ANY


def with_help(farm: Farm, job: views.JobView, view: WhyView) -> WhyView:
    """The same, telling who helps the film's pool with it, if anybody does.

    Raises:
        AwayError: ``ledger-away``.
    """
    if view.reason not in _GOES_ON or view.stage not in _BEFORE:
        return view
    told = replace(view, pool=job.pool or ANY, rendered_by=rendered_by(farm, job))
    if told.rendered_by or view.stage != Stage.RENDER.value:
        return told
    for each in crews.read(farm):
        if each.work is not None and each.work.job == view.job and each.work.how == How.LENT.value:
            return replace(told, lender=each.work.lender, lent=each.name)
    return told
