"""Shelves: the engines of each protocol by name, imported when they are asked for."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any, Generic, Protocol, TypeVar, cast

from pipeline.engines.ear import ActivityEngine, EarEngine
from pipeline.engines.ear import activities as activity_offers
from pipeline.engines.ear import offers as ear_offers
from pipeline.engines.eye import EyeEngine
from pipeline.engines.eye import offers as eye_offers
from pipeline.engines.face import FaceEngine
from pipeline.engines.face import offers as face_offers
from pipeline.engines.offer import Offer
from pipeline.engines.voice import VoiceConverter, VoiceEngine
from pipeline.engines.voice import converters as converter_offers
from pipeline.engines.voice import offers as voice_offers
from pipeline.engines.writer import WriterEngine
from pipeline.engines.writer import offers as writer_offers
from pipeline.plan.errors import InputError, LecternError
from pipeline.spans import span


class Engine(Protocol):
    """What every engine can do, whatever its protocol."""

    def close(self) -> None:
        """Release what it holds; it may be called twice."""
        ...


EngineT = TypeVar("EngineT", bound=Engine)


class Shelf(Generic[EngineT]):
    """Engines of one protocol by name; each is imported and opened when it is first asked for.

    An engine is added by an `Offer` among those of its protocol, or by another distribution through an entry
    point of the shelf's group. A built-in name cannot be taken over by a distribution.

    Args:
        group: entry-point group of engines from elsewhere, such as ``lectern.voices``.
        built_in: Lectern's own, the default first.
        unknown: code of the error for a name that does not stand on it.
    """

    def __init__(self, group: str, built_in: Mapping[str, Offer], *, unknown: str) -> None:
        self.group = group
        self._unknown = unknown
        self._built_in = dict(built_in)
        self._opened: dict[tuple[str, str], EngineT] = {}

    def names(self) -> tuple[str, ...]:
        """Every name on the shelf: Lectern's own first, then those of other distributions, sorted."""
        return tuple(self._offers)

    def open(self, name: str, **options: Any) -> EngineT:  # noqa: ANN401 - each engine has options of its own
        """The engine of that name; the same one for the same options until the shelf is closed.

        Raises:
            InputError: the shelf's `unknown` with the known names, ``engine-missing`` with what to install,
                or ``engine-broken``: it is there and cannot be loaded.
        """
        key = _key(name, options)
        engine = self._opened.pop(key, None) or self._make(name, self._offer(name), options)
        self._opened[key] = engine
        return engine

    def why_not(self, name: str) -> LecternError | None:
        """Why an engine cannot be used here, or None if it can; nothing heavy is imported to find out.

        Raises:
            InputError: the shelf's `unknown`.
        """
        return self._missing(name, self._offer(name))

    def opened_with(self, name: str) -> str:
        """The kind of model that an engine is opened with; empty for one that is opened with none.

        Raises:
            InputError: the shelf's `unknown`.
        """
        return self._offer(name).opened_with

    def release(self, name: str) -> str:
        """The release of an engine, without loading it, as `Offer.release`; empty where it is not installed.

        Raises:
            InputError: the shelf's `unknown`.
        """
        try:
            return self._offer(name).release()
        except metadata.PackageNotFoundError:
            return ""

    def for_films(self) -> tuple[str, ...]:
        """The names of those engines that take portraits that are films."""
        return tuple(name for name, offer in self._offers.items() if offer.films)

    def afresh(self) -> Shelf[EngineT]:
        """A shelf with the same offers, of which nothing is open."""
        return Shelf(self.group, self._built_in, unknown=self._unknown)

    def opened(self) -> tuple[EngineT, ...]:
        """The engines that are open."""
        return tuple(self._opened.values())

    def discard(self, engine: EngineT) -> None:
        """Close an engine of this shelf; who asks for it again gets a new one. It may be discarded twice."""
        for key in [key for key, opened in self._opened.items() if opened is engine]:
            del self._opened[key]
            engine.close()

    def close_all_but(self, most: int) -> None:
        """Close the engines that were opened with options, such as a model, but for those asked for last."""
        with_options = [key for key in self._opened if key != _key(key[0], {})]
        for key in with_options[: max(0, len(with_options) - most)]:
            self._opened.pop(key).close()

    def close(self) -> None:
        """Close every engine that was opened; it may be called twice."""
        while self._opened:
            _, engine = self._opened.popitem()
            engine.close()

    @functools.cached_property
    def _offers(self) -> Mapping[str, Offer]:
        """Every offer, as it was when the shelf was first asked."""
        found = _entry_points(tuple(sys.path))(group=self.group)
        foreign = {
            point.name: Offer(
                target=point.value,
                install=f"pip install {point.dist.name}",
                libraries={point.dist.name: 0},
            )
            for point in sorted(found, key=lambda point: point.name)
            if point.dist is not None
        }
        return {**self._built_in, **{n: o for n, o in foreign.items() if n not in self._built_in}}

    def _offer(self, name: str) -> Offer:
        offers = self._offers
        if name not in offers:
            raise InputError(self._unknown, engine=name, known=", ".join(offers))
        return offers[name]

    def _missing(self, name: str, offer: Offer) -> LecternError | None:
        for module in offer.needs:
            if not _is_there(module):
                return InputError("engine-missing", engine=name, library=module, install=offer.install)
        return None

    def _make(self, name: str, offer: Offer, options: Mapping[str, Any]) -> EngineT:
        if missing := self._missing(name, offer):
            raise missing
        with span(f"open {name}", {"lectern.engine": name}):
            return cast("EngineT", _loaded(name, offer)(**options))


def _loaded(name: str, offer: Offer) -> Callable[..., object]:
    """What makes an engine, with all that it imports."""
    module, _, attribute = offer.target.partition(":")
    try:
        made: Callable[..., object] = getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as error:
        library = error.name or module
        raise InputError("engine-missing", engine=name, library=library, install=offer.install) from error
    except (ImportError, AttributeError, OSError) as error:
        # A native library that does not load is an ImportError or an OSError, told in one line.
        reason = " ".join(str(error).split())
        raise InputError("engine-broken", engine=name, reason=reason) from error
    return made


@functools.lru_cache(maxsize=4)
def _entry_points(_path: tuple[str, ...]) -> Callable[..., metadata.EntryPoints]:
    """What finds the entry points of a group; each distribution's file is read once for all shelves.

    Args:
        _path: where Python looks for distributions.
    """
    return metadata.entry_points().select


def _key(name: str, options: Mapping[str, Any]) -> tuple[str, str]:
    return name, repr(sorted(options.items()))


def voices() -> Shelf[VoiceEngine]:
    """The voices."""
    return Shelf("lectern.voices", voice_offers.OFFERS, unknown="engine-voice-unknown")


def faces() -> Shelf[FaceEngine]:
    """The faces."""
    return Shelf("lectern.faces", face_offers.OFFERS, unknown="engine-face-unknown")


def eyes() -> Shelf[EyeEngine]:
    """The eyes; the first one that can be used is the default."""
    return Shelf("lectern.eyes", eye_offers.OFFERS, unknown="engine-eye-unknown")


def converters() -> Shelf[VoiceConverter]:
    """The voice converters."""
    return Shelf("lectern.converters", converter_offers.OFFERS, unknown="engine-converter-unknown")


def ears() -> Shelf[EarEngine]:
    """The ears."""
    return Shelf("lectern.ears", ear_offers.OFFERS, unknown="engine-ear-unknown")


def activities() -> Shelf[ActivityEngine]:
    """The detectors of speech."""
    return Shelf("lectern.activities", activity_offers.OFFERS, unknown="engine-activity-unknown")


def writers() -> Shelf[WriterEngine]:
    """The writers."""
    return Shelf("lectern.writers", writer_offers.OFFERS, unknown="engine-writer-unknown")


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ModuleNotFoundError, ValueError):
        # The package above it is missing, or something half imported stands in its place.
        return False
