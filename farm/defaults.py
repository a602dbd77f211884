"""Values for what a row leaves empty: from the command line, else from the file beside the manifest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from farm import columns
from farm.rows import Problem
from farm.sidefile import SideFile
from farm.tables import Record, cleaned
from farm.template import plain_name
from pipeline.plan.errors import InputError
from pipeline.plan.lipsync import ENGINE
from pipeline.plan.switches import yes_or_no

#: Where a default came from, if it was told on the command line.
SET, TEMPLATE, FACE_ENGINE = "--set", "--template", "--face-engine"
OFF_PEAK, WINDOW, DEADLINE = "--off-peak", "--window", "--deadline"
URGENCY, PRIORITY = "--urgency", "--priority"
# What a film's words stand in: a row with one of them takes no other.
_WORDS = ("script", "script_file", "brief")
_QUOTED_CHARACTERS = 60


@dataclass(frozen=True, kw_only=True)
class Default:
    """A value for empty cells, and who says so: an option's name or a file's."""

    value: str
    place: str


class Defaults:
    """What holds for every row that does not say otherwise.

    Args:
        settings: what was told with ``--set``, by column or variable.
        template: what was told with ``--template``; empty for nothing.
        side: the file beside the manifest; what is told on the command line goes before it.
        face_engine: what was told with ``--face-engine``; empty for nothing.
        off_peak: likewise with ``--off-peak`` or ``--window``.
        deadline: likewise with ``--deadline``.
        urgency: likewise with ``--urgency``.
        priority: likewise with ``--priority``.
    """

    def __init__(
        self,
        settings: Mapping[str, str],
        template: str,
        side: SideFile,
        *,
        face_engine: str = "",
        off_peak: str = "",
        deadline: str = "",
        urgency: str = "",
        priority: str = "",
    ) -> None:
        asked = {
            plain_name(name): Default(value=cleaned(value), place=SET) for name, value in settings.items()
        }
        if template:
            asked["script_file"] = Default(value=template, place=TEMPLATE)
        for name, value, place in (
            (ENGINE, face_engine, FACE_ENGINE),
            ("off_peak", off_peak, OFF_PEAK if yes_or_no(off_peak) else WINDOW),
            ("deadline", deadline, DEADLINE),
            ("urgency", urgency, URGENCY),
            ("priority", priority, PRIORITY),
        ):
            if value:
                asked[name] = Default(value=cleaned(value), place=place)
        beside = {
            name: Default(value=cleaned(value), place=side.name) for name, value in side.defaults.items()
        }
        if side.template:
            beside["script_file"] = Default(value=cleaned(side.template), place=side.name)
        if any(name in asked for name in _WORDS):
            beside = {name: default for name, default in beside.items() if name not in _WORDS}
        self._all = {name: default for name, default in (beside | asked).items() if default.value}
        self.problems = tuple(self._refused())
        self._filled: set[str] = set()

    @property
    def names(self) -> frozenset[str]:
        """The columns and variables that need no cell."""
        return frozenset(self._all)

    def place(self, name: str) -> str:
        """Who says what a column's default is; empty if nobody does."""
        return self._all[name].place if name in self._all else ""

    def fill(self, record: Record) -> tuple[dict[str, str], dict[str, str]]:
        """A row's cells that hold something, defaults among them, and where these come from."""
        cells = {name: cell for name, cell in record.cells.items() if cell}
        places: dict[str, str] = {}
        worded = any(name in cells or name in record.flaws for name in _WORDS)
        for name, default in self._all.items():
            if name in cells or name in record.flaws or (worded and name in _WORDS):
                continue
            cells[name] = default.value
            places[name] = default.place
        self._filled.update(places)
        return cells, places

    def unused(self, used: Collection[str]) -> Iterator[Problem]:
        """A refusal of each default that no row can use, with the name that may have been meant.

        Args:
            used: variables of the scripts.
        """
        useful = {*columns.named(), *used}
        for name, default in self._all.items():
            if name not in useful:
                meant = columns.meant(name, useful)
                code = "manifest-default-misspelt" if meant else "manifest-default-unused"
                yield self._problem(name, default, code, **({"meant": meant} if meant else {}))

    def idle(self) -> Iterator[Problem]:
        """A warning of a template that no row has used: each has a script of its own."""
        template = self._all.get("script_file")
        if template is not None and "script_file" not in self._filled:
            yield self._problem("script_file", template, "manifest-template-idle", file=template.value)

    def _refused(self) -> Iterator[Problem]:
        """Refusals of defaults that can be none; these are taken out."""
        for name, default in list(self._all.items()):
            code = ""
            if name == "id":
                code = "manifest-default-id"
            elif columns.is_option_unknown(name):
                code = "manifest-option-unknown"
            elif name in columns.RESERVED:
                code = "manifest-column-reserved"
            if code:
                del self._all[name]
                known = {"known": columns.known_options()} if code == "manifest-option-unknown" else {}
                yield self._problem(name, default, code, **known)

    def _problem(self, name: str, default: Default, code: str, **facts: str) -> Problem:
        facts = {"name": name[:_QUOTED_CHARACTERS], **facts}
        return Problem(row=0, column=name, code=code, facts=facts, place=default.place)


def assigned(words: Iterable[str]) -> dict[str, str]:
    """What ``--set name=value`` says, given as often as there are words; a later one goes before.

    Raises:
        InputError: ``manifest-set-malformed``.
    """
    settings: dict[str, str] = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not plain_name(name):
            raise InputError("manifest-set-malformed", text=word[:_QUOTED_CHARACTERS])
        settings[name] = value
    return settings
