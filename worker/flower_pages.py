"""Where Flower's pages are, for links; nothing of Flower or Celery is loaded for that."""

from __future__ import annotations

from urllib.parse import quote

from farm.bootstrap import Settings
from worker.places import Places, told_state


def address(settings: Settings, port: int) -> str:
    """Where people find it: as told in the settings, or on this machine."""
    flower = settings.flower
    if flower.url:
        return flower.url.rstrip("/")
    prefix = flower.url_prefix.strip("/")
    return f"http://127.0.0.1:{port}" + (f"/{prefix}" if prefix else "")


def tasks_of(url: str, job: int) -> str:
    """The page with a job's tasks, of the Flower at an address.

    Its page takes no free search from an address, but names; the first of these names is of that job alone,
    and what follows it finds all of the job's.
    """
    return f"{url}/tasks?name=" + quote(f'"render J{job} chunk" OR kwargs:job={job}', safe="")


def known_address(settings: Settings) -> str:
    """Where Flower is, as told in the settings, or by the farm that is up on this home; else empty."""
    shown = told_state(Places(home=settings.home)) or {}
    return settings.flower.url.rstrip("/") or str(shown.get("flower_url") or "")
