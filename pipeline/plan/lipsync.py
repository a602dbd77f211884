"""How a model moves the lips of a portrait to speech, in a manifest's words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from pipeline.plan.errors import InputError

#: The options that say so, as a manifest writes them.
MODE, OFFSET, PADS, CROP = "face.mode", "face.mel_offset_frames", "face.pads", "face.crop"
RESTORE, MODEL, ENGINE = "face.restore", "face.model", "face.engine"

#: The farthest that lips may be shifted against the sound, in frames.
MOST_OFFSET = 5
#: How far, in per cent of the face's box, its edges may be moved inwards and outwards.
LEAST_PAD, MOST_PAD = -30, 100
#: The smallest crop, in pixels.
SMALLEST_CROP = 16

_WHOLE = re.compile(r"[+-]?[0-9]{1,5}")
_NONE = frozenset({"", "no", "none", "off", "-", "无", "否", "不"})
_DASHES = str.maketrans("−–—", "---")


class Mode(StrEnum):
    """How a model's mouth comes into the picture.

    `fast` computes and blends in the mouth alone, and brings the portrait to life. `exact` is what Wav2Lip's
    original program draws: the whole face, laid hard over the picture, of a portrait that stands still.
    """

    FAST = "fast"
    EXACT = "exact"


class Pads(NamedTuple):
    """How far each edge of the face's box is moved outwards, in per cent of its height or width.

    In this order they are what the original program calls ``--pads``, which counts pixels of the picture: its
    usual 10 below are 5 per cent of a face that is 200 pixels high.
    """

    top: int = 0
    bottom: int = 5
    left: int = 0
    right: int = 0


class Crop(NamedTuple):
    """The part of a portrait that the model is shown as its face, in pixels of the turned picture."""

    x: int
    y: int
    width: int
    height: int


#: Left, top, right and bottom in pixels of a picture, or in parts of them.
Edges = tuple[float, float, float, float]


_USUAL_PADS = Pads()


@dataclass(frozen=True, kw_only=True)
class Lipsync:
    """How a model is asked to move the lips; engines without a model ignore it.

    Attributes:
        mode: how the mouth comes into the picture.
        offset: by how many frames the lips run ahead of where the original program has them, -5 to 5: each
            frame is drawn from what is heard so many frames later. Below 0 they come later.
        pads: how the face's box is widened; of no effect with a crop.
        crop: the model's face instead of what was found; None for that.
        restore: name of the model that restores the drawn face; empty for none.
    """

    mode: Mode = Mode.FAST
    offset: int = 0
    pads: Pads = _USUAL_PADS
    crop: Crop | None = None
    restore: str = ""


def lipsync_of(options: Mapping[str, str]) -> Lipsync:
    """What a job's options ask of a model that moves lips; what they leave out or empty is the usual.

    Raises:
        InputError: ``face-mode-unknown``, ``face-offset-wrong``, ``face-pads-wrong``, ``face-crop-wrong``, or
            ``face-restore-exact``: the original program restores nothing.
    """
    mode, restore = _mode(options), _name(options, RESTORE)
    if restore and mode is Mode.EXACT:
        raise InputError("face-restore-exact", model=restore)
    return Lipsync(
        mode=mode, offset=_offset(options), pads=_pads(options), crop=_crop(options), restore=restore
    )


def with_plain_lipsync(options: Mapping[str, str]) -> dict[str, str]:
    """The same options with these in their plainest words, so that equal films have equal options.

    Engine and models are none of a job's options: its own fields bear them (`farm.facechoice`).

    Raises:
        InputError: as `lipsync_of`.
    """
    asked, usual = lipsync_of(options), Lipsync()
    ours = {MODE, OFFSET, PADS, CROP}
    plain = {name: value for name, value in options.items() if name not in ours}
    if asked.mode is not usual.mode:
        plain[MODE] = asked.mode.value
    if asked.offset != usual.offset:
        plain[OFFSET] = str(asked.offset)
    if asked.crop is not None:
        plain[CROP] = ",".join(map(str, asked.crop))
    elif asked.pads != usual.pads:
        plain[PADS] = ",".join(map(str, asked.pads))
    return plain


def part_shown(edges: Edges, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """What of a picture a model is shown as a face, in whole pixels: left, top, right, bottom.

    Args:
        edges: of the face, or of what was named instead; they may reach beyond the picture.
        size: width and height of the picture.

    Raises:
        InputError: ``face-crop-outside``: hardly anything of it lies within the picture.
    """
    width, height = size
    left, right = (min(max(round(edge), 0), width) for edge in edges[::2])
    top, bottom = (min(max(round(edge), 0), height) for edge in edges[1::2])
    if right - left < SMALLEST_CROP or bottom - top < SMALLEST_CROP:
        crop = f"{right - left} x {bottom - top}"
        raise InputError("face-crop-outside", crop=crop, width=width, height=height)
    return left, top, right, bottom


def _mode(options: Mapping[str, str]) -> Mode:
    word = options.get(MODE, "").strip()
    if not word:
        return Mode.FAST
    try:
        return Mode(word.casefold())
    except ValueError:
        raise InputError("face-mode-unknown", word=word, known=", ".join(Mode)) from None


def _offset(options: Mapping[str, str]) -> int:
    written = options.get(OFFSET, "").strip()
    if not written:
        return 0
    numbers = _numbers(written, 1)
    if numbers is None or abs(numbers[0]) > MOST_OFFSET:
        raise InputError("face-offset-wrong", word=written, most=MOST_OFFSET)
    return numbers[0]


def _pads(options: Mapping[str, str]) -> Pads:
    written = options.get(PADS, "").strip()
    if not written:
        return Pads()
    numbers = _numbers(written.replace("%", " ").replace("％", " "), 4)
    if numbers is None or not all(LEAST_PAD <= number <= MOST_PAD for number in numbers):
        raise InputError("face-pads-wrong", word=written, least=LEAST_PAD, most=MOST_PAD)
    return Pads(*numbers)


def _crop(options: Mapping[str, str]) -> Crop | None:
    written = options.get(CROP, "").strip()
    if not written:
        return None
    numbers = _numbers(written, 4)
    if numbers is None or min(numbers[:2]) < 0 or min(numbers[2:]) < SMALLEST_CROP:
        raise InputError("face-crop-wrong", word=written, least=SMALLEST_CROP)
    return Crop(*numbers)


def _name(options: Mapping[str, str], option: str) -> str:
    """The model that an option names; empty if it names none, or says that none is wanted."""
    word = options.get(option, "").strip()
    return "" if word.casefold() in _NONE else word


def _numbers(written: str, count: int) -> list[int] | None:
    """So many whole numbers with commas between; None if it is not that."""
    words = unicodedata.normalize("NFKC", written).translate(_DASHES).replace("、", ",").split(",")
    parts = [word.strip() for word in words]
    if len(parts) != count or not all(_WHOLE.fullmatch(part) for part in parts):
        return None
    return [int(part) for part in parts]
