"""Whether captions are drawn into a film's pictures, in a manifest's words."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.plan.errors import InputError
from pipeline.plan.yesno import yes_or_no

#: The option that says so.
BURN = "captions.burn"


def burn_of(options: Mapping[str, str]) -> bool:
    """Whether a job's options want captions in the pictures; they do not unless they say yes.

    Raises:
        InputError: ``captions-burn-unknown``.
    """
    written = options.get(BURN, "").strip()
    wanted = yes_or_no(written, usual=False)
    if wanted is None:
        raise InputError("captions-burn-unknown", word=written)
    return wanted


def with_plain_burn(options: Mapping[str, str]) -> dict[str, str]:
    """The same options with this one in its plainest word, so that equal films have equal options.

    Raises:
        InputError: as `burn_of`.
    """
    plain = {name: value for name, value in options.items() if name != BURN}
    return {**plain, BURN: "yes"} if burn_of(options) else plain
