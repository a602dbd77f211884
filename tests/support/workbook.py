"""A training team's workbook of films, with the mistakes that people make in one, and how each is mended."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import openpyxl

from tests.support import portraits

_PORTRAITS = Path(__file__).resolve().parents[2] / "demo/portraits"
_HEADER = (
    "ID", "Script", "Portrait", "Voice", "Language", "Format", "Title", "Name", "Start", "Speed",
    "Background", "Label", "Label.Name", "Label.Reason", "Urgency",
)  # fmt: skip
_ENGLISH = "Hello {{name}}, and welcome! Your first day is {{start:date}}. [pause 0.5s] See you soon."
_CHINESE = "{{name}}，您好！欢迎加入我们的团队。离开座位前，请锁定屏幕。"
_NAMES = ("Maria", "Jamal", "李雷", "Aisha", "Tom", "韩梅梅", "Zoë", "Nguyễn")


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A mistake in one row.

    Attributes:
        column: the column it is told under.
        code: the code it is told with.
        cells: what is written wrongly, by the names of the header.
    """

    column: str
    code: str
    cells: Mapping[str, object] = field(default_factory=dict)


def _mistake(column: str, code: str, **cells: object) -> Mistake:
    return Mistake(
        column=column, code=code, cells={name.replace("__", "."): cell for name, cell in cells.items()}
    )


MISTAKES: Sequence[Mistake] = (
    _mistake("script", "manifest-script-missing", Script=None),
    _mistake("script", "script-empty", Script="…"),
    _mistake("script", "script-pause-malformed", Script="Hello. [pause five] Bye."),
    _mistake("script", "manifest-variable-misspelt", Script="Hello {{nmae}}!"),
    _mistake("script", "manifest-variable-malformed", Script="Hello {{name!"),
    _mistake("portrait", "manifest-file-missing", Portrait="lea.png"),
    _mistake("portrait", "manifest-portrait-missing", Portrait=None),
    _mistake("portrait", "manifest-path-outside", Portrait="../leo.png"),
    _mistake("portrait", "portrait-no-face", Portrait="building.png"),
    _mistake("portrait", "portrait-several-faces", Portrait="team.png"),
    _mistake("portrait", "portrait-face-too-small", Portrait="far.png"),
    _mistake("portrait", "portrait-no-picture", Portrait="photo.jpg"),
    _mistake("voice", "voice-unknown", Voice="anna"),
    _mistake("language", "voice-language-unknown", Language="Englisch"),
    _mistake("format", "portrait-format-unknown", Format="HD"),
    _mistake("speed", "submit-speed-wrong", Speed="fast"),
    _mistake("background", "portrait-background-unknown", Background="light blue"),
    _mistake("id", "manifest-id-twice", ID="film-0001"),
    _mistake("start", "manifest-variable-date", Script=_ENGLISH, Start="next Monday"),
    _mistake("label.reason", "label-waiver-missing", Label="none", Label__Name="Anna Schmidt"),
)


def write_workbook(folder: Path, rows: int, mistakes: Mapping[int, Mistake]) -> Path:
    """Write a workbook of so many films, with mistakes in some rows, and the pictures that it names.

    Args:
        folder: where; it is made.
        rows: how many films.
        mistakes: what is wrong, by the row of the film, counted from 0.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _put_pictures(folder)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Films"
    sheet.append(list(_HEADER))
    for row in range(rows):
        cells = {**_film(row), **(mistakes[row].cells if row in mistakes else {})}
        sheet.append([cells.get(name) for name in _HEADER])
    book.create_sheet("Notes").append(["Ask Bert for the pictures"])
    path = folder / "onboarding.xlsx"
    book.save(path)
    return path


def _film(row: int) -> dict[str, object]:
    """One film without a mistake."""
    chinese = row % 3 == 1
    return {
        "ID": f"film-{row + 1:04d}",
        "Script": _CHINESE if chinese else _ENGLISH,
        "Portrait": "leo.png" if row % 2 else "astronaut.png",
        "Voice": "cmn" if chinese else "en-us",
        "Language": "zh" if chinese else "en",
        "Format": "square-512",
        "Title": f"Welcome, {_NAMES[row % len(_NAMES)]}",
        "Name": _NAMES[row % len(_NAMES)],
        "Start": dt.datetime(2026, 12, 1 + row % 28),  # noqa: DTZ001 - a day in a cell has no time zone
        "Speed": 100,
    }


def _put_pictures(folder: Path) -> None:
    for name in ("leo.png", "astronaut.png"):
        shutil.copy(_PORTRAITS / name, folder)
    shutil.copy(_PORTRAITS / "leo.png", folder.parent)
    leo = portraits.leo()
    building = np.full((600, 800, 3), 200, np.uint8)
    cv2.rectangle(building, (200, 100), (600, 600), (90, 110, 140), -1)
    cv2.imwrite(str(folder / "building.png"), building)
    cv2.imwrite(str(folder / "team.png"), portraits.beside(leo, leo))
    far = np.full((1080, 1080, 3), 180, np.uint8)
    small = cv2.resize(leo, (130, 130), interpolation=cv2.INTER_AREA)
    far[400:530, 500:630] = small
    cv2.imwrite(str(folder / "far.png"), far)
    (folder / "photo.jpg").write_text("<html><body>Sign in to view this picture</body></html>")
