"""Names of archived films that every file server takes: ``{date}/{user}_{timestamp}_{scene}.mp4``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime


def name_for(user: str, when: datetime, scene: str, taken: Callable[[str], bool]) -> str:
    """The first free name for a film, as a relative path with forward slashes.

    Args:
        user: who submitted it.
        when: when it was submitted, in the time zone that the archive's folders are named by.
        scene: the row's scene.
        taken: whether a name's `unique_key` belongs to another film already.
    """
    raise NotImplementedError


def unique_key(name: str) -> str:
    """What two names have in common when a file server that ignores case takes them for one."""
    raise NotImplementedError


def link_for(name: str, prefix: str) -> str:
    """The address that opens an archived film with a click; empty when there is no prefix."""
    raise NotImplementedError
