"""Promises about what is drawn into pictures: places, times, fonts, and text that is only text."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.fonts import LABEL_FILE
from pipeline.plan.artifact import Artifact, Kind
from pipeline.plan.captions import Cue
from pipeline.plan.job import Format, Typeface
from pipeline.plan.label import Label
from pipeline.plan.overlay import (
    LABEL_FONT,
    caption_columns,
    caption_insets,
    drawing,
    escaped,
    label_inset,
    overlay_digest,
)

WIDE = Format(width=1280, height=720, fps=25)
TALL = Format(width=720, height=1280, fps=25)


def typeface(family: str = "Sans", *, digest: str = "f", letters: str = "") -> Typeface:
    """A font of which nothing but its measures is needed."""
    file = Artifact(kind=Kind.SOURCE, key=digest, digest=digest, size=1, suffix=".ttf")
    return Typeface(file=file, family=family, bold=False, height=1200, advance=550, letters=letters)


def cue(*lines: str, start_ms: int = 400, end_ms: int = 1400) -> Cue:
    """A cue of these lines."""
    return Cue(start_ms=start_ms, end_ms=end_ms, lines=lines)


def test_the_label_s_font_is_the_one_that_keys_name() -> None:
    """The digest in the code is that of the file that is shipped."""
    assert hashlib.sha256(LABEL_FILE.read_bytes()).hexdigest() == LABEL_FONT


@pytest.mark.parametrize("fps", [24, 25, 30, 50, 60])
def test_a_label_is_seen_for_two_whole_seconds(fps: int) -> None:
    """However the first seconds are cut into clips, their frames up to the second second bear it in full."""
    picture = Format(width=720, height=720, fps=fps)
    lengths = [fps // 2 + 1, fps, 3 * fps, fps]
    full, origin = 0, 0
    for frames in lengths:
        for inset in label_inset(Label.BOTH, picture, origin=origin, frames=frames):
            assert inset.begin == 0
            assert inset.end <= frames
            full += inset.end - inset.fade
        origin += frames
    assert full == 2 * fps


def test_later_clips_bear_no_label() -> None:
    """A clip that begins when two seconds are over is that of an unlabelled film; so is every one of none."""
    assert label_inset(Label.BOTH, WIDE, origin=50, frames=100) == ()
    assert label_inset(Label.NONE, WIDE, origin=0, frames=100) == ()


def test_a_label_goes_within_the_clip_that_shows_more() -> None:
    """It fades after its two seconds, never before, and in no clip behind."""
    (short,) = label_inset(Label.CN, WIDE, origin=0, frames=50)
    (long,) = label_inset(Label.CN, WIDE, origin=0, frames=53)
    assert (short.end, short.fade) == (50, 0)
    assert (long.end, long.fade) == (53, 3)


def test_equal_overlays_have_equal_digests() -> None:
    """Words, times, picture and fonts count, and nothing else."""
    insets = caption_insets([cue("Hello")], WIDE, [typeface()])
    digest = overlay_digest(insets, WIDE)
    assert digest == overlay_digest(caption_insets([cue("Hello")], WIDE, [typeface()]), WIDE)
    others = [
        overlay_digest(insets, TALL),
        overlay_digest(caption_insets([cue("Hello!")], WIDE, [typeface()]), WIDE),
        overlay_digest(caption_insets([cue("Hello", end_ms=1440)], WIDE, [typeface()]), WIDE),
        overlay_digest(caption_insets([cue("Hello")], WIDE, [typeface(digest="g")]), WIDE),
    ]
    assert len({digest, *others}) == 5


def test_a_font_that_sets_nothing_of_a_cue_shapes_nothing() -> None:
    """A name with a rare letter brings a font into a film, and leaves the clips without it as they are."""
    plain, rare = typeface(), typeface("Rare", digest="r", letters="ŋ")
    assert caption_insets([cue("Hello")], WIDE, [plain, rare]) == caption_insets(
        [cue("Hello")], WIDE, [plain]
    )
    (inset,) = caption_insets([cue("Haŋa")], WIDE, [plain, rare])
    assert inset.fonts == ("f", "r")
    assert inset.text.count("\\fnRare") == 1


def test_frames_are_those_of_the_cue() -> None:
    """A cue is shown from the frame at its beginning up to the one at its end."""
    picture = Format(width=720, height=720, fps=30)
    (inset,) = caption_insets([cue("Hi", start_ms=33, end_ms=967)], picture, [typeface()])
    assert (inset.begin, inset.end) == (1, 29)


@given(st.text())
def test_text_is_only_text(text: str) -> None:
    """No brace opens an override, no backslash begins an escape, no control character ends the line."""
    shown = escaped(text)
    assert "\n" not in shown
    assert "\r" not in shown
    for at, sign in enumerate(shown):
        before, after = shown[max(at - 1, 0) : at], shown[at + 1 : at + 2]
        assert sign not in "{}" or before == "\\"
        assert sign != "\\" or after in {"\u2060", "{", "}"}
    restored = shown.replace("\\\u2060", "\0").replace("\\{", "{").replace("\\}", "}").replace("\0", "\\")
    assert restored.split() == text.split() or any(sign.isspace() or not sign.isprintable() for sign in text)


def test_a_line_that_is_wider_than_the_safe_area_is_set_smaller() -> None:
    """Capitals are wide: what would leave the picture is set in a smaller size."""
    (usual,) = caption_insets([cue("a" * 42)], TALL, [typeface()])
    (wide,) = caption_insets([cue("W" * 42)], TALL, [typeface()])
    sizes = [int(inset.text.partition("\\fs")[2].partition("}")[0]) for inset in (usual, wide)]
    assert sizes[1] < sizes[0]


@pytest.mark.parametrize(("picture", "latin", "wide"), [(WIDE, 42, 32), (TALL, 35, 32)])
def test_lines_are_as_long_as_fits(picture: Format, latin: int, wide: int) -> None:
    """Sixteen full-width letters fit into every picture; of Latin ones as many as can be read."""
    assert caption_columns(picture, typeface(), most=42) == latin
    assert caption_columns(picture, typeface(), most=32) == wide


def test_a_drawing_shows_one_inset_after_the_other() -> None:
    """Each has a second of its own, in which no other one is seen."""
    insets = label_inset(Label.BOTH, WIDE, origin=0, frames=100)
    told = drawing([*insets, *caption_insets([cue("Hello"), cue("you")], WIDE, [typeface()])], WIDE)
    events = [line.split(",")[1:3] for line in told.splitlines() if line.startswith("Dialogue:")]
    assert events == [[f"0:00:0{second}.00", f"0:00:0{second + 1}.00"] for second in range(3)]
