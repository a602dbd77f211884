"""`lectern voices`, `lectern portraits` and `lectern forget`: people, their consents, and their end."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from cli.exits import Exit
from tests.cli.conftest import PORTRAIT, Lectern
from tests.support.recordings import talk, written

LATER = (date.today() + timedelta(days=300)).isoformat()  # noqa: DTZ011 - the day on the wall, as people write it


@pytest.fixture
def lectern(lectern: Lectern, ready_home: Path) -> Lectern:
    """The command line over a home with an empty ledger."""
    assert ready_home.is_dir()
    return lectern


@pytest.fixture
def consent(tmp_path: Path) -> Path:
    """What Anna agreed to."""
    path = tmp_path / "consent.txt"
    path.write_text("I agree to be shown and heard. Anna Lee", "utf-8")
    return path


@pytest.fixture
def anna(lectern: Lectern, consent: Path) -> tuple[object, ...]:
    """A portrait of Anna, added; the words that added it."""
    words = ("portraits", "add", "Anna", "--image", PORTRAIT, "--consent", consent, "--owner", "Bert")
    words += ("--person", "Anna Lee", "--expires", LATER)
    added = lectern(*words)
    assert added.code == Exit.OK, added.err
    assert f"until {LATER}" in added.out
    assert "profile:Anna" in added.out
    return words


def test_the_voices_of_engines_are_listed_by_the_group_alone(lectern: Lectern) -> None:
    """As ever; the group's own commands are about people's."""
    assert lectern("voices", "--json").document["kind"] == "voices"
    assert lectern("voices", "--language", "zh", "--json").document["voices"]
    assert lectern("voices", "list", "--json").document == {
        "kind": "profiles",
        "profile_kind": "voice",
        "profiles": [],
    }
    assert lectern("voices", "lists").code == Exit.USAGE
    assert lectern("portraits").code == Exit.USAGE


@pytest.mark.usefixtures("anna")
def test_a_portrait_is_added_listed_and_shown(lectern: Lectern, consent: Path) -> None:
    """With whose it is, until when, and where its consent lies, which is what was given."""
    (listed,) = lectern("portraits", "list", "--json").document["profiles"]
    shown = lectern("portraits", "show", "ANNA", "--json").document
    assert shown.pop("kind") == "profile"
    assert shown == listed
    assert (listed["person"], listed["owner"], listed["standing"]) == ("Anna Lee", "Bert", "valid")
    assert Path(listed["consent"]).read_bytes() == consent.read_bytes()
    assert Path(listed["reference"]).read_bytes() == PORTRAIT.read_bytes()
    assert f"有效至 {LATER}" in lectern("portraits", "show", "Anna", "--lang", "zh").out
    assert "Anna Lee" in lectern("portraits", "list").out
    assert lectern("portraits", "list", "--department", "other", "--json").document["profiles"] == []


def test_what_is_wrong_is_told_with_its_code(
    lectern: Lectern, anna: tuple[object, ...], consent: Path
) -> None:
    """Taken, unknown, misdated, unreadable, of nobody's department: each refused, and nothing changed."""
    assert lectern(*anna, "--json").failure["code"] == "profile-taken"
    unknown = lectern("portraits", "show", "Ann", "--json")
    assert (unknown.code, unknown.failure["code"]) == (Exit.UNKNOWN, "profile-unknown")
    assert unknown.failure["facts"]["known"] == "Anna"
    other = ("portraits", "add", "Other", *anna[3:])
    assert lectern(*other, "--expires", "tomorrow", "--json").failure["code"] == "consent-date-wrong"
    assert lectern(*other, "--department", "x", "--json").failure["code"] == "ledger-department-unknown"
    assert lectern(*other, "--owner", " ", "--json").failure["code"] == "profile-owner-missing"
    grant = lectern("portraits", "grant", "Anna", "--department", "x", "--json")
    assert grant.failure["code"] == "ledger-department-unknown"
    consent.write_text("", "utf-8")
    assert lectern(*other, "--json").failure["code"] == "consent-unreadable"
    assert lectern("portraits", "add", "Other").code == Exit.USAGE
    assert len(lectern("portraits", "list", "--json").document["profiles"]) == 1


def test_a_voice_is_added_with_advice(lectern: Lectern, consent: Path, tmp_path: Path) -> None:
    """What is not as good as it could be is told with what to do; what spoils it refuses it."""
    rest = ("--consent", consent, "--owner", "Anna Lee", "--expires", LATER)
    sample = written(tmp_path / "talk.wav", talk(noise=330))
    added = lectern("voices", "add", "Anna", "--reference", sample, *rest, "--json")
    assert [warning["code"] for warning in added.document["warnings"]] == ["reference-noisy"]
    assert added.document["heard"] == []
    again = lectern("voices", "add", "Again", "--reference", sample, *rest)
    assert "when it first speaks as Again" in " ".join(again.out.split())
    assert added.document["profile_kind"] == "voice"
    spoilt = written(tmp_path / "bad.wav", talk(ms=2_000, talks=((500, 1_500),)))
    refused = lectern("voices", "add", "Other", "--reference", spoilt, *rest)
    assert (refused.code, "Record a few whole sentences" in refused.err) == (Exit.REFUSED, True)


@pytest.mark.usefixtures("anna")
def test_a_consent_is_withdrawn_and_renewed(lectern: Lectern, consent: Path, manifest: Path) -> None:
    """Jobs are told by number; `show` says why one waits, and `renew` lets it go on."""
    manifest.write_text(manifest.read_text("utf-8").replace("face.png", "profile:Anna"), "utf-8")
    assert lectern("submit", manifest).code == Exit.OK
    withdrawn = lectern("portraits", "withdraw", "Anna", "--json").document
    assert (withdrawn["standing"], withdrawn["held"]) == ("withdrawn", [1, 2, 3])
    shown = lectern("show", 1)
    told = "Anna (Anna Lee), consent withdrawn; `lectern portraits renew Anna` lets the film go on"
    assert told in " ".join(shown.out.split())
    assert lectern("show", 1, "--json").document["holds"] == ["consent"]
    told = lectern("submit", manifest, "--again", "--json").failure["problems"]
    assert {problem["code"] for problem in told} == {"consent-withdrawn"}
    consent.write_text("I agree again.", "utf-8")
    renew = ("portraits", "renew", "Anna", "--consent", consent, "--expires", LATER, "--json")
    renewed = lectern(*renew).document
    assert (renewed["standing"], renewed["released"]) == ("valid", [1, 2, 3])
    assert lectern("show", 1, "--json").document["people"] == [
        {
            "kind": "portrait",
            "name": "Anna",
            "person": "Anna Lee",
            "standing": "valid",
            "expires": renewed["expires"],
        }
    ]
    removed = lectern("portraits", "remove", "Anna", "--json")
    assert (removed.code, removed.failure["code"]) == (Exit.CONFLICT, "profile-in-use")
    forgotten = lectern("forget", "anna lee", "--json").document
    assert (forgotten["profiles"], forgotten["canceled"], forgotten["films"]) == (1, [1, 2, 3], [])
    again = lectern("forget", "Anna Lee", "--json")
    assert (again.code, again.failure["code"]) == (Exit.UNKNOWN, "person-unknown")
    assert "somebody who was forgotten" in lectern("show", 1).out


@pytest.mark.usefixtures("anna")
def test_a_profile_that_nobody_used_is_removed(lectern: Lectern) -> None:
    """A mistake is gone; its name is free."""
    assert lectern("portraits", "remove", "Anna", "--json").document == {
        "kind": "profile-removed",
        "profile_kind": "portrait",
        "name": "Anna",
    }
    assert lectern("portraits", "list", "--json").document["profiles"] == []
