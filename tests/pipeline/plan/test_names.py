"""Names in the archive: every file server takes them, and no two are one."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan.names import MAX_NAME_BYTES, cleaned, link_for, name_for, unique_key

WHEN = datetime(2026, 11, 20, 22, 15, 2, tzinfo=UTC)


def free(_key: str) -> bool:
    """Say of every name that nobody has it."""
    return False


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
    assert name_for(user, WHEN, scene, free) == f"2026-11-20/{stem}.mp4"


@given(st.text(), st.text(max_size=400))
def test_any_text_makes_a_good_name(user: str, scene: str) -> None:
    """Whatever a user types, the name is a legal one, short enough for it and all its companions."""
    folder, _, name = name_for(user, WHEN, scene, free).partition("/")
    assert folder == "2026-11-20"
    assert len(name.removesuffix(".mp4").encode()) + len("_9999.portrait.jpeg") <= MAX_NAME_BYTES + 3
    assert not set(name) & set('<>:"/\\|?*')
    assert all(unicodedata.category(letter)[0] != "C" for letter in name)
    assert name.strip(". ") == name
    assert unicodedata.is_normalized("NFC", name)


def test_three_hundred_films_of_one_second() -> None:
    """The nth film that asks for a name gets a number; names that differ in case alone are one."""
    taken: set[str] = set()
    names = []
    for number in range(300):
        name = name_for("anna", WHEN, "Scene" if number % 2 else "scene", taken.__contains__)
        taken.add(unique_key(name))
        names.append(name)
    assert len(taken) == 300
    assert names[0].endswith("_scene.mp4")
    assert names[1].endswith("_Scene_2.mp4")
    assert names[299].endswith("_Scene_300.mp4")


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
