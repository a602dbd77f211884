"""Reads strangers' pictures: known kinds only, by content, none decoded before its size is known."""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

from pipeline.plan.background import Colour
from pipeline.plan.errors import InputError

Picture = NDArray[np.uint8]
#: How much each pixel of a picture hides what is behind it, 0 to 255, uint8 (height, width).
Opacity = NDArray[np.uint8]

_KINDS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
_KINDS_TOLD = "JPEG, PNG, WebP, BMP, TIFF, GIF"
# A camera's second picture in a JPEG is a preview or a depth map, not a second frame.
_CAMERA_KIND = "MPO"
# What decoders raise on a file that breaks off or contradicts itself; Pillow asserts that one with palette
# colours has a palette.
_DAMAGE = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    RuntimeError,
    AssertionError,
)
_DAMAGE_BELOW = (struct.error, zlib.error)
_SIXTEEN_BIT = ("I;16", "I;16L", "I;16B", "I;16N")
_EIGHT_BIT = ("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr")
#: A light studio grey: what transparent parts stand before unless a colour is given.
STUDIO_GREY: Colour = (216, 216, 216)
_OPAQUE = 255
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
#: Those in which width and height change places.
_SIDEWAYS = frozenset({5, 6, 7, 8})


@dataclass(frozen=True, kw_only=True)
class PictureLimits:
    """What a picture may cost before it is refused: bytes of the file, pixels of the picture."""

    file_bytes: int
    pixels: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Loaded:
    """A picture from a file.

    Attributes:
        picture: as `load_picture` gives it, its transparent parts before one colour.
        opacity: of its pixels; None if nothing shows through any of them.
    """

    picture: Picture
    opacity: Opacity | None


def load_picture(path: Path, limits: PictureLimits, *, behind: Colour | None = None) -> Picture:
    """The picture in a JPEG, PNG, WebP, BMP, TIFF or GIF file, upright, as BGR uint8 (height, width, 3).

    The kind is known by content, never by name. Turned as EXIF says; converted to sRGB from the
    colour profile that it carries; grey, 16-bit and CMYK pictures are converted to 8-bit colour.
    Of several frames or pages (see `has_several`) it is the first one.

    Args:
        path: the file.
        limits: what it may cost.
        behind: what transparent parts stand before; a light grey unless given.

    Raises:
        InputError: ``portrait-file-missing``, ``portrait-file-too-large``, ``portrait-no-picture``,
            ``portrait-too-many-pixels`` (found before decoding), ``portrait-depth-unknown`` or
            ``portrait-damaged``.
    """
    return load_with_opacity(path, limits, behind=behind).picture


def load_with_opacity(path: Path, limits: PictureLimits, *, behind: Colour | None = None) -> Loaded:
    """The picture in a file, as `load_picture` gives it, and what of it can be seen through.

    Raises:
        InputError: as `load_picture`.
    """
    with _opened(path, limits) as image:
        return _decode(image, STUDIO_GREY if behind is None else behind)


def picture_size(path: Path, limits: PictureLimits) -> tuple[int, int]:
    """Width and height that `load_picture` will give, read from the file's head alone.

    Raises:
        InputError: as `load_picture`, for what the head tells.
    """
    with _opened(path, limits) as image:
        width, height = image.size
        # The decoder of TIFF gives the upright size at once.
        sideways = image.format != "TIFF" and _orientation(image) in _SIDEWAYS
        return (height, width) if sideways else (width, height)


def has_several(path: Path, limits: PictureLimits) -> bool:
    """Whether a file holds more frames or pages than the one that `load_picture` gives; none is decoded.

    Raises:
        InputError: as `load_picture`, for what the head tells.
    """
    with _opened(path, limits) as image:
        return image.format != _CAMERA_KIND and bool(getattr(image, "is_animated", False))


def pixels_digest(picture: Picture, opacity: Opacity | None = None) -> str:
    """SHA-256, in hex, over the shape and the decoded, turned pixels; and over what can be seen through.

    Args:
        picture: its pixels.
        opacity: of them, where what is behind them is not in the picture already.
    """
    digest = hashlib.sha256(f"bgr8 {picture.shape[0]} {picture.shape[1]}\n".encode())
    digest.update(np.ascontiguousarray(picture).data)
    if opacity is not None:
        digest.update(b"opacity\n")
        digest.update(np.ascontiguousarray(opacity).data)
    return digest.hexdigest()


@contextmanager
def _opened(path: Path, limits: PictureLimits) -> Iterator[Image.Image]:
    """A file as a picture that is within the limits; what goes wrong in the body is told in words."""
    content = _read(path, limits)
    try:
        # Pillow warns of what it repairs or would rather not open; our own limits are stricter.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=_KINDS) as image:
                _check(image, limits)
                yield image
    except UnidentifiedImageError as error:
        raise InputError("portrait-no-picture", file=path.name, kinds=_KINDS_TOLD) from error
    except Image.DecompressionBombError as error:
        raise InputError("portrait-too-many-pixels", most=_millions(limits.pixels)) from error
    except (*_DAMAGE, *_DAMAGE_BELOW) as error:
        raise InputError("portrait-damaged", file=path.name) from error


def _read(path: Path, limits: PictureLimits) -> bytes:
    try:
        if not path.is_file():
            raise InputError("portrait-file-missing", file=path.name)
        with path.open("rb") as file:
            content = file.read(limits.file_bytes + 1)
    except OSError as error:
        raise InputError("portrait-file-missing", file=path.name) from error
    if len(content) > limits.file_bytes:
        raise InputError("portrait-file-too-large", file=path.name, most=_millions(limits.file_bytes))
    return content


def _check(image: Image.Image, limits: PictureLimits) -> None:
    width, height = image.size
    if width * height > limits.pixels:
        raise InputError("portrait-too-many-pixels", most=_millions(limits.pixels))
    if image.mode not in (*_EIGHT_BIT, *_SIXTEEN_BIT):
        raise InputError("portrait-depth-unknown", mode=image.mode)


def _decode(image: Image.Image, behind: Colour) -> Loaded:
    image.load()
    opacity: Image.Image | None = None
    # TIFF files are turned by their own decoder, which then strikes the orientation out.
    turn = _TURNS.get(_orientation(image))
    if image.mode in _SIXTEEN_BIT:
        grey = (np.asarray(image).astype(np.uint32) + 128) // 257
        coloured = Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    else:
        coloured, opacity = _in_colour(image, behind)
    upright = _upright(coloured, turn)
    return Loaded(
        picture=np.asarray(cv2.cvtColor(upright, cv2.COLOR_RGB2BGR), np.uint8),
        opacity=None if opacity is None else _upright(opacity, turn),
    )


def _upright(image: Image.Image, turn: Image.Transpose | None) -> Picture:
    return np.asarray(image if turn is None else image.transpose(turn), np.uint8)


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 where there is none or EXIF is damaged: the pixels may still be fine."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except (*_DAMAGE, *_DAMAGE_BELOW):
        return 1


def _in_colour(image: Image.Image, behind: Colour) -> tuple[Image.Image, Image.Image | None]:
    """A picture in colour, and its opacity; None if it is opaque."""
    if not image.has_transparency_data:
        return _in_srgb(image), None
    with_alpha = image.convert("RGBA")
    colour = _in_srgb(with_alpha.convert("RGB"))
    opacity = with_alpha.getchannel("A")
    composed = Image.composite(colour, Image.new("RGB", image.size, behind[::-1]), opacity)
    return composed, None if np.asarray(opacity).min() == _OPAQUE else opacity


def _in_srgb(image: Image.Image) -> Image.Image:
    """As RGB in sRGB, by the picture's own colour profile where it has one that can be read."""
    profile = image.info.get("icc_profile")
    plain = image if image.mode in ("RGB", "L", "CMYK") else image.convert("RGB")
    if not profile:
        return plain if plain.mode == "RGB" else plain.convert("RGB")
    try:
        converted = ImageCms.profileToProfile(
            plain,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, *_DAMAGE):
        return plain.convert("RGB")
    return plain.convert("RGB") if converted is None else converted


def _millions(count: int) -> int:
    return count // 1_000_000
