"""Check a row: everything that stands in it, and all that many rows share once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from db.departments import read_departments
from db.rights import read_rights
from db.states import Stage, Urgency, capability_of
from db.workers import read_workers
from farm.bootstrap import Farm
from farm.caller import caller
from farm.choices import Chooser, Wish, language_of, urgency_of
from farm.departments import DEPARTMENT
from farm.facechoice import FaceChoice, FaceChooser
from farm.gallery import Gallery
from farm.peoplecheck import unconsented
from farm.policy.members import check_member, members_of
from farm.policy.pools import plain_of
from farm.policy.rights import check_priority, check_urgency, priority_of
from farm.poolchoice import PoolChooser
from farm.portraits import UNSEEN, Sitting, View, box_of, check_engine, idle_for_film
from farm.profiles.finding import Finder
from farm.rows import BrokenRow, Problem, Row, Wanted
from farm.soundcheck import Sound, SoundChecker
from farm.speechcheck import PITCH
from farm.timechoice import TimeChooser
from farm.typesetting import Typesetter
from pipeline.plan.background import BACKGROUND, colour_of
from pipeline.plan.bearing import EXPRESSION, MOTION, expression_of, motion_of
from pipeline.plan.delivery import LOUDNESS, QUALITY, loudness_of, quality_of
from pipeline.plan.errors import Fact, InputError
from pipeline.plan.job import Format, VoiceChoice
from pipeline.plan.label import LABEL, NAME, REASON, label_of, waiver_part
from pipeline.plan.lipsync import CROP, ENGINE, MODE, Crop, lipsync_of
from pipeline.plan.people import ProfileUse, named_in
from pipeline.plan.portrait import Finding
from pipeline.plan.switches import BURN, PREVIEW, SOFT

# Told under the language, whether or not a voice was named with it.
_NO_LANGUAGE = "voice-language-unknown"
# Whose fault it is, of what is said of a portrait, if not its own.
_COLUMNS = {UNSEEN: BACKGROUND, "face-crop-outside": CROP}


@dataclass(frozen=True, kw_only=True)
class Film:
    """A row that can be made, with what was chosen for it.

    Attributes:
        row: what it says.
        sound: what is heard.
        format: the film's picture.
        face: who draws the face.
        urgency: who goes first.
        priority: -50 to 50; of equal urgency the higher one goes first.
        department: who pays.
        pool: whose workers render it; empty for none.
        project: what its cost is put down to besides its department; empty for nothing.
        window: the window outside of which nothing of it begins; empty for none.
        deadline: when it is wanted, in milliseconds since the Unix epoch; None: whenever.
        people: the profiles that it is promised.
    """

    row: Row
    sound: Sound
    format: Format
    face: FaceChoice
    urgency: Urgency
    department: str
    priority: int = 0
    pool: str = ""
    project: str = ""
    window: str = ""
    deadline: int | None = None
    people: tuple[ProfileUse, ...] = ()

    @property
    def voice(self) -> VoiceChoice:
        """Who speaks."""
        return self.sound.voice

    @property
    def language(self) -> str:
        """What most of the script is written in; that of captions."""
        return self.sound.voice.language or language_of(self.row.script)

    @property
    def script(self) -> str | None:
        """What is said; None: it is yet to be written."""
        return None if self.sound.commission is not None else self.row.script


class RowChecker:
    """Checks rows, remembering what many of them share.

    Args:
        farm: the farm.
        people: finds the profiles that rows name.
    """

    def __init__(self, farm: Farm, people: Finder) -> None:
        self._farm = farm
        self._people = people
        speakers = (*farm.voices.names(), *farm.converters.names())
        self._chooser = Chooser(farm, elsewhere=_elsewhere(farm, Stage.SPEAK, speakers))
        self._faces = FaceChooser(farm, elsewhere=_elsewhere(farm, Stage.RENDER, farm.faces.names()))
        self._gallery = Gallery(farm)
        self._typesetter = Typesetter(farm)
        self._departments = read_departments(farm.ledger)
        self._members, self._user = members_of(farm.settings.members.of), caller()
        self._rights = read_rights(farm.ledger)
        self._pools = PoolChooser(farm)
        self._times = TimeChooser(farm)
        ears = _elsewhere(farm, Stage.LISTEN, farm.ears.names())
        writers = _elsewhere(farm, Stage.WRITE, farm.writers.names())
        self._sounds = SoundChecker(farm, self._chooser, ears=ears, writers=writers, ledger=farm.ledger)

    def look_ahead(self, rows: Iterable[Row | BrokenRow], told: Callable[[int, int], None]) -> None:
        """Look at all pictures of these rows, as far as it is known how they shall be seen.

        Args:
            rows: what will be checked.
            told: is told after each picture how many are done, and of how many.
        """
        files: dict[str, Path] = {}
        views: dict[str, dict[View, None]] = {}
        backdrops: set[str] = set()
        for row in rows:
            if row.background is not None:
                files.setdefault(row.background_digest, row.background)
                backdrops.add(row.background_digest)
            view = self._view(row)
            if view is not None and row.portrait is not None:
                files.setdefault(row.portrait_digest, row.portrait)
                views.setdefault(row.portrait_digest, {})[view] = None
        sittings = (
            Sitting(
                file=file, digest=digest, views=tuple(views.get(digest, ())), backdrop=digest in backdrops
            )
            for digest, file in files.items()
        )
        self._gallery.look_ahead(sittings, hands=len(os.sched_getaffinity(0)), told=told)

    def _view(self, row: Row | BrokenRow) -> View | None:
        """How a row's portrait shall be seen; None when that cannot be known."""
        if row.portrait is None or row.wrong & {"format", "face.box", BACKGROUND}:
            return None
        try:
            return View(
                format=self._format(row, row.portrait),
                box=box_of(row.options),
                behind=colour_of(row.options),
                pictured=row.background is not None,
                crop=self._crop(row),
            )
        except InputError:
            return None

    def film(self, row: Row) -> Film:
        """What is chosen for a row that has no problem."""
        return Film(
            row=row,
            sound=self._sounds.sound(row, self._wish(row), row.words),
            format=self._format(row, row.portrait),
            face=self._faces.choose(row.options),
            urgency=self._urgency(row),
            priority=self._priority(row),
            department=self._department(row),
            pool=self._pools.pool(row),
            # Written alike, however it is spaced.
            project=" ".join(row.project.split()),
            window=self._times.window(row),
            deadline=self._times.deadline(row),
            people=self._people.uses_of(row),
        )

    def check(self, row: Row | BrokenRow) -> tuple[list[Problem], list[Problem]]:
        """Everything else that is wrong with a row, and what may be an oversight.

        Of a row that is broken already, what could be read of it is looked at.
        """
        wish, text = self._wish(row), row.words
        refused, doubtful = unconsented(row, self._farm.settings.consent.policy)
        wrong = refused + self._refusals(row, wish, text)
        known = row.wrong.union(problem.column for problem in wrong)
        for column, finding in self._sounds.findings(row, wish, text, known):
            told = _problem(row, column, finding.code, finding.facts)
            (wrong if finding.level == "error" else doubtful).append(told)
        if not known & {ENGINE, MODE}:
            idle = self._faces.idle(row.options)
            doubtful += [_problem(row, option, finding.code, finding.facts) for option, finding in idle]
        if BURN.name not in known and (code := self._typeset(row, wish, text)):
            doubtful.append(_problem(row, BURN.name, code, {}))
        if row.background is not None and BACKGROUND not in known:
            found = self._gallery.check(row.background, row.background_digest)
            doubtful += [_problem(row, BACKGROUND, finding.code, finding.facts) for finding in found]
        if "pool" not in known:
            doubtful += [_problem(row, "pool", found.code, found.facts) for found in self._pools.doubts(row)]
        if not known & {"off_peak", "deadline"}:
            late = self._times.doubts(row)
            doubtful += [_problem(row, "deadline", found.code, found.facts) for found in late]
        if row.portrait is not None and not known & {"format", "fps", "face.box", BACKGROUND}:
            for finding in self._look(row, row.portrait):
                told = _problem(row, _COLUMNS.get(finding.code, "portrait"), finding.code, finding.facts)
                (wrong if finding.level == "error" else doubtful).append(told)
        return wrong, doubtful

    def _refusals(self, row: Row | BrokenRow, wish: Wish, text: str | None) -> list[Problem]:
        """What is wrong with what stands in a row's columns, the portrait apart."""
        checks = (
            *self._sounds.checks(row, wish, text),
            ("voice", lambda: self._sample(row)),
            ("format", lambda: self._chooser.check_format(wish)),
            ("face.box", lambda: box_of(row.options)),
            (BACKGROUND, lambda: self._check_background(row)),
            (EXPRESSION, lambda: expression_of(row.options)),
            (MOTION, lambda: motion_of(row.options)),
            ("fps", lambda: self._chooser.rate(wish)),
            (QUALITY, lambda: quality_of(row.options)),
            (LOUDNESS, lambda: loudness_of(row.options)),
            (PREVIEW.name, lambda: PREVIEW.of(row.options)),
            (BURN.name, lambda: self._typeset(row, wish, text)),
            (SOFT.name, lambda: SOFT.of(row.options)),
            (LABEL, lambda: label_of(row.options)),
            (NAME, lambda: waiver_part(row.options, NAME)),
            (REASON, lambda: waiver_part(row.options, REASON)),
            ("urgency", lambda: self._urgency(row)),
            ("priority", lambda: self._priority(row)),
            ("pool", lambda: self._pools.pool(row)),
            ("department", lambda: self._department(row)),
            ("off_peak", lambda: self._times.window(row)),
            ("deadline", lambda: self._times.deadline(row)),
        )
        wrong: list[Problem] = []
        for column, look in checks:
            if column not in row.wrong:
                try:
                    look()
                except InputError as error:
                    place = "language" if error.code == _NO_LANGUAGE and row.language else column
                    wrong.append(_problem(row, place, error.code, error.facts))
        refused = self._faces.refusals(row.options)
        return wrong + [_problem(row, column, error.code, error.facts) for column, error in refused.items()]

    def _engine(self, row: Row | BrokenRow) -> str:
        """The engine that draws a row's face; empty when it names one that cannot."""
        try:
            return self._faces.engine(row.options)
        except InputError:
            return ""

    def _crop(self, row: Row | BrokenRow) -> Crop | None:
        """What a model is to be shown as the face; None without a model, and for words refused elsewhere."""
        engine = self._engine(row)
        try:
            crop = lipsync_of({CROP: row.options.get(CROP, "")}).crop
        except InputError:
            return None
        return crop if engine and self._farm.faces.opened_with(engine) else None

    def _look(self, row: Row | BrokenRow, portrait: Path) -> tuple[Finding, ...]:
        """Everything to be said about a row's portrait."""
        try:
            if engine := self._engine(row):
                check_engine(portrait, engine, self._farm.faces)
            picture = self._format(row, portrait)
        except InputError as error:
            return (Finding(code=error.code, level="error", facts=error.facts),)
        seen = self._gallery.look(
            portrait,
            row.portrait_digest,
            picture,
            box_of(row.options),
            colour_of(row.options),
            pictured=row.background is not None,
            crop=self._crop(row),
        )
        return (*seen, *idle_for_film(portrait, row.options))

    def _format(self, row: Row | BrokenRow, portrait: Path) -> Format:
        wish = self._wish(row)
        return self._chooser.format(wish, lambda: self._gallery.size(portrait, row.portrait_digest))

    def _typeset(self, row: Row | BrokenRow, wish: Wish, text: str | None) -> str:
        """The warning that is due to a row whose captions are drawn; refuses what no font can draw."""
        language = self._sounds.language(row, wish, text or "") or language_of(text or "")
        return self._typesetter.check(row.options, language, None if row.to_write else text or "")

    def _sample(self, row: Wanted) -> str:
        """The sample of the person whom a row's voice shall sound like; empty for nobody."""
        named = named_in(row.voice)
        return "" if named is None else self._people.sample(named.name, row.department)

    def _wish(self, row: Wanted) -> Wish:
        """What a row wishes for; a profile that cannot be used is told among its refusals."""
        named = named_in(row.voice)
        try:
            sample = self._sample(row)
        except InputError:
            sample = ""
        return Wish(
            voice=row.voice if named is None else named.after,
            sample=sample,
            language=row.language,
            format=row.format,
            fps=row.fps,
            speed=row.speed,
            pitch=row.options.get(PITCH, ""),
        )

    def _check_background(self, row: Wanted) -> None:
        colour_of(row.options)
        if row.background is not None:
            self._gallery.check(row.background, row.background_digest)

    def _urgency(self, row: Wanted) -> Urgency:
        """How urgent a row is, if its department has the right to that."""
        urgency = urgency_of(row.urgency)
        if rights := self._rights.get(row.department or DEPARTMENT):
            check_urgency(rights, urgency)
        return urgency

    def _priority(self, row: Wanted) -> int:
        """The number of a row, if its department may have it."""
        priority = priority_of(row.priority)
        if rights := self._rights.get(row.department or DEPARTMENT):
            check_priority(rights, priority)
        return priority

    def _department(self, row: Wanted) -> str:
        """The department that pays for a row; ``default`` when its cell is empty."""
        department = row.department or DEPARTMENT
        if department not in self._departments:
            known = ", ".join(self._departments)
            raise InputError("submit-department-unknown", department=department, known=known)
        check_member(self._members, self._user, department)
        return department


def _elsewhere(farm: Farm, stage: Stage, engines: Iterable[str]) -> frozenset[str]:
    """Those of a stage's engines that living workers do it with, wherever they are."""
    able = {plain_of(skill.capability) for worker in read_workers(farm.ledger) for skill in worker.skills}
    return frozenset(engine for engine in engines if capability_of(stage, engine) in able)


def _problem(row: Wanted, column: str, code: str, facts: Mapping[str, Fact]) -> Problem:
    place = row.places.get(column, "")
    return Problem(row=row.number, column=column, code=code, facts=facts, place=place)
