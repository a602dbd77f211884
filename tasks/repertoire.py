"""How a worker works: its kits, and a profile for each way of drawing faces that it honours just now."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

import structlog

from db.codec import profile_digest
from db.replan import is_begun
from db.states import Stage, capability_of
from db.values import Skill
from farm.bootstrap import Farm, Workshop
from farm.facedoor import open_face, ways_of
from farm.kits import kits_here, releases_here
from farm.policy.pools import alike, plain_of
from farm.studio import Studio, profile_here
from pipeline.engines.face import FaceEngine, GrowingEngine
from pipeline.plan.errors import AwayError, InputError, LecternError
from pipeline.plan.faceway import FaceWay, way_in
from pipeline.plan.job import RenderProfile

#: How codes of errors begin that are a model's fault, and not the engine's.
_OF_A_MODEL = "model-"
#: How long films in work are let be, before it is asked again whether they are.
_AGAIN_S = 30.0


class Repertoire:
    """The render profiles of a worker; any thread may read them, and one at a time looks them up.

    Args:
        farm: engines and models.
        capabilities: what the worker does.
        profiles: how it renders, as `profiles_here` has found.
        mark: the shelf of models as it was then; as it is now unless given.

    Attributes:
        profiles: how it renders just now.
        renders: whether it is there to render at all.
        releases: of the engines that speak, hear and write here, as `farm.kits.releases_here` tells.
        kits: what it does with them, as `farm.kits.kits_here` tells.
    """

    def __init__(
        self,
        farm: Farm,
        capabilities: Collection[str],
        profiles: Collection[RenderProfile],
        *,
        mark: int | None = None,
    ) -> None:
        self._farm = farm
        self._capabilities = tuple(capabilities)
        self._mark = farm.models.mark() if mark is None else mark
        engines = _engines(farm, self._capabilities)
        self.renders = bool(engines)
        self._draws = any(farm.faces.opened_with(face) for face in engines)
        self._log = structlog.get_logger()
        self._grow_after = 0.0
        self.profiles = tuple(profiles)
        # What is installed anew under a process that works is not what that has loaded.
        self.releases = releases_here(farm)
        self.kits = kits_here(farm, self._capabilities)

    def follow(self) -> None:
        """Look up the profiles anew if models came or went since the last time; nothing is raised.

        To be called while no step is in work, and by no heartbeat: a card is measured, by what is free on it
        and with switches that hold for a whole process, and an engine may load its library meanwhile.
        """
        if not self._draws:
            return
        mark = self._farm.models.mark()
        if mark != self._mark and self._look():
            self._mark = mark

    def renew(self, studio: Studio, way: FaceWay) -> RenderProfile:
        """Open the engine of some way anew; how it renders from now on.

        Called by the thread that the studio belongs to.

        Raises:
            InputError, AwayError: the engine cannot be opened any more.
        """
        studio.forget(way)
        profile = studio.profile(way)
        others = tuple(known for known in self.profiles if way_in(known) != way)
        self.profiles = (*others, profile)
        return profile

    def grow(self, studio: Studio) -> tuple[RenderProfile, ...]:
        """Take more frames at a time again where memory ran out a while ago; the profiles given up for it.

        Those are kept of which a film needs more clips than it has, whoever makes them: it would lose those
        that it has. To be called as `follow` is.

        Raises:
            AwayError: ``ledger-away`` or ``model-shelf-away``.
        """
        if time.monotonic() < self._grow_after or not any(map(_may_grow, self._farm.faces.opened())):
            return ()
        self._grow_after = time.monotonic() + _AGAIN_S
        return tuple(profile for profile in self.profiles if profile.weights and self._grown(studio, profile))

    def _grown(self, studio: Studio, profile: RenderProfile) -> bool:
        """Open the engine of a profile anew if it may grow and no film holds it back; whether it grew."""
        digest = profile_digest(profile)
        able = alike(capability_of(Stage.RENDER, profile.engine), self._capabilities)
        skills = [Skill(capability=each, profile=digest) for each in able]
        try:
            engine = open_face(self._farm, way_in(profile))
            if not isinstance(engine, GrowingEngine) or not engine.may_grow():
                return False
            if engine.batch != profile.batch or any(is_begun(self._farm.ledger, each) for each in skills):
                return False
            studio.grow(way_in(profile))
            grown = self.renew(studio, way_in(profile))
        except InputError as error:
            self._log.warning("not opened anew", code=error.code, facts=dict(error.facts))
            return False
        self._log.info("memory tried again", engine=profile.engine, before=profile.batch, now=grown.batch)
        return grown != profile

    def _look(self) -> bool:
        """Look up the profiles; whether that need not be tried again before the shelf has changed.

        What the studio has opened belongs to its thread, so the engines are opened apart from it.
        """
        apart = replace(self._farm, faces=self._farm.faces.afresh(), eyes=self._farm.eyes.afresh())
        try:
            self.profiles = profiles_here(apart, self._capabilities)
        except LecternError as error:
            self._log.warning("models not looked up", code=error.code, facts=dict(error.facts))
            return not isinstance(error, AwayError)
        else:
            return True
        finally:
            apart.faces.close()
            apart.eyes.close()


def _may_grow(engine: FaceEngine) -> bool:
    return isinstance(engine, GrowingEngine) and engine.may_grow()


def profiles_here(farm: Workshop, capabilities: Iterable[str]) -> tuple[RenderProfile, ...]:
    """How this machine renders: a profile for each way that is among the capabilities.

    A model that cannot be used is passed over, so that a damaged file keeps nobody from all other work.

    Raises:
        InputError: an engine cannot be opened.
        AwayError: the shelf of models is away.
    """
    return tuple(profile for engine in _engines(farm, capabilities) for profile in _profiles(farm, engine))


def _profiles(farm: Workshop, engine: str) -> Iterator[RenderProfile]:
    """A profile for each way in which an engine draws here, as far as its models can be used."""
    for way in ways_of(farm, engine):
        try:
            yield profile_here(farm, way)
        except InputError as error:
            if not error.code.startswith(_OF_A_MODEL):
                raise
            structlog.get_logger().warning("model not used", code=error.code, facts=dict(error.facts))


def _engines(farm: Workshop, capabilities: Iterable[str]) -> list[str]:
    """The face engines that are among the capabilities."""
    able = {capability_of(Stage.RENDER, face): face for face in farm.faces.names()}
    plain = dict.fromkeys(plain_of(each) for each in capabilities)
    return [able[each] for each in plain if each in able]
