"""Films that nobody renders any more as they were planned: whose they are, and how they go on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from db import replan, workers
from db.codec import profile_digest
from db.states import Stage, capability_of
from db.values import Claim, Skill
from farm.bootstrap import Farm
from farm.policy.pools import alike
from farm.policy.profiles import choose_profile
from farm.studio import may_render_otherwise
from pipeline.plan.errors import AwayError, LecternError
from pipeline.plan.faceway import way_in
from pipeline.plan.job import RenderProfile
from tasks.stages import PROFILE_CHANGED


def is_otherwise(error: LecternError, claim: Claim) -> bool:
    """Whether this worker may render otherwise than the film was planned, once its engine is opened anew."""
    if error.code == PROFILE_CHANGED:
        return True
    if claim.stage is not Stage.RENDER or claim.profile is None:
        return False
    return may_render_otherwise(error, claim.profile)


def plan_anew(farm: Farm, capabilities: Iterable[str], given_up: RenderProfile) -> None:
    """Have films go on at once that nobody renders any more as they were planned; nothing is raised.

    Where somebody else does, he goes on with them; what is missed here, the dispatcher finds.

    Args:
        farm: the farm.
        capabilities: of the worker that has given it up.
        given_up: the profile.
    """
    with contextlib.suppress(AwayError):
        for capability in alike(capability_of(Stage.RENDER, given_up.engine), capabilities):
            honoured = workers.read_honoured(farm.ledger, capability)
            profile = choose_profile(honoured, way_in(given_up), version=given_up.version)
            if profile is not None and given_up not in honoured:
                stranded = Skill(capability=capability, profile=profile_digest(given_up))
                replan.replan(farm.ledger, stranded, profile_digest(profile))
