"""What a format's and a frame rate's words mean, also after a spreadsheet took them for a time of day."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from fractions import Fraction

from pipeline.plan.clock import FRAME_RATES
from pipeline.plan.errors import InputError
from pipeline.plan.job import Format

# Aspect, width to height, of every word that names one.
_ASPECTS: Mapping[str, Fraction] = {
    "wide": Fraction(16, 9),
    "16:9": Fraction(16, 9),
    "横屏": Fraction(16, 9),
    "tall": Fraction(9, 16),
    "9:16": Fraction(9, 16),
    "竖屏": Fraction(9, 16),
    "square": Fraction(1),
    "1:1": Fraction(1),
    "方形": Fraction(1),
}
_SHORTER_SIDES = (512, 720, 1080)
_DEFAULT_SHORTER_SIDE = 720

#: The word for a film in the portrait's own size, with all that it shows.
OWN_SIZE = "portrait"
# No film is larger than full HD, whichever way it stands.
_OWN_SHORTER, _OWN_LONGER = 1080, 1920

#: The words of `parse_format`, in the order in which people should read them.
FORMAT_WORDS = (
    *(
        f"{aspect}{size}"
        for aspect in ("square", "wide", "tall")
        for size in ("", *(f"-{side}" for side in _SHORTER_SIDES))
    ),
    OWN_SIZE,
)

# A spreadsheet takes 16:9 for nine minutes past four in the afternoon, and shows or saves it as its locale
# has it, or as the part of a day that it is: 16:09:00, 4:09 PM, 下午4:09, 1899-12-30 16:09:00, 0.672916667.
_TIME = re.compile(
    r"(?:(?:1899-12-3[01]|1900-01-0[01])[t ])?(?P<early>上午|下午)?\s*"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::00(?:\.0+)?)?\s*(?P<late>[ap]\.?m\.?)?"
)
_PART_OF_DAY = re.compile(r"0[.,]\d{4,}")
_MINUTES_A_DAY = 24 * 60
_HALF_A_DAY = 12
# Four decimals of a day are this far, in minutes, from the minute that was meant.
_NEAR = 0.08
_SHAPES = {(16, 9): "16:9", (9, 16): "9:16", (1, 1): "1:1"}
# Characters that look like a hyphen or a colon, and are typed or put in their place.
_HYPHENS = re.compile(r"\s*[-_‐‑‒–—−]\s*")
_COLONS = re.compile(r"\s*[:∶︰/x×]\s*(?=\d)")

_RATE = re.compile(r"(\d{1,3})(?:[.,]0*)?\s*(?:fps|p|hz|frames(?: ?/ ?s| per second)?|帧(?:/秒|每秒)?)?")


def parse_format(words: str, *, fps: int, own: tuple[int, int] | None = None) -> Format:
    """The format that words such as ``wide``, ``tall-1080``, ``1:1-512`` or ``portrait`` name.

    The number is the shorter side in pixels, 720 when there is none. Both sides are even, as
    4:2:0 video needs them.

    Args:
        words: what a person wrote.
        fps: frames in a second.
        own: width and height of the portrait, without which there is no film in its own size; larger ones
            are brought to full HD.

    Raises:
        InputError: ``portrait-format-unknown`` or ``portrait-frame-rate-unknown``.
    """
    check_format(words, fps=fps)
    aspect_word, _, size_word = _plain(words).partition("-")
    if aspect_word == OWN_SIZE:
        if own is None:
            raise ValueError("no size of the portrait")
        return _own_format(own, fps)
    aspect = _ASPECTS[aspect_word]
    side = int(size_word or _DEFAULT_SHORTER_SIDE)
    longer = _even(side * max(aspect, 1 / aspect))
    if aspect > 1:
        return Format(width=longer, height=side, fps=fps)
    return Format(width=side, height=longer, fps=fps)


def check_format(words: str, *, fps: int) -> None:
    """Refuse words that name no format.

    Raises:
        InputError: as `parse_format`.
    """
    if fps not in FRAME_RATES:
        raise _no_rate(str(fps))
    aspect_word, dash, size_word = _plain(words).partition("-")
    sized = not dash or (aspect_word in _ASPECTS and size_word in map(str, _SHORTER_SIDES))
    if aspect_word not in (*_ASPECTS, OWN_SIZE) or not sized:
        raise InputError("portrait-format-unknown", format=words.strip(), known=", ".join(FORMAT_WORDS))


def is_own_size(words: str) -> bool:
    """Whether words name the portrait's own size."""
    return _plain(words) == OWN_SIZE


def parse_rate(words: str) -> int:
    """The frame rate that words such as ``25``, ``25 fps``, ``50p`` or a spreadsheet's ``25.0`` name.

    Raises:
        InputError: ``portrait-frame-rate-unknown``.
    """
    match = _RATE.fullmatch(unicodedata.normalize("NFKC", words).strip().casefold())
    if match is None or int(match[1]) not in FRAME_RATES:
        raise _no_rate(words.strip())
    return int(match[1])


def _no_rate(words: str) -> InputError:
    return InputError("portrait-frame-rate-unknown", fps=words, known=", ".join(map(str, FRAME_RATES)))


def _plain(words: str) -> str:
    """Words as `_ASPECTS` and `_SHORTER_SIDES` have them, with one plain hyphen before the size."""
    word = unicodedata.normalize("NFKC", words).strip().casefold()
    # Without a hyphen a date's would be taken for ours.
    if shape := _of_time(word):
        return shape
    aspect, hyphen, size = _HYPHENS.sub("-", word).partition("-")
    aspect = _COLONS.sub(":", aspect) if aspect[:1].isdigit() else aspect
    return f"{aspect}{hyphen}{size.removesuffix('p') if size[:1].isdigit() else size}"


def _of_time(word: str) -> str:
    """The shape that a spreadsheet took for this time of day; empty if it is none."""
    if _PART_OF_DAY.fullmatch(word):
        minutes = float(word.replace(",", ".")) * _MINUTES_A_DAY
        whole = round(minutes)
        return _SHAPES.get(divmod(whole, 60), "") if abs(minutes - whole) < _NEAR else ""
    match = _TIME.fullmatch(word)
    if match is None:
        return ""
    hour = int(match["hour"])
    if match["early"] or match["late"]:
        afternoon = match["early"] == "下午" or (match["late"] or "").startswith("p")
        hour = hour % _HALF_A_DAY + _HALF_A_DAY * afternoon
    return _SHAPES.get((hour, int(match["minute"])), "")


def _own_format(own: tuple[int, int], fps: int) -> Format:
    width, height = own
    reduced = min(
        Fraction(1), Fraction(_OWN_LONGER, max(width, height)), Fraction(_OWN_SHORTER, min(width, height))
    )
    return Format(width=_even(width * reduced), height=_even(height * reduced), fps=fps, whole=True)


def _even(side: Fraction | int) -> int:
    return max(2, 2 * round(side / 2))
