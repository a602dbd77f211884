"""How good a face engine's films are, portrait by portrait, against docs/quality.md's targets.

    PYTHONPATH=. python bench/quality.py [FOLDER ...] [--format square] [--languages en,zh,de]
        [--engine warp] [--only NAME] [--no-drawn] [--keep FOLDER] [--write]

Every accepted portrait of the folders (the demo's unless given) and every drawn variant speaks some sentences
through the real steps; the films are decoded and measured. Prints one table, each figure the worst of a
portrait's languages, and marks what misses its target. With --write it goes into docs/quality.md. The films
stay in the folder of --keep, for bench/sheets.py. How fast all this is, bench/face_speed.py tells.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from _farm import machine
from _measures import Figures, measure
from _rehearsal import Cast, Line, Stage
from numpy.typing import NDArray

from pipeline.plan.errors import InputError
from pipeline.plan.formats import parse_format
from tests.support.variants import VARIANTS, draw

_ROOT = Path(__file__).resolve().parents[1]
_PAGE = _ROOT / "docs/quality.md"
_BEGIN, _END = "<!-- figures: written by bench/quality.py --write -->", "<!-- end of figures -->"
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
_FPS = 25

# Sentences with every vowel height, many sounds of the lips, a pause within and one between.
_LINES = (
    Line(
        language="en",
        voice="en-us",
        text="Please move the five big boxes above the open window, and wait for Bob. "
        "We will be happy to help you, Pam, before the bus to the airport comes.",
    ),
    Line(
        language="zh",
        voice="cmn",
        text="你好，欢迎来到我们的公司。请不要打开可疑的邮件，妈妈和爸爸明天会买八个大苹果。",
    ),
    Line(
        language="de",
        voice="de",
        text="Bitte öffnen Sie keine Briefe von fremden Leuten. "
        "Die müden Bäume blühen über dem Wasser, und Papa kommt am Montag.",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Target:
    """A figure's column.

    Attributes:
        title: its heading.
        aim: what it must reach, for people.
        of: the figure of a film.
        worst: of several films.
        missed: whether a value misses the target.
        digits: behind the point.
    """

    title: str
    aim: str
    of: Callable[[Figures], float | None]
    worst: Callable[[Sequence[float]], float]
    missed: Callable[[float], bool]
    digits: int


def _at_most(title: str, limit: float, of: Callable[[Figures], float | None], digits: int) -> Target:
    return Target(
        title=title,
        aim=f"≤ {limit:g}",
        of=of,
        worst=max,
        missed=lambda value: round(value, digits) > limit,
        digits=digits,
    )


def _at_least(title: str, limit: float, of: Callable[[Figures], float | None], digits: int) -> Target:
    return Target(
        title=title,
        aim=f"≥ {limit:g}",
        of=of,
        worst=min,
        missed=lambda value: round(value, digits) < limit,
        digits=digits,
    )


_TARGETS = (
    Target(
        title="lag",
        aim="within 1",
        of=lambda figures: figures.lag,
        worst=lambda values: max(values, key=abs),
        missed=lambda value: abs(value) > 1,
        digits=1,
    ),
    _at_least("agreement", 0.75, lambda figures: figures.agreement, 2),
    _at_most("closure, median", 0.010, lambda figures: figures.closure_median, 3),
    _at_most("closure, worst", 0.030, lambda figures: figures.closure_most, 3),
    _at_most("pauses", 0.030, lambda figures: figures.pause, 3),
    _at_most("step", 0.120, lambda figures: figures.step, 3),
    _at_least("sharpness", 0.90, lambda figures: figures.sharpness, 2),
    _at_most("strip", 0.25, lambda figures: figures.strip, 2),
    _at_most("blocks", 1.0, lambda figures: figures.coded, 1),
    _at_most("pulse, still", 0.5, lambda figures: figures.pulse_behind, 2),
    _at_most("pulse, all", 0.5, lambda figures: figures.pulse, 2),
    _at_most("pulse, shown", 0.5, lambda figures: figures.pulse_shown, 2),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Portrait:
    """A portrait to measure; if it is known, how much of each of its pixels shows the person, 0 to 255."""

    name: str
    file: Path
    person: NDArray[np.uint8] | None = None


def _portraits(folders: Sequence[Path]) -> Iterator[Portrait]:
    for folder in folders:
        for file in sorted(folder.iterdir()):
            if file.suffix.lower() in _SUFFIXES:
                yield Portrait(name=file.stem, file=file)


def _drawn(folder: Path, names: Sequence[str]) -> Iterator[Portrait]:
    for name in names:
        drawn = draw(VARIANTS[name])
        file = folder / f"drawn-{name}.png"
        cv2.imwrite(str(file), drawn.picture)
        yield Portrait(name=file.stem, file=file, person=drawn.person)


def _person_on(cast: Cast, portrait: Portrait) -> NDArray[np.uint8] | None:
    """Where the person is on the canvas: as it was drawn, else as the eye sees it."""
    if portrait.person is None:
        return cast.canvas.person
    height, width = cast.canvas.picture.shape[:2]
    return np.asarray(cv2.warpAffine(portrait.person, cast.placed, (width, height)), np.uint8)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A portrait's figures, by language."""

    name: str
    figures: Mapping[str, Figures]

    def cells(self, mark: Callable[[str], str]) -> list[str]:
        """One cell for each target: the worst language's; `mark` is put around those that miss it."""
        blind = any(each.blind for each in self.figures.values())
        return [
            f"{self.name} †" if blind else self.name,
            *(_cell(target, list(self.figures.values()), mark) for target in _TARGETS),
        ]


def _cell(target: Target, figures: Sequence[Figures], mark: Callable[[str], str]) -> str:
    values = [value for each in figures if (value := target.of(each)) is not None]
    if not values:
        return "–"
    worst = target.worst(values)
    shown = f"{worst:.{target.digits}f}"
    return mark(shown) if target.missed(worst) else shown


def _measured(stage: Stage, portrait: Portrait, lines: Sequence[Line], keep: Path | None) -> Row:
    """Let a portrait say every line.

    Raises:
        InputError: the portrait is refused.
    """
    cast = stage.cast(portrait.name, portrait.file)
    figures = {}
    for line in lines:
        take = stage.film(cast, line)
        if keep is not None:
            shutil.copy(take.film, keep / f"{portrait.file.stem}_{line.language}.mp4")
        figures[line.language] = measure(take, cast, stage.eye, _person_on(cast, portrait))
    return Row(name=portrait.name, figures=figures)


def _table(rows: Sequence[Row]) -> str:
    """The table in Markdown; what misses its target is bold."""
    lines = [
        ["portrait", *(target.title for target in _TARGETS)],
        ["---", *("---:" for _ in _TARGETS)],
        ["*target*", *(f"*{target.aim}*" for target in _TARGETS)],
        *(row.cells(lambda shown: f"**{shown}**") for row in rows),
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _by_language(rows: Sequence[Row]) -> str:
    """One line for each language: the median and the worst agreement and lag of all portraits."""
    told = []
    for language in rows[0].figures:
        agreement = [row.figures[language].agreement for row in rows]
        lag = [row.figures[language].lag for row in rows]
        told.append(
            f"`{language}`: agreement {np.median(agreement):.2f} ({min(agreement):.2f} at least), "
            f"lag {np.median(lag):.1f} frames ({max(lag, key=abs):.1f} at most)."
        )
    return "\n".join(told)


def _write(text: str) -> None:
    """Put the figures between the page's markers."""
    page = _PAGE.read_text("utf-8")
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    _PAGE.write_text(f"{before}{_BEGIN}\n{text}\n{_END}{after}", "utf-8")


def _command(given: argparse.Namespace) -> str:
    """What makes these figures again; folders elsewhere by their names alone."""
    folders = [
        str(folder.resolve().relative_to(_ROOT)) if folder.resolve().is_relative_to(_ROOT) else folder.name
        for folder in given.folders
    ]
    words = [*folders, "--format", given.format, "--languages", given.languages, "--engine", given.engine]
    if given.only:
        words += ["--only", given.only]
    if given.no_drawn:
        words += ["--no-drawn"]
    return f"`{' '.join(['PYTHONPATH=. python bench/quality.py', *words])}`"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How good the films of a face engine are.")
    parser.add_argument("folders", nargs="*", type=Path, default=[_ROOT / "demo/portraits"])
    parser.add_argument("--format", default="square", help="the films' picture")
    parser.add_argument("--languages", default=",".join(line.language for line in _LINES))
    parser.add_argument("--engine", default="warp")
    parser.add_argument("--only", default="", help="portraits whose name has this in it")
    parser.add_argument("--no-drawn", action="store_true", help="leave the drawn variants out")
    parser.add_argument("--keep", type=Path, help="where the films are to stay")
    parser.add_argument("--write", action="store_true", help="write the table into docs/quality.md")
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    given = _arguments()
    cv2.setNumThreads(1)
    lines = [line for line in _LINES if line.language in given.languages.split(",")]
    if given.keep is not None:
        given.keep.mkdir(parents=True, exist_ok=True)
    rows, refused = [], []
    told = [f"{_command(given)}; {machine()}:"]
    with (
        tempfile.TemporaryDirectory() as home,
        Stage(Path(home), parse_format(given.format, fps=_FPS), given.engine) as stage,
    ):
        told.append(f"Engine {stage.face.name} {stage.face.version}, films of {given.format}.")
        drawn = () if given.no_drawn else [name for name in VARIANTS if given.only in f"drawn-{name}"]
        for portrait in itertools.chain(_portraits(given.folders), _drawn(Path(home), drawn)):
            if given.only not in portrait.name:
                continue
            try:
                rows.append(_measured(stage, portrait, lines, given.keep))
            except InputError as error:
                refused.append(f"{portrait.name} ({error.code})")
                continue
            for language, figures in rows[-1].figures.items():
                print(f"{portrait.name} {language}: {figures}", file=sys.stderr, flush=True)
    if not rows:
        raise SystemExit(f"no portrait was accepted: {', '.join(refused)}")
    told += [_table(rows), _by_language(rows)]
    if refused:
        told.append(f"Refused: {', '.join(refused)}.")
    print("\n\n".join(told))
    if given.write:
        _write("\n\n".join(told))


if __name__ == "__main__":
    main()
