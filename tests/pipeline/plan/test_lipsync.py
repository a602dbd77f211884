"""How a model is asked to move lips, as options say it."""

from __future__ import annotations

import pytest

from pipeline.plan.errors import InputError
from pipeline.plan.lipsync import Crop, Lipsync, Mode, Pads, lipsync_of, with_plain_lipsync


@pytest.mark.parametrize("options", [{}, {"face.mode": " ", "face.pads": "", "face.restore": "none"}])
def test_what_is_left_out_is_usual(options: dict[str, str]) -> None:
    """Without a word the mouth is blended in, nothing is shifted and nothing restored."""
    assert lipsync_of(options) == Lipsync()
    assert lipsync_of(options).mode is Mode.FAST


def test_words_are_read_as_people_write_them() -> None:
    """Case, blanks, per cent signs, wide digits and a spreadsheet's minus do not matter."""
    asked = lipsync_of(
        {
            "face.mode": " Exact",
            "face.mel_offset_frames": "−2",
            "face.pads": "0 %, 10%,-5, ５",
            "face.crop": "10, 20，200,300",
        }
    )
    assert asked == Lipsync(mode=Mode.EXACT, offset=-2, pads=Pads(0, 10, -5, 5), crop=Crop(10, 20, 200, 300))


@pytest.mark.parametrize(
    ("option", "word", "code"),
    [
        ("face.mode", "quick", "face-mode-unknown"),
        ("face.mel_offset_frames", "6", "face-offset-wrong"),
        ("face.mel_offset_frames", "0.5", "face-offset-wrong"),
        ("face.pads", "0,10,0", "face-pads-wrong"),
        ("face.pads", "0,10,0,101", "face-pads-wrong"),
        ("face.crop", "10,10,200", "face-crop-wrong"),
        ("face.crop", "10,-1,200,200", "face-crop-wrong"),
        ("face.crop", "10,10,200,9", "face-crop-wrong"),
    ],
)
def test_other_words_are_refused(option: str, word: str, code: str) -> None:
    """Each option says what it can be, and which word it was that it cannot."""
    with pytest.raises(InputError) as refused:
        lipsync_of({option: word})
    assert refused.value.code == code
    assert refused.value.facts["word"] == word


def test_what_is_exact_is_not_restored() -> None:
    """Who wants the original program's pictures cannot want others as well."""
    with pytest.raises(InputError, match="face-restore-exact"):
        lipsync_of({"face.mode": "exact", "face.restore": "GFPGANv1.4"})


def test_equal_films_have_equal_options() -> None:
    """The usual said aloud is the usual left out, as are pads that a crop makes void."""
    wordy = {"face.box": "1,2,3,4", "face.mode": "Fast", "face.pads": "0, 5, 0, 0"}
    assert with_plain_lipsync(wordy) == {"face.box": "1,2,3,4"}
    cut = {"face.crop": " 10, 20, 200, 300", "face.pads": "1,2,3,4", "face.mel_offset_frames": "+1"}
    assert with_plain_lipsync(cut) == {"face.crop": "10,20,200,300", "face.mel_offset_frames": "1"}


@pytest.mark.parametrize(
    "options", [{"face.mode": "exact", "face.pads": "1,2,3,4"}, {"face.crop": "1,2,30,40"}]
)
def test_plain_words_mean_the_same(options: dict[str, str]) -> None:
    """What was asked is what the plain words ask, and they are as plain as words get."""
    plain = with_plain_lipsync(options)
    assert lipsync_of(plain) == lipsync_of(options)
    assert with_plain_lipsync(plain) == plain
