"""What is drawn into pictures: captions and the label, as events of Advanced SubStation Alpha (ASS).

libass draws them, so that Chinese, Arabic and Thai are set as their readers expect; each is drawn once and
laid over every frame that shows it. Text is the reader's alone: nothing in it can act as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import regex

from pipeline.plan.captions import Cue
from pipeline.plan.job import Format, Typeface
from pipeline.plan.keys import digest_of
from pipeline.plan.label import Label
from pipeline.plan.linebreaks import WIDE_COLUMNS, letter_columns
from pipeline.plan.typefaces import without_pictures

#: The font of labels, which Lectern brings: its family, and the digest of its file.
LABEL_FAMILY = "Lectern Label"
LABEL_FONT = "87d0c401262059138e2a751164cc6ddfd96672d7b6d330e8618dc14c6ed3a08b"
#: A label is seen for so many seconds at least (GB 45438-2025, 5.4), beginning with the first frame.
LABEL_S = 2

_SCHEMA = 1
# Where text may stand, in thousandths of a side: 90 % of the picture are title-safe (SMPTE ST 2046-1).
# Where films are swiped through, the platforms' own words and buttons lie over the lower sixth.
_ASIDE, _ABOVE, _BELOW = 50, 50, 46
_ABOVE_TALL, _BELOW_TALL = 80, 180
# How much higher than wide a telephone's picture is, in thousandths of its width.
_TALL = 777
# Heights of an em in thousandths of the shorter side. A capital of the label's font is 733 thousandths of its
# em; the standard asks for 50 of the side, and rounding may not take from them.
_CAPTION_EM, _LABEL_EM = 50, 72
# From ascender to descender, by which sizes are told, and from the ascender to a Chinese letter's top.
_LABEL_HEIGHT, _LABEL_AIR = 1448, 280
# Thousandths of an em.
_OUTLINE, _SHADOW = 70, 28
_BROAD = frozenset("mw@%&—…")
_FADE_MS = 320
_HEAD = """\
[Script Info]
ScriptType: v4.00+
PlayResX: {width}
PlayResY: {height}
LayoutResX: {width}
LayoutResY: {height}
WrapStyle: 2
ScaledBorderAndShadow: yes
YCbCr Matrix: None

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, \
Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, \
MarginR, MarginV, Encoding
Style: Text,{family},20,&H00FFFFFF,&H00FFFFFF,&H00000000,&H70000000,-1,0,0,0,100,100,0,0,1,0,0,2,0,0,0,-1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
_EVENT = "Dialogue: 0,{start},{end},Text,,0,0,0,,{text}\n"
# A backslash begins no escape when something that is not seen stands behind it.
_ESCAPES = str.maketrans({"\\": "\\\u2060", "{": "\\{", "}": "\\}"})
_UNSEEN = regex.compile(r"[\p{Cc}\p{Zl}\p{Zp}]+")


@dataclass(frozen=True, kw_only=True)
class Inset:
    """Something drawn that is the same in every frame that shows it.

    Attributes:
        begin: the first frame of the clip that shows it.
        end: the frame behind the last one.
        fade: in so many of the last frames it goes.
        text: text of an ASS event, with where and how it is drawn.
        fonts: digests of the font files that it is drawn with.
    """

    begin: int
    end: int
    fade: int = 0
    text: str
    fonts: tuple[str, ...]


def label_inset(label: Label, picture: Format, *, origin: int, frames: int) -> tuple[Inset, ...]:
    """A clip's share in the label: none unless it shows some of the film's first two seconds.

    In the clip that shows more it goes softly. It stands at the upper left, where no face has eyes or mouth.

    Args:
        label: which.
        picture: size and frame rate.
        origin: frames of the film before the clip.
        frames: length of the clip.
    """
    end = LABEL_S * picture.fps - origin
    if not label.drawn or end <= 0:
        return ()
    fade = max(min(picture.fps * _FADE_MS // 1000, frames - end), 0)
    side = min(picture.width, picture.height)
    em = -(-side * _LABEL_EM // 1000)
    across = picture.width * _ASIDE // 1000
    # What is above a capital in its line takes no room in the margin.
    down = picture.height * _share(picture, _ABOVE, _ABOVE_TALL) // 1000 - em * _LABEL_AIR // 1000
    text = f"{{\\an7\\pos({across},{down}){_look(em)}\\fs{em * _LABEL_HEIGHT // 1000}}}{escaped(label.drawn)}"
    return (Inset(begin=0, end=min(end + fade, frames), fade=fade, text=text, fonts=(LABEL_FONT,)),)


def caption_insets(cues: Iterable[Cue], picture: Format, typefaces: Sequence[Typeface]) -> tuple[Inset, ...]:
    """The cues of one clip as they are drawn into it: at the bottom, within what every screen shows.

    Args:
        cues: with times from the clip's beginning, each on a frame.
        picture: size and frame rate.
        typefaces: what they are set in; the first one sets every letter that no other one claims.
    """
    drawn = (replace(cue, lines=_drawn(cue.lines)) for cue in cues)
    return tuple(_caption(cue, picture, typefaces) for cue in drawn if cue.lines)


def caption_columns(picture: Format, typeface: Typeface, *, most: int) -> int:
    """How many columns fit into a caption's line in a picture, at most `most`; a full-width letter takes two.

    In upright and square pictures fewer letters fit than subtitles usually have, unless they were made too
    small for a telephone.
    """
    room = _safe_width(picture) * 1000 // _caption_em(picture)
    # Every sixth sign of a text is a space, half as wide as a letter.
    return min(most, room * 2 // 1000 if most == WIDE_COLUMNS else room * 12 // 11 // typeface.advance)


def drawing(insets: Sequence[Inset], picture: Format) -> str:
    """An ASS document that shows nothing but one inset after the other, each for a second."""
    head = _HEAD.format(width=picture.width, height=picture.height, family=LABEL_FAMILY)
    return head + "".join(
        _EVENT.format(start=_clock(second), end=_clock(second + 1), text=inset.text)
        for second, inset in enumerate(insets)
    )


def overlay_digest(insets: Sequence[Inset], picture: Format) -> str:
    """SHA-256 (hex) of everything that shapes what is drawn into a clip: words, looks, times and fonts."""
    return digest_of("overlay", _SCHEMA, drawing=drawing(insets, picture), insets=list(insets))


def escaped(text: str) -> str:
    """Text as it stands in an ASS event: shown as it is, whatever it holds."""
    return _UNSEEN.sub(" ", text).translate(_ESCAPES)


def _drawn(lines: Iterable[str]) -> tuple[str, ...]:
    """Lines without what is not drawn; none that is empty."""
    return tuple(line for line in (" ".join(without_pictures(line).split()) for line in lines) if line)


def _caption(cue: Cue, picture: Format, typefaces: Sequence[Typeface]) -> Inset:
    widest = max(_width(line, typefaces[0].advance) for line in cue.lines)
    em = min(_caption_em(picture), _safe_width(picture) * 1000 // max(widest, 1))
    up = picture.height * _share(picture, _BELOW, _BELOW_TALL) // 1000
    place = f"\\an2\\pos({picture.width // 2},{picture.height - up}){_look(em)}"
    used = {_claimant(letter, typefaces).file.digest for line in cue.lines for letter in line}
    return Inset(
        begin=_frame(cue.start_ms, picture.fps),
        end=_frame(cue.end_ms, picture.fps),
        text=f"{{{place}}}" + "\\N".join(_set(line, em, typefaces) for line in cue.lines),
        fonts=tuple(sorted(used)),
    )


def _set(line: str, em: int, typefaces: Sequence[Typeface]) -> str:
    """A line with the font of each stretch of it named before it."""
    stretches = []
    for typeface, letters in groupby(line, lambda letter: _claimant(letter, typefaces)):
        size = em * typeface.height // 1000
        font = f"\\fn{typeface.family}\\b{typeface.bold:d}\\fs{size}"
        stretches.append(f"{{{font}}}{escaped(''.join(letters))}")
    return "".join(stretches)


def _claimant(letter: str, typefaces: Sequence[Typeface]) -> Typeface:
    return next((typeface for typeface in typefaces[1:] if letter in typeface.letters), typefaces[0])


def _look(em: int) -> str:
    """A dark edge and a shadow, so that white letters are read on anything."""
    return f"\\bord{_thousandths(em, _OUTLINE)}\\shad{_thousandths(em, _SHADOW)}"


def _thousandths(em: int, share: int) -> str:
    """A share of an em in pixels, to a tenth."""
    tenths = (em * share + 50) // 100
    return f"{tenths // 10}.{tenths % 10}"


def _width(line: str, advance: int) -> int:
    """About how wide a line is, in thousandths of an em."""
    return sum(_breadth(letter, advance) for letter in line)


def _breadth(letter: str, advance: int) -> int:
    taken = letter_columns(letter)
    if taken != 1:
        return taken * 500
    if letter == " ":
        return advance // 2
    return advance * 13 // 10 if letter.isupper() or letter in _BROAD else advance


def _caption_em(picture: Format) -> int:
    return min(picture.width, picture.height) * _CAPTION_EM // 1000


def _safe_width(picture: Format) -> int:
    return picture.width * (1000 - 2 * _ASIDE) // 1000


def _share(picture: Format, usual: int, tall: int) -> int:
    """A margin's share of the height, between that of a square picture and that of a telephone's."""
    width, height = picture.width, picture.height
    upright = min(max(height - width, 0) * 1000 // width, _TALL)
    return usual + (tall - usual) * upright // _TALL


def _frame(ms: int, fps: int) -> int:
    return (ms * fps + 500) // 1000


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.00"
