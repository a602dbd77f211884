"""Every kind of portrait that is handed in by mistake, and a few that only look so, each with its verdict."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from pipeline.engines.eye.mesh import LEFT_LID_LOWER, LEFT_LID_UPPER, RIGHT_LID_LOWER, RIGHT_LID_UPPER
from tests.support import faces, portraits
from tests.support.portraits import Picture

_LIDS = ((RIGHT_LID_UPPER, RIGHT_LID_LOWER), (LEFT_LID_UPPER, LEFT_LID_LOWER))
_MARGIN = ((0, 205), (0, 205), (0, 0))
_TURNED_RIGHT = 6  # EXIF 2.32, tag 0x0112
_ORIENTATION = 0x0112


@dataclass(frozen=True, kw_only=True)
class Case:
    """A portrait's file and the codes that it is refused or warned with; none where it gives a good film."""

    name: str
    make: Callable[[], bytes]
    codes: frozenset[str]


def _case(name: str, make: Callable[[], bytes], *codes: str) -> Case:
    return Case(name=name, make=make, codes=frozenset(f"portrait-{code}" for code in codes))


def _png(picture: Picture) -> bytes:
    done, data = cv2.imencode(".png", picture)
    assert done
    return data.tobytes()


def _saved(picture: Picture, kind: str, mode: str = "RGB", **options: object) -> bytes:
    buffer = io.BytesIO()
    _image(picture).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def _image(picture: Picture) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(picture[..., ::-1]))


def _sixteen_bit(kind: str) -> bytes:
    done, data = cv2.imencode(kind, portraits.astronaut().astype(np.uint16) * 257)
    assert done
    return data.tobytes()


def _transparent() -> bytes:
    """The astronaut cut out roughly, nothing behind her."""
    seen = np.zeros((512, 512), np.uint8)
    cv2.ellipse(seen, (225, 130), (100, 110), 0, 0, 360, 255, -1)
    cv2.ellipse(seen, (225, 420), (200, 210), 0, 0, 360, 255, -1)
    return _png(np.dstack([portraits.astronaut(), seen]))


def _turned_by_exif() -> bytes:
    exif = Image.Exif()
    exif[_ORIENTATION] = _TURNED_RIGHT
    return _saved(np.rot90(portraits.astronaut()), "JPEG", exif=exif, quality=95)


def _animated(kind: str) -> bytes:
    pages = [_image(portraits.astronaut()), _image(portraits.astronaut()[:, ::-1])]
    buffer = io.BytesIO()
    pages[0].save(buffer, kind, save_all=True, append_images=pages[1:])
    return buffer.getvalue()


def _wide() -> bytes:
    """A panorama of 20,000 pixels with the astronaut in its middle."""
    large = cv2.resize(portraits.astronaut(), (1600, 1600), interpolation=cv2.INTER_LINEAR)
    sheet = np.pad(large, ((0, 0), (9200, 9200), (0, 0)), mode="edge")
    return _saved(sheet, "JPEG", quality=90)


def _light(times: float) -> Picture:
    """The astronaut in so many times the light (IEC 61966-2-1)."""
    tones = np.arange(256) / 255
    light = np.where(tones <= 0.04045, tones / 12.92, ((tones + 0.055) / 1.055) ** 2.4)
    light = np.clip(light * times, 0, 1)
    table = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(table * 255), np.uint8)[portraits.astronaut()]


def _eyes_closed() -> Picture:
    """The astronaut with plain lids drawn over her eyes."""
    picture = portraits.astronaut()
    # The landmarks are those of a part of the photograph, brought to 256 pixels.
    points = faces.landmarks()[:, :2] * (244 / 256) + (104, 0)
    for upper, lower in _LIDS:
        outline = np.concatenate([points[list(upper)], points[list(lower)][::-1]])
        middle = outline.mean(axis=0)
        lid = np.round(middle + 1.15 * (outline - middle)).astype(np.int32)
        cv2.fillPoly(picture, [lid], (125, 155, 205))
        rim = np.round(points[list(lower)]).astype(np.int32)
        cv2.polylines(picture, [rim], isClosed=False, color=(45, 55, 75))
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.6), np.uint8)


def _cat() -> Picture:
    """A drawn cat, from the front."""
    picture = np.full((600, 600, 3), (190, 200, 180), np.uint8)
    for side in (-1, 1):
        ear = np.array([(300 + side * 60, 200), (300 + side * 170, 60), (300 + side * 185, 260)])
        cv2.fillPoly(picture, [ear], (60, 110, 190))
    cv2.ellipse(picture, (300, 310), (190, 165), 0, 0, 360, (70, 130, 210), -1)
    for side in (-1, 1):
        cv2.ellipse(picture, (300 + side * 75, 270), (34, 38), 0, 0, 360, (90, 220, 160), -1)
        cv2.ellipse(picture, (300 + side * 75, 270), (9, 34), 0, 0, 360, (10, 10, 10), -1)
        for hair in (-1, 0, 1):
            start, end = (300 + side * 45, 370 + hair * 8), (300 + side * 210, 350 + hair * 30)
            cv2.line(picture, start, end, (240, 240, 240), 2)
        cv2.ellipse(picture, (300 + side * 18, 372), (20, 16), 0, 0, 180, (30, 30, 30), 3)
    cv2.fillPoly(picture, [np.array([(280, 335), (320, 335), (300, 358)])], (120, 110, 230))
    return picture


def _claims(side: int) -> bytes:
    """A PNG of a few hundred bytes that says how large it is, and has hardly a line of it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _of(make: Callable[[], Picture]) -> Callable[[], bytes]:
    return lambda: _png(make())


_ONE = portraits.astronaut
CASES: Sequence[Case] = (
    # No face, several, or not enough of one.
    _case("no face", _of(lambda: np.full((600, 600, 3), 150, np.uint8)), "no-face"),
    _case("an animal", _of(_cat), "no-face"),
    _case("two people", _of(lambda: portraits.beside(_ONE(), _ONE())), "several-faces"),
    _case("cut off", _of(lambda: portraits.close_up(4)[:, 330:]), "face-cut"),
    _case("too small", _of(lambda: np.pad(portraits.shrunk(_ONE(), 0.6), _MARGIN)), "face-too-small"),
    _case("turned", _of(lambda: portraits.turned(_ONE(), 30)), "turned", "mouth-at-outline", "face-small"),
    _case("turned away", _of(lambda: portraits.shrunk(portraits.turned(_ONE(), 62), 2)), "turned-away"),
    _case("upside down", _of(lambda: np.rot90(portraits.leo(), 2)), "lying"),
    # What can be seen of it.
    _case("a mask", _of(lambda: portraits.patched(_ONE(), (160, 90, 40))), "mouth-covered"),
    _case("a microphone", _of(lambda: portraits.microphone(_ONE())), "mouth-covered"),
    _case("eyes closed", _of(_eyes_closed), "eyes-closed"),
    _case("blurred", _of(lambda: portraits.blurred(_ONE(), 4)), "blurred"),
    _case("soft", _of(lambda: portraits.blurred(_ONE(), 2)), "soft"),
    _case("half in shadow", _of(lambda: portraits.half_dark(_ONE(), 225, 0.4)), "shadowed"),
    _case("dim", _of(lambda: _light(0.25))),
    _case("dark", _of(lambda: _light(0.04)), "dark"),
    _case("too dark", _of(lambda: _light(0.01)), "too-dark"),
    _case("bright", _of(lambda: _light(2)), "bright"),
    _case("too bright", _of(lambda: _light(6)), "too-bright"),
    # Files.
    _case("a drawing", _of(portraits.leo)),
    _case("transparent", _transparent),
    _case("CMYK as JPEG", lambda: _saved(_ONE(), "JPEG", "CMYK", quality=95)),
    _case("CMYK as TIFF", lambda: _saved(_ONE(), "TIFF", "CMYK")),
    _case("grey", lambda: _saved(_ONE(), "PNG", "L")),
    _case("16 bit as PNG", lambda: _sixteen_bit(".png")),
    _case("16 bit as TIFF", lambda: _sixteen_bit(".tiff")),
    _case("turned by EXIF", _turned_by_exif),
    _case("20,000 pixels wide", _wide),
    _case("20,000 pixels square", lambda: _claims(20_000), "too-many-pixels"),
    _case("animated as PNG", lambda: _animated("PNG"), "animated"),
    _case("animated as WebP", lambda: _animated("WEBP"), "animated"),
    _case("animated as GIF", lambda: _animated("GIF"), "animated"),
    _case("a still GIF", lambda: _saved(_ONE(), "GIF")),
    _case("truncated GIF", lambda: _half(_saved(_ONE(), "GIF")), "damaged"),
    _case("truncated JPEG", lambda: _half(_saved(_ONE(), "JPEG")), "damaged"),
    _case("truncated PNG", lambda: _half(_png(_ONE())), "damaged"),
    _case("no picture", lambda: b"%PDF-1.7\n", "no-picture"),
    _case("empty", lambda: b"", "no-picture"),
)
