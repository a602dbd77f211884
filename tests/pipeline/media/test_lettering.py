"""Promises about text in pictures, held by real frames: where it is, how large, what lies below."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.media import Limits, Media, Plate, find_ffmpeg, laid_over
from pipeline.media.fonts import LABEL_FILE
from pipeline.media.packets import decode
from pipeline.plan import graphs
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.captions import Cue
from pipeline.plan.errors import AwayError, TransientError
from pipeline.plan.job import Format, Typeface
from pipeline.plan.label import Label
from pipeline.plan.overlay import LABEL_FAMILY, LABEL_FONT, Inset, caption_insets, label_inset

FORMATS = (
    Format(width=1280, height=720, fps=25),
    Format(width=720, height=1280, fps=25),
    Format(width=512, height=512, fps=25),
    Format(width=360, height=482, fps=25),
)
_GREY, _WHITE = 90, 200


@pytest.fixture(scope="module")
def media() -> Media:
    """FFmpeg as a worker has it."""
    return Media(find_ffmpeg(), limits=Limits(seconds=60, memory_bytes=2_000_000_000))


def frame(picture: Format, level: int = _GREY, colour: int = 60) -> NDArray[np.uint8]:
    """A frame of one brightness and colour."""
    flat = np.full((picture.height * 3 // 2, picture.width), colour, np.uint8)
    flat[: picture.height] = level
    return flat


def seen(below: NDArray[np.uint8], plates: Sequence[Plate], picture: Format) -> NDArray[np.uint8]:
    """The first frame with what was drawn over it."""
    return next(laid_over([below], plates, picture)).copy()


def bright_rows(luma: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Rows that show white letters."""
    return np.flatnonzero((luma > _WHITE).any(axis=1))


def typeface() -> Typeface:
    """The label's font, as if captions were set in it: its letters are A, I and those of `generated`."""
    file = Artifact(kind=Kind.SOURCE, key=LABEL_FONT, digest=LABEL_FONT, size=1, suffix=".otf")
    return Typeface(file=file, family=LABEL_FAMILY, bold=True, height=1448, advance=560)


@pytest.mark.parametrize("picture", FORMATS, ids=lambda picture: f"{picture.width}x{picture.height}")
@pytest.mark.parametrize("label", [Label.BOTH, Label.CN, Label.EU])
def test_the_label_is_as_high_as_the_standard_asks(media: Media, picture: Format, label: Label) -> None:
    """A capital has at least 5 % of the shorter side (GB 45438-2025, 5.4); all of it is in the safe area."""
    insets = label_inset(label, picture, origin=0, frames=60)
    plates = media.draw(insets, picture, {})
    shown = seen(frame(picture), plates, picture)
    luma = shown[: picture.height]
    side = min(picture.width, picture.height)
    # The first letter is a capital A, which no other one is lower than, in each of the labels.
    across = np.flatnonzero((luma > _WHITE).any(axis=0))
    first = luma[:, across[0] : across[0] + side // 40]
    assert len(bright_rows(first)) >= side * 5 // 100
    safe = picture.width * 5 // 100
    drawn = np.flatnonzero((luma != _GREY).any(axis=0))
    assert drawn[0] >= safe - side // 100
    assert drawn[-1] <= picture.width - safe
    assert bright_rows(luma)[0] >= picture.height * 5 // 100
    assert bright_rows(luma)[-1] <= picture.height // 4


def test_letters_are_white_with_a_dark_edge_and_no_colour(media: Media) -> None:
    """On white and on black alike there are letters and edges, and no colour shines through."""
    picture = FORMATS[2]
    plates = media.draw(label_inset(Label.BOTH, picture, origin=0, frames=60), picture, {})
    for level in (16, 235):
        shown = seen(frame(picture, level), plates, picture)
        luma = shown[: picture.height]
        assert (luma > _WHITE).sum() > 1000
        assert (luma < 40).sum() > 1000
    chroma = shown[picture.height :]
    assert chroma.min() == 60
    assert abs(int(chroma.max()) - 128) <= 1


def test_a_frame_is_as_it_was_when_the_next_is_asked_for(media: Media) -> None:
    """An engine may draw on in the frame that it gave."""
    picture = FORMATS[2]
    plates = media.draw(label_inset(Label.BOTH, picture, origin=0, frames=60), picture, {})
    given = frame(picture)
    for shown in laid_over([given] * 3, plates, picture):
        assert shown is given
        assert (given != frame(picture)).any()
    assert (given == frame(picture)).all()


def test_each_inset_is_seen_in_its_frames_alone_and_goes_softly(media: Media) -> None:
    """From its first frame to its last; in the last ones weaker from frame to frame."""
    picture = FORMATS[2]
    (inset,) = label_inset(Label.EU, picture, origin=0, frames=60)
    inset = replace(inset, begin=2, end=8, fade=3)
    plates = media.draw([inset], picture, {})
    shown = [int(each[: picture.height].max()) for each in laid_over([frame(picture)] * 10, plates, picture)]
    assert shown[:2] == shown[8:] == [_GREY, _GREY]
    assert shown[2] == shown[4] > shown[5] > shown[6] > shown[7] > _GREY


def test_the_same_drawing_gives_the_same_pixels(media: Media) -> None:
    """Drawn twice, and drawn with others before it: bit for bit the same."""
    picture = FORMATS[0]
    label = label_inset(Label.BOTH, picture, origin=0, frames=60)
    captions = caption_insets([Cue(start_ms=0, end_ms=1000, lines=("generated",))], picture, [typeface()])
    alone = media.draw(captions, picture, {})
    after = media.draw([*label, *captions], picture, {})[1:]
    one = seen(frame(picture), alone, picture)
    two = seen(frame(picture), after, picture)
    assert np.array_equal(one, two)
    assert not np.array_equal(one, frame(picture))


@pytest.mark.parametrize(
    "text", ["a{\\an8}d", "a\\Nd", "a\\hd", "{\\p1}m 0 0 l 99 0 99 99{\\p0}d", "\\{a}d", "d\\"]
)
def test_no_text_is_markup(media: Media, text: str) -> None:
    """Braces and backslashes of a script neither move, break nor draw: it stays one line, at the bottom."""
    picture = FORMATS[0]

    def rows(line: str) -> NDArray[np.intp]:
        (inset,) = caption_insets([Cue(start_ms=0, end_ms=1000, lines=(line,))], picture, [typeface()])
        shown = seen(frame(picture), media.draw([inset], picture, {}), picture)
        return bright_rows(shown[: picture.height])

    plain, marked = rows("aId"), rows(text)
    assert marked[0] >= plain[0] - 20
    assert marked[-1] <= plain[-1] + 20


def test_no_other_font_of_the_machine_is_used(media: Media) -> None:
    """What a font lacks is not drawn with another one that happens to be installed."""
    picture = FORMATS[2]

    def drawn(family: str, letters: str) -> NDArray[np.uint8]:
        inset = Inset(
            begin=0, end=9, text=f"{{\\an5\\pos(256,256)\\fn{family}\\fs60}}{letters}", fonts=(LABEL_FONT,)
        )
        return seen(frame(picture), media.draw([inset], picture, {}), picture)

    assert not np.array_equal(drawn(LABEL_FAMILY, "Aa"), drawn(LABEL_FAMILY, "Ad"))
    assert np.array_equal(drawn("DejaVu Sans", "Aa"), frame(picture))
    assert np.array_equal(drawn(LABEL_FAMILY, "xyz"), drawn(LABEL_FAMILY, "zyx"))


def test_the_folder_of_fonts_may_have_any_name(media: Media, tmp_path: Path) -> None:
    """No path reaches the graph: quotes, colons and commas in it change nothing."""
    folder = tmp_path / "it's, a: [fonts] folder \\"
    folder.mkdir()
    file = folder / "label.otf"
    file.write_bytes(LABEL_FILE.read_bytes())
    picture = FORMATS[2]
    insets = label_inset(Label.CN, picture, origin=0, frames=60)
    plates = media.draw([replace(inset, fonts=("own",)) for inset in insets], picture, {"own": file})
    shown = seen(frame(picture), plates, picture)
    assert len(bright_rows(shown[: picture.height]))


def test_a_label_is_read_in_what_a_viewer_decodes(media: Media, tmp_path: Path) -> None:
    """After the encoder too, the first frame bears the label, and one behind it does not."""
    picture = FORMATS[3]
    plates = media.draw(label_inset(Label.BOTH, picture, origin=0, frames=70), picture, {})
    media.encode_clip(
        laid_over((frame(picture) for _ in range(70)), plates, picture),
        tmp_path / "clip.mp4",
        picture=picture,
        total=70,
        parameters=graphs.video_parameters(qp=18, preset="superfast"),
    )
    shown = [int(each.max()) for each in decode(tmp_path / "clip.mp4")]
    assert min(shown[:50]) > _WHITE
    assert max(shown[58:]) < _WHITE


@pytest.mark.parametrize(
    ("number", "kind", "code"),
    [(errno.ENOSPC, AwayError, "media-disk-full"), (errno.EIO, TransientError, "media-failed")],
)
def test_a_full_disk_is_told(
    media: Media, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception], code: str
) -> None:
    """What is drawn lies on a disk for a moment, which may be full."""

    def full(*_: object, **__: object) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(kind) as failed:
        media.draw(label_inset(Label.CN, FORMATS[2], origin=0, frames=60), FORMATS[2], {})
    assert getattr(failed.value, "code", "") == code
