"""`lectern doctor`: what is missing on this machine, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from urllib.parse import urlsplit

import typer
from rich.table import Table
from rich.text import Text

from cli.exits import Exit
from cli.options import terminal_of
from cli.terminal import Terminal, told
from farm import configuration
from farm import doctor as examining
from farm.bootstrap import Settings, open_workshop, settings_file
from farm.doctor import Check, Doubt, Finding, There
from farm.doctor_members import look_at_members
from farm.doctor_people import look_at_consents
from farm.doctor_speech import speech_checks
from farm.post import is_loopback
from pipeline.plan.addresses import without_password
from pipeline.plan.errors import InputError
from worker.redis_server import await_redis, find_redis_server

_STYLES = {"ok": "green", "warning": "yellow", "error": "bold red"}
_REDIS_S = 3.0


def doctor(context: typer.Context) -> Exit:
    """Check what is missing here, and what to do about it."""
    terminal = terminal_of(context)
    with open_workshop() as workshop:
        settings = workshop.settings
        others: dict[str, Check] = {
            **speech_checks(workshop),
            "members": partial(look_at_members, workshop),
            "consents": partial(look_at_consents, workshop),
            "redis": lambda: _redis(settings),
            "settings": lambda: _settings(settings),
        }
        findings = tuple(examining.examine(workshop, others))
    sick = any(finding.level == "error" for finding in findings)
    document = {
        "kind": "doctor",
        "healthy": not sick,
        "findings": [_document(finding, terminal) for finding in findings],
    }
    terminal.answer(document, _report(findings, terminal))
    return Exit.SETUP if sick else Exit.OK


def _redis(settings: Settings) -> There:
    if url := settings.redis.location:
        await_redis(url, _REDIS_S)
        shown = without_password(url)
        if url.startswith("redis://") and not is_loopback(urlsplit(url).hostname or ""):
            raise Doubt(InputError("farm-redis-plain", where=shown))
        return There(detail=shown)
    return There(detail=str(find_redis_server()))


def _settings(settings: Settings) -> There:
    """Lectern works with secrets that others can read, and so do they."""
    for error in configuration.open_files():
        raise Doubt(error)
    file = settings_file(settings)
    return There(detail=str(file) if file.is_file() else "")


def _document(finding: Finding, terminal: Terminal) -> dict[str, object]:
    document: dict[str, object] = {
        "check": finding.check,
        "level": finding.level,
        "detail": finding.detail,
        "code": finding.code or None,
        "facts": dict(finding.facts),
    }
    if finding.code:
        document["what"], document["cure"] = told(finding.code, finding.facts, terminal.language)
    return document


def _report(findings: tuple[Finding, ...], terminal: Terminal) -> Iterator[Table | Text]:
    words = terminal.words
    rows = []
    for finding in findings:
        level = Text(words(f"level-{finding.level}"), style=_STYLES[finding.level])
        saying = Text(finding.detail)
        if finding.level == "ok" and finding.facts:
            saying = Text(words(f"detail-{finding.check}", detail=finding.detail, **finding.facts))
        if finding.code:
            what, cure = told(finding.code, finding.facts, terminal.language)
            saying = Text(f"{what}\n{cure} ").append(f"[{finding.code}]", style="dim")
        rows.append((words(f"check-{finding.check}"), level, saying))
    yield terminal.table("check", "finding", "", rows=rows)
    worst = {finding.level for finding in findings}
    yield Text(
        words("doctor-sick" if "error" in worst else "doctor-less" if "warning" in worst else "doctor-well")
    )
