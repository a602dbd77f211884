"""A profile is added with a consent that can be read and a sample or picture that can be used, or not."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from db import profiles
from farm.bootstrap import Farm
from farm.profiles import adding
from pipeline.plan.errors import InputError
from pipeline.plan.people import ProfileKind
from pipeline.plan.wave import from_wave
from tests.farm.conftest import PORTRAITS
from tests.farm.people import LATER, given, portrait
from tests.support.recordings import converted, talk, written

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def test_a_portrait_is_kept_with_its_consent(farm: Farm, tmp_path: Path) -> None:
    """Both as they were given, under their digests; the person is the owner unless somebody else is named."""
    added = portrait(farm, tmp_path, person="")
    assert profiles.find(farm.ledger, ProfileKind.PORTRAIT, "anna") == added
    assert (added.person, added.owner) == ("Bert", "Bert")
    picture = (PORTRAITS / "astronaut.png").read_bytes()
    assert farm.store.verify(added.reference).read_bytes() == picture
    (consent,) = (farm.store.root / "source").rglob(f"{added.consent.digest}*")
    assert (consent.suffix, consent.read_text("utf-8")) == (".txt", "I agree. Anna Lee")


def test_a_voice_is_kept_as_what_models_are_given(farm: Farm, tmp_path: Path) -> None:
    """Whatever its format was: one channel, 48 kHz, from the first word to the last."""
    sample = converted(written(tmp_path / "talk.wav", talk()), tmp_path / "talk.mp3", "-b:a", "128k")
    added = adding.add_voice(farm, given(tmp_path, "Anna"), sample, by="bert")
    speech = from_wave(farm.store.verify(added.profile.reference).read_bytes())
    assert speech.rate == 48_000
    assert abs(len(speech.samples) / 48_000 - 8.7) < 0.2
    assert added.profile.reference.suffix == ".wav"
    again = adding.add_voice(farm, given(tmp_path, "Again"), sample, by="bert")
    assert again.profile.reference == added.profile.reference, "the same sample is the same file"


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (PDF, ".pdf"),
        ("同意。安娜".encode("gb18030"), ".txt"),
        ("Agreed".encode("utf-16"), ".txt"),
        (b"", ""),
        (b" \n\t", ""),
        (b"\x89PNG\r\n\x1a\n\0\0", ""),
        (b"PK\x03\x04" + bytes(30), ""),
    ],
)
def test_a_consent_is_a_pdf_or_a_text_by_its_content(
    farm: Farm, tmp_path: Path, content: bytes, suffix: str
) -> None:
    """Whatever its name says; what says nothing is refused, and then nothing is added."""
    said = given(tmp_path, "Anna")
    said.consent.write_bytes(content)
    if suffix:
        added = adding.add_portrait(farm, said, PORTRAITS / "astronaut.png", by="bert").profile
        assert added.consent.suffix == suffix
        assert added.consent.digest == hashlib.sha256(content).hexdigest()
        return
    with pytest.raises(InputError) as refused:
        adding.add_portrait(farm, said, PORTRAITS / "astronaut.png", by="bert")
    assert refused.value.code == "consent-unreadable"
    assert profiles.read_all(farm.ledger, ProfileKind.PORTRAIT) == ()


def test_what_is_no_file_is_never_waited_for(farm: Farm, tmp_path: Path) -> None:
    """A pipe that nobody writes to, a folder, and nothing at all, as consent and as sample."""
    os.mkfifo(tmp_path / "pipe")
    said = given(tmp_path, "Anna")
    for name, code in (("pipe", "consent-unreadable"), ("gone", "store-source-unreadable")):
        said.consent.unlink(missing_ok=True)
        (tmp_path / "consent.txt").symlink_to(tmp_path / name)
        with pytest.raises(InputError) as refused:
            adding.add_portrait(farm, said, PORTRAITS / "astronaut.png", by="bert")
        assert refused.value.code == code
    for name, code in (
        ("pipe", "recording-unreadable"),
        ("gone", "store-source-unreadable"),
        (".", "recording-unreadable"),
    ):
        with pytest.raises(InputError) as refused:
            adding.add_voice(farm, said, tmp_path / name, by="bert")
        assert refused.value.code == code


@pytest.mark.parametrize("day", ["soon", "2027-02-30", "31.01.2027", "2001-01-01", "9999-12-31", ""])
def test_a_day_on_which_no_consent_expires_is_refused(farm: Farm, tmp_path: Path, day: str) -> None:
    """No date, a past one, or one beyond a lifetime."""
    with pytest.raises(InputError) as refused:
        portrait(farm, tmp_path, expires=day)
    assert refused.value.code == "consent-date-wrong"


def test_a_consent_holds_until_the_end_of_its_day_here(
    farm: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the clock on the wall, also on a day on which that is changed."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        added = portrait(farm, tmp_path)
    finally:
        monkeypatch.undo()
        time.tzset()
    end = datetime.fromtimestamp(added.consent.expires_ms / 1000, UTC)
    # Shanghai is eight hours ahead of UTC, all year.
    assert end == datetime.combine(date.fromisoformat(LATER), datetime.min.time(), UTC) + timedelta(hours=16)


@pytest.mark.parametrize(
    ("sound", "code"),
    [
        (talk(ms=3_000, talks=((500, 1_500),)), "reference-too-short"),
        (talk(noise=2_000), "reference-noisy"),
    ],
)
def test_a_sample_that_spoils_the_voice_is_refused(
    farm: Farm, tmp_path: Path, sound: np.ndarray[tuple[int], np.dtype[np.int16]], code: str
) -> None:
    """With the first thing that is wrong with it, and nothing is added."""
    sample = written(tmp_path / "talk.wav", sound)
    with pytest.raises(InputError) as refused:
        adding.add_voice(farm, given(tmp_path, "Anna"), sample, by="bert")
    assert refused.value.code == code
    assert profiles.read_all(farm.ledger, ProfileKind.VOICE) == ()


def test_a_picture_that_cannot_talk_is_refused(farm: Farm, tmp_path: Path) -> None:
    """As a manifest's portrait is: what is wrong is told when it can still be changed."""
    text = tmp_path / "face.png"
    text.write_text("no picture")
    with pytest.raises(InputError) as refused:
        adding.add_portrait(farm, given(tmp_path, "Anna"), text, by="bert")
    assert refused.value.code.startswith("portrait-")


def test_a_new_consent_takes_the_place_of_the_old_one(farm: Farm, tmp_path: Path) -> None:
    """Its document, its end, and who answers for it."""
    added = portrait(farm, tmp_path)
    paper = tmp_path / "again.pdf"
    paper.write_bytes(PDF)
    adding.renew(farm, added, paper, owner="Carl", expires=LATER, by="bert")
    found = profiles.find(farm.ledger, ProfileKind.PORTRAIT, "Anna")
    assert found is not None
    assert (found.consent.suffix, found.consent.owner, found.owner) == (".pdf", "Carl", "Carl")
    assert found.consent.digest != added.consent.digest
