"""By which clock times are shown: that of the zone in which the farm counts its days."""

from __future__ import annotations

from farm.bootstrap import calendar_in, settings_of
from pipeline.plan.errors import LecternError


def farm_zone() -> str:
    """The farm's zone, as the IANA's database names it; empty where the settings do not tell.

    Whatever is wrong with them is told by the command that needs them.
    """
    try:
        return calendar_in(settings_of()).zone
    except LecternError:
        return ""
