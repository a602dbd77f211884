"""Promises about people: what names a profile, when a consent holds, what is left of who was forgotten."""

from __future__ import annotations

import pytest

from pipeline.plan.errors import InputError
from pipeline.plan.people import (
    Consent,
    Named,
    ProfileKind,
    ProfileUse,
    Standing,
    anonymous,
    check_name,
    is_forgotten,
    named_in,
    profile_in,
    renewed,
    standing,
)

OLD = Consent(digest="ab" * 32, suffix=".pdf", owner="bert", expires_ms=9)
NEW = Consent(digest="cd" * 32, suffix=".txt", owner="carl", expires_ms=99)


def use(name: str, person: str, kind: ProfileKind = ProfileKind.PORTRAIT) -> ProfileUse:
    """A promise."""
    return ProfileUse(kind=kind, name=name, person=person, department="default", consent=OLD)


@pytest.mark.parametrize(
    ("cell", "named"),
    [
        ("profile:Anna", Named(name="Anna")),
        ("  Profile : anna  lee ", Named(name="anna lee")),
        ("profile：安娜", Named(name="安娜")),
        ("profile:Anna+espeak/en-us", Named(name="Anna", after="espeak/en-us")),
        ("profile:", Named(name="")),
        ("anna.png", None),
        ("my profile:anna.png", None),
        ("profile.png", None),
    ],
)
def test_a_cell_names_a_profile_or_something_else(cell: str, named: Named | None) -> None:
    """In any case, with spaces, and with the colon of either keyboard."""
    assert named_in(cell) == named
    assert bool(profile_in(cell)) == bool(named and named.name)


@pytest.mark.parametrize(
    "name", ["", " ", "a+b", "a/b", "a:b", "a：b", "a,b", "a\nb\x07", "x" * 65, "a\u202eb"]
)
def test_a_name_that_could_be_something_else_is_refused(name: str) -> None:
    """It stands in cells beside other words, and on screens."""
    with pytest.raises(InputError) as refused:
        check_name(name)
    assert refused.value.code == "profile-name-wrong"


def test_a_name_is_kept_in_its_plain_form() -> None:
    """Spaces are single, letters composed; either spelling of an accent is the same name."""
    assert check_name("  Rene\u0301  de  Vries ") == "René de Vries"


@pytest.mark.parametrize(
    ("withdrawn", "now", "found"),
    [(False, 8, "valid"), (False, 9, "expired"), (True, 8, "withdrawn"), (True, 10, "withdrawn")],
)
def test_a_consent_holds_until_its_end(withdrawn: bool, now: int, found: str) -> None:  # noqa: FBT001 - a case
    """To the millisecond; taken back is taken back."""
    assert standing(withdrawn=withdrawn, expires_ms=9, now_ms=now) is Standing(found)


def test_a_new_consent_is_told_of_one_profile_alone() -> None:
    """Not of the same person's other kind, nor of anybody else."""
    people = (use("Anna", "Anna"), use("Anna", "Anna", ProfileKind.VOICE), use("Bert", "Bert"))
    told = [each.consent for each in renewed(people, ProfileKind.PORTRAIT, "ANNA", NEW)]
    assert told == [NEW, OLD, OLD]


def test_who_is_forgotten_is_not_named_any_more() -> None:
    """Name, person and owner go; others stay, and what was used of them is still known."""
    people = anonymous((use("A", "Anna  Lee"), use("B", "Bert", ProfileKind.VOICE)), "anna lee")
    assert [(each.name, each.person, each.consent.owner) for each in people] == [
        ("", "", ""),
        ("B", "Bert", "bert"),
    ]
    assert is_forgotten(people, ProfileKind.PORTRAIT)
    assert not is_forgotten(people, ProfileKind.VOICE)
