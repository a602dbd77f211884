"""What reading a stranger's picture promises."""

from __future__ import annotations

import io
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from pipeline.plan.errors import InputError
from pipeline.steps.picture import (
    PictureLimits,
    has_several,
    load_picture,
    load_with_opacity,
    picture_size,
    pixels_digest,
)

LIMITS = PictureLimits(file_bytes=2_000_000, pixels=1_000_000)


def colours() -> Image.Image:
    """Four fields: red, green above, blue, white below; wider than high."""
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:20, :30], picture[:20, 30:] = (255, 0, 0), (0, 255, 0)
    picture[20:, :30], picture[20:, 30:] = (0, 0, 255), (255, 255, 255)
    return Image.fromarray(picture)


def saved(image: Image.Image, folder: Path, kind: str, **options: object) -> Path:
    """The image in a file whose name says nothing."""
    file = folder / "portrait.txt"
    image.save(file, format=kind, **options)
    return file


def refused(file: Path, limits: PictureLimits = LIMITS) -> str:
    """The code with which a file is refused."""
    with pytest.raises(InputError) as caught:
        load_picture(file, limits)
    return caught.value.code


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "JPEG", "WEBP", "GIF"])
def test_every_kind_is_known_by_content(tmp_path: Path, kind: str) -> None:
    """BGR pixels come out of each kind, whatever the file is called."""
    options = {"quality": 100} | ({"lossless": True} if kind == "WEBP" else {})
    picture = load_picture(saved(colours(), tmp_path, kind, **options), LIMITS)
    assert picture.dtype == np.uint8
    assert picture.shape == (40, 60, 3)
    assert picture.flags.c_contiguous
    for (row, column), bgr in {(5, 5): (0, 0, 255), (5, 50): (0, 255, 0), (35, 5): (255, 0, 0)}.items():
        assert np.abs(picture[row, column].astype(int) - bgr).max() <= 4


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_picture_upright(tmp_path: Path, kind: str, orientation: int) -> None:
    """A camera's note of how it was held is followed, all eight ways (EXIF 2.32, tag 0x0112)."""
    stored = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    image = colours() if stored is None else colours().transpose(stored)
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = saved(image, tmp_path, kind, exif=exif, **({"quality": 100} if kind != "TIFF" else {}))
    upright = load_picture(file, LIMITS)
    assert upright.shape == (40, 60, 3)
    assert picture_size(file, LIMITS) == (60, 40)
    # 4:2:0 chroma bleeds a little over the borders of the fields, not into their middle.
    assert np.abs(upright[5, 5].astype(int) - (0, 0, 255)).max() <= 8
    assert np.abs(upright[35, 5].astype(int) - (255, 0, 0)).max() <= 8


def test_broken_exif_does_not_spoil_a_picture(tmp_path: Path) -> None:
    """Pixels count; a note that cannot be read is ignored."""
    file = saved(colours(), tmp_path, "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\x7f")
    assert load_picture(file, LIMITS).shape == (40, 60, 3)


def test_what_is_transparent_stands_before_light_grey(tmp_path: Path) -> None:
    """A cut-out portrait gets a neutral background, half-transparent parts half of it."""
    image = colours().convert("RGBA")
    image.putalpha(
        Image.fromarray(np.repeat(np.array([[0, 128, 255]], np.uint8), 20, axis=1).repeat(40, axis=0))
    )
    picture = load_picture(saved(image, tmp_path, "PNG"), LIMITS)
    assert tuple(picture[5, 5]) == (216, 216, 216)
    assert tuple(picture[35, 59]) == (255, 255, 255)
    assert picture[5, 25] == pytest.approx((108, 108, 236), abs=2)
    coloured = load_picture(tmp_path / "portrait.txt", LIMITS, behind=(10, 20, 30))
    assert tuple(coloured[5, 5]) == (10, 20, 30)
    assert tuple(coloured[35, 59]) == (255, 255, 255)


def test_what_can_be_seen_through_is_known_and_turned_with_the_picture(tmp_path: Path) -> None:
    """Each pixel's opacity lies where the pixel does; a picture that is opaque throughout has none."""
    image = colours().convert("RGBA")
    image.putalpha(
        Image.fromarray(np.repeat(np.array([[0, 128, 255]], np.uint8), 20, axis=1).repeat(40, axis=0))
    )
    exif = Image.Exif()
    exif[0x0112] = 6
    loaded = load_with_opacity(saved(image, tmp_path, "PNG", exif=exif), LIMITS)
    assert loaded.opacity is not None
    assert loaded.opacity.shape == loaded.picture.shape[:2] == (60, 40)
    assert [int(row.min()) for row in loaded.opacity[::20]] == [0, 128, 255]
    assert pixels_digest(loaded.picture, loaded.opacity) != pixels_digest(loaded.picture)
    image.putalpha(255)
    assert load_with_opacity(saved(image, tmp_path, "PNG"), LIMITS).opacity is None


def test_palettes_with_a_transparent_colour_are_composed(tmp_path: Path) -> None:
    """A palette's transparent colour is as transparent as an alpha channel."""
    image = colours().quantize(4)
    see_through = image.getpixel((5, 5))
    picture = load_picture(saved(image, tmp_path, "PNG", transparency=see_through), LIMITS)
    assert tuple(picture[5, 5]) == (216, 216, 216)
    assert picture[5, 50] == pytest.approx((0, 255, 0), abs=2)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_grey_keeps_its_tones(tmp_path: Path, kind: str) -> None:
    """16 bits are brought to 8 by scale, not by cutting off."""
    tones = np.linspace(0, 65535, 64).astype(np.uint16)
    image = Image.fromarray(np.tile(tones, (32, 1)))
    picture = load_picture(saved(image, tmp_path, kind), LIMITS)
    assert np.abs(picture[0, :, 1].astype(int) - np.round(tones / 257).astype(int)).max() <= 1
    assert np.array_equal(picture[..., 0], picture[..., 2])


def test_grey_one_bit_and_cmyk_become_colour(tmp_path: Path) -> None:
    """Three channels come out of one and of four."""
    for mode, kind in (("L", "JPEG"), ("1", "PNG"), ("LA", "PNG"), ("CMYK", "JPEG"), ("CMYK", "TIFF")):
        picture = load_picture(saved(colours().convert(mode), tmp_path, kind), LIMITS)
        assert picture.shape == (40, 60, 3)
        assert picture[35, 55].min() > 250


def test_a_colour_profile_is_followed(tmp_path: Path) -> None:
    """Numbers mean what their profile says: where red and green change places, so do the fields."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"____").replace(b"gXYZ", b"rXYZ").replace(b"____", b"gXYZ")
    plain = load_picture(saved(colours(), tmp_path, "PNG"), LIMITS)
    same = load_picture(saved(colours(), tmp_path, "PNG", icc_profile=srgb), LIMITS)
    other = load_picture(saved(colours(), tmp_path, "PNG", icc_profile=swapped), LIMITS)
    broken = load_picture(saved(colours(), tmp_path, "PNG", icc_profile=b"no profile"), LIMITS)
    assert np.abs(plain.astype(int) - same).max() <= 1
    assert np.abs(other[5, 5].astype(int) - plain[5, 50]).max() <= 1
    assert np.array_equal(plain, broken)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x00" * 5000, b"%PDF-1.4\n", b"GIF89a" + b"\x00" * 64])
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    """Text, nothing, other formats: refused by content, with the known kinds named."""
    file = tmp_path / "face.png"
    file.write_bytes(content)
    assert refused(file) == "portrait-no-picture"


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    """A path that leads to no file is told apart from a file that is no picture."""
    assert refused(tmp_path / "none.png") == "portrait-file-missing"
    assert refused(tmp_path) == "portrait-file-missing"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF"])
def test_truncated_pictures_are_refused(tmp_path: Path, kind: str) -> None:
    """A download that broke off is never shown half grey."""
    noise = Image.fromarray(np.random.default_rng(3).integers(0, 255, (200, 200, 3), np.uint8))
    file = saved(noise, tmp_path, kind)
    content = file.read_bytes()
    for part in (0.5, 0.9):
        file.write_bytes(content[: int(len(content) * part)])
        assert refused(file) in {"portrait-damaged", "portrait-no-picture"}


def test_a_picture_whose_palette_is_lost_is_refused(tmp_path: Path) -> None:
    """Its pixels are numbers of colours that nobody knows."""
    file = saved(Image.new("P", (200, 200)), tmp_path, "PNG")
    content = file.read_bytes()
    start = content.index(b"PLTE") - 4
    (length,) = struct.unpack_from(">I", content, start)
    file.write_bytes(content[:start] + content[start + length + 12 :])
    assert refused(file) == "portrait-damaged"


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    """Bytes are counted before anything is looked at."""
    file = tmp_path / "face.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00" * 3_000_000)
    assert refused(file) == "portrait-file-too-large"


def bomb(width: int, height: int) -> bytes:
    """A small PNG that says it is gigantic (and would unpack to zeros)."""

    def part(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", header)
        + part(b"IDAT", zlib.compress(b"\0" * 9000))
        + part(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [1001, 9_000, 12_000, 60_000])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(tmp_path: Path, side: int) -> None:
    """The header's size decides, just over the limit and far beyond it."""
    file = tmp_path / "face.png"
    file.write_bytes(bomb(side, side))
    assert refused(file) == "portrait-too-many-pixels"


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "GIF"])
def test_of_several_frames_the_first_is_meant(tmp_path: Path, kind: str) -> None:
    """An animation or a stack of pages is known as such, and gives what a viewer shows first."""
    pages = [colours(), colours().transpose(Image.Transpose.ROTATE_180)]
    options = {"lossless": True} if kind == "WEBP" else {}
    one = saved(pages[0], tmp_path, kind, **options)
    assert not has_several(one, LIMITS)
    still = load_picture(one, LIMITS)
    several = saved(pages[0], tmp_path, kind, save_all=True, append_images=pages[1:], **options)
    assert has_several(several, LIMITS)
    assert np.array_equal(load_picture(several, LIMITS), still)
    assert picture_size(several, LIMITS) == (60, 40)


def test_a_second_frame_is_not_decoded(tmp_path: Path) -> None:
    """However large it says that it is: what is not used costs nothing."""
    file = saved(colours(), tmp_path, "GIF", save_all=True, append_images=[colours().rotate(180)])
    content = bytearray(file.read_bytes())
    # An image descriptor (GIF89a, section 20): the whole of 60 x 40.
    second = content.rindex(b"\x2c\x00\x00\x00\x00\x3c\x00\x28\x00")
    assert second > content.index(b"\x2c\x00\x00\x00\x00\x3c\x00\x28\x00")
    content[second + 5 : second + 9] = b"\xff\xff\xff\xff"
    file.write_bytes(content)
    assert has_several(file, LIMITS)
    assert load_picture(file, LIMITS).shape == (40, 60, 3)


def test_a_camera_picture_with_its_preview_is_one_picture(tmp_path: Path) -> None:
    """Phones put a second, hidden picture into a JPEG (CIPA DC-007); the first is meant."""
    file = saved(colours(), tmp_path, "MPO", save_all=True, append_images=[colours()])
    assert load_picture(file, LIMITS).shape == (40, 60, 3)
    assert not has_several(file, LIMITS)


def test_measurements_are_refused_in_words(tmp_path: Path) -> None:
    """Floating-point pictures have no colours that could be shown."""
    file = saved(Image.fromarray(np.ones((40, 40), np.float32)), tmp_path, "TIFF")
    assert refused(file) == "portrait-depth-unknown"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF"]), data=st.data())
def test_no_damage_ends_in_anything_but_words(tmp_path: Path, kind: str, data: st.DataObject) -> None:
    """A file with any bytes changed gives a picture or one of our errors, never another one."""
    content = bytearray(_stored(kind))
    for _ in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    file = tmp_path / "face.bin"
    file.write_bytes(content)
    with suppress(InputError):
        assert load_picture(file, LIMITS).shape[2] == 3
    with suppress(InputError):
        has_several(file, LIMITS)


def _stored(kind: str) -> bytes:
    buffer = io.BytesIO()
    colours().save(buffer, format=kind)
    return buffer.getvalue()


def test_the_digest_knows_pixels_and_shape_alone(tmp_path: Path) -> None:
    """Equal pixels have one digest, whatever file they came in; others, or another shape, have another."""
    png = load_picture(saved(colours(), tmp_path, "PNG"), LIMITS)
    bmp = load_picture(saved(colours(), tmp_path, "BMP"), LIMITS)
    assert pixels_digest(png) == pixels_digest(bmp) == pixels_digest(np.asfortranarray(png))
    changed = png.copy()
    changed[0, 0, 0] ^= 1
    assert pixels_digest(changed) != pixels_digest(png)
    assert pixels_digest(png.reshape(60, 40, 3)) != pixels_digest(png)
