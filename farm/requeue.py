"""Requeue: jobs that failed or were canceled go on from where they stopped."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from db import operations
from db.acts import Operated
from farm.bootstrap import Farm
from farm.caller import caller
from farm.defaults import assigned
from pipeline.plan.atonce import BATCH, with_plain_batch
from pipeline.plan.bearing import EXPRESSION, MOTION, plainly
from pipeline.plan.delivery import LOUDNESS, QUALITY, with_plain_delivery
from pipeline.plan.errors import InputError
from pipeline.plan.lipsync import OFFSET, PADS, RESTORE, lipsync_of, with_plain_lipsync
from pipeline.plan.switches import PREVIEW, SOFT

#: Options that may be given another value after a film was submitted: neither file, font nor model is looked
#: for because of them, and every clip that they shape gets another key.
#: What restores faces can be taken away only: it may need more memory and time than all the rest.
CHANGEABLE = (BATCH, RESTORE, QUALITY, LOUDNESS, PREVIEW.name, SOFT.name, EXPRESSION, MOTION, OFFSET, PADS)


def requeue(
    farm: Farm,
    jobs: Collection[int],
    settings: Sequence[str] = (),
    *,
    reason: str = "",
    dry_run: bool = False,
) -> Operated:
    """Queue failed and canceled jobs again, with all their attempts; what was made stays made.

    Args:
        farm: the farm.
        jobs: the jobs.
        settings: options to be changed, each as ``name=value``; an empty value is the usual one.
        reason: why, for whoever asks later.
        dry_run: tell what would be changed, and change nothing.

    Raises:
        InputError: ``ledger-job-unknown``, ``requeue-option-unknown``, or as a wrong value is refused;
            nothing was changed.
    """
    options = options_of(farm, settings)
    return operations.requeue(farm.ledger, jobs, by=caller(), options=options, reason=reason, dry_run=dry_run)


def options_of(farm: Farm, settings: Sequence[str]) -> Mapping[str, str]:
    """The options that settings say, each in its plainest word.

    Raises:
        InputError: as `requeue`.
    """
    told = {name.strip().casefold(): value.strip() for name, value in assigned(settings).items()}
    for name in told:
        if name not in CHANGEABLE:
            raise _unchangeable(name)
    if RESTORE in told:
        if lipsync_of({RESTORE: told[RESTORE]}).restore:
            raise _unchangeable(f"{RESTORE}={told[RESTORE]}")
        told[RESTORE] = ""
    if told.get(QUALITY) == "":
        told[QUALITY] = farm.settings.film.quality
    plain: Mapping[str, str] = told
    for checked in (
        with_plain_batch,
        with_plain_delivery,
        plainly,
        with_plain_lipsync,
        SOFT.plain,
        PREVIEW.plain,
    ):
        plain = checked(plain)
    # What is usual is left out of the plain form, and has to replace what was there.
    return {name: plain.get(name, "") for name in told}


def _unchangeable(option: str) -> InputError:
    known = (f"{name}=none" if name == RESTORE else name for name in CHANGEABLE)
    return InputError("requeue-option-unknown", option=option, known=", ".join(known))
