"""How and where a soft caption track is shown: its sample entry (3GPP TS 26.245, 5.16) and its place."""

from __future__ import annotations

import struct

from pipeline.media.boxes import box

_FIRST_REFERENCE = bytes(6) + struct.pack(">H", 1)
_CENTRE, _BOTTOM = 1, -1
_CLEAR, _WHITE = bytes(4), b"\xff" * 4
_FONT = 1
_FONT_NAME = b"Sans-Serif"
_MOST_POINTS = 255
# Of the film's height: what two lines of captions take, and what is left free below them.
_ROOM_PER_CENT, _FREE_PER_CENT = 15, 5
# Of the shorter side.
_LETTER_PER_CENT = 5


def place_of(height: int) -> tuple[int, int]:
    """Height of the captions' box in a film of this height, and how much of the film lies above it."""
    room = max(1, height * _ROOM_PER_CENT // 100)
    return room, height - room - height * _FREE_PER_CENT // 100


def text_entry(width: int, height: int) -> bytes:
    """The sample entry (``tx3g``) of captions in a film of this size: white, at the bottom of their box."""
    room, _ = place_of(height)
    points = min(_MOST_POINTS, max(1, min(width, height) * _LETTER_PER_CENT // 100))
    style = struct.pack(">HHHBB", 0, 0, _FONT, 0, points) + _WHITE
    fonts = box(b"ftab", struct.pack(">HHB", 1, _FONT, len(_FONT_NAME)), _FONT_NAME)
    return box(
        b"tx3g",
        _FIRST_REFERENCE,
        struct.pack(">Ibb", 0, _CENTRE, _BOTTOM) + _CLEAR,
        struct.pack(">hhhh", 0, 0, room, width),
        style,
        fonts,
    )
