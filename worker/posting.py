"""The posts of this host: its cards as NVML tells them, its engines, and what the settings make of both."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import structlog

from farm.bootstrap import Farm
from farm.policy.placement import AUTO, NONE, Post, check_numbers, layout_of, place
from pipeline.plan.errors import AwayError
from tasks.capabilities import capabilities_of, on_cards, wishes_of
from worker.nvml import Look
from worker.probing import devices_of, look_once


def posts_here(farm: Farm, wanted: Sequence[str] = ()) -> tuple[Post, ...]:
    """Who works on this host.

    Cards that do not answer are left alone, and their work with them to processors, unless the settings name
    them.

    Args:
        farm: its engines and settings.
        wanted: what shall be done here; everything that can be unless given.

    Raises:
        InputError: a setting of ``[worker]`` is wrong, or ``farm-capability-unknown``.
        AwayError: ``worker-cards-silent``: cards that the settings name cannot be looked at.
    """
    knobs = farm.settings.worker
    able = capabilities_of(farm, wanted)
    layout = layout_of(
        devices=knobs.devices,
        card_stages=knobs.card_stages,
        card_shares=knobs.card_shares,
        pools=knobs.pools,
        count=knobs.count,
        cores=len(os.sched_getaffinity(0)),
    )
    look = Look() if layout.devices == (NONE,) else look_once()
    if look.error:
        if layout.devices != (AUTO,):
            raise AwayError("worker-cards-silent", reason=look.error, devices=knobs.devices)
        structlog.get_logger().warning("cards not used", reason=look.error)
        layout = replace(layout, devices=(NONE,))
    posts = place(devices_of(look), able=able, on_cards=on_cards(farm, able), layout=layout)
    check_numbers(posts, wishes_of(farm))
    return posts
