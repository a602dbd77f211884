"""Names in the archive: every file server takes them, and no two are one."""

from __future__ import annotations

import os
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.plan.names import (
    MAX_NAME_BYTES,
    cleaned,
    folder_for,
    legible,
    link_for,
    numbered,
    stem_for,
    unique_key,
)

WHEN = datetime(2026, 11, 20, 22, 15, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("user", "scene", "stem"),
    [
        ("anna", "welcome", "anna_20261120-221502_welcome"),
        ("Li Wei", "第一课 安全", "Li-Wei_20261120-221502_第一课-安全"),
        ("a/b\\c", 'x<>:"|?*y', "a-b-c_20261120-221502_x-y"),
        ("CON", "NUL. ", "_CON_20261120-221502_NUL"),
        ("con.txt", "..", "_con.txt_20261120-221502_film"),
        ("\u202e\x00", "\ud800", "user_20261120-221502_film"),
        ("../../etc", "passwd", "etc_20261120-221502_passwd"),
        ("Zoe\u0308", "e\u0301", "Zoë_20261120-221502_é"),
    ],
)
def test_names_are_cleaned(user: str, scene: str, stem: str) -> None:
    """What SMB or NTFS would refuse, hide or take for a device never gets into a name."""
    assert stem_for(user, WHEN, scene) == stem


@settings(deadline=None)
@given(st.text(), st.text(max_size=400))
def test_any_text_makes_a_good_name(user: str, scene: str) -> None:
    """Whatever a user types, the name is a legal one, short enough for it and all its companions."""
    stem = stem_for(user, WHEN, scene)
    assert len(f"{numbered(stem, 99_999)}.portrait.jpeg".encode()) <= MAX_NAME_BYTES
    assert not set(stem) & set('<>:"/\\|?*')
    assert all(unicodedata.category(letter)[0] != "C" for letter in stem)
    assert stem.strip(". ") == stem
    assert unicodedata.is_normalized("NFC", stem)


def test_folders_and_numbers() -> None:
    """A day has a folder; the nth film of a name has a number, and the first has none."""
    assert folder_for(WHEN) == "2026-11-20"
    assert [numbered("a", number) for number in (1, 2, 300)] == ["a", "a_2", "a_300"]


def test_case_and_accents_make_no_other_name() -> None:
    """Two names that a file server without regard to case takes for one have one key."""
    assert unique_key("Scène.mp4") == unique_key("SCE\u0300NE.MP4")
    assert unique_key("a") != unique_key("b")


def test_a_name_is_never_cut_inside_a_character() -> None:
    """The limit is in bytes; a grapheme is kept whole or left out."""
    assert cleaned("abq\u0303", 4, "x") == "ab"
    assert cleaned("你好世界", 7, "x") == "你好"


@pytest.mark.parametrize(
    ("prefix", "link"),
    [
        ("", ""),
        ("https://nas.example/films/", "https://nas.example/films/d/a%20%231_%E4%BD%A0.mp4"),
        (r"\\nas\my films", "file://nas/my%20films/d/a%20%231_%E4%BD%A0.mp4"),
        ("/mnt/nas", "file:///mnt/nas/d/a%20%231_%E4%BD%A0.mp4"),
        ("Z:\\films", "file:///Z:/films/d/a%20%231_%E4%BD%A0.mp4"),
    ],
)
def test_links(prefix: str, link: str) -> None:
    """A link opens with a click: every part of the name is quoted, whatever the prefix is."""
    assert link_for("d/a #1_你.mp4", prefix) == link


@given(st.binary(max_size=40))
def test_any_bytes_of_a_name_become_text(name: bytes) -> None:
    """A name of a file may be any bytes: as text it can be written anywhere, and text stays as it is."""
    told = legible(os.fsdecode(name))
    assert told == (name.decode() if _is_text(name) else told)
    told.encode()


def _is_text(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True
