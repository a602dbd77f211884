"""What an ear is asked to do for a film: decided once, when the film is ordered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial

from farm.bootstrap import Workshop
from farm.eardoor import check_heard, check_setting, ear_model, precision_here
from farm.once import Once
from pipeline.plan.capability import HEAR
from pipeline.plan.errors import InputError
from pipeline.plan.hearing import Check, HearingPlan
from pipeline.plan.models import ModelRecord, ModelUse, Use, used_as
from pipeline.plan.switches import Switch
from pipeline.plan.wordunits import counts_characters

CHECK, FAILURE = "check", "check.failure"
DENOISE = Switch(name="audio.denoise", usual=False, unknown="recording-denoise-unknown")
#: The options that a hearing plan bears already, and that its film is not told a second time.
OPTIONS = (CHECK, FAILURE, DENOISE.name)

_FAILURES = ("warn", "stop")


class HearingChooser:
    """Chooses who hears a film's sound, and what for; the ear is looked up once, whatever many rows say.

    Args:
        workshop: engines, models and settings.
        elsewhere: ears that others hear with, which need not work here.
    """

    def __init__(self, workshop: Workshop, *, elsewhere: Collection[str] = ()) -> None:
        self._workshop = workshop
        self._elsewhere = frozenset(elsewhere)
        self._known: Once[str, tuple[ModelRecord, ModelUse]] = Once()

    def refusals(self, options: Mapping[str, str]) -> dict[str, InputError]:
        """Everything that is wrong with how options want a film heard, by option."""
        checks: Mapping[str, Callable[[], object]] = {
            CHECK: lambda: self._ear() if _check_of(options, self._workshop) is not Check.NONE else None,
            FAILURE: partial(_stops, options, self._workshop),
            DENOISE.name: partial(DENOISE.of, options),
        }
        found: dict[str, InputError] = {}
        for option, check in checks.items():
            try:
                check()
            except InputError as error:
                found[option] = error
        return found

    def recorded(
        self, options: Mapping[str, str], *, script: str
    ) -> tuple[HearingPlan, tuple[ModelUse, ...]]:
        """How a recording is understood; without an ear it is cut by its pauses alone.

        Args:
            options: of the film.
            script: SHA-256 (hex) of the script whose words are said in it; empty if there is none.

        Raises:
            InputError: ``recording-denoise-unknown``.
        """
        try:
            uses: tuple[ModelUse, ...] = (self._ear(),)
        except InputError:
            uses = ()
        plan = HearingPlan(
            model=uses[0].digest if uses else "",
            precision=precision_here(self._workshop) if uses else "",
            denoise=DENOISE.of(options),
            timed_by=script,
        )
        return plan, uses

    def spoken(
        self, options: Mapping[str, str], *, language: str
    ) -> tuple[HearingPlan | None, tuple[ModelUse, ...]]:
        """How it is checked that a voice says what its script says; None where it is not.

        Args:
            options: of the film.
            language: that most of it is spoken in.

        Raises:
            InputError: ``check-unknown``, ``check-failure-unknown``, ``check-no-ear``; or the model's licence
                forbids the use.
        """
        check = _check_of(options, self._workshop)
        if check is Check.NONE:
            return None, ()
        use, settings = self._ear(), self._workshop.settings.check
        plan = HearingPlan(
            model=use.digest,
            precision=precision_here(self._workshop),
            check=check,
            per_cent=settings.sample_per_cent if check is Check.SAMPLE else 100,
            limit=settings.characters_per_mille if counts_characters(language) else settings.words_per_mille,
            takes=settings.takes,
            stop=_stops(options, self._workshop),
        )
        return plan, (use,)

    def check_recorded(self, language: str) -> None:
        """Refuse a recording's language that the ear does not hear; without an ear nobody needs to.

        Args:
            language: BCP 47 tag; empty for that of the settings, if there is any.

        Raises:
            InputError: ``hearing-language-unknown``, or ``hearing-setting-unheard``.
        """
        if self.why_deaf() is not None:
            return
        record, _ = self._found()
        if language:
            check_heard(record, language)
        else:
            check_setting(record, self._workshop.settings.ear.language)

    def check_spoken(self, options: Mapping[str, str], languages: Iterable[str]) -> None:
        """Refuse a check of sentences in a language that the ear does not hear.

        Args:
            options: of the film; where these are wrong, `refusals` says so.
            languages: BCP 47 tags of its sentences; asked for only where something is checked.

        Raises:
            InputError: ``hearing-language-unknown``.
        """
        if CHECK in self.refusals(options) or _check_of(options, self._workshop) is Check.NONE:
            return
        record, _ = self._found()
        for language in languages:
            check_heard(record, language)

    def why_deaf(self) -> InputError | None:
        """Why there is no ear, or None where there is one."""
        try:
            self._ear()
        except InputError as error:
            return error
        return None

    def _ear(self) -> ModelUse:
        """The ear's model, as a job is promised it; raises as `_found`."""
        return self._found()[1]

    def _found(self) -> tuple[ModelRecord, ModelUse]:
        """The ear's model, and as a job is promised it.

        Raises:
            InputError: ``check-no-ear`` with the code of what is missing, or the model's licence forbids it.
        """
        settings = self._workshop.settings

        def look() -> tuple[ModelRecord, ModelUse]:
            name = settings.ear.engine
            problem = self._workshop.ears.why_not(name)
            if isinstance(problem, InputError) and name not in self._elsewhere:
                raise InputError("check-no-ear", engine=name, code=problem.code)
            try:
                record = ear_model(self._workshop)
            except InputError as error:
                raise InputError("check-no-ear", engine=name, code=error.code) from error
            return record, used_as(HEAR, record, Use(settings.models.use))

        return self._known.find("", look)


def _check_of(options: Mapping[str, str], workshop: Workshop) -> Check:
    """Which utterances are checked.

    Raises:
        InputError: ``check-unknown``.
    """
    word = options.get(CHECK, "").strip().casefold() or workshop.settings.check.mode
    try:
        return Check(word)
    except ValueError:
        raise InputError("check-unknown", word=word, known=", ".join(Check)) from None


def _stops(options: Mapping[str, str], workshop: Workshop) -> bool:
    """Whether a film fails that has a sentence without a good take.

    Raises:
        InputError: ``check-failure-unknown``.
    """
    word = options.get(FAILURE, "").strip().casefold() or workshop.settings.check.failure
    if word not in _FAILURES:
        raise InputError("check-failure-unknown", word=word, known=", ".join(_FAILURES))
    return word == _FAILURES[1]
