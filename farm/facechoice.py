"""Which engine draws a film's face, and with which models: decided once, when the film is ordered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from farm.bootstrap import Workshop
from farm.facedoor import can_restore
from farm.once import Once
from pipeline.plan.bearing import EXPRESSION, MOTION
from pipeline.plan.errors import InputError
from pipeline.plan.extras import how_to_install
from pipeline.plan.lipsync import CROP, ENGINE, MODE, MODEL, OFFSET, PADS, RESTORE, Mode, lipsync_of
from pipeline.plan.models import ModelKind, ModelUse, Use, used_as
from pipeline.plan.portrait import Finding

#: The warning of an option that the engine does not heed.
IDLE = "face-option-idle"
#: The warning of an option that a mouth drawn `exact` leaves no room for.
STILL = "face-option-exact"
#: What only engines that draw with models heed.
OF_MODELS = (MODE, OFFSET, PADS, CROP, MODEL, RESTORE)
#: What a model does in a film.
FACE, RESTORER = "face", "restore"


@dataclass(frozen=True, kw_only=True)
class FaceChoice:
    """Who draws a face.

    Attributes:
        engine: name of the face engine.
        models: what it draws with; none for an engine that draws without.
    """

    engine: str
    models: tuple[ModelUse, ...] = ()

    def options(self, options: Mapping[str, str]) -> dict[str, str]:
        """Those of a job's options that mean something besides: engine and models are fixed, by digest."""
        known = {ENGINE, MODEL, RESTORE} if self.models else {ENGINE, *OF_MODELS}
        return {name: value for name, value in options.items() if name not in known}


class FaceChooser:
    """Chooses engines and models; each is looked up once, whatever many rows say.

    Args:
        workshop: engines, models and settings.
        elsewhere: engines that others render with, which need not work here.
    """

    def __init__(self, workshop: Workshop, *, elsewhere: Collection[str] = ()) -> None:
        self._workshop = workshop
        self._elsewhere = frozenset(elsewhere)
        self._known: Once[tuple[str, str], ModelUse | None] = Once()

    def choose(self, options: Mapping[str, str]) -> FaceChoice:
        """Who draws the face of a film with these options.

        Raises:
            InputError: as `engine`, `model` and `restorer`.
        """
        uses = (self.model(options), self.restorer(options))
        return FaceChoice(engine=self.engine(options), models=tuple(use for use in uses if use is not None))

    def engine(self, options: Mapping[str, str]) -> str:
        """The engine that options name, else the farm's usual one.

        Raises:
            InputError: ``engine-face-unknown``, or why it cannot be used here, where nobody else does.
        """
        name = options.get(ENGINE, "").strip().casefold() or self._workshop.settings.face.engine

        def check() -> None:
            problem = self._workshop.faces.why_not(name)
            if isinstance(problem, InputError) and name not in self._elsewhere:
                raise problem

        self._known.find(("", name), check)
        return name

    def model(self, options: Mapping[str, str]) -> ModelUse | None:
        """What the engine draws with; None for an engine that draws without.

        Raises:
            InputError: the engine or its model is not there, or the model's licence forbids the use.
        """
        kind = self._workshop.faces.opened_with(self.engine(options))
        if not kind:
            return None
        name = options.get(MODEL, "").strip() or self._workshop.settings.face.model
        return self._known.find((kind, name), lambda: self._use(FACE, name, kind))

    def restorer(self, options: Mapping[str, str]) -> ModelUse | None:
        """What restores the face that the engine drew; None where nothing shall.

        Raises:
            InputError: as `model`, or ``face-restore-exact``.
        """
        if not self._workshop.faces.opened_with(self.engine(options)):
            return None
        name = lipsync_of({option: options.get(option, "") for option in (MODE, RESTORE)}).restore
        if not name:
            return None
        if not can_restore() and self.engine(options) not in self._elsewhere:
            engine, install = self.engine(options), how_to_install("restore")
            raise InputError("engine-missing", engine=engine, library="spandrel", install=install)
        return self._known.find(
            (ModelKind.RESTORER, name), lambda: self._use(RESTORER, name, ModelKind.RESTORER)
        )

    def refusals(self, options: Mapping[str, str]) -> dict[str, InputError]:
        """Everything that is wrong with how options want a face drawn, by option; each thing is told once."""
        found: dict[str, InputError] = {}

        def look(option: str, check: Callable[[], object]) -> None:
            try:
                check()
            except InputError as error:
                found[option] = error

        look(ENGINE, lambda: self.engine(options))
        if found or not self._workshop.faces.opened_with(self.engine(options)):
            return found
        look(MODEL, lambda: self.model(options))
        for option in (MODE, OFFSET, PADS, CROP):
            look(option, partial(lipsync_of, {option: options.get(option, "")}))
        if MODE not in found:
            look(RESTORE, lambda: self.restorer(options))
        return found

    def idle(self, options: Mapping[str, str]) -> tuple[tuple[str, Finding], ...]:
        """A warning for each option that says something, and that the engine does not heed.

        Returns:
            The option, and the warning.

        Raises:
            InputError: as `engine`, or ``face-mode-unknown``.
        """
        engine = self.engine(options)
        if not self._workshop.faces.opened_with(engine):
            return tuple(_unheeded(options, OF_MODELS, IDLE, engine=engine))
        if lipsync_of({MODE: options.get(MODE, "")}).mode is Mode.EXACT:
            return tuple(_unheeded(options, (EXPRESSION, MOTION), STILL))
        return ()

    def _use(self, role: str, name: str, kind: str) -> ModelUse:
        found = self._workshop.models.get(name, kind=kind)
        return used_as(role, found.record, Use(self._workshop.settings.models.use))


def _unheeded(
    options: Mapping[str, str], names: Iterable[str], code: str, **facts: str
) -> Iterator[tuple[str, Finding]]:
    for option in names:
        if options.get(option, "").strip():
            yield option, Finding(code=code, level="warning", facts={"option": option, **facts})
