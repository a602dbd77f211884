"""By which clock times are shown: that of the zone in which the farm counts its days."""

from __future__ import annotations

from farm.bootstrap import calendar_in, settings_of
from pipeline.plan.errors import LecternError


def farm_zone() -> str:
    """The farm's zone, as the IANA's database names it; empty for this machine's own, where none is named.

    Whatever is wrong with them is told by the command that needs them.
    """
    try:
        settings = settings_of()
        return calendar_in(settings).zone if settings.quota.zone else ""
    except LecternError:
        return ""
