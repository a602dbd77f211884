"""The one composition root: everything that was set meets everything that works, here and nowhere else."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

import tzlocal

from config.layers import settings_file as settings_place
from config.settings import Settings, read_settings
from db.engine import check_schema, connect
from db.ledger import Ledger
from db.siting import this_machine
from db.workers import check_alone
from farm import otlp, telemetry
from farm.discretion import secrets_in
from farm.heritage import heritage
from farm.models import ModelShelf
from farm.policy.days import Calendar, calendar_of
from farm.settings_errors import wrong_settings
from farm.sink import log_file
from pipeline.apart import Apart
from pipeline.engines.ear import ActivityEngine, EarEngine
from pipeline.engines.eye import EyeEngine
from pipeline.engines.face import FaceEngine
from pipeline.engines.shelf import Shelf, activities, converters, ears, eyes, faces, voices, writers
from pipeline.engines.voice import VoiceConverter, VoiceEngine
from pipeline.engines.writer import WriterEngine
from pipeline.media import Limits, Media, find_ffmpeg
from pipeline.plan.aigc import check_producer
from pipeline.plan.errors import InputError
from pipeline.store import Store

__all__ = [
    "Farm",
    "Settings",
    "Workshop",
    "calendar_in",
    "check_telemetry",
    "environment_of",
    "furnish",
    "logs_of",
    "open_farm",
    "open_workshop",
    "sending_spans",
    "set_up_logging",
    "set_up_spans",
    "settings_file",
    "settings_of",
    "settle_environment",
    "tells_spans",
]


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """What it takes to make one film, without a ledger: a store, FFmpeg and the engines.

    Use it as a context manager, or call `close` when done.

    Attributes:
        settings: what the operator set.
        store: the one door to artifacts.
        media: the one door to FFmpeg.
        voices: voice engines by name, opened on demand.
        faces: face engines by name, opened on demand.
        eyes: eye engines by name, opened on demand.
        converters: voice converters by name, opened on demand.
        ears: ears by name, opened on demand.
        activities: detectors of speech by name, opened on demand.
        writers: writers by name, opened on demand.
        models: the operator's trained weights, by name.
    """

    settings: Settings
    store: Store
    media: Media
    voices: Shelf[VoiceEngine]
    faces: Shelf[FaceEngine]
    eyes: Shelf[EyeEngine]
    converters: Shelf[VoiceConverter]
    ears: Shelf[EarEngine]
    activities: Shelf[ActivityEngine]
    writers: Shelf[WriterEngine]
    models: ModelShelf

    def close(self) -> None:
        """Close every engine that was opened; it may be called twice."""
        for shelf in (self.voices, self.faces, self.eyes, self.converters, self.ears):
            shelf.close()
        self.activities.close()
        self.writers.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True, kw_only=True)
class Farm(Workshop):
    """A workshop that remembers: the ledger, and the folder that films are delivered to.

    Attributes:
        ledger: every state of every job, one transaction a change.
        archive: the folder of delivered films; it may be away.
        apart: does all that touches it.
    """

    ledger: Ledger
    archive: Path
    apart: Apart

    def close(self) -> None:
        """Close the engines, the ledger's connections and the helper; it may be called twice."""
        super().close()
        self.apart.close()
        self.ledger.close()


def settings_of(environment: Mapping[str, str] | None = None) -> Settings:
    """What is set: default.toml < lectern.toml < environment (the process's own unless one is given).

    Raises:
        InputError: the first of `farm.settings_errors.wrong_settings`.
    """
    try:
        return read_settings(environment)
    except (ValueError, OSError) as error:
        # Not from it: what was set would stand in a traceback.
        raise wrong_settings(error, environment)[0] from None


def open_workshop(settings: Settings | None = None) -> Workshop:
    """Open all that one film needs, without a ledger and without a server: for ``lectern render``.

    Nothing heavy is loaded: an engine is imported when it is first asked for.

    Raises:
        InputError: a setting is wrong or FFmpeg is missing.
    """
    chosen = settings or settings_of()
    check_producer(chosen.label.producer)
    limits = Limits(
        seconds=chosen.limits.ffmpeg_seconds,
        memory_bytes=chosen.limits.ffmpeg_memory_bytes,
    )
    return Workshop(
        settings=chosen,
        store=Store(chosen.store_root),
        media=Media(find_ffmpeg(), limits=limits),
        voices=voices(),
        faces=faces(),
        eyes=eyes(),
        converters=converters(),
        ears=ears(),
        activities=activities(),
        writers=writers(),
        models=ModelShelf(chosen.models_root),
    )


def open_farm(settings: Settings | None = None) -> Farm:
    """Open the farm's memory and tools, once its ledger was found to have this version's schema.

    Raises:
        InputError: a setting is wrong, FFmpeg is missing, the ledger is a file on a network file system or
            another machine's (``ledger-on-network``, ``ledger-many-machines``), or its schema is older or
            newer than this version of Lectern (none is migrated here); or as
            `calendar_in`.
        AwayError: the ledger cannot be reached.
    """
    workshop = open_workshop(settings)
    calendar = calendar_in(workshop.settings)
    engine = connect(workshop.settings.ledger_url)
    ledger = Ledger(engine, calendar=calendar)
    try:
        check_schema(engine)
        check_alone(ledger, this_machine())
    except BaseException:
        ledger.close()
        raise
    return furnish(workshop, ledger)


def calendar_in(settings: Settings) -> Calendar:
    """The days that quotas count by, as set; in this machine's own zone unless one is named.

    Raises:
        InputError: ``quota-hour-wrong``, ``quota-zone-unknown``, or ``quota-zone-untold``: this machine does
            not say which zone it is in.
    """
    zone = settings.quota.zone
    if not zone:
        try:
            zone = tzlocal.get_localzone_name()
        except (LookupError, ValueError, OSError) as error:
            raise InputError("quota-zone-untold", reason=telemetry.one_line(error)) from error
    return calendar_of(settings.quota.day_begins, zone)


def furnish(workshop: Workshop, ledger: Ledger, apart: Apart | None = None) -> Farm:
    """A farm of a workshop and a ledger, whatever that is just now; the farm closes both.

    Args:
        workshop: its tools.
        ledger: its memory.
        apart: what touches its archive, which the farm closes too; one of its own unless given.
    """
    tools = {each.name: getattr(workshop, each.name) for each in fields(Workshop)}
    root = workshop.settings.archive_root
    hand = apart or Apart(root, stuck_s=workshop.settings.archive.stuck_s, within=heritage)
    return Farm(**tools, ledger=ledger, archive=root, apart=hand)


def settings_file(settings: Settings) -> Path:
    """Where the operator's settings are, or would be."""
    return settings_place(str(settings.home))


def set_up_logging(settings: Settings, *, name: str) -> None:
    """Send this process's log lines where the operator wants them, in the form that was set.

    Called once by a process, before its first line.

    Args:
        settings: what the operator set.
        name: what people call the process: it stands in each line, and is the name of its log file where it
            keeps one itself.
    """
    knobs = settings.model_dump().values()
    streams: list[TextIO] = []
    if settings.log.to != "files":
        streams.append(sys.stdout)
    if settings.log.to == "both" and (file := log_file(logs_of(settings) / f"{name}.log")):
        streams.append(file)
    telemetry.set_up(
        style=settings.log.format,
        level=settings.log.level,
        streams=streams,
        process=name,
        secrets=secrets_in(
            knob for section in knobs if isinstance(section, dict) for knob in section.items()
        ),
    )


def logs_of(settings: Settings) -> Path:
    """The folder of this host's log files; it need not be there."""
    root = settings.log_root
    return settings.home / "logs" if root is None else root / socket.gethostname()


def check_telemetry(settings: Settings) -> None:
    """Return if spans can be sent as set, or go nowhere.

    Raises:
        InputError: ``farm-knob-wrong``: an address or a file of headers that is none.
    """
    otlp.endpoint_of(settings.telemetry.otlp_url, os.environ)
    otlp.headers_of(settings.telemetry.headers_file)


def tells_spans(settings: Settings) -> bool:
    """Whether spans go anywhere.

    Raises:
        InputError: as `check_telemetry`.
    """
    return bool(otlp.endpoint_of(settings.telemetry.otlp_url, os.environ))


def set_up_spans(settings: Settings, *, instance: str) -> Callable[[], None]:
    """Send this process's spans where that is set; returns what is to be called at its end.

    Called once by a process that works, after it was forked; loads nothing where nothing is set.

    Raises:
        InputError: as `check_telemetry`.
    """
    endpoint = otlp.endpoint_of(settings.telemetry.otlp_url, os.environ)
    if not endpoint:
        return lambda: None
    return otlp.send_spans(endpoint, otlp.headers_of(settings.telemetry.headers_file), instance=instance)


@contextmanager
def sending_spans(settings: Settings, *, instance: str) -> Iterator[None]:
    """As `set_up_spans`, for the length of a block."""
    end = set_up_spans(settings, instance=instance)
    try:
        yield
    finally:
        end()


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment variables that give a child process exactly these settings, whatever its files say."""
    return {
        f"LECTERN_{section}__{knob}".upper(): str(value)
        for section, knobs in settings.model_dump().items()
        for knob, value in knobs.items()
    }


def settle_environment(settings: Settings) -> None:
    """Have this process's children find exactly these settings in its environment, and nothing twice.

    What names files of secrets goes: they are read, and would contradict what they hold.
    """
    for name in [name for name in os.environ if name.startswith("LECTERN_")]:
        del os.environ[name]
    os.environ.update(environment_of(settings))
