"""Check what is heard in a film, of a row or made here: a script, there or yet to be written; a recording."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial

from db.ledger import Ledger
from farm.bootstrap import Workshop
from farm.briefs import BRIEF, SECONDS, check_brief, seconds_of, usual_tag
from farm.choices import OTHER_VOICE, VOICE_COLUMN, Chooser, Wish, language_of
from farm.departments import DEPARTMENT
from farm.hearingchoice import CHECK, DENOISE, FAILURE, HearingChooser
from farm.lexicon import Dictionaries
from farm.recordings import RecordingSeen, look_at_recording, recording_limits
from farm.rowfiles import AUDIO
from farm.rows import Wanted
from farm.sources import script_artifact, source_of
from farm.speechcheck import PITCH, SCRIPT, SPEED
from farm.stopwords import WordChecker
from farm.values import is_language
from farm.writingchoice import Commission, WritingChooser
from pipeline.plan import script
from pipeline.plan.artifact import Artifact
from pipeline.plan.errors import InputError
from pipeline.plan.hearing import HearingPlan
from pipeline.plan.job import VoiceChoice
from pipeline.plan.lexicon import Entry
from pipeline.plan.models import ModelUse
from pipeline.plan.people import named_in
from pipeline.plan.portrait import Finding
from pipeline.plan.writingplan import Brief

Check = tuple[str, Callable[[], object]]


@dataclass(frozen=True, kw_only=True)
class Sound:
    """What is heard in a film.

    Attributes:
        voice: who speaks; of a recording, the language alone.
        others: the models that speak, hear and write.
        hearing: what an ear is asked to do; None for nothing.
        recording: the sound as it was given; None where a script is spoken.
        recorded_ms: how long it is.
        commission: the script that is yet to be written; None where it is there, or nothing is spoken.
    """

    voice: VoiceChoice
    others: tuple[ModelUse, ...] = ()
    hearing: HearingPlan | None = None
    recording: Artifact | None = None
    recorded_ms: int = 0
    commission: Commission | None = None

    @property
    def known_ms(self) -> int:
        """How long the film is by what it is made from; 0 where its script tells it."""
        if self.commission is not None:
            return 100_000 * self.commission.brief.seconds // self.voice.speed
        return self.recorded_ms


class SoundChecker:
    """Checks what is heard, remembering what many rows share.

    Args:
        workshop: engines, models and settings.
        chooser: chooses voices.
        ears: ears that others hear with.
        writers: writers that others write with.
        ledger: where the departments' dictionaries and word lists are; None for a film of no department.
    """

    def __init__(
        self,
        workshop: Workshop,
        chooser: Chooser,
        *,
        ears: Collection[str] = (),
        writers: Collection[str] = (),
        ledger: Ledger | None,
    ) -> None:
        self._workshop = workshop
        self._chooser = chooser
        self._hearing = HearingChooser(workshop, elsewhere=ears)
        self._writing = WritingChooser(workshop, elsewhere=writers)
        self._words = None if ledger is None else WordChecker(ledger)
        self._dictionaries = None if ledger is None else Dictionaries(ledger)
        self._recordings: dict[str, RecordingSeen] = {}

    def checks(self, row: Wanted, wish: Wish, text: str | None) -> Iterator[Check]:
        """What may be refused, each under its column."""
        if not row.to_write:
            yield row.script_column, lambda: self._check_words(row, text)
        if row.recording is None and AUDIO in row.wrong and not text:
            # Whether it needs a script is not known.
            return
        if row.recording is not None:
            yield AUDIO, lambda: self._check_recording(row)
            yield DENOISE.name, lambda: DENOISE.of(row.options)
            yield self._language_column(row, wish, text), lambda: self._check_language(row, wish, text)
            if text:
                yield row.script_column, lambda: self._check_script(text)
            return
        if row.to_write:
            yield SECONDS, lambda: seconds_of(row.seconds)
            yield BRIEF, lambda: self._check_brief(row, wish, text)
        else:
            yield row.script_column, lambda: self._check_script(text)
        yield speaker_of(row), lambda: self._chooser.voice(replace(wish, speed="", pitch=""), text or "")
        yield SPEED, lambda: self._chooser.speed(wish)
        yield PITCH, lambda: self._chooser.pitch(wish)
        for option, error in self._hearing.refusals(row.options).items():
            yield option, partial(_raise, error)
        yield CHECK, lambda: self._hearing.check_spoken(row.options, self._tongues(row, wish, text or ""))

    def findings(
        self, row: Wanted, wish: Wish, text: str | None, known: Collection[str]
    ) -> Iterator[tuple[str, Finding]]:
        """What else is to be said, with the column that it is about.

        Args:
            row: the row.
            wish: what it wishes for.
            text: its script, or its brief; None when it cannot be had.
            known: the columns that were refused already.
        """
        if row.recording is not None:
            if AUDIO not in known:
                yield from ((AUDIO, found) for found in self._seen(row).findings if found.level != "error")
                yield from self._idle(row)
                yield from self._deaf()
            return
        if text is None or not {row.script_column, "voice", "language", SPEED, PITCH}.isdisjoint(known):
            return
        if row.to_write:
            # What its script will be is not known, but in which language.
            wish, text = replace(wish, language=self._chooser.voice(wish, text).language), ""
        elif (facts := self._chooser.other_voice(wish, text)) is not None:
            yield speaker_of(row), Finding(code=OTHER_VOICE, level="warning", facts=facts)
        columns = {SCRIPT: row.script_column, VOICE_COLUMN: speaker_of(row)}
        for column, finding in self._chooser.doubts(wish, text, self._lexicon(row, text)):
            yield columns.get(column, column), finding

    def sound(self, row: Wanted, wish: Wish, text: str) -> Sound:
        """What is chosen for a row that has no problem, with its script or brief."""
        if row.recording is None:
            voice = self._chooser.voice(wish, text)
            hearing, ears = self._hearing.spoken(row.options, language=voice.language)
            commission = self._commission(row, wish, text) if row.to_write else None
            pens = () if commission is None else (commission.writer,)
            return Sound(
                voice=voice,
                others=(*self._chooser.models(wish), *ears, *pens),
                hearing=hearing,
                commission=commission,
            )
        seen = self._seen(row)
        written = script_artifact(text).digest if text else ""
        plan, ears = self._hearing.recorded(row.options, script=written)
        return Sound(
            voice=VoiceChoice(engine="", name="", language=self.language(row, wish, text)),
            others=ears,
            hearing=plan,
            recording=source_of(row.recording, row.recording_digest, suffix=seen.suffix),
            recorded_ms=seen.ms,
        )

    def language(self, row: Wanted, wish: Wish, text: str) -> str:
        """What a row is written or spoken in, also where its voice is wrong; empty where an ear finds out."""
        if row.recording is not None:
            named = wish.language.strip() or self._workshop.settings.ear.language
            return named or (language_of(text) if text else "")
        try:
            return self._chooser.voice(wish, text).language
        except InputError:
            return language_of(text)

    def _check_words(self, row: Wanted, text: str | None) -> None:
        """Refuse a script by the word list of its department."""
        if self._words is not None:
            self._words.check(text, row.department)

    def _lexicon(self, row: Wanted, text: str) -> tuple[Entry, ...]:
        """What of its department's dictionary concerns a script."""
        if self._dictionaries is None:
            return ()
        return self._dictionaries.of(row.department or DEPARTMENT, text)

    def _check_brief(self, row: Wanted, wish: Wish, text: str | None) -> None:
        """Refuse a brief that nobody here can write a script for; one that could not be read was told of."""
        if text is not None:
            self._commission(row, wish, text)

    def _commission(self, row: Wanted, wish: Wish, text: str) -> Commission:
        """How a row's script is written; a length that is wrong is told by itself."""
        try:
            seconds = seconds_of(row.seconds)
        except InputError:
            seconds = seconds_of("")
        language = row.language.strip() or usual_tag(self.language(row, wish, text))
        brief = Brief(text=check_brief(text), audience=row.audience, language=language, seconds=seconds)
        words = () if self._words is None else self._words.words_of(row.department)
        return self._writing.commission(brief, words)

    def _check_script(self, text: str | None) -> None:
        """Refuse a script that cannot be spoken; one that could not be read or filled was told of already."""
        if text is not None:
            script.check(text, max_characters=self._workshop.settings.limits.script_characters)

    def _check_language(self, row: Wanted, wish: Wish, text: str | None) -> None:
        """Refuse a recording's language that is none, or none that is heard here."""
        language = wish.language.strip()
        if language and not is_language(language):
            raise InputError("recording-language-unknown", language=language)
        set_here = not language and self._workshop.settings.ear.language
        self._hearing.check_recorded("" if set_here else self.language(row, wish, text or ""))

    def _language_column(self, row: Wanted, wish: Wish, text: str | None) -> str:
        """What tells the language that a recording is in: a cell, the settings or its script."""
        if wish.language.strip():
            return "language"
        return row.script_column if text and not self._workshop.settings.ear.language else AUDIO

    def _tongues(self, row: Wanted, wish: Wish, text: str) -> Iterator[str]:
        """The languages of a script's sentences, each once, as far as they are known before it is written.

        None where it is told elsewhere what is wrong.
        """
        try:
            choice = self._chooser.voice(replace(wish, speed="", pitch=""), text)
            parts = script.split(text, language=choice.language)
        except InputError:
            return
        if row.to_write:
            yield choice.language
            return
        yield from dict.fromkeys(part.language for part in parts if isinstance(part, script.Sentence))

    def _check_recording(self, row: Wanted) -> None:
        """Refuse a recording that no film can be made from."""
        for finding in self._seen(row).findings:
            if finding.level == "error":
                raise InputError(finding.code, **finding.facts)

    def _seen(self, row: Wanted) -> RecordingSeen:
        """What was found in a row's recording; equal ones are heard once."""
        if row.recording is None:
            raise TypeError("a row without a recording")
        if row.recording_digest not in self._recordings:
            seen = look_at_recording(
                row.recording, media=self._workshop.media, limits=recording_limits(self._workshop.settings)
            )
            self._recordings[row.recording_digest] = seen
        return self._recordings[row.recording_digest]

    def _idle(self, row: Wanted) -> Iterator[tuple[str, Finding]]:
        """What a recording leaves no room for."""
        # A profile is no wish for a voice: it says whose the recording is.
        said = {"voice": "" if named_in(row.voice) else row.voice, SPEED: row.speed}
        said |= {option: row.options.get(option, "") for option in (PITCH, CHECK, FAILURE)}
        for column, words in said.items():
            if words.strip():
                yield column, _doubt("recording-option-idle", option=column)

    def _deaf(self) -> Iterator[tuple[str, Finding]]:
        """Without an ear there are no captions."""
        if self._hearing.why_deaf() is not None:
            yield AUDIO, _doubt("recording-no-ear")


def speaker_of(row: Wanted) -> str:
    """The column that says who speaks."""
    return "language" if row.language and not row.voice else "voice"


def _doubt(code: str, **facts: str) -> Finding:
    return Finding(code=code, level="warning", facts=facts)


def _raise(error: InputError) -> None:
    raise error
